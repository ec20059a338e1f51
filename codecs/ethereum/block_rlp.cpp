#include "codecs/ethereum/block_rlp.hpp"

#include "codecs/crypto/keccak.hpp"
#include "codecs/ethereum/rlp.hpp"
#include "codecs/ethereum/trie.hpp"

namespace clearspan::ethereum {
namespace {

std::vector<ByteView> read_txns(rlp::Reader& parts) {
  std::vector<ByteView> txns;
  rlp::Reader members = parts.list();
  while (!members.at_end()) txns.push_back(members.is_list() ? members.item() : members.bytes());
  parts.adopt(members);
  return txns;
}

std::vector<ByteView> read_items(rlp::Reader& parts) {
  std::vector<ByteView> items;
  rlp::Reader members = parts.list();
  while (!members.at_end()) items.push_back(members.item());
  parts.adopt(members);
  return items;
}

Error mismatch(ErrorCode code, const Hash32& stated, const Hash32& recomputed) {
  return make_error(code,
                    "stated " + to_hex_prefixed(stated.view()) + ", recomputed " + to_hex_prefixed(recomputed.view()));
}

}  // namespace

Result<RlpBlock> take_block_rlp(ByteView& input) {
  rlp::Reader whole(input);
  const ByteView encoded = whole.item();
  CLEARSPAN_CHECK_OK(whole.status());
  rlp::Reader parts = rlp::Reader(encoded).list();
  RlpBlock block;
  const ByteView header = parts.item();
  block.txns = read_txns(parts);
  if (!parts.is_list()) parts.fail("the uncles are missing");
  block.uncles = parts.item();
  if (!parts.at_end()) block.withdrawals = read_items(parts);
  parts.expect_end();
  CLEARSPAN_CHECK_OK(parts.status());
  CLEARSPAN_TRY(block.header, decode_header(header));
  block.hash = crypto::keccak256(header).as<BlockHash>();
  input = input.subspan(encoded.size());
  return block;
}

Status check_roots(const RlpBlock& block) {
  const Hash32 txns = ordered_root(block.txns);
  if (txns != block.header.transactions_root) {
    return mismatch(ErrorCode::transactions_root_mismatch, block.header.transactions_root, txns);
  }
  if (block.withdrawals.has_value() != block.header.withdrawals_root.has_value()) {
    return make_error(ErrorCode::withdrawals_root_mismatch, "only one of the withdrawals and their root is there");
  }
  if (block.withdrawals) {
    const Hash32 withdrawals = ordered_root(*block.withdrawals);
    if (withdrawals != *block.header.withdrawals_root) {
      return mismatch(ErrorCode::withdrawals_root_mismatch, *block.header.withdrawals_root, withdrawals);
    }
  }
  const Hash32 uncles = crypto::keccak256(block.uncles);
  if (uncles != block.header.uncles_hash) {
    return mismatch(ErrorCode::uncles_hash_mismatch, block.header.uncles_hash, uncles);
  }
  return Done{};
}

}  // namespace clearspan::ethereum
