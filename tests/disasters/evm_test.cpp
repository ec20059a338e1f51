// Disasters of EVM chains, met by the decoder, the proof check and the signer: no node is needed for any of them.
#include <gtest/gtest.h>

#include <algorithm>

#include "codecs/ethereum/trie.hpp"
#include "ledgers/ethereum/connector.hpp"
#include "ledgers/ethereum/notation.hpp"
#include "ledgers/ethereum/proof.hpp"
#include "tests/disasters/doctored_block.hpp"

namespace clearspan::disasters {
namespace {

using ethereum::Assets;
using ethereum::Decoder;
using ethereum::EvmOptions;

const EngineTag kOurs{{'e', 'n', 'g', 'i', 'n', 'e'}};
const auto kEscrow = filled<Address>(0xe5);
const auto kToken = filled<Address>(0x70);
const auto kPayer = filled<Address>(0x0a);
const auto kPayee = filled<Address>(0x0b);

EvmOptions evm_options() {
  EvmOptions options;
  options.ledger = LedgerId{"evm"};
  options.engine = kOurs;
  options.chain_id = 31'337;
  options.endpoints = {"http://127.0.0.1:1"};
  options.escrow = kEscrow;
  options.assets = {{{"TST"}, 6, kToken}, {{"ETH"}, 18, Address{}}};
  options.finality.confirmations = 0;
  return options;
}

Hash32 padded(const Address& address) {
  Hash32 word;
  std::copy(address.bytes.begin(), address.bytes.end(), word.bytes.begin() + 12);
  return word;
}

OperationRef ref_of(std::uint8_t trade) {
  TradeId id;
  id.bytes.fill(trade);
  return make_operation_ref(id, 0, kOurs);
}

// The escrow contract's event of a new hold, as `emitter` logs it.
MadeLog held(const Address& emitter, std::uint8_t trade, std::uint8_t key, std::uint64_t amount) {
  namespace abi = ethereum::abi;
  abi::Words words;
  words.address(kPayee).address(kToken).amount(Amount(amount)).u64(99);
  return {emitter,
          {abi::topic_of("Held(bytes32,bytes32,address,address,address,uint256,uint64)"), ref_of(trade).as<Hash32>(),
           filled<Hash32>(key), padded(kPayer)},
          words.bytes()};
}

class EvmDisaster : public testing::Test {
 protected:
  [[nodiscard]] Result<VerifiedBlock> decode(const MadeBlock& made) const {
    return decoder_.decode({Height{made.header.number}, made.block, made.receipts});
  }

