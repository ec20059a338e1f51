#include "ledgers/ethereum/decoder.hpp"

#include <limits>

#include "ledgers/ethereum/notation.hpp"
#include "ledgers/ethereum/outcome.hpp"
#include "ledgers/ethereum/proof.hpp"

namespace clearspan::ethereum {
namespace {

// Seconds that still fit in a Timestamp's milliseconds; no honest block comes near.
constexpr std::uint64_t kSecondsMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) / 1000;

}  // namespace

Decoder::Decoder(const EvmOptions& options, const Assets& assets, std::set<Address> ours)
    : options_(options), assets_(assets), ours_(std::move(ours)) {}

Result<VerifiedBlock> Decoder::decode(const RawBlock& raw) const {
  CLEARSPAN_TRY(const EthereumBlock block, decode_block(raw.block_json, raw.receipts_json));
  if (block.header.number != raw.height.value) {
    return make_error(ErrorCode::not_a_block, "the block of another height: " + std::to_string(block.header.number),
                      "/number");
  }
  if (block.header.timestamp > kSecondsMax) {
    return make_error(ErrorCode::not_a_block, "the time is out of range", "/timestamp");
  }
  VerifiedBlock out;
  out.ledger = options_.ledger;
  out.height = raw.height;
  out.hash = block.hash;
  out.parent = block.header.parent_hash;
  out.time = LedgerTime{block.header.timestamp};
  out.timestamp = Timestamp(std::chrono::seconds(static_cast<std::int64_t>(block.header.timestamp)));
  out.txn_count = static_cast<std::uint32_t>(block.txns.size());
  out.bytes = raw.block_json.size() + raw.receipts_json.size();
  std::set<std::uint32_t> proven;
  for (std::size_t index = 0; index < block.txns.size(); ++index) {
    CLEARSPAN_CHECK_OK(add_txn(out, block, index));
    CLEARSPAN_CHECK_OK(add_outcomes(out, block, index));
    CLEARSPAN_TRY(const bool has_anchor, has_our_anchor(block, index));
    if (has_anchor) proven.insert(static_cast<std::uint32_t>(index));
  }
  for (const IncludedTxn& txn : out.txns) proven.insert(txn.index);
  for (const Outcome& outcome : out.outcomes) proven.insert(outcome.position.txn_index);
  const ByteView header = block.bytes.view(block.header_bytes);
  out.header.assign(header.begin(), header.end());
  out.proofs = prove_txns(block, {proven.begin(), proven.end()});
  return out;
}

// Recovering a sender costs more than all hashes of a txn, so it is done where it matters. The node's word for who sent
// a txn decides only whether we look: a lie hides a txn that takes a sequence number out of use, and never makes one.
Status Decoder::add_txn(VerifiedBlock& out, const EthereumBlock& block, std::size_t index) const {
  const BlockTxn& txn = block.txns[index];
  const bool is_call = txn.txn.to == options_.escrow;
  if (!is_call && !(txn.claimed_from && ours_.contains(*txn.claimed_from))) return Done{};
  CLEARSPAN_TRY(const Address sender, sender_of(txn.txn, HighS::refused));
  if (!is_call && !ours_.contains(sender)) return Done{};
  IncludedTxn included;
  included.id = txn.id;
  included.index = static_cast<std::uint32_t>(index);
  included.ok = block.receipts[index].succeeded.value_or(false);
  included.sender = account_of(sender);
  included.sequence = Sequence{txn.txn.nonce};
  out.txns.push_back(std::move(included));
  return Done{};
}

Status Decoder::add_outcomes(VerifiedBlock& out, const EthereumBlock& block, std::size_t index) const {
  if (!block.receipts[index].succeeded.value_or(false)) return Done{};
  const auto logs = block.logs_of(index);
  for (std::size_t i = 0; i < logs.size(); ++i) {
    const Log& log = logs[i];
    if (log.address != options_.escrow) continue;
    auto event = decode_log(std::span(log.topics).first(log.topic_count), log.data);
    if (!event.ok()) return make_error(ErrorCode::receipt_malformed, event.error().detail, "/" + std::to_string(index));
    if (!event->has_value()) continue;
    const BlockPosition position{out.height, out.hash, block.txns[index].id, static_cast<std::uint32_t>(index),
                                 static_cast<std::uint32_t>(i)};
    Outcome outcome = outcome_of(**event, assets_, position);
    if (outcome.ok) add_held(out.held, outcome.kind, outcome.asset.text, outcome.amount);
    if (concerns_us(**event)) out.outcomes.push_back(std::move(outcome));
  }
  return Done{};
}

// What the anchor says is read from its proof, by whoever wants to know.
Result<bool> Decoder::has_our_anchor(const EthereumBlock& block, std::size_t index) const {
  if (!block.receipts[index].succeeded.value_or(false)) return false;
  for (const Log& log : block.logs_of(index)) {
    if (log.address != options_.escrow) continue;
    auto anchor = decode_anchor(std::span(log.topics).first(log.topic_count), log.data);
    if (!anchor.ok()) {
      return make_error(ErrorCode::receipt_malformed, anchor.error().detail, "/" + std::to_string(index));
    }
    if (anchor->has_value() && ours_.contains((*anchor)->by)) return true;
  }
  return false;
}

bool Decoder::concerns_us(const EscrowEvent& event) const {
  if (engine_of(ref_of(event)) != options_.engine) return false;
  const Failed* failed = std::get_if<Failed>(&event);
  return failed == nullptr || ours_.contains(failed->by);
}

}  // namespace clearspan::ethereum
