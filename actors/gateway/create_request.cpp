#include "actors/gateway/create_request.hpp"

#include <utility>

#include "actors/gateway/limits.hpp"
#include "codecs/json/object_reader.hpp"

namespace clearspan::gateway {
namespace {

using json::ObjectReader;
using json::Value;

// A name that somebody configured; what it stands for is looked up later.
Result<std::string_view> read_name(ObjectReader& reader, std::string_view key) {
  CLEARSPAN_TRY(const std::string_view text, reader.string(key));
  if (text.empty()) return reader.error(key, ErrorCode::invalid_value, "the name is empty");
  if (text.size() > kNameBytesMax) {
    return reader.error(key, ErrorCode::too_large, "a name has at most " + std::to_string(kNameBytesMax) + " bytes");
  }
  return text;
}

Result<std::optional<Timestamp>> read_time(ObjectReader& reader, std::string_view key) {
  CLEARSPAN_TRY(const std::optional<std::string_view> text, reader.optional_string(key));
  if (!text) return std::optional<Timestamp>{};
  const std::optional<Timestamp> time = parse_rfc3339(*text);
  if (!time) {
    return reader.error(key, ErrorCode::invalid_value, "a time is written as in 2026-11-21T09:30:00Z (RFC 3339, UTC)");
  }
  return time;
}

Result<Placement> read_placement(ObjectReader& reader, std::string_view key) {
  CLEARSPAN_TRY(const std::string_view text, reader.string(key));
  for (const Placement placement : {Placement::engine, Placement::payer}) {
    if (text == to_string(placement)) return placement;
  }
  return reader.error(key, ErrorCode::invalid_value, "it is \"engine\" or \"payer\"");
}

// A JSON number is never money: what a client's own parser did to it is unknown. Say what is wrong with this one.
Error number_instead_of_units(const Value& value) {
  constexpr std::string_view kHint = "units are a string of digits, such as \"1250\"";
  if (value.kind() == json::Kind::real) return value.error(ErrorCode::amount_fractional, std::string(kHint));
  const Result<std::int64_t> number = value.i64();
  if (number.ok() && *number < 0) return value.error(ErrorCode::amount_negative, std::string(kHint));
  return value.error(ErrorCode::wrong_type, std::string(kHint));
}

Result<Amount> read_units(ObjectReader& reader) {
  CLEARSPAN_TRY(const Value value, reader.required("units"));
  if (value.kind() == json::Kind::integer || value.kind() == json::Kind::real) return number_instead_of_units(value);
  CLEARSPAN_TRY(const std::string_view text, value.string());
  Result<Amount> amount = parse_amount(text);
  if (!amount.ok()) return reader.error("units", amount.error().code, amount.error().detail);
  return amount;
}

Result<StatedAmount> read_amount(ObjectReader& trade) {
  CLEARSPAN_TRY(const Value value, trade.required("amount"));
  CLEARSPAN_TRY(ObjectReader reader, ObjectReader::open(value));
  CLEARSPAN_TRY(const Amount units, read_units(reader));
  CLEARSPAN_TRY(const std::uint64_t scale, reader.u64("scale"));
  CLEARSPAN_CHECK_OK(reader.finish());
  return StatedAmount{units, scale};
}

Status read_payment(ObjectReader& reader, PaymentBody& body) {
  CLEARSPAN_TRY(body.payer, read_name(reader, "payer"));
  CLEARSPAN_TRY(body.merchant, read_name(reader, "merchant"));
  CLEARSPAN_TRY(body.profile, read_name(reader, "profile"));
  CLEARSPAN_TRY(body.amount, read_amount(reader));
  CLEARSPAN_TRY(body.placed_by, read_placement(reader, "placed_by"));
  CLEARSPAN_TRY(body.deadline, read_time(reader, "deadline"));
  CLEARSPAN_TRY(body.reclaim_after, read_time(reader, "reclaim_after"));
  if (reader.optional("asset")) {
    CLEARSPAN_TRY(body.asset, read_name(reader, "asset"));
  }
  return Done{};
}

Result<PvpBodyLeg> read_leg(const Value& value) {
  CLEARSPAN_TRY(ObjectReader reader, ObjectReader::open(value));
  PvpBodyLeg leg;
  CLEARSPAN_TRY(leg.ledger, read_name(reader, "ledger"));
  CLEARSPAN_TRY(leg.asset, read_name(reader, "asset"));
  CLEARSPAN_TRY(leg.amount, read_amount(reader));
  CLEARSPAN_TRY(leg.from, read_name(reader, "from"));
  CLEARSPAN_TRY(leg.to, read_name(reader, "to"));
  CLEARSPAN_TRY(leg.placed_by, read_placement(reader, "placed_by"));
  CLEARSPAN_CHECK_OK(reader.finish());
  return leg;
}

Status read_pvp(ObjectReader& reader, PvpBody& body) {
  CLEARSPAN_TRY(const json::Array legs, reader.array("legs"));
  if (legs.size() < 2 || legs.size() > kLegsMax) {
    return reader.error("legs", ErrorCode::invalid_value, "a trade has 2 to " + std::to_string(kLegsMax) + " legs");
  }
  for (const Value leg : legs) {
    CLEARSPAN_TRY(PvpBodyLeg read, read_leg(leg));
    body.legs.push_back(std::move(read));
  }
  CLEARSPAN_TRY(body.deadline, read_time(reader, "deadline"));
  CLEARSPAN_TRY(body.reclaim_after, read_time(reader, "reclaim_after"));
  return Done{};
}

}  // namespace

Result<BodyShape> shape_of(const Value& root) {
  if (!root.is_array()) return BodyShape{};
  const std::size_t count = root.if_array()->size();
  if (count == 0) return root.error(ErrorCode::missing_field, "the array asks for no trade");
  if (count > kTradesPerRequestMax) {
    return root.error(ErrorCode::too_large,
                      "one request creates at most " + std::to_string(kTradesPerRequestMax) + " trades");
  }
  return BodyShape{true, count};
}

Result<TradeBody> read_trade_body(const Value& item) {
  CLEARSPAN_TRY(ObjectReader reader, ObjectReader::open(item));
  CLEARSPAN_TRY(const std::string_view scenario, reader.string("scenario"));
  TradeBody body;
  if (scenario == "payment") {
    CLEARSPAN_CHECK_OK(read_payment(reader, body.emplace<PaymentBody>()));
  } else if (scenario == "pvp") {
    CLEARSPAN_CHECK_OK(read_pvp(reader, body.emplace<PvpBody>()));
  } else {
    return reader.error("scenario", ErrorCode::unknown_scenario, "it is \"payment\" or \"pvp\"");
  }
  CLEARSPAN_CHECK_OK(reader.finish());
  return body;
}

}  // namespace clearspan::gateway
