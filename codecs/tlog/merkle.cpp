#include "codecs/tlog/merkle.hpp"

#include <algorithm>
#include <bit>
#include <string>

#include "codecs/crypto/sha256.hpp"
#include "core/base/verify.hpp"

namespace clearspan::tlog {
namespace {

constexpr std::uint8_t kLeafPrefix = 0x00;
constexpr std::uint8_t kNodePrefix = 0x01;

using NodeMessage = std::array<std::uint8_t, 1 + 2 * Hash32::kSize>;

NodeMessage node_message(const Hash32& left, const Hash32& right) {
  NodeMessage message;
  message[0] = kNodePrefix;
  std::copy_n(left.data(), Hash32::kSize, message.data() + 1);
  std::copy_n(right.data(), Hash32::kSize, message.data() + 1 + Hash32::kSize);
  return message;
}

// Leaves [begin, end) of the log.
struct Range {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;

  [[nodiscard]] std::uint64_t size() const { return end - begin; }

  // Where RFC 6962 divides two leaves or more: the left part is complete.
  [[nodiscard]] std::uint64_t middle() const { return begin + std::bit_floor(size() - 1); }

  [[nodiscard]] Range left() const { return {begin, middle()}; }

  [[nodiscard]] Range right() const { return {middle(), end}; }
};

Result<Hash32> range_hash(Range range, HashReader& reader) {
  if (std::has_single_bit(range.size())) {
    const auto level = static_cast<unsigned>(std::countr_zero(range.size()));
    return reader.hash_at({level, range.begin >> level});
  }
  CLEARSPAN_TRY(const Hash32 left, range_hash(range.left(), reader));
  CLEARSPAN_TRY(const Hash32 right, range_hash(range.right(), reader));
  return node_hash(left, right);
}

// Proofs list the hashes from the leaves up; they are collected from the root down.
Result<Proof> hashes_upwards(const std::vector<Range>& downwards, HashReader& reader) {
  Proof proof;
  proof.reserve(downwards.size());
  for (auto range = downwards.rbegin(); range != downwards.rend(); ++range) {
    CLEARSPAN_TRY(const Hash32 hash, range_hash(*range, reader));
    proof.push_back(hash);
  }
  return proof;
}

std::uint64_t shifted(std::uint64_t value, unsigned bits) {
  return bits < 64 ? value >> bits : 0;
}

// How the way from a leaf up to the root runs: as far as the tree's last leaf has another way (`inner` levels), there
// is a sibling on each level; above, where the way is the tree's right edge, only where the way comes from the right.
struct Way {
  unsigned inner = 0;
  unsigned border = 0;
};

Way way_to_root(std::uint64_t index, std::uint64_t size) {
  const auto inner = static_cast<unsigned>(std::bit_width(index ^ (size - 1)));
  return {inner, static_cast<unsigned>(std::popcount(shifted(index, inner)))};
}

Error wrong_length(ErrorCode code, std::size_t expected, std::size_t found) {
  return make_error(code, std::to_string(found) + " hashes, not " + std::to_string(expected));
}

}  // namespace

Hash32 leaf_hash(ByteView entry) {
  return crypto::sha256(ByteView(&kLeafPrefix, 1), entry);
}

Hash32 node_hash(const Hash32& left, const Hash32& right) {
  return crypto::sha256(node_message(left, right));
}

void node_hashes(std::span<const Hash32> children, std::span<Hash32> parents) {
  CLEARSPAN_VERIFY(children.size() == 2 * parents.size());
  constexpr std::size_t kAtOnce = 16;
  std::array<NodeMessage, kAtOnce> messages;
  std::array<ByteView, kAtOnce> views;
  while (!parents.empty()) {
    const std::size_t count = std::min(kAtOnce, parents.size());
    for (std::size_t i = 0; i < count; ++i) {
      messages[i] = node_message(children[2 * i], children[2 * i + 1]);
      views[i] = messages[i];
    }
    crypto::sha256_many(std::span(views).first(count), parents.first(count));
    children = children.subspan(2 * count);
    parents = parents.subspan(count);
  }
}

Hash32 empty_root() {
  return crypto::sha256(ByteView{});
}

Result<Frontier> Frontier::restore(std::uint64_t size, std::span<const Hash32> peaks) {
  const auto expected = static_cast<std::size_t>(std::popcount(size));
  if (peaks.size() != expected) return wrong_length(ErrorCode::malformed, expected, peaks.size());
  Frontier frontier;
  frontier.size_ = size;
  auto peak = peaks.begin();
  for (unsigned level = kLevels; level-- > 0;) {
    if (frontier.has_peak(level)) frontier.peaks_[level] = *peak++;
  }
  return frontier;
}

std::vector<Hash32> Frontier::peaks() const {
  std::vector<Hash32> found;
  for (unsigned level = kLevels; level-- > 0;) {
    if (has_peak(level)) found.push_back(peaks_[level]);
  }
  return found;
}

Hash32 Frontier::root() const {
  if (size_ == 0) return empty_root();
  auto level = static_cast<unsigned>(std::countr_zero(size_));
  Hash32 hash = peaks_[level];
  while (++level < kLevels) {
    if (has_peak(level)) hash = node_hash(peaks_[level], hash);
  }
  return hash;
}

Result<Hash32> tree_root(std::uint64_t size, HashReader& reader) {
  if (size == 0) return empty_root();
  return range_hash({0, size}, reader);
}

Result<Proof> inclusion_proof(std::uint64_t index, std::uint64_t size, HashReader& reader) {
  if (index >= size) return make_error(ErrorCode::index_beyond_tree, std::to_string(index));
  std::vector<Range> siblings;
  Range range{0, size};
  while (range.size() > 1) {
    const bool goes_left = index < range.middle();
    siblings.push_back(goes_left ? range.right() : range.left());
    range = goes_left ? range.left() : range.right();
  }
  return hashes_upwards(siblings, reader);
}

Result<Proof> consistency_proof(std::uint64_t old_size, std::uint64_t new_size, HashReader& reader) {
  if (old_size > new_size) return make_error(ErrorCode::consistency_invalid, "the old tree is the larger one");
  if (old_size == 0) return Proof{};
  std::vector<Range> hashes;
  Range range{0, new_size};
  while (range.end != old_size) {
    const bool goes_left = old_size <= range.middle();
    hashes.push_back(goes_left ? range.right() : range.left());
    range = goes_left ? range.left() : range.right();
  }
  if (range.begin != 0) hashes.push_back(range);  // otherwise it is the whole old tree, whose root is known
  return hashes_upwards(hashes, reader);
}

Status verify_inclusion(const Hash32& leaf, std::uint64_t index, std::uint64_t size, std::span<const Hash32> proof,
                        const Hash32& root) {
  if (index >= size) {
    return make_error(ErrorCode::index_beyond_tree, std::to_string(index) + " in a tree of " + std::to_string(size));
  }
  const Way way = way_to_root(index, size);
  if (proof.size() != way.inner + way.border) {
    return wrong_length(ErrorCode::inclusion_invalid, way.inner + way.border, proof.size());
  }
  Hash32 hash = leaf;
  for (unsigned i = 0; i < proof.size(); ++i) {
    const bool comes_from_left = i < way.inner && ((index >> i) & 1) == 0;
    hash = comes_from_left ? node_hash(hash, proof[i]) : node_hash(proof[i], hash);
  }
  if (hash != root) return make_error(ErrorCode::inclusion_invalid, "it leads to another root");
  return Done{};
}

Status verify_consistency(std::uint64_t old_size, const Hash32& old_root, std::uint64_t new_size,
                          const Hash32& new_root, std::span<const Hash32> proof) {
  constexpr ErrorCode kCode = ErrorCode::consistency_invalid;
  if (old_size > new_size) return make_error(kCode, "the old tree is the larger one");
  if (old_size == 0 || old_size == new_size) {
    if (!proof.empty()) return wrong_length(kCode, 0, proof.size());
    if (old_size == 0 && old_root != empty_root()) return make_error(kCode, "the old root is not the empty tree's");
    if (old_size == new_size && old_root != new_root) return make_error(kCode, "trees of one size have two roots");
    return Done{};
  }

  // The proof runs from the smallest of the old tree's largest complete nodes up to both roots. Where the old tree is
  // one such node, that is the old root, and the proof leaves it out.
  const auto level = static_cast<unsigned>(std::countr_zero(old_size));
  const Way from_leaf = way_to_root(old_size - 1, new_size);
  const Way way{from_leaf.inner - level, from_leaf.border};
  const std::uint64_t index = (old_size - 1) >> level;
  const bool starts_with_node = !std::has_single_bit(old_size);
  const std::size_t expected = way.inner + way.border + (starts_with_node ? 1 : 0);
  if (proof.size() != expected) return wrong_length(kCode, expected, proof.size());

  Hash32 old_hash = starts_with_node ? proof.front() : old_root;
  Hash32 new_hash = old_hash;
  const std::span<const Hash32> siblings = proof.subspan(starts_with_node ? 1 : 0);
  for (unsigned i = 0; i < siblings.size(); ++i) {
    if (i < way.inner && ((index >> i) & 1) == 0) {
      new_hash = node_hash(new_hash, siblings[i]);  // what stands to the right came after the old tree
    } else {
      old_hash = node_hash(siblings[i], old_hash);
      new_hash = node_hash(siblings[i], new_hash);
    }
  }
  if (old_hash != old_root) return make_error(kCode, "it leads to another old root");
  if (new_hash != new_root) return make_error(kCode, "it leads to another new root");
  return Done{};
}

}  // namespace clearspan::tlog
