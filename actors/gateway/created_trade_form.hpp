// The answer to a trade's creation, written quickly. Trades of one shape (the same scenario, terms, ledgers and assets)
// are answered with the same text but for what differs from trade to trade. So the text is written once, by
// write_created_trade, for a plan that has stand-ins in those places, and is cut where they stand:
//
//   {"id":"[id]","scenario":"payment",...,"payer":"[payer of leg 0]",...
//
// What comes out is what write_created_trade writes, byte for byte; a form that does not repeat the text of the plan
// that it was made for is not used.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "actors/gateway/ledger_board.hpp"
#include "core/trade/plan.hpp"

namespace clearspan::gateway {

class CreatedTradeForm {
 public:
  // For all plans of the example's shape, which has at most kLegsMax legs and is no return. The ledgers' traits stay as
  // they are for as long as the form is used.
  CreatedTradeForm(const Plan& example, const LedgerBoard& board);

  // Whether the plan is of the same shape.
  [[nodiscard]] bool fits(const Plan& plan) const;

  [[nodiscard]] bool is_usable() const { return !pieces_.empty(); }

  // Appends the text; only for plans that fit a form that is usable.
  void write(const Plan& plan, std::string& out);

  static constexpr std::size_t kLegsMax = 2;  // trades with more legs are rare, and cutting takes long

 private:
  // Constant text, and the value that follows it.
  struct Piece {
    std::string_view text;
    std::size_t value = 0;
  };

  struct TimeText {
    Timestamp time{Millis::min()};
    std::string text;
  };

  class ValueTexts;

  void cut(const Plan& model, const LedgerBoard& board);
  static std::string_view text_of(Timestamp time, TimeText& last);

  Plan shape_;
  std::string text_;           // of the model
  std::vector<Piece> pieces_;  // none: not usable
  std::string_view end_;       // constant text behind the last value
  TimeText created_;           // many trades are made in the same moment, with the same window
  TimeText until_;
};

// The forms of the shapes that were asked for lately.
class CreatedTradeForms {
 public:
  // Appends the answer to the plan's creation.
  void write(const Plan& plan, const LedgerBoard& board, std::string& out);

 private:
  std::vector<std::unique_ptr<CreatedTradeForm>> forms_;
  std::size_t next_form_ = 0;  // to be replaced when there are too many
};

}  // namespace clearspan::gateway
