// The body of POST /v1/trades: one request for a trade, or an array of them. Reading checks the form only; what the
// names in it stand for is the planner's business (planning_round.hpp). Names are views of the document that was read.
//
//   {"scenario": "payment", "payer", "merchant", "profile", "amount": {"units": "1250", "scale": 2}, "placed_by",
//    "deadline"?, "reclaim_after"?, "asset"?}
//   {"scenario": "pvp", "legs": [{"ledger", "asset", "amount", "from", "to", "placed_by"}, ...], "deadline"?,
//    "reclaim_after"?}
#pragma once

#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "codecs/json/value.hpp"
#include "core/base/clock.hpp"
#include "core/money/amount.hpp"
#include "core/trade/plan.hpp"

namespace clearspan::gateway {

struct StatedAmount {
  Amount units;
  std::uint64_t scale = 0;
};

struct PaymentBody {
  std::string_view payer;
  std::string_view merchant;
  std::string_view profile;
  StatedAmount amount;
  Placement placed_by = Placement::engine;
  std::optional<Timestamp> deadline;
  std::optional<Timestamp> reclaim_after;
  std::optional<std::string_view> asset;  // what the client believes the merchant's asset to be
};

struct PvpBodyLeg {
  std::string_view ledger;
  std::string_view asset;
  StatedAmount amount;
  std::string_view from;
  std::string_view to;
  Placement placed_by = Placement::engine;
};

struct PvpBody {
  std::vector<PvpBodyLeg> legs;
  std::optional<Timestamp> deadline;
  std::optional<Timestamp> reclaim_after;
};

using TradeBody = std::variant<PaymentBody, PvpBody>;

// How many trades the body asks for, and whether as an array. Errors: wrong_type, missing_field for none, too_large.
struct BodyShape {
  bool is_array = false;
  std::size_t trades = 1;
};

Result<BodyShape> shape_of(const json::Value& root);

// Errors carry the pointer of the offending field in the whole body.
Result<TradeBody> read_trade_body(const json::Value& item);

}  // namespace clearspan::gateway
