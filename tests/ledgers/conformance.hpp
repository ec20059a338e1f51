// What every connector must do, whatever its ledger. The tests know a Connector and a ConformanceWorld, nothing else.
//
// To use it: derive a world, include this header in one _test.cpp file, and instantiate:
//
//   INSTANTIATE_TEST_SUITE_P(my_ledger, Conformance, testing::Values(ConformanceCase{"http", [] { return ...; }}),
//                            name_of_case);
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "ledgers/connector.hpp"

namespace clearspan::conformance {

// A fresh ledger with a connector to it. The connector can sign for payer() and poor(), and releases and refunds.
class World {
 public:
  virtual ~World() = default;

  virtual Connector& connector() = 0;
  [[nodiscard]] virtual EngineTag engine() const = 0;  // that the connector's decoder looks for
  [[nodiscard]] virtual AssetId asset() const = 0;
  [[nodiscard]] virtual AccountId payer()
      const = 0;  // has at least 1000 units of the asset, and has allowed the escrow them
  [[nodiscard]] virtual AccountId payee() const = 0;  // another account; need not be ours
  [[nodiscard]] virtual AccountId poor() const = 0;   // has nothing of the asset

  // What checks the proofs of this kind of ledger.
  [[nodiscard]] virtual CheckBlockProof check() const = 0;

