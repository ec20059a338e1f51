#include "codecs/simulated/proof.hpp"

#include "codecs/evidence/cbor.hpp"
#include "codecs/simulated/block.hpp"
#include "codecs/simulated/merkle.hpp"
#include "codecs/simulated/outcome.hpp"

namespace clearspan::simulated {
namespace {

namespace cbor = evidence::cbor;

constexpr std::size_t kTxnProofItems = 4;
constexpr std::size_t kPathMax = 32;  // a block counts its txns in 32 bits

Error invalid(std::string detail) {
  return make_error(ErrorCode::proof_invalid, std::move(detail));
}

template <class T>
Result<T> or_invalid(Result<T> result) {
  if (result.ok()) return result;
  return invalid(describe(result.error()));
}

// The header of those bytes, which must have that hash and be of the ledger.
Result<BlockHeader> read_header(ByteView bytes, const LedgerId& ledger) {
  CLEARSPAN_TRY(const BlockHeader header, or_invalid(parse_header(bytes)));
  if (header.ledger != ledger.text) return invalid("a header is of another ledger");
  return header;
}

// The hash of the last one, or of the block where there is none.
Result<BlockHash> check_descendants(const LedgerDescription& description, const BlockProof& proof) {
  if (proof.descendants.size() < description.depth || proof.descendants.size() > kProofDepthMax) {
    return invalid("not as many descendants as the ledger's depth calls for");
  }
  BlockHash parent = proof.block;
  std::uint64_t number = proof.height.value;
  for (const Bytes& bytes : proof.descendants) {
    CLEARSPAN_TRY(const BlockHeader header, read_header(bytes, description.ledger));
    if (header.parent != parent) return invalid("a descendant has another parent");
    if (header.number.value <= number || header.number.value - number != 1) {
      return invalid("a descendant is not the next in number");
    }
    parent = block_hash_of(bytes);
    number = header.number.value;
  }
  return parent;
}

struct TxnParts {
  Bytes content;
  TxnSignature signature;
  Bytes results;
  std::vector<Hash32> path;
};

Result<TxnParts> read_parts(const Bytes& proof) {
  TxnParts parts;
  cbor::Reader reader(proof);
  reader.array(kTxnProofItems);
  reader.bytes(parts.content);
  reader.fixed(parts.signature);
  reader.bytes(parts.results);
  reader.list(parts.path, kPathMax, [](auto& code, Hash32& hash) { code.fixed(hash); });
  CLEARSPAN_CHECK_OK(or_invalid(reader.finish()));
  return parts;
}

// Operations and results that the tree holds, as effects.
void add_effects(ProvenTxn& txn, const TxnContent& content, const std::vector<OperationResult>& results,
                 BlockPosition position) {
  for (std::uint32_t i = 0; i < results.size(); ++i) {
    const Operation& operation = content.operations[i];
    position.effect_index = i;
    if (auto outcome = outcome_of(operation, results[i], position)) {
      txn.effects.push_back({i, *std::move(outcome)});
    } else if (results[i].ok()) {
      txn.anchors.emplace_back(i, operation.digest);
    }
  }
}

Result<ProvenTxn> check_txn(const BlockHeader& header, const BlockProof& block, const TxnProof& proof) {
  CLEARSPAN_TRY(const TxnParts parts, read_parts(proof.proof));
  ProvenTxn txn;
  txn.index = proof.index;
  txn.id = txn_id_of(parts.content);
  const Hash32 leaf = leaf_of(txn.id, parts.signature, parts.results);
  if (root_by_path(proof.index, header.txn_count, leaf, parts.path) != header.root) {
    return invalid("a txn is not in the block at its index");
  }
  CLEARSPAN_TRY(const TxnContent content, or_invalid(parse_txn_content(parts.content)));
  if (content.header.ledger != header.ledger) return invalid("a txn is of another ledger");
  CLEARSPAN_TRY(const auto results, or_invalid(parse_results(parts.results, content.operations)));
  add_effects(txn, content, results, {block.height, block.block, txn.id, txn.index, 0});
  return txn;
}

}  // namespace

void put_proven_txn(Bytes& out, ByteView content, const TxnSignature& signature, ByteView results_bytes) {
  cbor::Writer writer(out);
  writer.array(kTxnProofItems);
  writer.bytes(content);
  writer.fixed(signature);
  writer.bytes(results_bytes);
}

Bytes txn_proof(ByteView proven_txn, const std::vector<Hash32>& path) {
  Bytes hashes;
  cbor::Writer(hashes).list(path, kPathMax, [](auto& code, const Hash32& hash) { code.fixed(hash); });
  Bytes proof;
  proof.reserve(proven_txn.size() + hashes.size());
  proof.insert(proof.end(), proven_txn.begin(), proven_txn.end());
  proof.insert(proof.end(), hashes.begin(), hashes.end());
  return proof;
}

Result<ProvenBlock> check_block_proof(const LedgerDescription& description, const BlockProof& proof) {
  if (description.kind != "simulated") return invalid("the ledger is of another kind");
  if (proof.ledger != description.ledger) return invalid("the proof is of another ledger");
  CLEARSPAN_TRY(const BlockHeader header, read_header(proof.header, description.ledger));
  if (block_hash_of(proof.header) != proof.block) return invalid("the header has another hash");
  if (header.number != proof.height) return invalid("the block is of another height");
  ProvenBlock proven;
  CLEARSPAN_TRY(proven.tip, check_descendants(description, proof));
  proven.time = {header.number.value};
  for (const TxnProof& txn : proof.txns) {
    if (!proven.txns.empty() && txn.index <= proven.txns.back().index) return invalid("the txns are out of order");
    CLEARSPAN_TRY(auto proven_txn, check_txn(header, proof, txn));
    proven.txns.push_back(std::move(proven_txn));
  }
  return proven;
}

}  // namespace clearspan::simulated
