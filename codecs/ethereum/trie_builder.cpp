#include "codecs/ethereum/trie_builder.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "codecs/crypto/keccak.hpp"
#include "codecs/ethereum/rlp.hpp"
#include "core/base/verify.hpp"

namespace clearspan::ethereum {
namespace {

constexpr std::size_t kBranchWays = 16;
constexpr std::uint8_t kLeafFlag = 0x20;
constexpr std::uint8_t kOddFlag = 0x10;
constexpr std::size_t kSingleByteKeys = 127;                 // 1..127 are their own RLP
constexpr std::size_t kLeafValueMax = std::size_t{1} << 24;  // see kLeafRoomBytes
constexpr std::size_t kLeafDigitsMax = 8;                    // the same
constexpr int kLargeBranchWays = 8;                          // as many hashes have more than 255 bytes

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

std::size_t path_size(std::size_t from, std::size_t to) {
  return (to - from) / 2 + 1;
}

// Digits [from, to) of a key in hex-prefix encoding, in path_size(from, to) bytes.
void write_path(std::uint8_t* path, ByteView key, std::size_t from, std::size_t to, bool is_leaf) {
  path[0] = is_leaf ? kLeafFlag : 0;
  if ((to - from) % 2 != 0) path[0] = static_cast<std::uint8_t>(path[0] | kOddFlag | digit_of(key, from++));
  for (std::size_t i = 1; from < to; ++i, from += 2) {
    path[i] = static_cast<std::uint8_t>((digit_of(key, from) << 4) | digit_of(key, from + 1));
  }
}

// The same as an RLP item: a single byte is below 0x80.
void append_path(Buffer& out, ByteView key, std::size_t from, std::size_t to, bool is_leaf) {
  const std::size_t size = path_size(from, to);
  if (size > 1) rlp::append_string_header(out, size);
  write_path(out.extend(size), key, from, to, is_leaf);
}

// The index of the i-th key in ascending order (see ordered_position).
std::size_t index_at(std::size_t position, std::size_t count) {
  const std::size_t small = std::min(count - 1, kSingleByteKeys);
  if (position < small) return position + 1;
  return position == small ? 0 : position;
}

// The key of an index: its RLP encoding. Returns its size.
std::size_t write_index(std::uint8_t* key, std::size_t index) {
  if (index > 0 && index < rlp::kEmptyString) {
    *key = static_cast<std::uint8_t>(index);
    return 1;
  }
  std::size_t size = 0;
  for (std::size_t rest = index; rest > 0; rest >>= 8) ++size;
  CLEARSPAN_VERIFY(size < 8);
  *key = static_cast<std::uint8_t>(rlp::kEmptyString + size);
  for (std::size_t i = 0; i < size; ++i) key[size - i] = static_cast<std::uint8_t>(index >> (8 * i));
  return 1 + size;
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
  room_ = LeafRoom::none;
  plan();
  TrieBuilder* const tries[] = {this};
  run_rounds(tries, batch_);
  return top();
}

Hash32 TrieBuilder::top() const {
  const Reference& top = references_[0];
  if (top.size == Hash32::kSize) {
    Hash32 hash;
    hash.bytes = top.bytes;
    return hash;
  }
  return crypto::keccak256({top.bytes.data(), top.size});
}

Hash32 TrieBuilder::ordered_root(std::span<const ByteView> values) {
  begin_ordered(values, LeafRoom::none);
  TrieBuilder* const tries[] = {this};
  run_rounds(tries, batch_);
  return top();
}

void TrieBuilder::begin_ordered(std::span<const ByteView> values, LeafRoom room) {
  ordered_keys_.resize(values.size());
  ordered_entries_.clear();
  for (std::size_t position = 0; position < values.size(); ++position) {
    const std::size_t index = index_at(position, values.size());
    std::array<std::uint8_t, 8>& key = ordered_keys_[position];
    ordered_entries_.push_back({{key.data(), write_index(key.data(), index)}, values[index]});
  }
  entries_ = ordered_entries_;
  room_ = room;
  plan();
}

void TrieBuilder::run_rounds(std::span<TrieBuilder* const> tries, HashBatch& batch) {
  std::uint32_t last = 0;
  for (const TrieBuilder* trie : tries) last = std::max(last, trie->nodes_[0].round);
  for (std::uint32_t round = 0; round <= last; ++round) {
    for (TrieBuilder* trie : tries) trie->add_round(round, batch);
    batch.run();
  }
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

// Lists the nodes breadth first: children come after their parents.
void TrieBuilder::plan() {
  nodes_.clear();
  inner_.clear();
  nodes_.push_back(make_node(0, static_cast<std::uint32_t>(entries_.size()), 0));
  for (std::size_t next = 0; next < nodes_.size(); ++next) {
    if (nodes_[next].kind == NodeKind::leaf) continue;
    add_children(next);
    inner_.push_back(static_cast<std::uint32_t>(next));
  }
  for (auto index = inner_.rbegin(); index != inner_.rend(); ++index) {
    Node& node = nodes_[*index];
    const auto children = static_cast<std::uint32_t>(std::max(1, std::popcount(node.child_digits)));
    for (std::uint32_t child = 0; child < children; ++child) {
      node.round = std::max(node.round, nodes_[node.first_child + child].round + 1);
    }
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
  const bool is_large = std::popcount(node.child_digits) >= kLargeBranchWays;
  const std::size_t room = is_large ? rlp::kLargeHeaderRoom : rlp::kHeaderRoom;
  const std::size_t list = rlp::begin_list(scratch_, room);
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
  rlp::end_list(scratch_, list, room);
}

// How a node's parent refers to it: by its hash, once the batch has run, or by itself.
void TrieBuilder::refer(std::size_t index, ByteView encoding, HashBatch& batch) {
  Reference& reference = references_[index];
  if (encoding.size() >= Hash32::kSize) {
    reference.size = Hash32::kSize;
    batch.add(encoding, reference.bytes.data());
  } else {
    reference.size = static_cast<std::uint8_t>(encoding.size());
    std::memcpy(reference.bytes.data(), encoding.data(), encoding.size());
  }
}

void TrieBuilder::encode(std::size_t index) {
  const std::size_t start = scratch_.size();
  append_node(nodes_[index]);
  encoded_.push_back({index, scratch_.slice_from(start)});
}

// What a leaf has in front of the bytes of its value, in at most kLeafRoomBytes. Returns its size.
std::size_t TrieBuilder::write_leaf_front(const Node& node, std::uint8_t* front) const {
  const TrieEntry& entry = entries_[node.first];
  const std::size_t size = path_size(node.depth, node.path_end);
  const std::size_t path_header = size > 1 ? 1 : 0;
  const std::size_t payload = path_header + size + rlp::header_size_of(entry.value.size()) + entry.value.size();
  std::size_t at = rlp::write_header(front, payload, rlp::kEmptyList);
  if (path_header > 0) at += rlp::write_header(front + at, size, rlp::kEmptyString);
  write_path(front + at, entry.key, node.depth, node.path_end, true);
  at += size;
  return at + rlp::write_header(front + at, entry.value.size(), rlp::kEmptyString);
}

// Where there is room in front of the value, the leaf is encoded right there, which spares a copy of every value.
void TrieBuilder::encode_leaf(std::size_t index, HashBatch& batch) {
  const Node& node = nodes_[index];
  const ByteView value = entries_[node.first].value;
  const bool is_usual =
      value.size() >= 2 && value.size() < kLeafValueMax && node.path_end - node.depth <= kLeafDigitsMax;
  if (!is_usual) return encode(index);
  std::array<std::uint8_t, kLeafRoomBytes> front;
  const std::size_t size = write_leaf_front(node, front.data());
  if (room_ == LeafRoom::in_front) {
    std::uint8_t* start = const_cast<std::uint8_t*>(value.data()) - size;  // the caller's to change: LeafRoom
    std::memcpy(start, front.data(), size);
    return refer(index, {start, size + value.size()}, batch);
  }
  const std::size_t start = scratch_.size();
  std::uint8_t* room = scratch_.extend(size + value.size());
  std::memcpy(room, front.data(), size);
  std::memcpy(room + size, value.data(), value.size());
  encoded_.push_back({index, scratch_.slice_from(start)});
}

void TrieBuilder::add_round(std::uint32_t round, HashBatch& batch) {
  scratch_.clear();
  encoded_.clear();
  if (round == 0) {
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      if (nodes_[i].kind == NodeKind::leaf) encode_leaf(i, batch);
    }
  } else {
    for (const std::uint32_t index : inner_) {
      if (nodes_[index].round == round) encode(index);
    }
  }
  for (const Encoded& encoded : encoded_) refer(encoded.node, scratch_.view(encoded.bytes), batch);
}

}  // namespace clearspan::ethereum
