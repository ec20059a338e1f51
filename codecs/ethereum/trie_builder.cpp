#include "codecs/ethereum/trie_builder.hpp"

#include <algorithm>
#include <cstring>

#include "codecs/crypto/keccak.hpp"
#include "codecs/ethereum/rlp.hpp"
#include "core/base/verify.hpp"

namespace clearspan::ethereum {
namespace {

constexpr std::size_t kBranchWays = 16;
constexpr std::uint8_t kLeafFlag = 0x20;
constexpr std::uint8_t kOddFlag = 0x10;
constexpr std::size_t kSingleByteKeys = 127;  // 1..127 are their own RLP

std::uint8_t digit_of(ByteView key, std::size_t index) {
  const std::uint8_t byte = key[index / 2];
  return index % 2 == 0 ? static_cast<std::uint8_t>(byte >> 4) : static_cast<std::uint8_t>(byte & 15);
}

std::size_t digits_in(ByteView key) {
  return key.size() * 2;
}

// How many digits two keys share from `from` on.
std::size_t shared_digits(ByteView a, ByteView b, std::size_t from) {
  const std::size_t end = std::min(digits_in(a), digits_in(b));
  std::size_t at = from;
  while (at < end && digit_of(a, at) == digit_of(b, at)) ++at;
  return at - from;
}

// Digits [from, to) of a key in hex-prefix encoding, as an RLP item.
void append_path(Buffer& out, ByteView key, std::size_t from, std::size_t to, bool is_leaf) {
  std::array<std::uint8_t, 33> small{};
  std::vector<std::uint8_t> large;
  const std::size_t size = (to - from) / 2 + 1;
  std::uint8_t* path = small.data();
  if (size > small.size()) {  // keys of more than 32 bytes exist in tests only
    large.resize(size);
    path = large.data();
  }
  path[0] = is_leaf ? kLeafFlag : 0;
  if ((to - from) % 2 != 0) path[0] = static_cast<std::uint8_t>(path[0] | kOddFlag | digit_of(key, from++));
  for (std::size_t i = 1; from < to; ++i, from += 2) {
    path[i] = static_cast<std::uint8_t>((digit_of(key, from) << 4) | digit_of(key, from + 1));
  }
  rlp::append_bytes(out, {path, size});
}

// The index of the i-th key in ascending order (see ordered_position).
std::size_t index_at(std::size_t position, std::size_t count) {
  const std::size_t small = std::min(count - 1, kSingleByteKeys);
  if (position < small) return position + 1;
  return position == small ? 0 : position;
}

}  // namespace

std::size_t ordered_position(std::size_t index, std::size_t count) {
  const std::size_t small = std::min(count - 1, kSingleByteKeys);
  if (index == 0) return small;
  return index <= small ? index - 1 : index;
}

TrieBuilder& TrieBuilder::of_thread() {
  thread_local TrieBuilder builder;
  return builder;
}

Hash32 TrieBuilder::root(std::span<const TrieEntry> entries) {
  entries_ = entries;
  plan();
  for (std::size_t level = levels_.size() - 1; level-- > 0;) hash_level(levels_[level], levels_[level + 1]);
  const Reference& top = references_[0];
  if (top.size == Hash32::kSize) {
    Hash32 hash;
    hash.bytes = top.bytes;
    return hash;
  }
  return crypto::keccak256({top.bytes.data(), top.size});
}

Hash32 TrieBuilder::ordered_root(std::span<const ByteView> values) {
  ordered_keys_.resize(values.size());
  ordered_entries_.clear();
  Buffer key;
  for (std::size_t position = 0; position < values.size(); ++position) {
    const std::size_t index = index_at(position, values.size());
    key.clear();
    rlp::append_u64(key, index);
    std::array<std::uint8_t, 8>& bytes = ordered_keys_[position];
    std::copy(key.view().begin(), key.view().end(), bytes.begin());
    ordered_entries_.push_back({{bytes.data(), key.size()}, values[index]});
  }
  return root(ordered_entries_);
}

// Children are consecutive and their ranges ascend, so the child on the way is the one whose range has the position.
std::vector<Bytes> TrieBuilder::path_to(std::size_t position) {
  CLEARSPAN_VERIFY(position < entries_.size());
  std::vector<Bytes> path;
  std::size_t index = 0;
  while (true) {
    const Node& node = nodes_[index];
    if (index == 0 || references_[index].size == Hash32::kSize) {
      scratch_.clear();
      append_node(node);
      path.emplace_back(scratch_.view().begin(), scratch_.view().end());
    }
    if (node.kind == NodeKind::leaf || (node.has_value && position == node.first)) return path;
    index = node.first_child;
    while (position >= nodes_[index].last) ++index;
  }
}

// Lists the nodes breadth first; level i is nodes [levels_[i], levels_[i + 1]).
void TrieBuilder::plan() {
  nodes_.clear();
  levels_.assign(1, 0);
  nodes_.push_back(make_node(0, static_cast<std::uint32_t>(entries_.size()), 0));
  std::size_t next = 0;
  while (next < nodes_.size()) {
    const std::size_t level_end = nodes_.size();
    levels_.push_back(level_end);
    for (; next < level_end; ++next) add_children(next);
  }
  references_.resize(nodes_.size());
}

TrieBuilder::Node TrieBuilder::make_node(std::uint32_t first, std::uint32_t last, std::uint32_t depth) const {
  Node node{NodeKind::branch};
  node.first = first;
  node.last = last;
  node.depth = depth;
  const ByteView key = entries_[first].key;
  if (last - first == 1) {
    node.kind = NodeKind::leaf;
    node.path_end = static_cast<std::uint32_t>(digits_in(key));
    return node;
  }
  // The keys are sorted: what the first and the last share, all share.
  const auto shared = static_cast<std::uint32_t>(shared_digits(key, entries_[last - 1].key, depth));
  if (shared > 0) {
    node.kind = NodeKind::extension;
    node.path_end = depth + shared;
  }
  return node;
}

void TrieBuilder::add_children(std::size_t index) {
  Node node = nodes_[index];
  node.first_child = static_cast<std::uint32_t>(nodes_.size());
  if (node.kind == NodeKind::extension) {
    Node branch = make_node(node.first, node.last, node.path_end);
    nodes_.push_back(branch);
  } else if (node.kind == NodeKind::branch) {
    std::uint32_t at = node.first;
    node.has_value = digits_in(entries_[at].key) == node.depth;
    if (node.has_value) ++at;
    while (at < node.last) {
      const std::uint8_t digit = digit_of(entries_[at].key, node.depth);
      std::uint32_t end = at + 1;
      while (end < node.last && digit_of(entries_[end].key, node.depth) == digit) ++end;
      node.child_digits = static_cast<std::uint16_t>(node.child_digits | (1U << digit));
      nodes_.push_back(make_node(at, end, node.depth + 1));
      at = end;
    }
  }
  nodes_[index] = node;
}

void TrieBuilder::append_reference(std::size_t index) {
  const Reference& child = references_[index];
  if (child.size == Hash32::kSize) {
    rlp::append_bytes(scratch_, {child.bytes.data(), child.size});
  } else {
    scratch_.append({child.bytes.data(), child.size});
  }
}

void TrieBuilder::append_node(const Node& node) {
  const std::size_t list = rlp::begin_list(scratch_);
  const TrieEntry& entry = entries_[node.first];
  switch (node.kind) {
    case NodeKind::leaf:
      append_path(scratch_, entry.key, node.depth, node.path_end, true);
      rlp::append_bytes(scratch_, entry.value);
      break;
    case NodeKind::extension:
      append_path(scratch_, entry.key, node.depth, node.path_end, false);
      append_reference(node.first_child);
      break;
    case NodeKind::branch: {
      std::size_t child = node.first_child;
      for (std::size_t digit = 0; digit < kBranchWays; ++digit) {
        if ((node.child_digits >> digit & 1U) != 0) {
          append_reference(child++);
        } else {
          *scratch_.extend(1) = rlp::kEmptyString;
        }
      }
      rlp::append_bytes(scratch_, node.has_value ? entry.value : ByteView{});
      break;
    }
  }
  rlp::end_list(scratch_, list);
}

// Encodes the nodes [begin, end) and hashes all that are long enough in one batch.
void TrieBuilder::hash_level(std::size_t begin, std::size_t end) {
  scratch_.clear();
  encoded_.clear();
  for (std::size_t index = begin; index < end; ++index) {
    const std::size_t start = scratch_.size();
    append_node(nodes_[index]);
    encoded_.push_back(scratch_.slice_from(start));
  }
  messages_.clear();
  for (const Slice& slice : encoded_) {
    if (slice.size >= Hash32::kSize) messages_.push_back(scratch_.view(slice));
  }
  hashes_.resize(messages_.size());
  crypto::keccak256_many(messages_, hashes_);
  std::size_t hashed = 0;
  for (std::size_t i = 0; i < encoded_.size(); ++i) {
    Reference& reference = references_[begin + i];
    if (encoded_[i].size >= Hash32::kSize) {
      reference.bytes = hashes_[hashed++].bytes;
      reference.size = Hash32::kSize;
    } else {
      reference.size = static_cast<std::uint8_t>(encoded_[i].size);
      std::memcpy(reference.bytes.data(), scratch_.view(encoded_[i]).data(), encoded_[i].size);
    }
  }
}

}  // namespace clearspan::ethereum