  EvmOptions options_ = evm_options();
  Assets assets_{options_.assets};
  Decoder decoder_{options_, assets_, {}};
};

using Disaster04 = EvmDisaster;
using Disaster05 = EvmDisaster;
using Disaster12 = EvmDisaster;
using Disaster22 = EvmDisaster;

TEST_F(Disaster04, an_event_of_a_look_alike_contract_credits_nothing) {
  const auto block = decode(block_saying({{true, {held(filled<Address>(0xe6), 1, 1, 1'000)}}}));
  ASSERT_TRUE(block.ok()) << describe(block.error());
  EXPECT_TRUE(block->outcomes.empty());
}

TEST_F(Disaster04, each_of_several_events_in_one_txn_credits_its_own_trade_once) {
  const auto block = decode(block_saying(
      {{true, {held(kEscrow, 1, 1, 1'000), held(filled<Address>(0xe6), 1, 9, 5), held(kEscrow, 2, 2, 7)}}}));
  ASSERT_TRUE(block.ok()) << describe(block.error());
  ASSERT_EQ(block->outcomes.size(), 2U);
  EXPECT_EQ(block->outcomes[0].ref, ref_of(1));
  EXPECT_EQ(block->outcomes[0].amount, Amount(1'000));
  EXPECT_EQ(block->outcomes[0].position.effect_index, 0U);
  EXPECT_EQ(block->outcomes[1].ref, ref_of(2));
  EXPECT_EQ(block->outcomes[1].amount, Amount(7));
  EXPECT_EQ(block->outcomes[1].position.effect_index, 2U);
}

TEST_F(Disaster05, a_root_of_zero_proves_nothing) {
  MadeBlock made = block_saying({{true, {held(kEscrow, 1, 1, 1'000)}}});
  ethereum::Header header = made.header;
  header.receipts_root = Hash32{};
  made = under(std::move(made), header);
  const auto block = decode(made);
  ASSERT_FALSE(block.ok());
  EXPECT_EQ(block.error().code, ErrorCode::receipts_root_mismatch);
}

TEST_F(Disaster05, a_proof_of_a_block_without_a_hash_is_refused) {
  const MadeBlock made = block_saying({{true, {held(kEscrow, 1, 1, 1'000)}}});
  const auto block = decode(made);
  ASSERT_TRUE(block.ok()) << describe(block.error());
  const LedgerDescription described{options_.ledger,         "ethereum", "31337", to_text(kEscrow),
                                    ClockKind::unix_seconds, 0,          {}};
  BlockProof proof{block->ledger, block->height, block->hash, block->header, {}, block->proofs, block->hash};
  ASSERT_TRUE(ethereum::check_block_proof(described, proof).ok());
  proof.block = BlockHash{};
  EXPECT_EQ(ethereum::check_block_proof(described, proof).error().code, ErrorCode::proof_invalid);
}

TEST_F(Disaster12, a_failed_txn_credits_nothing_whatever_it_logged) {
  const auto block = decode(block_saying({{false, {held(kEscrow, 1, 1, 1'000)}}}));
  ASSERT_TRUE(block.ok()) << describe(block.error());
  EXPECT_TRUE(block->outcomes.empty());
}

TEST_F(Disaster12, a_proof_of_a_failed_txn_shows_no_effect) {
  const MadeBlock made = block_saying({{false, {held(kEscrow, 1, 1, 1'000)}}});
  const auto whole = ethereum::decode_block(made.block, made.receipts);
  ASSERT_TRUE(whole.ok()) << describe(whole.error());
  const ByteView header = whole->bytes.view(whole->header_bytes);
  const BlockProof proof{options_.ledger,
                         Height{made.header.number},
                         whole->hash,
                         {header.begin(), header.end()},
                         {},
                         ethereum::prove_txns(*whole, {0}),
                         whole->hash};
  const LedgerDescription described{options_.ledger,         "ethereum", "31337", to_text(kEscrow),
                                    ClockKind::unix_seconds, 0,          {}};
  const auto proven = ethereum::check_block_proof(described, proof);
  ASSERT_TRUE(proven.ok()) << describe(proven.error());
  ASSERT_EQ(proven->txns.size(), 1U);
  EXPECT_TRUE(proven->txns.front().effects.empty());
}

TEST_F(Disaster22, a_log_that_the_node_leaves_out_is_missed) {
  const Said whole{true, {held(kEscrow, 1, 1, 1'000), held(kEscrow, 2, 2, 7)}};
  MadeBlock made = block_saying({whole});
  made.receipts = receipts_json({{true, {whole.logs.front()}}});
  EXPECT_EQ(decode(made).error().code, ErrorCode::receipts_root_mismatch);
}

TEST_F(Disaster22, a_receipt_that_the_node_leaves_out_is_missed) {
  const std::vector<Said> said{{true, {held(kEscrow, 1, 1, 1'000)}}, {true, {held(kEscrow, 2, 2, 7)}}};
  MadeBlock made = block_saying(said);
  made.receipts = receipts_json({said.front()});
  EXPECT_EQ(decode(made).error().code, ErrorCode::receipts_root_mismatch);
}

// --- What the engine itself signs ---

class EvmSigning : public testing::Test {
 protected:
  EvmSigning() {
    ethereum::Keyring keyring;
    crypto::SecretKey key(filled<crypto::Scalar>(0x46).bytes);
    operator_ = keyring.add(std::move(key)).value();
    EvmOptions options = evm_options();
    options.operators = {operator_};
    connector_ = ethereum::EvmConnector::make(options, std::move(keyring)).value();
  }

  [[nodiscard]] SigningRequest a_refund(std::uint32_t fee_step) const {
    Movement refund;
    refund.ref = ref_of(1);
    refund.kind = MovementKind::refund;
    refund.asset = AssetId{"TST"};
    refund.amount = Amount(1'000);
    refund.from = ethereum::account_of(kPayer);
    refund.to = ethereum::account_of(kPayer);
    refund.hold_key = filled<HoldKey>(7);
    refund.not_after = kNever;
    return {ethereum::account_of(operator_), Sequence{5}, kNever, fee_step, {refund}};
  }

  Address operator_;
  std::unique_ptr<ethereum::EvmConnector> connector_;
};

using Disaster15 = EvmSigning;
using Disaster18 = EvmSigning;
using Disaster28 = EvmSigning;

TEST_F(Disaster15, signed_bytes_are_good_for_their_own_chain_only) {
  const auto signed_txn = connector_->sign(a_refund(0));
  ASSERT_TRUE(signed_txn.ok()) << describe(signed_txn.error());
  const auto txn = ethereum::decode_txn(signed_txn->raw);
  ASSERT_TRUE(txn.ok()) << describe(txn.error());
  EXPECT_EQ(txn->chain_id, 31'337U);
}

TEST_F(Disaster18, a_fee_bump_can_only_take_the_place_of_the_txn_that_it_bumps) {
  const auto first = connector_->sign(a_refund(0));
  const auto bumped = connector_->sign(a_refund(1));
  ASSERT_TRUE(first.ok() && bumped.ok());
  ASSERT_NE(first->id, bumped->id);
  const auto before = ethereum::decode_txn(first->raw);
  const auto after = ethereum::decode_txn(bumped->raw);
  ASSERT_TRUE(before.ok() && after.ok());
  EXPECT_EQ(after->nonce, before->nonce);
  EXPECT_EQ(after->to, before->to);
  EXPECT_EQ(after->value, before->value);
  EXPECT_TRUE(std::equal(after->data.begin(), after->data.end(), before->data.begin(), before->data.end()));
  EXPECT_GT(after->max_fee_per_gas, before->max_fee_per_gas);
}

// n - s for the group order n, which gives the other valid form of a signature.
crypto::Scalar other_s(const crypto::Scalar& s) {
  const U256 order("0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");
  return to_word(Amount(U256(order - from_word(s.view()).units()))).as<crypto::Scalar>();
}

TEST_F(Disaster28, the_other_form_of_a_signature_is_nobodys) {
  const auto signed_txn = connector_->sign(a_refund(0));
  ASSERT_TRUE(signed_txn.ok());
  ethereum::Txn txn = ethereum::decode_txn(signed_txn->raw).value();
  ASSERT_EQ(ethereum::sender_of(txn, ethereum::HighS::refused).value(), operator_);
  txn.signature.s = other_s(txn.signature.s);
  txn.signature.parity ^= 1;
  EXPECT_NE(ethereum::txn_id(ethereum::encode_txn(txn)), signed_txn->id);
  EXPECT_EQ(ethereum::sender_of(txn, ethereum::HighS::refused).error().code, ErrorCode::signature_invalid);
}

}  // namespace
}  // namespace clearspan::disasters
