#include "actors/monitor/await_register.hpp"

#include <algorithm>

#include "core/trade/deposit.hpp"

namespace clearspan::actors {

AwaitRegister::Await& AwaitRegister::at(const MovementKey& key, LedgerTime not_after) {
  const auto [entry, is_new] = awaits_.try_emplace(key, Await{not_after, {}, 0, {}, {}});
  Await& await = entry->second;
  if (is_new || await.not_after < not_after) {
    await.not_after = not_after;
    if (not_after != kNever) by_end_[not_after].push_back(key);
  }
  return await;
}

void AwaitRegister::expect(const MovementKey& key, const HoldKey& hold_key, std::uint8_t attempt, const TxnId& txn,
                           LedgerTime not_after) {
  if (const auto ended = ended_.find(key); ended != ended_.end() && attempt <= ended->second) return;
  Await& await = at(key, not_after);
  await.attempt = std::max(await.attempt, attempt);
  if (std::find(await.txns.begin(), await.txns.end(), txn) == await.txns.end()) {
    await.txns.push_back(txn);
    TxnMovements& movements = by_txn_[txn];
    movements.keys.push_back(key);
    ++movements.expected;
  }
  if (!hold_key.is_zero()) {
    await.hold_key = hold_key;
    by_hold_.insert_or_assign(hold_key, key);
  }
}

void AwaitRegister::expect_deposit(const MovementKey& key, LegPtr leg) {
  if (ended_.contains(key)) return;
  at(key, leg->not_after).deposit = std::move(leg);
}

bool AwaitRegister::is_deposit(const MovementKey& key, const Outcome& outcome) const {
  const auto found = awaits_.find(key);
  return found != awaits_.end() && found->second.deposit && outcome.ok &&
         !reason_to_return(*found->second.deposit, outcome, false);
}

MovementKey AwaitRegister::key_of(const Outcome& outcome) const {
  if (outcome.kind == MovementKind::release || outcome.kind == MovementKind::refund) {
    const auto found = by_hold_.find(outcome.hold_key);
    if (found != by_hold_.end()) return {found->second.ref, outcome.kind};
  }
  return {outcome.ref, outcome.kind};
}

bool AwaitRegister::is_in(const MovementKey& key, const TxnId& txn) const {
  const auto found = awaits_.find(key);
  if (found == awaits_.end()) return false;
  const std::vector<TxnId>& txns = found->second.txns;
  return std::find(txns.begin(), txns.end(), txn) != txns.end();
}

std::vector<MovementKey> AwaitRegister::movements_in(const TxnId& txn) const {
  std::vector<MovementKey> keys;
  const auto found = by_txn_.find(txn);
  if (found == by_txn_.end()) return keys;
  for (const MovementKey& key : found->second.keys) {
    if (is_in(key, txn)) keys.push_back(key);
  }
  return keys;
}

HoldKey AwaitRegister::hold_key_of(const MovementKey& key) const {
  const auto found = awaits_.find(key);
  return found == awaits_.end() ? HoldKey{} : found->second.hold_key;
}

void AwaitRegister::end(const MovementKey& key) {
  const auto found = awaits_.find(key);
  if (found == awaits_.end()) return;
  ended_[key] = found->second.attempt;
  take_out(key);
}

void AwaitRegister::forget(const MovementKey& key) {
  take_out(key);
  ended_.erase(key);
}

void AwaitRegister::take_out(const MovementKey& key) {
  const auto found = awaits_.find(key);
  if (found == awaits_.end()) return;
  for (const TxnId& txn : found->second.txns) {
    const auto movements = by_txn_.find(txn);
    if (--movements->second.expected == 0) by_txn_.erase(movements);
  }
  if (!found->second.hold_key.is_zero()) by_hold_.erase(found->second.hold_key);
  awaits_.erase(found);
}

std::vector<MovementKey> AwaitRegister::take_dead(LedgerTime time) {
  std::vector<MovementKey> dead;
  while (!by_end_.empty() && by_end_.begin()->first < time) {
    for (const MovementKey& key : by_end_.begin()->second) {
      const auto found = awaits_.find(key);
      if (found == awaits_.end() || !(found->second.not_after < time)) continue;
      end(key);
      dead.push_back(key);
    }
    by_end_.erase(by_end_.begin());
  }
  return dead;
}

}  // namespace clearspan::actors
