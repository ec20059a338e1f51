// Proofs of made blocks with logs of the escrow contract, through the decoder that builds them and the check that
// shares nothing with it but the meaning of a log.
#include "ledgers/ethereum/proof.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "ledgers/ethereum/decoder.hpp"
#include "ledgers/ethereum/notation.hpp"
#include "tests/codecs/ethereum/block_maker.hpp"

namespace clearspan::ethereum::testing {
namespace {

using tests::BlockMaker;
using tests::filled;
using tests::MadeBlock;
using tests::MadeLog;

const LedgerId kLedger{"evm"};
const EngineTag kOurs{{'e', 'n', 'g', 'i', 'n', 'e'}};
const auto kEscrow = filled<Address>(0xe5);
const auto kOperator = filled<Address>(0x09);

Hash32 word(const Address& address) {
  Hash32 padded;
  std::copy(address.bytes.begin(), address.bytes.end(), padded.bytes.begin() + 12);
  return padded;
}

Hash32 ref_word(std::size_t trade, const EngineTag& engine) {
  TradeId id;
  id.bytes.fill(static_cast<std::uint8_t>(trade + 1));
  return make_operation_ref(id, 1, engine).as<Hash32>();
}

// One of each event by turns, behind a log of another contract; those of every fifth txn are another engine's.
std::vector<MadeLog> logs_of(std::size_t index) {
  const Hash32 ref = ref_word(index, index % 5 == 4 ? EngineTag{} : kOurs);
  const auto key = filled<Hash32>(0x77);
  const Hash32 payer = word(filled<Address>(0x0a));
  const auto tail = [](const abi::Words& words) { return words.bytes(); };
  const auto payer_account = filled<Address>(0x0a);
  const auto payee = filled<Address>(0x0b);
  const auto token = filled<Address>(index % 2 == 0 ? 0x70 : 0x71);
  const auto topic = [](const char* signature) { return abi::topic_of(signature); };
  std::vector<MadeLog> logs{{filled<Address>(0xcc), {filled<Hash32>(0x0d)}, {}}};
  switch (index % 6) {
    case 0:
      logs.push_back({kEscrow,
                      {topic("Held(bytes32,bytes32,address,address,address,uint256,uint64)"), ref, key, payer},
                      tail(abi::Words().address(payee).address(token).amount(Amount(1000 + index)).u64(99))});
      break;
    case 1:
      logs.push_back({kEscrow,
                      {topic("Released(bytes32,bytes32,address,address,address,uint256)"), ref, key},
                      tail(abi::Words().address(payer_account).address(payee).address(token).amount(Amount(5)))});
      break;
    case 2:
      logs.push_back({kEscrow,
                      {topic("Refunded(bytes32,bytes32,address,address,uint256,bool)"), ref, key},
                      tail(abi::Words().address(payer_account).address(token).amount(Amount(6)).boolean(true))});
      break;
    case 3:
      logs.push_back({kEscrow,
                      {topic("Paid(bytes32,address,address,address,uint256)"), ref, payer},
                      tail(abi::Words().address(payee).address(token).amount(Amount(7)))});
      break;
    case 4:
      logs.push_back({kEscrow,
                      {topic("Failed(bytes32,bytes32,address,uint8,address,bytes4)"), ref, key, word(kOperator)},
                      tail(abi::Words().u64(3).address(payer_account).raw(Bytes(32, 0)))});
      break;
    default:
      logs.push_back({kEscrow, {topic("Anchored(address,bytes32)"), word(kOperator), filled<Hash32>(0xd1)}, {}});
      logs.push_back({kEscrow, {topic("OperatorSet(address,bool)"), word(kOperator)}, Bytes(32, 0)});
      break;
  }
  return logs;
}

class EvmProof : public ::testing::Test {
 protected:
  static constexpr std::size_t kTxns = 140;  // past the longest key of one byte

  EvmProof() {
    options_.ledger = kLedger;
    options_.engine = kOurs;
    options_.escrow = kEscrow;
    options_.assets = {{{"TST"}, 6, filled<Address>(0x70)}};
    description_ = {kLedger, "ethereum", "1", to_text(kEscrow), ClockKind::unix_seconds, 2, {}};
    description_.assets.push_back({{"TST"}, 6, Bytes(20, 0x70)});
    made_ = BlockMaker(kTxns, 68, logs_of).make();
    const Assets assets(options_.assets);
    const Decoder decoder(options_, assets, {kOperator});
    auto block = decoder.decode({Height{made_.header.number}, made_.block, made_.receipts});
    EXPECT_TRUE(block.ok()) << describe(block.error());
    block_ = *std::move(block);
    proof_ = {block_.ledger, block_.height, block_.hash, block_.header, {}, block_.proofs, {}};
    BlockHash parent = block_.hash;
    for (std::uint64_t i = 1; i <= 2; ++i) {
      proof_.descendants.push_back(header_after(parent, i));
      parent = crypto::keccak256(proof_.descendants.back()).as<BlockHash>();
    }
    proof_.tip = parent;
  }

  [[nodiscard]] Bytes header_after(const BlockHash& parent, std::uint64_t distance) const {
    const Header header = BlockMaker(1).make(parent, made_.header.number + distance).header;
    Buffer out;
    append_header(out, header);
    return {out.view().begin(), out.view().end()};
  }

