#include "actors/monitor/await_register.hpp"

#include <algorithm>
#include <utility>

#include "core/trade/deposit.hpp"

namespace clearspan::actors {

const AwaitRegister::Await* AwaitRegister::find_expected(const MovementKey& key) const {
  const Await* const await = awaits_.find(key);
  return await != nullptr && await->is_expected ? await : nullptr;
}

void AwaitRegister::expect_until(Await& await, LedgerTime not_after) {
  if (std::exchange(await.is_expected, true) && not_after <= await.not_after) return;
  await.not_after = not_after;
  if (not_after != kNever) by_end_[not_after].push_back(await.key);
}

void AwaitRegister::expect(const MovementKey& key, const HoldKey& hold_key, std::uint8_t attempt, const TxnId& txn,
                           LedgerTime not_after) {
  Await& await = awaits_.find_or_insert(key);
  if (await.ended && attempt <= *await.ended) return;
  expect_until(await, not_after);
  await.attempt = std::max(await.attempt, attempt);
  if (std::find(await.txns.begin(), await.txns.end(), txn) == await.txns.end()) {
    await.txns.push_back(txn);
    TxnMovements& movements = by_txn_[txn];
    movements.keys.push_back(key);
    ++movements.expected;
  }
  if (!hold_key.is_zero()) {
    await.hold_key = hold_key;
    by_hold_.find_or_insert(hold_key).movement = key;
  }
}

void AwaitRegister::expect_deposit(const MovementKey& key, LegPtr leg) {
  Await& await = awaits_.find_or_insert(key);
  if (await.ended) return;
  expect_until(await, leg->not_after);
  await.deposit = std::move(leg);
}

bool AwaitRegister::is_deposit(const MovementKey& key, const Outcome& outcome) const {
  const Await* const await = find_expected(key);
  return await != nullptr && await->deposit && outcome.ok && !reason_to_return(*await->deposit, outcome, false);
}

MovementKey AwaitRegister::key_of(const Outcome& outcome) const {
  if (outcome.kind == MovementKind::release || outcome.kind == MovementKind::refund) {
    const OfHold* const found = by_hold_.find(outcome.hold_key);
    if (found != nullptr) return {found->movement.ref, outcome.kind};
  }
  return {outcome.ref, outcome.kind};
}

bool AwaitRegister::is_in(const MovementKey& key, const TxnId& txn) const {
  const Await* const await = find_expected(key);
  return await != nullptr && std::find(await->txns.begin(), await->txns.end(), txn) != await->txns.end();
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

void AwaitRegister::end(const MovementKey& key) {
  Await* const await = awaits_.find(key);
  if (await != nullptr && await->is_expected) take_out(*await);
}

void AwaitRegister::forget(const MovementKey& key) {
  Await* const await = awaits_.find(key);
  if (await == nullptr) return;
  if (await->is_expected) take_out(*await);
  awaits_.erase(key);
}

void AwaitRegister::take_out(Await& await) {
  for (const TxnId& txn : await.txns) {
    const auto movements = by_txn_.find(txn);
    if (--movements->second.expected == 0) by_txn_.erase(movements);
  }
  if (!await.hold_key.is_zero()) by_hold_.erase(await.hold_key);
  const std::uint8_t ended = await.attempt;
  await = {await.key, false, 0, ended, {}, {}, {}, nullptr};
}

std::vector<MovementKey> AwaitRegister::take_dead(LedgerTime time) {
  std::vector<MovementKey> dead;
  while (!by_end_.empty() && by_end_.begin()->first < time) {
    for (const MovementKey& key : by_end_.begin()->second) {
      Await* const await = awaits_.find(key);
      if (await == nullptr || !await->is_expected || time <= await->not_after) continue;
      take_out(*await);
      dead.push_back(key);
    }
    by_end_.erase(by_end_.begin());
  }
  return dead;
}

}  // namespace clearspan::actors
