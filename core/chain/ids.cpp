#include "core/chain/ids.hpp"

namespace clearspan {
namespace {

constexpr std::size_t kLegOffset = TradeId::kSize;
constexpr std::size_t kEngineOffset = kLegOffset + 2;
static_assert(kEngineOffset + EngineTag::kSize == OperationRef::kSize);

}  // namespace

OperationRef make_operation_ref(const TradeId& trade, LegIndex leg, const EngineTag& engine) {
  OperationRef ref;
  std::copy(trade.bytes.begin(), trade.bytes.end(), ref.bytes.begin());
  ref.bytes[kLegOffset] = static_cast<std::uint8_t>(leg >> 8);
  ref.bytes[kLegOffset + 1] = static_cast<std::uint8_t>(leg & 0xff);
  std::copy(engine.bytes.begin(), engine.bytes.end(), ref.bytes.begin() + kEngineOffset);
  return ref;
}

TradeId trade_of(const OperationRef& ref) {
  TradeId trade;
  std::copy_n(ref.bytes.begin(), TradeId::kSize, trade.bytes.begin());
  return trade;
}

LegIndex leg_of(const OperationRef& ref) {
  return static_cast<LegIndex>((ref.bytes[kLegOffset] << 8) | ref.bytes[kLegOffset + 1]);
}

EngineTag engine_of(const OperationRef& ref) {
  EngineTag engine;
  std::copy_n(ref.bytes.begin() + kEngineOffset, EngineTag::kSize, engine.bytes.begin());
  return engine;
}

std::string to_string(const TradeId& id) {
  return to_hex(id.view());
}

std::optional<TradeId> parse_trade_id(std::string_view text) {
  TradeId id;
  if (!from_hex(text, id.bytes) || to_string(id) != text) return std::nullopt;  // one id has one spelling
  return id;
}

}  // namespace clearspan