  EvmOptions options_;
  LedgerDescription description_;
  MadeBlock made_;
  VerifiedBlock block_;
  BlockProof proof_;
};

TEST_F(EvmProof, gives_the_outcomes_of_the_decoder) {
  ASSERT_GT(block_.outcomes.size(), 70U);
  const auto proven = check_block_proof(description_, proof_);
  ASSERT_TRUE(proven.ok()) << describe(proven.error());
  EXPECT_EQ(proven->time, block_.time);
  std::vector<Outcome> outcomes;
  std::size_t anchors = 0;
  std::set<MovementKind> kinds;
  for (const ProvenTxn& txn : proven->txns) {
    EXPECT_EQ(txn.id, txn_id(made_.txns[txn.index]));
    for (const ProvenEffect& effect : txn.effects) {
      EXPECT_EQ(effect.index, effect.outcome.position.effect_index);
      if (engine_of(effect.outcome.ref) == kOurs) outcomes.push_back(effect.outcome);
      kinds.insert(effect.outcome.kind);
    }
    for (const auto& [index, digest] : txn.anchors) {
      EXPECT_EQ(index, 1U);
      EXPECT_EQ(digest, filled<Hash32>(0xd1));
      ++anchors;
    }
  }
  EXPECT_EQ(outcomes, block_.outcomes);
  EXPECT_EQ(kinds.size(), 4U);
  EXPECT_GT(anchors, 15U);
}

TEST_F(EvmProof, a_failed_txn_is_proven_to_have_no_effect) {
  const auto block = decode_block(made_.block, made_.receipts).value();
  proof_.txns = prove_txns(block, {3, 10});  // the maker lets these fail
  const auto proven = check_block_proof(description_, proof_);
  ASSERT_TRUE(proven.ok()) << describe(proven.error());
  ASSERT_EQ(proven->txns.size(), 2U);
  EXPECT_EQ(proven->txns[0].id, txn_id(made_.txns[3]));
  EXPECT_TRUE(proven->txns[0].effects.empty() && proven->txns[1].effects.empty());
}

TEST_F(EvmProof, refuses_what_does_not_fit) {
  ASSERT_TRUE(check_block_proof(description_, proof_).ok());
  using Spoil = std::function<void(BlockProof&, LedgerDescription&)>;
  const std::vector<std::pair<const char*, Spoil>> rejects = {
      {"another kind", [](BlockProof&, LedgerDescription& d) { d.kind = "simulated"; }},
      {"another ledger", [](BlockProof& p, LedgerDescription&) { p.ledger = {"other"}; }},
      {"no escrow", [](BlockProof&, LedgerDescription& d) { d.escrow.clear(); }},
      {"a token of another size", [](BlockProof&, LedgerDescription& d) { d.assets[0].token.pop_back(); }},
      {"two assets of one token", [](BlockProof&, LedgerDescription& d) { d.assets.push_back(d.assets[0]); }},
      {"too few descendants", [](BlockProof& p, LedgerDescription&) { p.descendants.pop_back(); }},
      {"another order", [](BlockProof& p, LedgerDescription&) { std::swap(p.descendants[0], p.descendants[1]); }},
      {"a descendant twice", [](BlockProof& p, LedgerDescription&) { p.descendants[1] = p.descendants[0]; }},
      {"a skipped number",
       [&](BlockProof& p, LedgerDescription& d) {
         p.descendants = {header_after(block_.hash, 2)};
         d.depth = 1;
       }},
      {"another height", [](BlockProof& p, LedgerDescription&) { p.height = p.height.plus(1); }},
      {"another hash", [](BlockProof& p, LedgerDescription&) { p.block.bytes[0] ^= 1; }},
      {"no header", [](BlockProof& p, LedgerDescription&) { p.header.clear(); }},
      {"txns in another order", [](BlockProof& p, LedgerDescription&) { std::swap(p.txns[0], p.txns[1]); }},
      {"a txn twice", [](BlockProof& p, LedgerDescription&) { p.txns.insert(p.txns.begin(), p.txns[0]); }},
      {"another index", [](BlockProof& p, LedgerDescription&) { ++p.txns.back().index; }},
      {"a proof that goes on", [](BlockProof& p, LedgerDescription&) { p.txns[0].proof.push_back(0); }},
      {"no paths",
       [](BlockProof& p, LedgerDescription&) {
         p.txns[0].proof = {0x82, 0x80, 0x80};
       }},
  };
  for (const auto& [what, spoil] : rejects) {
    BlockProof proof = proof_;
    LedgerDescription described = description_;
    spoil(proof, described);
    const auto checked = check_block_proof(described, proof);
    ASSERT_FALSE(checked.ok()) << what;
    EXPECT_EQ(checked.error().code, ErrorCode::proof_invalid) << what;
  }
}

TEST_F(EvmProof, refuses_every_flipped_bit) {
  proof_.txns.erase(proof_.txns.begin() + 4, proof_.txns.end() - 4);  // few, so that each round is quick
  ASSERT_TRUE(check_block_proof(description_, proof_).ok());
  std::mt19937 random(20'261'121);
  for (int i = 0; i < 10'000; ++i) {
    BlockProof proof = proof_;
    std::vector<std::span<std::uint8_t>> places{proof.block.bytes, proof.header};
    for (Bytes& header : proof.descendants) places.emplace_back(header);
    places.emplace_back(proof.tip.bytes);
    for (TxnProof& txn : proof.txns) places.emplace_back(txn.proof);
    const std::span<std::uint8_t> place = places[random() % places.size()];
    const std::size_t at = random() % place.size();
    place[at] ^= static_cast<std::uint8_t>(1U << random() % 8);
    const auto proven = check_block_proof(description_, proof);
    ASSERT_FALSE(proven.ok() && proven->tip == proof.tip) << "round " << i << ", byte " << at;
  }
}

}  // namespace
}  // namespace clearspan::ethereum::testing