  // Makes the ledger include what waits and grow by at least `blocks` blocks.
  virtual void advance(std::uint64_t blocks) = 0;
};

struct ConformanceCase {
  std::string name;
  std::function<std::unique_ptr<World>()> make;
};

inline std::string name_of_case(const testing::TestParamInfo<ConformanceCase>& info) {
  return info.param.name;
}

class Conformance : public testing::TestWithParam<ConformanceCase> {
 protected:
  static constexpr CallTimeout kTimeout{10'000};
  static constexpr std::uint64_t kValidity = 1000;  // of ledger time: longer than any test

  void SetUp() override {
    world_ = GetParam().make();
    ASSERT_NE(world_, nullptr);
    next_ = latest();
  }

  Connector& connector() { return world_->connector(); }

  Height latest() {
    const auto tip = connector().tip(kTimeout);
    EXPECT_TRUE(tip.ok()) << describe(tip.error());
    return tip.ok() ? tip->latest : Height{};
  }

  VerifiedBlock verified(Height height) {
    const auto raw = connector().block(height, kTimeout);
    EXPECT_TRUE(raw.ok()) << describe(raw.error());
    if (!raw.ok()) return {};
    auto block = connector().decoder().decode(*raw);
    EXPECT_TRUE(block.ok()) << describe(block.error());
    return block.ok() ? *std::move(block) : VerifiedBlock{};
  }

  LedgerTime now() { return verified(latest()).time; }

  Amount balance(const AccountId& account) {
    const auto amount = connector().balance(account, world_->asset(), latest(), kTimeout);
    EXPECT_TRUE(amount.ok()) << describe(amount.error());
    return amount.ok() ? *amount : Amount();
  }

  OperationRef fresh_ref() {
    TradeId trade;
    trade.bytes.back() = ++refs_;
    return make_operation_ref(trade, 1, world_->engine());
  }

  Movement movement(MovementKind kind, std::uint64_t amount) {
    Movement made;
    made.ref = fresh_ref();
    made.kind = kind;
    made.asset = world_->asset();
    made.amount = Amount(amount);
    made.from = world_->payer();
    made.to = world_->payee();
    made.not_after = now().plus(kValidity);
    made.reclaim_after = kNever;
    return made;
  }

  Movement ending(MovementKind kind, const Movement& hold, const HoldKey& key) {
    Movement made = hold;
    made.kind = kind;
    made.hold_key = key;
    if (kind == MovementKind::refund) made.to = hold.from;
    made.not_after = now().plus(kValidity);
    return made;
  }

  SigningRequest request(const std::vector<Movement>& movements) {
    SigningRequest asked;
    const auto signer = connector().signer_of(movements.front());
    EXPECT_TRUE(signer.ok());
    if (!signer.ok()) return asked;
    asked.signer = *signer;
    asked.not_after = now().plus(kValidity);
    asked.movements = movements;
    if (connector().traits().has_sequence) {
      const auto sequence = connector().next_sequence(asked.signer, kTimeout);
      EXPECT_TRUE(sequence.ok());
      if (sequence.ok()) asked.sequence = *sequence;
    }
    return asked;
  }

  SignedTxn signed_txn(const std::vector<Movement>& movements) {
    auto txn = connector().sign(request(movements));
    EXPECT_TRUE(txn.ok()) << describe(txn.error());
    return txn.ok() ? *std::move(txn) : SignedTxn{};
  }

  void submit(const SignedTxn& txn) {
    const Status submitted = connector().submit(txn, kTimeout);
    EXPECT_TRUE(submitted.ok()) << describe(submitted.error());
  }

  // The headers that a proof of the block at that height needs behind it.
  std::vector<Bytes> descendants(Height height, std::uint32_t depth) {
    std::vector<Bytes> headers;
    for (std::uint64_t i = 1; i <= depth; ++i) headers.push_back(verified(height.plus(i)).header);
    return headers;
  }

  // Every block that these tests look at proves what its decoder says.
  void expect_proven(const VerifiedBlock& block) {
    LedgerDescription described = connector().description();
    described.depth = 0;  // the block need not be final yet
    const auto proven = world_->check()(
        described, {block.ledger, block.height, block.hash, block.header, {}, block.proofs, block.hash});
    ASSERT_TRUE(proven.ok()) << describe(proven.error());
    EXPECT_EQ(proven->time, block.time);
    std::set<TxnId> ids;
    std::vector<Outcome> ours;
    for (const ProvenTxn& txn : proven->txns) {
      ids.insert(txn.id);
      for (const ProvenEffect& effect : txn.effects) {
        if (std::find(block.outcomes.begin(), block.outcomes.end(), effect.outcome) == block.outcomes.end()) continue;
        ours.push_back(effect.outcome);
      }
    }
    EXPECT_EQ(ours, block.outcomes);
    for (const IncludedTxn& txn : block.txns) EXPECT_TRUE(ids.contains(txn.id));
  }

  // All outcomes in the blocks since the last call.
  std::vector<Outcome> settle() {
    world_->advance(1);
    std::vector<Outcome> outcomes;
    for (const Height end = latest(); next_ < end;) {
      next_ = next_.plus(1);
      const VerifiedBlock block = verified(next_);
      expect_proven(block);
      outcomes.insert(outcomes.end(), block.outcomes.begin(), block.outcomes.end());
    }
    return outcomes;
  }

  // Signs, submits, and returns the outcomes.
  std::vector<Outcome> run(const std::vector<Movement>& movements) {
    submit(signed_txn(movements));
    return settle();
  }

  // The one outcome, which is that the movement took effect.
  Outcome run_well(const Movement& one) {
    const auto outcomes = run({one});
    EXPECT_EQ(outcomes.size(), 1U);
    if (outcomes.size() != 1) return {};
    EXPECT_TRUE(outcomes[0].ok) << outcomes[0].reason;
    EXPECT_EQ(outcomes[0].ref, one.ref);
    EXPECT_EQ(outcomes[0].kind, one.kind);
    return outcomes[0];
  }

  static bool has_effect(const std::vector<Outcome>& outcomes) {
    return std::any_of(outcomes.begin(), outcomes.end(), [](const Outcome& outcome) { return outcome.ok; });
  }

  std::unique_ptr<World> world_;
  Height next_;  // the last block that settle() has read
  std::uint8_t refs_ = 0;
};

TEST_P(Conformance, states_traits_that_a_plan_can_be_made_with) {
  const LedgerTraits& traits = connector().traits();
  EXPECT_FALSE(traits.id.text.empty());
  EXPECT_GT(traits.block_interval.count(), 0);
  EXPECT_GE(traits.movements_per_txn_max, 1U);
  EXPECT_FALSE(traits.assets.empty());
}

TEST_P(Conformance, describes_itself_as_its_traits_do) {
  const LedgerDescription described = connector().description();
  const LedgerTraits& traits = connector().traits();
  EXPECT_EQ(described.ledger, traits.id);
  EXPECT_EQ(described.clock, traits.clock);
  EXPECT_LE(described.depth, kProofDepthMax);
  ASSERT_EQ(described.assets.size(), traits.assets.size());
  for (std::size_t i = 0; i < traits.assets.size(); ++i) {
    EXPECT_EQ(described.assets[i].id, traits.assets[i].id);
    EXPECT_EQ(described.assets[i].scale, traits.assets[i].scale);
  }
}

TEST_P(Conformance, a_block_is_proven_by_those_that_follow_it) {
  run_well(movement(MovementKind::payment, 7));
  const VerifiedBlock block = verified(latest());
  world_->advance(3);
  LedgerDescription described = connector().description();
  described.depth = 3;
  BlockProof proof{block.ledger,
                   block.height,
                   block.hash,
                   block.header,
                   descendants(block.height, 3),
                   block.proofs,
                   verified(block.height.plus(3)).hash};
  const auto proven = world_->check()(described, proof);
  ASSERT_TRUE(proven.ok()) << describe(proven.error());
  EXPECT_EQ(proven->tip, proof.tip);
  EXPECT_EQ(proven->txns.size(), block.proofs.size());
  proof.descendants.pop_back();
  const auto short_proof = world_->check()(described, proof);
  ASSERT_FALSE(short_proof.ok());
  EXPECT_EQ(short_proof.error().code, ErrorCode::proof_invalid);
}

TEST_P(Conformance, puts_a_digest_on_record_and_moves_nothing) {
  const Movement some = movement(MovementKind::payment, 1);
  const SigningRequest like = request({some});
  Hash32 digest;
  digest.bytes.fill(0xd1);
  const Amount before = balance(world_->payer());
  const auto txn = connector().sign_anchor(like.signer, like.sequence, like.not_after, 0, digest);
  ASSERT_TRUE(txn.ok()) << describe(txn.error());
  EXPECT_EQ(txn->signer, like.signer);
  EXPECT_TRUE(txn->movements.empty());
  EXPECT_EQ(connector().sign_anchor(like.signer, like.sequence, like.not_after, 0, digest).value(), *txn);
  EXPECT_FALSE(connector().sign_anchor(world_->payee(), like.sequence, like.not_after, 0, digest).ok());
  submit(*txn);
  const Height start = next_;
  EXPECT_TRUE(settle().empty());
  std::vector<Hash32> found;
  for (Height height = start.plus(1); height <= next_; height = height.plus(1)) {
    const VerifiedBlock block = verified(height);
    LedgerDescription described = connector().description();
    described.depth = 0;
    const auto proven = world_->check()(
        described, {block.ledger, block.height, block.hash, block.header, {}, block.proofs, block.hash});
    ASSERT_TRUE(proven.ok()) << describe(proven.error());
    for (const ProvenTxn& proven_txn : proven->txns) {
      for (const auto& [index, anchored] : proven_txn.anchors) {
        EXPECT_EQ(proven_txn.id, txn->id);
        found.push_back(anchored);
      }
    }
    for (const IncludedTxn& included : block.txns) EXPECT_TRUE(included.id != txn->id || included.ok);
  }
  EXPECT_EQ(found, std::vector<Hash32>{digest});
  EXPECT_EQ(balance(world_->payer()), before);
}

TEST_P(Conformance, knows_accounts_in_one_notation) {
  const auto account = connector().canonical_account(world_->payer().text);
  ASSERT_TRUE(account.ok());
  EXPECT_EQ(*account, world_->payer());
  for (const std::string_view bad : {"", " ", "a b", "\n", "0x12", "{}"}) {
    const auto refused = connector().canonical_account(bad);
    if (refused.ok()) {
      EXPECT_EQ(refused->text, bad);  // it may be a name there, but then it is that name
    } else {
      EXPECT_EQ(refused.error().code, ErrorCode::unknown_account);
    }
  }
  EXPECT_FALSE(connector().canonical_account("").ok());
}

TEST_P(Conformance, never_calls_a_block_final_above_the_newest_one) {
  const auto tip = connector().tip(kTimeout);
  ASSERT_TRUE(tip.ok());
  EXPECT_LE(tip->final_height, tip->latest);
  world_->advance(3);
  const auto later = connector().tip(kTimeout);
  ASSERT_TRUE(later.ok());
  EXPECT_GE(later->latest.value, tip->latest.value + 3);
  EXPECT_GE(later->final_height, tip->final_height);
}

TEST_P(Conformance, serves_blocks_that_verify_and_link) {
  world_->advance(3);
  const Height newest = latest();
  const VerifiedBlock child = verified(newest);
  const VerifiedBlock parent = verified(Height{newest.value - 1});
  EXPECT_EQ(child.height, newest);
  EXPECT_EQ(child.parent, parent.hash);
  EXPECT_GE(child.time, parent.time);
  EXPECT_EQ(child.ledger, connector().traits().id);
  EXPECT_GT(child.bytes, 0U);
}

TEST_P(Conformance, has_no_block_above_the_newest_one) {
  const auto block = connector().block(latest().plus(1000), kTimeout);
  ASSERT_FALSE(block.ok());
  EXPECT_EQ(block.error().code, ErrorCode::block_unavailable);
}

TEST_P(Conformance, refuses_a_block_that_is_given_for_another_height) {
  world_->advance(2);
  auto raw = connector().block(latest(), kTimeout);
  ASSERT_TRUE(raw.ok());
  raw->height = raw->height.plus(1);
  EXPECT_FALSE(connector().decoder().decode(*raw).ok());
}

TEST_P(Conformance, refuses_a_block_with_another_parent) {
  world_->advance(2);
  auto raw = connector().block(latest(), kTimeout);
  ASSERT_TRUE(raw.ok());
  const std::string parent = to_hex(verified(latest()).parent.view());
  const std::size_t at = raw->block_json.find(parent);
  ASSERT_NE(at, std::string::npos);
  raw->block_json[at] = raw->block_json[at] == '0' ? '1' : '0';
  const auto decoded = connector().decoder().decode(*raw);
  ASSERT_FALSE(decoded.ok());
  EXPECT_EQ(decoded.error().code, ErrorCode::block_hash_mismatch);
}

TEST_P(Conformance, signs_the_same_request_with_the_same_bytes) {
  const auto asked = request({movement(MovementKind::payment, 5)});
  const auto first = connector().sign(asked);
  const auto second = connector().sign(asked);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(*first, *second);
  EXPECT_FALSE(first->id.is_zero());
  ASSERT_EQ(first->movements.size(), 1U);
  EXPECT_EQ(first->movements[0], key_of(asked.movements[0]));
}

TEST_P(Conformance, signs_for_nobody_else) {
  Movement foreign = movement(MovementKind::payment, 5);
  foreign.from = AccountId{"nobody-we-know"};
  const auto signer = connector().signer_of(foreign);
  ASSERT_FALSE(signer.ok());
  EXPECT_EQ(signer.error().code, ErrorCode::unknown_account);
  SigningRequest asked;
  asked.signer = foreign.from;
  asked.not_after = kNever;
  asked.movements = {foreign};
  EXPECT_FALSE(connector().sign(asked).ok());
}

TEST_P(Conformance, a_payment_moves_value_and_its_outcome_says_all_of_it) {
  const Amount before = balance(world_->payee());
  const Movement payment = movement(MovementKind::payment, 25);
  const SignedTxn txn = signed_txn({payment});
  submit(txn);
  const auto outcomes = settle();
  ASSERT_EQ(outcomes.size(), 1U);
  const Outcome& outcome = outcomes[0];
  EXPECT_TRUE(outcome.ok) << outcome.reason;
  EXPECT_EQ(outcome.ref, payment.ref);
  EXPECT_EQ(outcome.kind, MovementKind::payment);
  EXPECT_EQ(outcome.asset, payment.asset);
  EXPECT_EQ(outcome.amount, payment.amount);
  EXPECT_EQ(outcome.from, payment.from);
  EXPECT_EQ(outcome.to, payment.to);
  EXPECT_EQ(outcome.position.txn, txn.id);
  EXPECT_EQ(outcome.position.block, verified(outcome.position.height).hash);
  EXPECT_EQ(balance(world_->payee()), *add(before, Amount(25)));
}

TEST_P(Conformance, shows_the_included_txn_with_the_id_that_was_known_before) {
  const SignedTxn txn = signed_txn({movement(MovementKind::payment, 1)});
  submit(txn);
  const auto outcomes = settle();
  ASSERT_EQ(outcomes.size(), 1U);
  const VerifiedBlock block = verified(outcomes[0].position.height);
  const auto found = std::find_if(block.txns.begin(), block.txns.end(),
                                  [&](const IncludedTxn& included) { return included.id == txn.id; });
  ASSERT_NE(found, block.txns.end());
  EXPECT_TRUE(found->ok);
  EXPECT_EQ(found->index, outcomes[0].position.txn_index);
  EXPECT_EQ(found->sequence, txn.sequence);
}

TEST_P(Conformance, the_same_bytes_twice_have_one_effect) {
  const Amount before = balance(world_->payee());
  const SignedTxn txn = signed_txn({movement(MovementKind::payment, 7)});
  submit(txn);
  submit(txn);
  EXPECT_EQ(settle().size(), 1U);
  submit(txn);
  EXPECT_FALSE(has_effect(settle()));
  EXPECT_EQ(balance(world_->payee()), *add(before, Amount(7)));
}

TEST_P(Conformance, a_second_payment_with_the_same_ref_has_no_effect) {
  const Movement payment = movement(MovementKind::payment, 7);
  run_well(payment);
  const Amount after = balance(world_->payee());
  Movement again = payment;
  again.amount = Amount(8);
  EXPECT_FALSE(has_effect(run({again})));
  EXPECT_EQ(balance(world_->payee()), after);
}

TEST_P(Conformance, a_release_gives_what_is_held_to_the_payee_once) {
  const Amount payer = balance(world_->payer());
  const Amount payee = balance(world_->payee());
  const Movement hold = movement(MovementKind::hold, 40);
  const Outcome held = run_well(hold);
  EXPECT_FALSE(held.hold_key.is_zero());
  EXPECT_EQ(held.amount, hold.amount);
  EXPECT_EQ(balance(world_->payer()), *subtract(payer, Amount(40)));
  EXPECT_EQ(balance(world_->payee()), payee);

  const Outcome released = run_well(ending(MovementKind::release, hold, held.hold_key));
  EXPECT_EQ(released.hold_key, held.hold_key);
  EXPECT_EQ(released.amount, hold.amount);
  EXPECT_EQ(released.to, hold.to);
  EXPECT_EQ(balance(world_->payee()), *add(payee, Amount(40)));

  EXPECT_FALSE(has_effect(run({ending(MovementKind::refund, hold, held.hold_key)})));
  EXPECT_EQ(balance(world_->payer()), *subtract(payer, Amount(40)));
}

TEST_P(Conformance, a_refund_gives_what_is_held_back_to_the_payer_once) {
  const Amount payer = balance(world_->payer());
  const Movement hold = movement(MovementKind::hold, 40);
  const Outcome held = run_well(hold);
  const Outcome refunded = run_well(ending(MovementKind::refund, hold, held.hold_key));
  EXPECT_EQ(refunded.hold_key, held.hold_key);
  EXPECT_EQ(refunded.to, hold.from);
  EXPECT_FALSE(refunded.reclaimed);
  EXPECT_EQ(balance(world_->payer()), payer);
  EXPECT_FALSE(has_effect(run({ending(MovementKind::release, hold, held.hold_key)})));
  EXPECT_EQ(balance(world_->payer()), payer);
}

TEST_P(Conformance, two_holds_of_one_ref_have_keys_of_their_own) {
  const Movement hold = movement(MovementKind::hold, 10);
  Movement twin = hold;
  twin.amount = Amount(11);
  const Outcome first = run_well(hold);
  const Outcome second = run_well(twin);
  EXPECT_NE(first.hold_key, second.hold_key);
  EXPECT_EQ(second.amount, Amount(11));
}

TEST_P(Conformance, whoever_has_too_little_moves_nothing) {
  const Amount payee = balance(world_->payee());
  for (const MovementKind kind : {MovementKind::hold, MovementKind::payment}) {
    Movement broke = movement(kind, 1);
    broke.from = world_->poor();
    // A ledger's node may refuse what will fail; then there is nothing to settle.
    if (!connector().submit(signed_txn({broke}), kTimeout).ok()) continue;
    EXPECT_FALSE(has_effect(settle()));
  }
  EXPECT_EQ(balance(world_->payee()), payee);
}

TEST_P(Conformance, a_payment_past_its_time_has_no_effect) {
  const Amount payee = balance(world_->payee());
  Movement late = movement(MovementKind::payment, 3);
  late.not_after = now();
  world_->advance(2);
  if (connector().submit(signed_txn({late}), kTimeout).ok()) {
    EXPECT_FALSE(has_effect(settle()));
  }
  EXPECT_EQ(balance(world_->payee()), payee);
}

TEST_P(Conformance, each_movement_of_a_batch_has_its_own_outcome) {
  if (connector().traits().movements_per_txn_max < 3) GTEST_SKIP() << "one movement per txn";
  std::vector<Movement> batch;
  for (const std::uint64_t amount : {1, 2, 3}) batch.push_back(movement(MovementKind::hold, amount));
  const auto outcomes = run(batch);
  ASSERT_EQ(outcomes.size(), batch.size());
  std::set<HoldKey> keys;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    EXPECT_TRUE(outcomes[i].ok) << outcomes[i].reason;
    EXPECT_EQ(outcomes[i].ref, batch[i].ref);
    EXPECT_EQ(outcomes[i].amount, batch[i].amount);
    keys.insert(outcomes[i].hold_key);
    if (i > 0) {
      EXPECT_GT(outcomes[i].position.effect_index, outcomes[i - 1].position.effect_index);
    }
  }
  EXPECT_EQ(keys.size(), batch.size());
}

TEST_P(Conformance, knows_the_balance_at_an_earlier_height) {
  const Height before = latest();
  const Amount payer = balance(world_->payer());
  run_well(movement(MovementKind::payment, 9));
  const auto then = connector().balance(world_->payer(), world_->asset(), before, kTimeout);
  ASSERT_TRUE(then.ok());
  EXPECT_EQ(*then, payer);
}

TEST_P(Conformance, waits_no_longer_than_it_is_told) {
  const auto start = std::chrono::steady_clock::now();
  connector().wait_for_block(latest().plus(1000), CallTimeout(50));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
  world_->advance(1);
  connector().wait_for_block(Height{latest().value - 1}, kTimeout);  // returns: there is one
}

}  // namespace clearspan::conformance
