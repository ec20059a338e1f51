// What became of signed txns: the closing half of the submitter.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <span>

#include "actors/submitter/submitter.hpp"
#include "core/base/kill_point.hpp"

namespace clearspan::actors {
namespace {

std::span<const Outcome> outcomes_of(const VerifiedBlock& block, std::uint32_t txn) {
  const auto index_of = [](const Outcome& outcome) { return outcome.position.txn_index; };
  const auto first = std::ranges::lower_bound(block.outcomes, txn, {}, index_of);
  return {first, std::ranges::upper_bound(first, block.outcomes.end(), txn, {}, index_of)};
}

}  // namespace

void Submitter::on_final_block(const FinalBlock& final_block) {
  const VerifiedBlock& block = *final_block.block;
  for (const IncludedTxn& txn : block.txns) {
    if (const auto found = flights_.find(txn.id); found != flights_.end()) {
      record_anchored(found->second, final_block, txn);
      close_included(found->second, block, txn.index);
      for (const TxnId& rival : rivals_of(found->second)) close(flights_.at(rival), block);
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
      close(flight, block);
    }
    for (auto& [shard, message] : dead) caf::anon_send(ledger_.monitors[shard], std::move(message));
  }
  // Of what is not recorded no monitor has heard yet, so none could say what became of it.
  for (auto& [id, flight] : flights_) {
    if (flight.closed_at || !flight.recorded_at) continue;
    const bool is_dead = flight.txn.not_after < block.time;
    const bool was_used_up = flight.used_up_by && *flight.used_up_by <= block.height && is_of_no_live_trade(flight);
    if (is_dead || was_used_up) close(flight, block);
  }
  forget_closed();
  watch_solvency(block);
}

// The number that was read counts blocks that nobody here may know yet, or that go again: what it says of a txn may be
// this txn itself, on its way to being final. Closed too soon, it would be unknown after a restart and its movements
// signed again. A trade that is over has seen the end of each of its movements.
bool Submitter::is_of_no_live_trade(const Flight& flight) const {
  return std::all_of(flight.movements.begin(), flight.movements.end(), [&](const Movement& movement) {
    const KnownLeg* const leg = known_.find(movement.ref);
    return leg == nullptr || leg->trade_is_over;
  });
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
  caf::anon_send(flight.anchor->writer, std::move(append));
}

std::vector<TxnId> Submitter::rivals_of(const Flight& flight) const {
  std::vector<TxnId> rivals;
  if (!ledger_.traits.has_sequence) return rivals;
  for (const TxnId& id : by_sequence_.at({flight.txn.signer, flight.txn.sequence})) {
    if (id != flight.txn.id && !flights_.at(id).closed_at) rivals.push_back(id);
  }
  return rivals;
}

void Submitter::close_included(Flight& flight, const VerifiedBlock& block, std::uint32_t txn) {
  flight.closed_at = block.height;
  const auto settle = [&](const Outcome& outcome) {
    if (outcome.ok && takes_funds(outcome.kind)) funds_.spent({outcome.ref, outcome.kind}, block.height);
  };
  for_each_ahead(
      outcomes_of(block, txn), settle,
      [this](const Outcome& outcome) {
        funds_.fetch_slot({outcome.ref, outcome.kind});
      },
      [this](const Outcome& outcome) {
        funds_.fetch_entry({outcome.ref, outcome.kind});
      });
  for (const Movement& movement : flight.movements) {
    if (takes_funds(movement.kind)) funds_.release(key_of(movement));
  }
}

// Without having been included.
void Submitter::close(Flight& flight, const VerifiedBlock& block) {
  // A monitor that heard of this txn after that block says so with the next one.
  flight.closed_at = Height{std::max(block.height.value, ledger_.head.final_height.load()) + 1};
  // A replacement of it may have taken effect: its movements stay promised until that one is closed.
  for (const Movement& movement : flight.movements) {
    const Known* const known = find_known(key_of(movement));
    if (known != nullptr && known->txn == flight.txn.id) funds_.release(key_of(movement));
  }
}

template <class Which>
void Submitter::forget_known(KnownLeg& leg, const Which& is_landed) {
  while (const Known* const known = leg.movements.find(is_landed)) leg.movements.erase(known);
  if (leg.movements.empty()) known_.erase(OperationRef(leg.ref));
}

// What is in flight stays known until it is closed.
void Submitter::forget(const LegOver& over) {
  KnownLeg* const leg = known_.find(over.ref);
  if (leg == nullptr) return;
  leg->trade_is_over = true;
  forget_known(*leg, [this](const Known& known) { return !flights_.contains(known.txn); });
}

// Of trades that are over.
void Submitter::forget_movements(const SignedTxn& txn) {
  const auto forget_if_over = [&](const MovementKey& key) {
    KnownLeg* const leg = known_.find(key.ref);
    if (leg == nullptr || !leg->trade_is_over) return;
    forget_known(*leg, [&txn](const Known& known) { return known.txn == txn.id; });
  };
  for_each_ahead(
      txn.movements, forget_if_over, [this](const MovementKey& key) { known_.fetch_slot(key.ref); },
      [this](const MovementKey& key) { known_.fetch_entry(key.ref); });
}

// A closed txn is forgotten, and its closing recorded, once every shard has handled the block that closed it.
void Submitter::forget_closed() {
  const Height handled = ledger_.durable_everywhere();
  Append append;
  for (auto entry = flights_.begin(); entry != flights_.end();) {
    Flight& flight = entry->second;
    if (!flight.closed_at || *flight.closed_at > handled) {
      ++entry;
      continue;
    }
    count_answered(flight);
    append.records.push_back({shard_.clock->now(), evidence::TxnClosed{ledger_.traits.id, flight.txn.id}});
    forget_movements(flight.txn);
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
