// One POST of trades on its way from its body to its answer. The answer's text is written when the plans are made, so
// that little is left to do once they are durable.
//
//   open ──▶ remember what is on record ──▶ plan what is missing ──▶ hand over ──▶ (refuse some) ──▶ answer
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "actors/engine.hpp"
#include "actors/gateway/created_trade_form.hpp"
#include "actors/gateway/planning_round.hpp"
#include "actors/gateway/reply.hpp"
#include "codecs/json/document.hpp"

namespace clearspan::gateway {

class CreateOrder {
 public:
  // Errors: unsupported_media_type; invalid_value for the key.
  static Result<CreateOrder> open(RequestPtr request);

  // Empty: none.
  [[nodiscard]] const std::string& key() const { return key_; }

  // SHA-256 of the body.
  [[nodiscard]] const Hash32& digest() const { return digest_; }

  // That trade of the request is on record already.
  void remember(std::uint32_t item, PlanPtr plan) { known_.emplace_back(item, std::move(plan)); }

  // What an order is read and answered with. Keeps its memory from one order to the next.
  struct Tools {
    json::Document document;
    CreatedTradeForms forms;
  };

  // Plans every trade that is not on record. A request of which nothing is on record is refused whole when one of its
  // trades is not acceptable; of one that was begun, each trade has its own answer. Errors: the first trade's that is
  // not acceptable; problems() holds all of them.
  Status plan(Tools& tools, PlanningRound& round);

  // Of the trades that are not acceptable, each with its own field; at most kProblemsMax.
  [[nodiscard]] const std::vector<Error>& problems() const { return problems_; }

  // How many trades are to be created.
  [[nodiscard]] std::size_t new_trades() const { return new_trades_; }

  // Moves them behind `trades`, in the request's order.
  void hand_over(std::vector<NewTrade>& trades);

  // The engine does not create the `nth` of them.
  void refuse(std::size_t nth, Error error);

  // Whether something may be on record for this request.
  [[nodiscard]] bool is_on_record() const { return was_known() || (is_handed_over_ && refused_ < new_trades_); }

  // 201; 207 where some of several trades were not created; else the first one's problem.
  transport::Response answer();

 private:
  struct Item {
    TradeId id;
    std::uint32_t begin = 0;  // of its text in text_
    std::uint32_t end = 0;
    bool is_new = false;
  };

  CreateOrder() = default;

  [[nodiscard]] bool was_known() const { return !known_.empty(); }

  [[nodiscard]] PlanPtr find_known(std::size_t item) const;
  Status plan_all(const json::Value& root, Tools& tools, PlanningRound& round);
  Status plan_item(std::size_t index, const json::Value& value, CreatedTradeForms& forms, PlanningRound& round);
  [[nodiscard]] const Error* error_of(std::size_t item) const;
  [[nodiscard]] std::string text_with_problems() const;

  RequestPtr request_;
  std::string key_;
  Hash32 digest_;
  std::vector<std::pair<std::uint32_t, PlanPtr>> known_;
  bool is_array_ = false;
  std::vector<Item> items_;
  std::vector<std::pair<std::size_t, Error>> errors_;  // why items are not created, by index; in no order
  std::vector<NewTrade> planned_;
  std::string text_;  // of the answer, if every planned trade is created
  std::vector<Error> problems_;
  std::size_t new_trades_ = 0;
  std::size_t refused_ = 0;
  bool is_handed_over_ = false;
};

}  // namespace clearspan::gateway
