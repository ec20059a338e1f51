// The proof of a simulated block. The hashes that tie its parts together are made to fit first, so that the fuzzer gets
// to the txns; then whatever is believed must stop being believed when a byte of it changes.
//
//   input = u8 depth | piece header | 2 x (piece content, piece results) | u16 place of a change | u8 change
#include <vector>

#include "codecs/simulated/block.hpp"
#include "codecs/simulated/merkle.hpp"
#include "codecs/simulated/proof.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace clearspan::fuzz {
namespace {

namespace sim = simulated;

const LedgerId kLedger{"a-coin"};
constexpr std::uint32_t kTxns = 2;

LedgerDescription description_of(std::uint32_t depth) {
  LedgerDescription description;
  description.ledger = kLedger;
  description.kind = "simulated";
  description.depth = depth;
  description.assets.push_back({{"ACN"}, 2, {}});
  return description;
}

Bytes to_bytes(ByteView view) {
  return {view.begin(), view.end()};
}

struct Made {
  LedgerDescription description;
  BlockProof proof;
};

// A header with that root, over the input's own header where it is one.
Bytes make_header(ByteView stated, const Hash32& root, BlockProof& proof) {
  sim::BlockHeader header;
  header.ledger = kLedger.text;
  if (const auto parsed = sim::parse_header(stated); parsed.ok()) header = *parsed;
  header.root = root;
  header.txn_count = kTxns;
  proof.height = header.number;
  return header_bytes(header);
}

void add_descendants(BlockProof& proof, std::uint32_t depth) {
  proof.tip = proof.block;
  for (std::uint32_t i = 0; i < depth; ++i) {
    sim::BlockHeader next;
    next.ledger = kLedger.text;
    next.number = proof.height.plus(i + 1);
    next.parent = proof.tip;
    proof.descendants.push_back(header_bytes(next));
    proof.tip = sim::block_hash_of(proof.descendants.back());
  }
}

Made make_proof(Pieces& input) {
  Made made;
  const std::uint32_t depth = input.byte() % 4;
  made.description = description_of(depth);
  made.proof.ledger = kLedger;
  const ByteView stated = input.piece();
  std::vector<Hash32> leaves;
  std::vector<Bytes> proven(kTxns);
  for (Bytes& txn : proven) {
    const Bytes content = to_bytes(input.piece());
    const Bytes results = to_bytes(input.piece());
    const sim::TxnSignature signature{};
    leaves.push_back(sim::leaf_of(sim::txn_id_of(content), signature, results));
    sim::put_proven_txn(txn, content, signature, results);
  }
  sim::MerkleTree tree;
  tree.build(leaves);
  for (std::uint32_t i = 0; i < kTxns; ++i) {
    made.proof.txns.push_back({i, sim::txn_proof(proven[i], tree.path_of(i))});
  }
  made.proof.header = make_header(stated, tree.root(), made.proof);
  made.proof.block = sim::block_hash_of(made.proof.header);
  add_descendants(made.proof, depth);
  return made;
}

Result<ProvenBlock> check(const Made& made) {
  auto proven = sim::check_block_proof(made.description, made.proof);
  if (!proven.ok()) expect_one_of(proven.error(), {ErrorCode::proof_invalid});
  return proven;
}

// Changes one byte of the proof's bytes; every one of them is covered by a hash.
void change(BlockProof& proof, Pieces& input) {
  const std::size_t place = input.number();
  const auto flip = static_cast<std::uint8_t>(1U << (input.byte() % 8));
  std::vector<Bytes*> parts{&proof.header};
  for (Bytes& header : proof.descendants) parts.push_back(&header);
  for (TxnProof& txn : proof.txns) parts.push_back(&txn.proof);
  Bytes& part = *parts[place % parts.size()];
  part[(place / parts.size()) % part.size()] ^= flip;
}

}  // namespace
}  // namespace clearspan::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace clearspan;
  fuzz::Pieces input({data, size});
  fuzz::Made made = fuzz::make_proof(input);
  const auto proven = fuzz::check(made);
  if (!proven.ok()) return 0;
  CLEARSPAN_VERIFY(proven->tip == made.proof.tip && proven->txns.size() == made.proof.txns.size());
  for (const ProvenTxn& txn : proven->txns) {
    for (const ProvenEffect& effect : txn.effects) CLEARSPAN_VERIFY(effect.outcome.position.block == made.proof.block);
  }
  fuzz::change(made.proof, input);
  const auto other = fuzz::check(made);
  CLEARSPAN_VERIFY(!other.ok() || other->tip != proven->tip);
  return 0;
}
