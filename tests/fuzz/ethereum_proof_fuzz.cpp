// The proof of an EVM block. The input says what txns and receipts the block has; roots, header and hashes are made to
// fit, so that the fuzzer gets to the receipts' logs. A proof that is believed is not when a byte of it changes.
//
//   input = u8 depth | piece header | 2 x (piece txn, piece receipt) | u16 place of a change | u8 change
#include <vector>

#include "codecs/crypto/keccak.hpp"
#include "codecs/ethereum/trie.hpp"
#include "ledgers/ethereum/proof.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace clearspan::fuzz {
namespace {

using ethereum::Buffer;
using ethereum::EthereumBlock;
using ethereum::Slice;

const LedgerId kLedger{"evm-a"};
constexpr std::uint32_t kTxns = 2;

LedgerDescription description_of(std::uint32_t depth) {
  LedgerDescription description;
  description.ledger = kLedger;
  description.kind = "ethereum";
  description.network = "31337";
  description.escrow = "0x" + std::string(40, '1');
  description.clock = ClockKind::unix_seconds;
  description.depth = depth;
  description.assets.push_back({{"ETH"}, 18, Bytes(ethereum::Address::kSize, 0)});
  return description;
}

Slice add(EthereumBlock& block, ByteView bytes) {
  const std::size_t at = block.bytes.size();
  block.bytes.append(bytes);
  if (bytes.empty()) block.bytes.append(as_bytes("\x80"));  // a trie has no empty values
  return block.bytes.slice_from(at);
}

Hash32 root_of(const EthereumBlock& block, const std::vector<Slice>& members) {
  std::vector<ByteView> views;
  for (const Slice& member : members) views.push_back(block.bytes.view(member));
  return ethereum::ordered_root(views);
}

Bytes encoded(const ethereum::Header& header) {
  Buffer out;
  append_header(out, header);
  return {out.view().begin(), out.view().end()};
}

void add_descendants(BlockProof& proof, std::uint32_t depth) {
  proof.tip = proof.block;
  for (std::uint32_t i = 0; i < depth; ++i) {
    ethereum::Header next;
    next.number = proof.height.value + i + 1;
    next.parent_hash = proof.tip;
    proof.descendants.push_back(encoded(next));
    proof.tip = crypto::keccak256(proof.descendants.back()).as<BlockHash>();
  }
}

BlockProof make_proof(Pieces& input, std::uint32_t depth) {
  const ByteView stated = input.piece();
  EthereumBlock block;
  for (std::uint32_t i = 0; i < kTxns; ++i) {
    block.txn_bytes.push_back(add(block, input.piece()));
    block.receipt_bytes.push_back(add(block, input.piece()));
  }
  ethereum::Header header;
  if (const auto decoded = ethereum::decode_header(stated); decoded.ok()) header = *decoded;
  header.transactions_root = root_of(block, block.txn_bytes);
  header.receipts_root = root_of(block, block.receipt_bytes);
  BlockProof proof;
  proof.ledger = kLedger;
  proof.height = {header.number};
  proof.header = encoded(header);
  proof.block = crypto::keccak256(proof.header).as<BlockHash>();
  proof.txns = prove_txns(block, {0, 1});
  add_descendants(proof, depth);
  return proof;
}

Result<ProvenBlock> check(const LedgerDescription& description, const BlockProof& proof) {
  auto proven = ethereum::check_block_proof(description, proof);
  if (!proven.ok()) expect_one_of(proven.error(), {ErrorCode::proof_invalid});
  return proven;
}

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
  const std::uint32_t depth = input.byte() % 3;
  const LedgerDescription description = fuzz::description_of(depth);
  BlockProof proof = fuzz::make_proof(input, depth);
  const auto proven = fuzz::check(description, proof);
  if (!proven.ok()) return 0;
  CLEARSPAN_VERIFY(proven->tip == proof.tip && proven->txns.size() == fuzz::kTxns);
  for (const ProvenTxn& txn : proven->txns) {
    for (const ProvenEffect& effect : txn.effects) CLEARSPAN_VERIFY(effect.outcome.position.block == proof.block);
  }
  fuzz::change(proof, input);
  const auto other = fuzz::check(description, proof);
  CLEARSPAN_VERIFY(!other.ok() || other->tip != proven->tip);
  return 0;
}
