// Disasters that the simulated ledger's signer and decoder meet.
#include <gtest/gtest.h>

#include "ledgers/simulated/genesis.hpp"
#include "ledgers/simulated/keyring.hpp"
#include "ledgers/simulated/ledger.hpp"
#include "tests/codecs/simulated/sample.hpp"

namespace clearspan::disasters {
namespace {

namespace sample = simulated::testing;

// Nobody looks at a screen here: what was asked for is compared with the bytes that were signed.
TEST(Disaster02, the_signed_bytes_say_exactly_what_was_asked) {
  const AccountId alice{"alice"};
  simulated::Keyring keys{AccountId{"operator"}};
  ASSERT_TRUE(keys.add(alice, simulated::demo_key(alice)).ok());
  Movement hold;
  hold.ref = sample::ref_of(1, sample::our_engine());
  hold.kind = MovementKind::hold;
  hold.asset = AssetId{"ACN"};
  hold.amount = Amount(1'250);
  hold.from = alice;
  hold.to = AccountId{"bob"};
  hold.not_after = LedgerTime{90};
  hold.reclaim_after = LedgerTime{500};
  Movement payment = hold;
  payment.kind = MovementKind::payment;
  payment.to = AccountId{"carol"};
  payment.amount = Amount(7);
  const auto txn = keys.sign(sample::kLedger, {alice, Sequence{3}, LedgerTime{100}, 0, {hold, payment}});
  ASSERT_TRUE(txn.ok()) << describe(txn.error());
  const ByteView content = ByteView(txn->raw).first(txn->raw.size() - simulated::TxnSignature::kSize);
  const auto read = simulated::parse_txn_content(content);
  ASSERT_TRUE(read.ok()) << describe(read.error());
  EXPECT_EQ(read->header.ledger, sample::kLedger.text);
  EXPECT_EQ(read->header.signer, keys.public_key(alice).value());
  EXPECT_EQ(read->header.not_after, LedgerTime{100});
  ASSERT_EQ(read->operations.size(), 2U);
  const std::vector<Movement> asked{hold, payment};
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const simulated::Operation& said = read->operations[i];
    EXPECT_EQ(said.kind, simulated::operation_kind(asked[i].kind));
    EXPECT_EQ(said.ref, asked[i].ref);
    EXPECT_EQ(said.asset, asked[i].asset.text);
    EXPECT_EQ(said.amount, asked[i].amount);
    EXPECT_EQ(said.from, asked[i].from.text);
    EXPECT_EQ(said.to, asked[i].to.text);
    EXPECT_EQ(said.not_after, asked[i].not_after);
  }
  EXPECT_EQ(read->operations[0].reclaim_after, LedgerTime{500});
}

TEST(Disaster07, a_txn_repeated_at_the_end_of_a_block_is_not_credited_again) {
  const auto txns = sample::sample_txns();
  std::vector<simulated::BlockTxn> shown{txns[2]->shown(), txns[0]->shown(), txns[0]->shown()};
  const auto decoded = sample::decode(render_block(sample::sample_header(), shown).json);
  ASSERT_FALSE(decoded.ok());
  EXPECT_EQ(decoded.error().code, ErrorCode::txn_malformed);
}

TEST(Disaster15Simulated, what_was_signed_for_another_ledger_is_refused) {
  const SystemClock clock;
  simulated::Ledger b(simulated::demo_genesis(LedgerId{"b-coin"}, AssetId{"ACN"}), clock, 1);
  const AccountId alice{"alice"};
  simulated::Keyring keys{AccountId{"operator"}};
  ASSERT_TRUE(keys.add(alice, simulated::demo_key(alice)).ok());
  Movement payment;
  payment.ref = sample::ref_of(1, sample::our_engine());
  payment.kind = MovementKind::payment;
  payment.asset = AssetId{"ACN"};
  payment.amount = Amount(5);
  payment.from = alice;
  payment.to = AccountId{"bob"};
  payment.not_after = kNever;
  const auto txn = keys.sign(LedgerId{"a-coin"}, {alice, Sequence{0}, LedgerTime{100}, 0, {payment}});
  ASSERT_TRUE(txn.ok());
  EXPECT_EQ(b.submit(txn->raw, Millis{100}).error().code, ErrorCode::unknown_ledger);
  b.produce();
  EXPECT_TRUE(b.effects().empty());
}

}  // namespace
}  // namespace clearspan::disasters
