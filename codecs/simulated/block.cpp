#include "codecs/simulated/block.hpp"

#include <algorithm>
#include <vector>

#include "codecs/crypto/sha256.hpp"
#include "codecs/simulated/wire.hpp"

namespace clearspan::simulated {
namespace {

constexpr std::string_view kMagic = "CSB1";
constexpr std::uint8_t kLeafPrefix = 0;
constexpr std::uint8_t kNodePrefix = 1;
constexpr std::uint8_t kFailed = 0;
constexpr std::uint8_t kDone = 1;

Hash32 node_of(const Hash32& left, const Hash32& right) {
  std::array<std::uint8_t, 1 + 2 * Hash32::kSize> node;
  node[0] = kNodePrefix;
  std::copy(left.bytes.begin(), left.bytes.end(), node.begin() + 1);
  std::copy(right.bytes.begin(), right.bytes.end(), node.begin() + 1 + Hash32::kSize);
  return crypto::sha256(node);
}

}  // namespace

bool is_reason(std::string_view text) {
  const auto is_reason_char = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  return !text.empty() && text.size() <= kReasonMax && std::all_of(text.begin(), text.end(), is_reason_char);
}

void put_result(Bytes& out, MovementKind kind, const OperationResult& result) {
  if (!result.ok()) {
    put_u8(out, kFailed);
    put_text(out, result.reason);
    return;
  }
  put_u8(out, kDone);
  if (kind == MovementKind::hold || kind == MovementKind::payment) return;
  put_text(out, result.asset);
  put_text(out, result.amount_digits);
  put_text(out, result.from);
  put_text(out, result.to);
  put_u8(out, result.reclaimed ? 1 : 0);
}

Hash32 leaf_of(const TxnId& id, const TxnSignature& signature, ByteView results_bytes) {
  Bytes leaf;
  leaf.reserve(1 + TxnId::kSize + TxnSignature::kSize + results_bytes.size());
  put_u8(leaf, kLeafPrefix);
  put_bytes(leaf, id.view());
  put_bytes(leaf, signature.view());
  put_bytes(leaf, results_bytes);
  return crypto::sha256(leaf);
}

// RFC 6962 splits at the largest power of two below the count. Pairing neighbours level by level, with an odd last one
// carried up unchanged, builds the same tree.
Hash32 merkle_root(std::span<const Hash32> leaves) {
  if (leaves.empty()) return crypto::sha256({});
  std::vector<Hash32> level(leaves.begin(), leaves.end());
  while (level.size() > 1) {
    const std::size_t pairs = level.size() / 2;
    for (std::size_t i = 0; i < pairs; ++i) level[i] = node_of(level[2 * i], level[2 * i + 1]);
    const bool has_odd = level.size() % 2 == 1;
    if (has_odd) level[pairs] = level.back();
    level.resize(pairs + (has_odd ? 1 : 0));
  }
  return level.front();
}

BlockHash block_hash_of(const BlockHeader& header) {
  Bytes bytes;
  bytes.reserve(kMagic.size() + 1 + header.ledger.size() + 3 * 8 + 4 + 2 * 32);
  put_bytes(bytes, as_bytes(kMagic));
  put_text(bytes, header.ledger);
  put_u64(bytes, header.number.value);
  put_u64(bytes, header.branch);
  put_bytes(bytes, header.parent.view());
  put_u64(bytes, header.timestamp_ms);
  put_u32(bytes, header.txn_count);
  put_bytes(bytes, header.root.view());
  return crypto::sha256(bytes).as<BlockHash>();
}

}  // namespace clearspan::simulated
