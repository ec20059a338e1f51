#include "ledgers/ethereum/proof.hpp"

#include <set>

#include "codecs/crypto/keccak.hpp"
#include "codecs/ethereum/trie_proof.hpp"
#include "codecs/evidence/cbor.hpp"
#include "ledgers/ethereum/assets.hpp"
#include "ledgers/ethereum/notation.hpp"
#include "ledgers/ethereum/outcome.hpp"

namespace clearspan::ethereum {
namespace {

namespace cbor = evidence::cbor;

constexpr std::size_t kTxnProofItems = 2;

Error invalid(std::string detail) {
  return make_error(ErrorCode::proof_invalid, std::move(detail));
}

template <class T>
Result<T> or_invalid(Result<T> result) {
  if (result.ok()) return result;
  return invalid(describe(result.error()));
}

// Both paths, in the order of the proof; for Writer and Reader.
template <class Code, class Path>
void code_path(Code& code, Path& path) {
  code.list(path, kProofNodesMax, [](auto& each, auto& node) { each.bytes(node); });
}

struct Paths {
  NodePath txn;
  NodePath receipt;
};

Result<Paths> read_paths(const Bytes& proof) {
  Paths paths;
  cbor::Reader reader(proof);
  reader.array(kTxnProofItems);
  code_path(reader, paths.txn);
  code_path(reader, paths.receipt);
  CLEARSPAN_CHECK_OK(or_invalid(reader.finish()));
  return paths;
}

// What a description says about an EVM ledger.
struct Reading {
  Address escrow;
  Assets assets;
};

Result<Reading> read_description(const LedgerDescription& description) {
  if (description.kind != "ethereum") return invalid("the ledger is of another kind");
  CLEARSPAN_TRY(const Address escrow, or_invalid(parse_account(description.escrow)));
  std::vector<EvmAsset> assets;
  std::set<Address> tokens;
  for (const DescribedAsset& described : description.assets) {
    if (described.token.size() != Address::kSize) return invalid("a token's address must have 20 bytes");
    EvmAsset asset{described.id, described.scale, {}};
    std::copy(described.token.begin(), described.token.end(), asset.token.bytes.begin());
    if (!tokens.insert(asset.token).second) return invalid("two assets are the same token");
    assets.push_back(std::move(asset));
  }
  return Reading{escrow, Assets(assets)};
}

BlockHash hash_of(ByteView header) {
  return crypto::keccak256(header).as<BlockHash>();
}

// The hash of the last one, or of the block where there is none.
Result<BlockHash> check_descendants(const LedgerDescription& description, const BlockProof& proof) {
  if (proof.descendants.size() < description.depth || proof.descendants.size() > kProofDepthMax) {
    return invalid("not as many descendants as the ledger's depth calls for");
  }
  BlockHash parent = proof.block;
  std::uint64_t number = proof.height.value;
  for (const Bytes& bytes : proof.descendants) {
    CLEARSPAN_TRY(const Header header, or_invalid(decode_header(bytes)));
    if (header.parent_hash != parent) return invalid("a descendant has another parent");
    if (header.number <= number || header.number - number != 1) {
      return invalid("a descendant is not the next in number");
    }
    parent = hash_of(bytes);
    number = header.number;
  }
  return parent;
}

Status add_effects(ProvenTxn& txn, std::span<const Log> logs, const Reading& reading, BlockPosition position) {
  for (std::uint32_t i = 0; i < logs.size(); ++i) {
    const Log& log = logs[i];
    if (log.address != reading.escrow) continue;
    const auto topics = std::span(log.topics).first(log.topic_count);
    CLEARSPAN_TRY(const auto event, or_invalid(decode_log(topics, log.data)));
    CLEARSPAN_TRY(const auto anchor, or_invalid(decode_anchor(topics, log.data)));
    position.effect_index = i;
    if (event) txn.effects.push_back({i, outcome_of(*event, reading.assets, position)});
    if (anchor) txn.anchors.emplace_back(i, anchor->digest);
  }
  return Done{};
}

Result<ProvenTxn> check_txn(const Header& header, const Reading& reading, const BlockProof& block,
                            const TxnProof& proof) {
  CLEARSPAN_TRY(const Paths paths, read_paths(proof.proof));
  CLEARSPAN_TRY(const ByteView raw, verify_ordered_proof(header.transactions_root, proof.index, paths.txn));
  CLEARSPAN_TRY(const ByteView receipt_bytes, verify_ordered_proof(header.receipts_root, proof.index, paths.receipt));
  std::vector<Log> logs;
  CLEARSPAN_TRY(const Receipt receipt, or_invalid(decode_receipt(receipt_bytes, logs)));
  if (!receipt.succeeded) return invalid("a receipt without a status");
  ProvenTxn txn;
  txn.index = proof.index;
  txn.id = txn_id(raw);
  if (!*receipt.succeeded) return txn;
  CLEARSPAN_CHECK_OK(add_effects(txn, logs, reading, {block.height, block.block, txn.id, txn.index, 0}));
  return txn;
}

}  // namespace

std::vector<TxnProof> prove_txns(const EthereumBlock& block, const std::vector<std::uint32_t>& indexes) {
  const auto prove = [&](const std::vector<Slice>& members) {
    std::vector<ByteView> views;
    views.reserve(members.size());
    for (const Slice& member : members) views.push_back(block.bytes.view(member));
    return prove_ordered(views, indexes);
  };
  std::vector<TxnProof> proofs;
  if (indexes.empty()) return proofs;
  const std::vector<NodePath> txns = prove(block.txn_bytes);
  const std::vector<NodePath> receipts = prove(block.receipt_bytes);
  for (std::size_t i = 0; i < indexes.size(); ++i) {
    TxnProof& proof = proofs.emplace_back();
    proof.index = indexes[i];
    cbor::Writer writer(proof.proof);
    writer.array(kTxnProofItems);
    code_path(writer, txns[i]);
    code_path(writer, receipts[i]);
  }
  return proofs;
}

Result<ProvenBlock> check_block_proof(const LedgerDescription& description, const BlockProof& proof) {
  CLEARSPAN_TRY(const Reading reading, read_description(description));
  if (proof.ledger != description.ledger) return invalid("the proof is of another ledger");
  CLEARSPAN_TRY(const Header header, or_invalid(decode_header(proof.header)));
  if (hash_of(proof.header) != proof.block) return invalid("the header has another hash");
  if (header.number != proof.height.value) return invalid("the block is of another height");
  ProvenBlock proven;
  CLEARSPAN_TRY(proven.tip, check_descendants(description, proof));
  proven.time = LedgerTime{header.timestamp};
  for (const TxnProof& txn : proof.txns) {
    if (!proven.txns.empty() && txn.index <= proven.txns.back().index) return invalid("the txns are out of order");
    CLEARSPAN_TRY(auto proven_txn, check_txn(header, reading, proof, txn));
    proven.txns.push_back(std::move(proven_txn));
  }
  return proven;
}

}  // namespace clearspan::ethereum
