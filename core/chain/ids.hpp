// The identities of things on ledgers and in trades, each a type of its own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.hpp"
#include "core/base/strong.hpp"

namespace clearspan {

using LedgerId = Name<struct LedgerIdTag>;    // as configured: "a-coin"
using AccountId = Name<struct AccountIdTag>;  // in the ledger's own notation: "alice", "0x52908400098527886e0f7030..."
using AssetId = Name<struct AssetIdTag>;      // as configured for the ledger: "ACN"

using Height = Ordinal<struct HeightTag>;          // of a block; the first has height 0
using LedgerTime = Ordinal<struct LedgerTimeTag>;  // on one ledger's own clock: a height or Unix seconds (ClockKind)
using Sequence = Ordinal<struct SequenceTag>;      // of a signed txn within its account; EVM calls it nonce

struct BlockHashTag;
using BlockHash = FixedBytes<BlockHashTag, 32>;
struct TxnIdTag;
using TxnId = FixedBytes<TxnIdTag, 32>;
struct TradeIdTag;
using TradeId = FixedBytes<TradeIdTag, 16>;  // 48 bits of milliseconds, then randomness: sorts by creation

// The ledger's own name for one hold, learned from the verified block that contains it. Bound to the hold's content.
struct HoldKeyTag;
using HoldKey = FixedBytes<HoldKeyTag, 32>;

// The name that a movement carries on its ledger. It says whose it is: 16 bytes trade id, 2 bytes leg (big-endian), 14
// bytes engine tag, so that the effect of any txn is routed by its own content and another engine's are left alone.
struct OperationRefTag;
using OperationRef = FixedBytes<OperationRefTag, 32>;

struct EngineTagTag;
using EngineTag = FixedBytes<EngineTagTag, 14>;

using LegIndex = std::uint16_t;

OperationRef make_operation_ref(const TradeId& trade, LegIndex leg, const EngineTag& engine);
TradeId trade_of(const OperationRef& ref);

// The last bytes of a trade's id decide where it lives.
inline constexpr std::size_t kTradeIdShardBytes = 2;
LegIndex leg_of(const OperationRef& ref);
EngineTag engine_of(const OperationRef& ref);

// 32 lower-case hexadecimal digits.
std::string to_string(const TradeId& id);
std::optional<TradeId> parse_trade_id(std::string_view text);

}  // namespace clearspan
