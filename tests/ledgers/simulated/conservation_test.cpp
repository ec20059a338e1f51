// Random histories, reorganisations included: value is neither made nor lost, and what ended stays ended.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

#include "tests/ledgers/simulated/world.hpp"

namespace clearspan::simulated::testing {
namespace {

const std::vector<AccountId> kAccounts{kAlice, kBob, kCarol};

// A movement of any kind, often a sensible one, often not.
Movement any_movement(const std::vector<HoldKey>& holds, const std::vector<OperationRef>& refs) {
  Movement movement;
  movement.kind =
      *rc::gen::element(MovementKind::hold, MovementKind::payment, MovementKind::release, MovementKind::refund);
  movement.ref = TestLedger::ref(*rc::gen::inRange<std::uint8_t>(0, 10));
  movement.asset = *rc::gen::element(kAsset, kAsset, AssetId{"BCN"}, AssetId{"XXX"});
  movement.amount = Amount(*rc::gen::inRange<std::uint64_t>(0, 600));
  movement.from = *rc::gen::elementOf(kAccounts);
  movement.to = *rc::gen::elementOf(kAccounts);
  movement.not_after = *rc::gen::element(kNever, LedgerTime{3});
  movement.reclaim_after = kNever;
  if (!holds.empty() && (movement.kind == MovementKind::release || movement.kind == MovementKind::refund)) {
    const auto pick = *rc::gen::inRange<std::size_t>(0, holds.size());
    movement.hold_key = holds[pick];
    movement.ref = refs[pick];
  }
  return movement;
}

void check_chain(TestLedger& ledger) {
  const Books books = ledger.ledger().books();
  RC_ASSERT(check_books(books).ok());
  for (const AssetBooks& asset : books.assets) RC_ASSERT(asset.issued == Amount(1000));

  // The same figures from the blocks alone.
  std::map<HoldKey, int> ends;
  std::map<OperationRef, int> payments;
  std::map<std::pair<AccountId, AssetId>, std::int64_t> change;
  for (std::uint64_t number = 1; number <= books.height.value; ++number) {
    for (const Outcome& outcome : ledger.block({number}).outcomes) {
      if (!outcome.ok) continue;
      const auto units = static_cast<std::int64_t>(outcome.amount.units());
      const bool is_end = outcome.kind == MovementKind::release || outcome.kind == MovementKind::refund;
      if (!is_end) change[{outcome.from, outcome.asset}] -= units;
      if (outcome.kind != MovementKind::hold) change[{outcome.to, outcome.asset}] += units;
      if (is_end) RC_ASSERT(++ends[outcome.hold_key] == 1);
      if (outcome.kind == MovementKind::payment) RC_ASSERT(++payments[outcome.ref] == 1);
    }
  }
  for (const AccountBooks& account : books.accounts) {
    const auto before = static_cast<std::int64_t>(account.at_genesis.units());
    const auto now = static_cast<std::int64_t>(account.now.units());
    RC_ASSERT((now - before == change[{account.account, account.asset}]));
  }
}

RC_GTEST_PROP(SimulatedConservation, holds_in_every_history, ()) {
  TestLedger ledger;
  std::vector<HoldKey> holds;
  std::vector<OperationRef> refs;
  const auto blocks = *rc::gen::inRange(1, 8);
  std::uint64_t salt = 0;
  for (int i = 0; i < blocks; ++i) {
    const auto count = *rc::gen::inRange(0, 8);
    for (int j = 0; j < count; ++j) {
      const Movement movement = any_movement(holds, refs);
      const bool is_end = movement.kind == MovementKind::release || movement.kind == MovementKind::refund;
      const SignedTxn txn = ledger.sign({movement}, is_end ? kOperator : movement.from, kNever, ++salt);
      RC_ASSERT(ledger.ledger().submit(txn.raw, TestLedger::kNow).ok());
    }
    for (const Outcome& outcome : ledger.produce()) {
      if (outcome.kind != MovementKind::hold || !outcome.ok) continue;
      holds.push_back(outcome.hold_key);
      refs.push_back(outcome.ref);
    }
    if (*rc::gen::inRange(0, 4) == 0) {
      const auto depth = *rc::gen::inRange<std::uint64_t>(1, 1 + ledger.ledger().true_head().number.value);
      const auto fate = *rc::gen::element(ReorganisedTxns::returned, ReorganisedTxns::dropped);
      RC_ASSERT(ledger.ledger().reorganise(depth, fate).ok());
    }
  }
  check_chain(ledger);
}

}  // namespace
}  // namespace clearspan::simulated::testing
