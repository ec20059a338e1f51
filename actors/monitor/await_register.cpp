#include "actors/monitor/await_register.hpp"

#include <algorithm>
#include <utility>

#include "core/trade/deposit.hpp"

namespace clearspan::actors {
namespace {

auto is_of(MovementKind kind) {
  return [kind](const auto& await) { return await.kind == kind; };
}

// Zero for an outcome that ends none.
HoldKey ended_hold(const Outcome& outcome) {
  const bool ends_hold = outcome.kind == MovementKind::release || outcome.kind == MovementKind::refund;
  return ends_hold ? outcome.hold_key : HoldKey{};
}

std::size_t index_of(MovementKind kind) {
  return static_cast<std::size_t>(kind);
}

}  // namespace

bool AwaitRegister::Await::is_in(const TxnId& txn) const {
  return txns.find([&txn](const Txn* one) { return one->id == txn; }) != nullptr;
}

const AwaitRegister::Await* AwaitRegister::find(const MovementKey& key) const {
  const LegAwaits* const leg = legs_.find(key.ref);
  return leg != nullptr ? leg->expected.find(is_of(key.kind)) : nullptr;
}

void AwaitRegister::dies_after(const MovementKey& key, LedgerTime not_after) {
  if (not_after != kNever) by_end_[not_after].push_back(key);
}

void AwaitRegister::expect(const MovementKey& key, const HoldKey& hold_key, std::uint8_t attempt, const TxnId& txn,
                           LedgerTime not_after) {
  LegAwaits& leg = legs_.find_or_insert(key.ref);
  if (const auto& ended = leg.ended[index_of(key.kind)]; ended && attempt <= *ended) return;
  Await* await = leg.expected.find(is_of(key.kind));
  const bool is_new = await == nullptr;
  if (is_new) await = &leg.expected.add({key.kind, attempt, not_after, {}, {}});
  if (is_new || await->not_after < not_after) {
    await->not_after = not_after;
    dies_after(key, not_after);
  }
  await->attempt = std::max(await->attempt, attempt);
  if (!await->is_in(txn)) {
    Txn& carrier = txns_.find_or_insert(txn);
    carrier.movements.push_back(key);
    ++carrier.expected;
    await->txns.add(&carrier);
  }
  if (!hold_key.is_zero()) {
    await->hold_key = hold_key;
    by_hold_.find_or_insert(hold_key).ref = key.ref;
  }
}

void AwaitRegister::expect_deposit(const OperationRef& ref, LegPtr leg) {
  const MovementKey key{ref, MovementKind::hold};
  const LegAwaits* const known = legs_.find(ref);
  if (known != nullptr && known->ended[index_of(key.kind)]) return;
  Deposit& deposit = deposits_.find_or_insert(ref);
  if (!deposit.leg || deposit.leg->not_after < leg->not_after) dies_after(key, leg->not_after);
  deposit.leg = std::move(leg);
}

bool AwaitRegister::is_deposit(const MovementKey& key, const Outcome& outcome) const {
  if (key.kind != MovementKind::hold || !outcome.ok) return false;
  const Deposit* const deposit = deposits_.find(key.ref);
  return deposit != nullptr && !reason_to_return(*deposit->leg, outcome, false);
}

MovementKey AwaitRegister::key_of(const Outcome& outcome) const {
  const HoldKey ended = ended_hold(outcome);
  const OfHold* const found = ended.is_zero() ? nullptr : by_hold_.find(ended);
  return {found != nullptr ? found->ref : outcome.ref, outcome.kind};
}

bool AwaitRegister::is_in(const MovementKey& key, const TxnId& txn) const {
  const Await* const await = find(key);
  return await != nullptr && await->is_in(txn);
}

std::vector<MovementKey> AwaitRegister::movements_in(const TxnId& txn) const {
  std::vector<MovementKey> keys;
  const Txn* const carrier = txns_.find(txn);
  if (carrier == nullptr) return keys;
  for (const MovementKey& key : carrier->movements) {
    if (is_in(key, txn)) keys.push_back(key);
  }
  return keys;
}

void AwaitRegister::end(const MovementKey& key) {
  const bool was_deposit = key.kind == MovementKind::hold && deposits_.contains(key.ref);
  LegAwaits* const leg = was_deposit ? &legs_.find_or_insert(key.ref) : legs_.find(key.ref);
  if (leg == nullptr) return;
  std::optional<std::uint8_t>& ended = leg->ended[index_of(key.kind)];
  if (was_deposit) {
    deposits_.erase(key.ref);
    ended = 0;
  }
  const Await* const await = leg->expected.find(is_of(key.kind));
  if (await == nullptr) return;
  ended = await->attempt;
  take_out(*await);
  leg->expected.erase(await);
}

void AwaitRegister::forget(const OperationRef& ref) {
  const LegAwaits* const leg = legs_.find(ref);
  if (leg == nullptr || !leg->ended[index_of(MovementKind::hold)]) deposits_.erase(ref);
  if (leg == nullptr) return;
  for (const Await& await : leg->expected) take_out(await);
  legs_.erase(ref);
}

// Out of what finds it by its txns and its hold.
void AwaitRegister::take_out(const Await& await) {
  for (Txn* const txn : await.txns) {
    if (--txn->expected == 0) txns_.erase(TxnId(txn->id));
  }
  if (!await.hold_key.is_zero()) by_hold_.erase(await.hold_key);
}

// Nothing when it is not expected.
std::optional<LedgerTime> AwaitRegister::end_of_validity(const MovementKey& key) const {
  std::optional<LedgerTime> end;
  if (const Await* const await = find(key)) end = await->not_after;
  if (key.kind != MovementKind::hold) return end;
  const Deposit* const deposit = deposits_.find(key.ref);
  return deposit != nullptr ? std::max(end, std::optional(deposit->leg->not_after)) : end;
}

std::vector<MovementKey> AwaitRegister::take_dead(LedgerTime time) {
  std::vector<MovementKey> dead;
  while (!by_end_.empty() && by_end_.begin()->first < time) {
    for (const MovementKey& key : by_end_.begin()->second) {
      const std::optional<LedgerTime> last = end_of_validity(key);
      if (!last || time <= *last) continue;
      end(key);
      dead.push_back(key);
    }
    by_end_.erase(by_end_.begin());
  }
  return dead;
}

void AwaitRegister::fetch_slots(const OperationRef& ref, const HoldKey& hold_key) const {
  legs_.fetch_slot(ref);
  if (!hold_key.is_zero()) by_hold_.fetch_slot(hold_key);
}

void AwaitRegister::fetch_entries(const OperationRef& ref, const HoldKey& hold_key) const {
  legs_.fetch_entry(ref);
  if (!hold_key.is_zero()) by_hold_.fetch_entry(hold_key);
}

void AwaitRegister::fetch_deposit_terms(const OperationRef& ref) const {
  if (const Deposit* const deposit = deposits_.find(ref)) fetch(deposit->leg.get(), sizeof(Leg));
}

void AwaitRegister::fetch_hold_slot(const Outcome& outcome) const {
  if (const HoldKey ended = ended_hold(outcome); !ended.is_zero()) by_hold_.fetch_slot(ended);
}

void AwaitRegister::fetch_slots(const Outcome& outcome) const {
  if (outcome.kind == MovementKind::hold) fetch_deposit_slot(outcome.ref);
  legs_.fetch_slot(outcome.ref);
}

void AwaitRegister::fetch_entries(const Outcome& outcome) const {
  if (outcome.kind == MovementKind::hold) fetch_deposit_entry(outcome.ref);
  fetch_entries(outcome.ref, ended_hold(outcome));
}

void AwaitRegister::fetch_terms(const Outcome& outcome) const {
  if (outcome.kind == MovementKind::hold) fetch_deposit_terms(outcome.ref);
}

std::size_t AwaitRegister::size() const {
  return deposits_.size() + legs_.size() + by_hold_.size() + txns_.size();
}

}  // namespace clearspan::actors
