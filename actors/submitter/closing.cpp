// What became of signed txns: the closing half of the submitter.
#include <spdlog/spdlog.h>

#include <algorithm>

#include "actors/submitter/submitter.hpp"
#include "core/base/kill_point.hpp"

namespace clearspan::actors {

void Submitter::on_final_block(const FinalBlock& final_block) {
  const VerifiedBlock& block = *final_block.block;
  for (const IncludedTxn& txn : block.txns) {
    if (const auto found = flights_.find(txn.id); found != flights_.end()) {
      record_anchored(found->second, final_block, txn);
      close(found->second, block, true);
      for (const TxnId& rival : rivals_of(found->second)) close(flights_.at(rival), block, false);
      continue;
    }
    if (!ledger_.traits.has_sequence) continue;
    // Somebody else used the account's key: what we signed at this number can never be included.
    const auto slot = by_sequence_.find({txn.sender, txn.sequence});
    if (slot == by_sequence_.end()) continue;
    std::map<std::uint16_t, MovementsDead> dead;
    for (const TxnId& id : slot->second) {
      Flight& flight = flights_.at(id);
      if (flight.closed_at) continue;
      for (const Movement& movement : flight.movements) {
        MovementsDead& message = dead[shard_of(trade_of(movement.ref), shard_.count)];
        message.movements.push_back(key_of(movement));
        message.in = final_block;
        message.txn = txn.index;
      }
      close(flight, block, false);
    }
    for (auto& [shard, message] : dead) send(ledger_.monitors[shard], std::move(message));
  }
  for (auto& [id, flight] : flights_) {
    const bool is_dead = flight.txn.not_after < block.time;
    const bool was_used_up = flight.used_up_by && *flight.used_up_by <= block.height;
    if (!flight.closed_at && (is_dead || was_used_up)) close(flight, block, false);
  }
  forget_closed();
  watch_solvency(block);
}

// An anchor's txn does one thing, so its effect is the first.
void Submitter::record_anchored(const Flight& flight, const FinalBlock& final_block, const IncludedTxn& txn) {
  if (!flight.anchor || flight.closed_at || !txn.ok) return;
  BlockProof proof = make_block_proof(final_block, {txn.index});
  if (!evidence::fits_attachment(proof)) {
    spdlog::warn("ledger {}: the proof of an anchor has {} bytes and is left out; the next anchor takes its place",
                 ledger_.traits.id.text, evidence::attachment_bytes(proof));
    return;
  }
  const VerifiedBlock& block = *final_block.block;
  const Timestamp now = shard_.clock->now();
  Append append;
  append.records.push_back({now, evidence::LedgerProof{std::move(proof)}});
  append.records.push_back({now, evidence::Anchored{ledger_.traits.id,
                                                    flight.anchor->size,
                                                    flight.anchor->root,
                                                    {block.height, block.hash, txn.id, txn.index, 0}}});
  kill_point(KillPoint::anchor_before_append);
  send(flight.anchor->writer, std::move(append));
}

std::vector<TxnId> Submitter::rivals_of(const Flight& flight) const {
  std::vector<TxnId> rivals;
  if (!ledger_.traits.has_sequence) return rivals;
  for (const TxnId& id : by_sequence_.at({flight.txn.signer, flight.txn.sequence})) {
    if (id != flight.txn.id && !flights_.at(id).closed_at) rivals.push_back(id);
  }
  return rivals;
}

void Submitter::close(Flight& flight, const VerifiedBlock& block, bool included) {
  flight.closed_at = block.height;
  if (!included) {
    // A monitor that heard of this txn after that block says so with the next one.
    flight.closed_at = Height{std::max(block.height.value, ledger_.head.final_height.load()) + 1};
    // A replacement of it may have taken effect: its movements stay promised until that one is closed.
    for (const Movement& movement : flight.movements) {
      const auto known = known_.find(key_of(movement));
      if (known != known_.end() && known->second.txn == flight.txn.id) funds_.release(known->first);
    }
    return;
  }
  for (const Outcome& outcome : block.outcomes) {
    if (outcome.ok && outcome.position.txn == flight.txn.id) funds_.spent({outcome.ref, outcome.kind}, block.height);
  }
  for (const Movement& movement : flight.movements) funds_.release(key_of(movement));
}

// A closed txn is forgotten, and its closing recorded, once every shard has handled the block that closed it.
void Submitter::forget_closed() {
  const Height handled = ledger_.durable_everywhere();
  Append append;
  for (auto entry = flights_.begin(); entry != flights_.end();) {
    const Flight& flight = entry->second;
    if (!flight.closed_at || *flight.closed_at > handled) {
      ++entry;
      continue;
    }
    append.records.push_back({shard_.clock->now(), evidence::TxnClosed{ledger_.traits.id, flight.txn.id}});
    for (const MovementKey& key : flight.txn.movements) {
      const auto known = known_.find(key);
      if (known != known_.end() && known->second.txn == flight.txn.id && known->second.trade_is_over) {
        known_.erase(known);
      }
    }
    if (const auto slot = by_sequence_.find({flight.txn.signer, flight.txn.sequence}); slot != by_sequence_.end()) {
      std::erase(slot->second, flight.txn.id);
      if (slot->second.empty()) by_sequence_.erase(slot);
    }
    entry = flights_.erase(entry);
  }
  if (append.records.empty()) return;
  kill_point(KillPoint::txn_closed);
  ledger_.head.txns_outstanding = flights_.size();
  send(shard_.writer, std::move(append));
}

}  // namespace clearspan::actors
