#include "codecs/ethereum/trie.hpp"

#include <algorithm>

#include "codecs/crypto/keccak.hpp"
#include "codecs/ethereum/trie_builder.hpp"

namespace clearspan::ethereum {

const Hash32 kEmptyTrieRoot{{0x56, 0xe8, 0x1f, 0x17, 0x1b, 0xcc, 0x55, 0xa6, 0xff, 0x83, 0x45,
                             0xe6, 0x92, 0xc0, 0xf8, 0x6e, 0x5b, 0x48, 0xe0, 0x1b, 0x99, 0x6c,
                             0xad, 0xc0, 0x01, 0x62, 0x2f, 0xb5, 0xe3, 0x63, 0xb4, 0x21}};

namespace {

Hash32 sorted_map_root(TrieMap entries) {
  std::stable_sort(entries.begin(), entries.end(),
                   [](const auto& a, const auto& b) { return as_text(a.first) < as_text(b.first); });
  std::vector<TrieEntry> sorted;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const bool is_last = i + 1 == entries.size() || entries[i + 1].first != entries[i].first;
    if (is_last && !entries[i].second.empty()) sorted.push_back({entries[i].first, entries[i].second});
  }
  return trie_root(sorted);
}

}  // namespace

Hash32 trie_root(std::span<const TrieEntry> sorted) {
  if (sorted.empty()) return kEmptyTrieRoot;
  return TrieBuilder::of_thread().root(sorted);
}

Hash32 ordered_root(std::span<const ByteView> values) {
  if (values.empty()) return kEmptyTrieRoot;
  return TrieBuilder::of_thread().ordered_root(values);
}

Hash32 map_root(const TrieMap& entries) {
  return sorted_map_root(entries);
}

Hash32 secure_map_root(const TrieMap& entries) {
  TrieMap hashed;
  hashed.reserve(entries.size());
  for (const auto& [key, value] : entries) {
    const Hash32 hash = crypto::keccak256(key);
    hashed.emplace_back(Bytes(hash.bytes.begin(), hash.bytes.end()), value);
  }
  return sorted_map_root(std::move(hashed));
}

}  // namespace clearspan::ethereum
