#include "codecs/ethereum/trie_proof.hpp"

#include "codecs/crypto/keccak.hpp"
#include "codecs/ethereum/buffer.hpp"
#include "codecs/ethereum/rlp.hpp"
#include "codecs/ethereum/trie_builder.hpp"

namespace clearspan::ethereum {
namespace {

constexpr std::size_t kShortItems = 2;    // of a leaf or extension
constexpr std::size_t kBranchItems = 17;  // sixteen children and a value
constexpr auto kHashHeader = static_cast<std::uint8_t>(rlp::kEmptyString + Hash32::kSize);

Error invalid(const char* detail) {
  return make_error(ErrorCode::proof_invalid, detail);
}

using Digits = std::vector<std::uint8_t>;

void append_digits(Digits& out, ByteView bytes) {
  for (const std::uint8_t byte : bytes) {
    out.push_back(static_cast<std::uint8_t>(byte >> 4));
    out.push_back(static_cast<std::uint8_t>(byte & 15));
  }
}

struct Path {
  bool is_leaf = false;
  Digits digits;
};

// The first digit is 2 for a leaf, and 1 more when the number of digits is odd; when it is even, a zero follows.
Result<Path> read_path(ByteView encoded) {
  if (encoded.empty() || encoded[0] >= 0x40) return invalid("a path without its flags");
  const bool is_odd = (encoded[0] & 0x10) != 0;
  if (!is_odd && (encoded[0] & 15) != 0) return invalid("a path with a digit that is none");
  Path path;
  path.is_leaf = (encoded[0] & 0x20) != 0;
  if (is_odd) path.digits.push_back(encoded[0] & 15);
  append_digits(path.digits, encoded.subspan(1));
  return path;
}

// Walks from node to node along the key's digits.
class Walk {
 public:
  Walk(std::uint32_t index, std::span<const Bytes> nodes) : left_(nodes) {
    Buffer key;
    rlp::append_u64(key, index);
    append_digits(key_, key.view());
  }

  Result<ByteView> value(const Hash32& root) {
    CLEARSPAN_TRY(ByteView node, listed_node(root));
    while (true) {
      CLEARSPAN_TRY(const std::vector<ByteView> items, items_of(node));
      ByteView child;
      if (items.size() == kBranchItems) {
        CLEARSPAN_TRY(child, child_of_branch(items));
      } else {
        CLEARSPAN_TRY(const Path path, read_path(payload(items[0])));
        CLEARSPAN_CHECK_OK(follow(path));
        if (path.is_leaf) return value_of_leaf(items[1]);
        if (path.digits.empty()) return invalid("an extension without a path");
        child = items[1];
      }
      CLEARSPAN_TRY(node, resolve(child));
    }
  }

 private:
  static ByteView payload(ByteView item) { return rlp::Reader(item).bytes(); }

  // The encodings of a node's members.
  static Result<std::vector<ByteView>> items_of(ByteView node) {
    rlp::Reader whole(node);
    rlp::Reader members = whole.list();
    std::vector<ByteView> items;
    while (!members.at_end() && items.size() < kBranchItems) items.push_back(members.item());
    members.expect_end();
    if (!whole.ok() || !members.ok()) return invalid("a node is no list");
    if (items.size() != kBranchItems && items.size() != kShortItems) return invalid("a node of another shape");
    return items;
  }

  // The next listed node, which must have that hash.
  Result<ByteView> listed_node(const Hash32& hash) {
    if (left_.empty()) return invalid("a node is missing");
    const ByteView node = left_.front();
    left_ = left_.subspan(1);
    if (crypto::keccak256(node) != hash) return invalid("a node with another hash");
    if (!rlp::check(node).ok()) return invalid("a node is not canonical RLP");
    return node;
  }

  Result<ByteView> resolve(ByteView child) {
    if (child.empty()) return invalid("a node without the child");
    if (child[0] >= rlp::kEmptyList) {
      if (child.size() >= Hash32::kSize) return invalid("a long node stands inside its parent");
      return child;
    }
    if (child[0] != kHashHeader) return invalid("the list has nothing at the index");
    Hash32 hash;
    std::copy(child.begin() + 1, child.end(), hash.bytes.begin());
    CLEARSPAN_TRY(const ByteView node, listed_node(hash));
    if (node.size() < Hash32::kSize) return invalid("a short node stands outside its parent");
    return node;
  }

  // No key of a list is the beginning of another, so that no branch has a value.
  Result<ByteView> child_of_branch(const std::vector<ByteView>& items) {
    if (at_ == key_.size()) return invalid("the path is longer than the key");
    if (!payload(items.back()).empty()) return invalid("a branch with a value");
    return items[key_[at_++]];
  }

  Status follow(const Path& path) {
    for (const std::uint8_t digit : path.digits) {
      if (at_ == key_.size() || key_[at_] != digit) return invalid("the path is another index's");
      ++at_;
    }
    return Done{};
  }

  Result<ByteView> value_of_leaf(ByteView item) {
    if (at_ != key_.size()) return invalid("the path is shorter than the key");
    if (!left_.empty()) return invalid("there are more nodes than the way has");
    const ByteView value = payload(item);
    if (value.empty()) return invalid("the value is no string or empty");
    return value;
  }

  std::span<const Bytes> left_;
  Digits key_;
  std::size_t at_ = 0;
};

}  // namespace

std::vector<NodePath> prove_ordered(std::span<const ByteView> values, std::span<const std::uint32_t> indexes) {
  std::vector<NodePath> paths;
  if (indexes.empty()) return paths;
  TrieBuilder& builder = TrieBuilder::of_thread();
  builder.ordered_root(values);
  for (const std::uint32_t index : indexes) paths.push_back(builder.path_to(ordered_position(index, values.size())));
  return paths;
}

Result<ByteView> verify_ordered_proof(const Hash32& root, std::uint32_t index, std::span<const Bytes> nodes) {
  return Walk(index, nodes).value(root);
}

}  // namespace clearspan::ethereum
