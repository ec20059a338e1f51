// A small simulated ledger with known accounts, for the tests of this folder.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ledgers/simulated/in_process_connector.hpp"
#include "ledgers/simulated/ledger.hpp"

namespace clearspan::simulated::testing {

// Time that moves when it is told to.
class FakeClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override { return now_; }

  void advance(Millis by) { now_ += by; }

 private:
  Timestamp now_{Millis(1'760'000'000'000)};
};

inline const AssetId kAsset{"ACN"};
inline const AccountId kAlice{"alice"};
inline const AccountId kBob{"bob"};
inline const AccountId kCarol{"carol"};
inline const AccountId kOperator{"operator"};

inline EngineTag test_engine() {
  EngineTag tag;
  tag.bytes.fill(0xc5);
  return tag;
}

inline SignerKey public_key_of(const AccountId& account) {
  return crypto::Ed25519Signer(demo_key(account)).public_key();
}

// alice has 1000 ACN and 1000 BCN, bob and carol have none; the operator releases.
inline Genesis test_genesis() {
  Genesis genesis;
  genesis.ledger = {"a-coin"};
  genesis.assets = {{kAsset, 2}, {{"BCN"}, 0}};
  genesis.escrow_operator = kOperator;
  for (const AccountId& account : {kAlice, kBob, kCarol, kOperator}) {
    genesis.accounts.push_back({account, public_key_of(account), {}});
  }
  genesis.accounts[0].balances = {{kAsset, Amount(1000)}, {{"BCN"}, Amount(1000)}};
  return genesis;
}

inline std::shared_ptr<const Keyring> keys_of(const std::vector<AccountId>& accounts) {
  auto keys = std::make_shared<Keyring>(kOperator);
  for (const AccountId& account : accounts) CLEARSPAN_VERIFY(keys->add(account, demo_key(account)).ok());
  return keys;
}

// Speaks to a ledger as several signers, and reads its blocks through the decoder.
class TestLedger {
 public:
  static constexpr Millis kNow{0};

  explicit TestLedger(Genesis genesis = test_genesis(), std::uint64_t seed = 1)
      : keys_(keys_of({kAlice, kBob, kCarol, kOperator})), ledger_(std::move(genesis), clock_, seed) {}

  Ledger& ledger() { return ledger_; }

  FakeClock& clock() { return clock_; }

  static OperationRef ref(std::uint8_t trade) {
    TradeId id;
    id.bytes.fill(trade);
    return make_operation_ref(id, 1, test_engine());
  }

  static Movement move(MovementKind kind, std::uint8_t trade, std::uint64_t amount) {
    Movement movement;
    movement.ref = ref(trade);
    movement.kind = kind;
    movement.asset = kAsset;
    movement.amount = Amount(amount);
    movement.from = kAlice;
    movement.to = kBob;
    movement.not_after = kNever;
    movement.reclaim_after = kNever;
    return movement;
  }

  static Movement end(MovementKind kind, std::uint8_t trade, const HoldKey& key) {
    Movement movement = move(kind, trade, 0);
    if (kind == MovementKind::refund) movement.to = kAlice;
    movement.hold_key = key;
    return movement;
  }

  [[nodiscard]] SignedTxn sign(const std::vector<Movement>& movements, const AccountId& signer, LedgerTime not_after,
                               std::uint64_t salt) const {
    SigningRequest request;
    request.signer = signer;
    request.not_after = not_after;
    request.movements = movements;
    request.sequence = {salt};
    return keys_->sign(ledger_.genesis().ledger, request).value();
  }

  // Signs by the account that must, and submits; each call makes another txn.
  SignedTxn submit(const std::vector<Movement>& movements, LedgerTime not_after = kNever) {
    SignedTxn txn = sign(movements, keys_->signer_of(movements.front()).value(), not_after, ++salt_);
    CLEARSPAN_VERIFY(ledger_.submit(txn.raw, kNow).ok());
    return txn;
  }

  VerifiedBlock block(Height number) {
    auto json = ledger_.block(number, kNow).value();
    return decode_block(*json, {ledger_.genesis().ledger, number, test_engine()}).value();
  }

  // The outcomes of the next block.
  std::vector<Outcome> produce() { return block(ledger_.produce().number).outcomes; }

  std::vector<Outcome> run(const std::vector<Movement>& movements) {
    submit(movements);
    return produce();
  }

  Outcome run_one(const Movement& movement) { return run({movement}).at(0); }

  Amount balance(const AccountId& account) {
    return ledger_.balance(account.text, kAsset.text, ledger_.true_head().number, kNow).value();
  }

 private:
  FakeClock clock_;
  std::shared_ptr<const Keyring> keys_;
  Ledger ledger_;
  std::uint64_t salt_ = 0;
};

}  // namespace clearspan::simulated::testing
