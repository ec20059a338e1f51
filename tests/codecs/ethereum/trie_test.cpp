#include "codecs/ethereum/trie.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "codecs/crypto/keccak.hpp"
#include "codecs/ethereum/rlp.hpp"
#include "codecs/ethereum/trie_builder.hpp"

namespace clearspan::ethereum {
namespace {

Bytes text(std::string_view content) {
  return {as_bytes(content).begin(), as_bytes(content).end()};
}

struct ByText {
  bool operator()(const Bytes& a, const Bytes& b) const { return as_text(a) < as_text(b); }
};

using ByteMap = std::map<Bytes, Bytes, ByText>;

// An independent check: the definition of appendix D, read literally, one entry set at a time and without any sharing.
struct Entry {
  std::string path;  // one character per digit
  Bytes value;
};

Bytes list_of(const std::vector<Bytes>& encoded_members) {
  Buffer out;
  const std::size_t list = rlp::begin_list(out);
  for (const Bytes& member : encoded_members) out.append(member);
  rlp::end_list(out, list);
  return {out.view().begin(), out.view().end()};
}

Bytes string_of(ByteView bytes) {
  Buffer out;
  rlp::append_bytes(out, bytes);
  return {out.view().begin(), out.view().end()};
}

Bytes hex_prefix(const std::string& path, bool is_leaf) {
  const int flag = (is_leaf ? 2 : 0) + static_cast<int>(path.size() % 2);
  std::string digits(1, static_cast<char>(flag));
  if (path.size() % 2 == 0) digits += '\0';
  digits += path;
  Bytes bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2)
    bytes.push_back(static_cast<std::uint8_t>(digits[i] * 16 + digits[i + 1]));
  return bytes;
}

Bytes node_of(const std::vector<Entry>& entries);

Bytes reference_to(const std::vector<Entry>& entries) {
  if (entries.empty()) return string_of({});
  const Bytes node = node_of(entries);
  return node.size() < 32 ? node : string_of(crypto::keccak256(node).view());
}

std::vector<Entry> without_prefix(const std::vector<Entry>& entries, std::size_t count) {
  std::vector<Entry> rest = entries;
  for (Entry& entry : rest) entry.path = entry.path.substr(count);
  return rest;
}

Bytes node_of(const std::vector<Entry>& entries) {
  if (entries.size() == 1) return list_of({string_of(hex_prefix(entries[0].path, true)), string_of(entries[0].value)});
  std::size_t shared = 0;
  while (std::all_of(entries.begin(), entries.end(), [&](const Entry& entry) {
    return entry.path.size() > shared && entry.path[shared] == entries[0].path[shared];
  }))
    ++shared;
  if (shared > 0) {
    return list_of({string_of(hex_prefix(entries[0].path.substr(0, shared), false)),
                    reference_to(without_prefix(entries, shared))});
  }
  std::vector<Bytes> members;
  for (char digit = 0; digit < 16; ++digit) {
    std::vector<Entry> child;
    for (const Entry& entry : entries) {
      if (!entry.path.empty() && entry.path[0] == digit) child.push_back({entry.path.substr(1), entry.value});
    }
    members.push_back(reference_to(child));
  }
  Bytes value;
  for (const Entry& entry : entries) {
    if (entry.path.empty()) value = entry.value;
  }
  members.push_back(string_of(value));
  return list_of(members);
}

Hash32 literal_root(const ByteMap& map) {
  std::vector<Entry> entries;
  for (const auto& [key, value] : map) {
    Entry entry;
    for (const std::uint8_t byte : key) entry.path.append({static_cast<char>(byte >> 4), static_cast<char>(byte & 15)});
    entry.value = value;
    entries.push_back(entry);
  }
  return entries.empty() ? crypto::keccak256(Bytes{0x80}) : crypto::keccak256(node_of(entries));
}

TEST(Trie, has_a_known_root_when_it_is_empty) {
  EXPECT_EQ(kEmptyTrieRoot, crypto::keccak256(Bytes{0x80}));
  EXPECT_EQ(ordered_root({}), kEmptyTrieRoot);
  EXPECT_EQ(map_root({}), kEmptyTrieRoot);
}

// From ethereum/tests, TrieTests/trieanyorder.json.
TEST(Trie, gives_the_published_roots) {
  EXPECT_EQ(to_hex(map_root({{text("A"), text(std::string(50, 'a'))}}).view()),
            "d23786fb4a010da3ce639d66d5e904a11dbc02746d1ce25029e53290cabf28ab");
  EXPECT_EQ(
      to_hex(
          map_root({{text("doe"), text("reindeer")}, {text("dog"), text("puppy")}, {text("dogglesworth"), text("cat")}})
              .view()),
      "8aad789dff2f538bca5d8ea56e8abe10f4c7ba3a5dea95fea4cd6e7c3a1168d3");
}

TEST(Trie, counts_the_last_value_of_a_key_and_drops_empty_ones) {
  const TrieMap plain = {{text("dog"), text("puppy")}, {text("doge"), text("coin")}};
  const TrieMap changed = {{text("dog"), text("old")},
                           {text("horse"), text("x")},
                           {text("doge"), text("coin")},
                           {text("dog"), text("puppy")},
                           {text("horse"), {}}};
  EXPECT_EQ(map_root(changed), map_root(plain));
}

// Around the sizes at which the encoding of the index changes.
TEST(Trie, gives_lists_the_root_of_the_map_from_indexes) {
  for (const std::size_t count :
       {1U, 2U, 3U, 15U, 16U, 17U, 100U, 126U, 127U, 128U, 129U, 130U, 255U, 256U, 257U, 300U, 1000U}) {
    std::vector<Bytes> values;
    ByteMap map;
    for (std::size_t i = 0; i < count; ++i) {
      values.emplace_back(1 + i % 60, static_cast<std::uint8_t>(i + 1));
      Buffer key;
      rlp::append_u64(key, i);
      map[{key.view().begin(), key.view().end()}] = values.back();
    }
    EXPECT_EQ(ordered_root(std::vector<ByteView>(values.begin(), values.end())), literal_root(map)) << count;
  }
}

TEST(Trie, commits_to_the_order_of_a_list) {
  const Bytes first = text("first txn with more than thirty-two bytes");
  const Bytes second = text("second");
  EXPECT_NE(ordered_root(std::vector<ByteView>{first, second}), ordered_root(std::vector<ByteView>{second, first}));
  EXPECT_NE(ordered_root(std::vector<ByteView>{first, second}),
            ordered_root(std::vector<ByteView>{first, second, second}));
}

// Short keys over few digits make shared prefixes, keys that end inside others, and nodes below 32 bytes likely.
RC_GTEST_PROP(Trie, gives_any_map_the_root_of_the_definition, ()) {
  const auto digit = rc::gen::element<std::uint8_t>(0x00, 0x01, 0x10, 0x11, 0x1f);
  const auto key = rc::gen::resize(4, rc::gen::container<Bytes>(digit));
  const auto value =
      rc::gen::nonEmpty(rc::gen::resize(40, rc::gen::container<Bytes>(rc::gen::arbitrary<std::uint8_t>())));
  const auto map = *rc::gen::container<ByteMap>(key, value);
  RC_ASSERT(map_root(TrieMap(map.begin(), map.end())) == literal_root(map));
}

// Lists of many lengths go through their rounds together, with their values' leaves encoded where the values stand.
TEST(Trie, gives_each_of_many_lists_the_root_that_it_has_alone) {
  std::vector<Buffer> arenas;
  std::vector<std::vector<Slice>> lists;
  for (const std::size_t count : {1U, 2U, 16U, 127U, 128U, 129U, 300U}) {
    Buffer arena;
    std::vector<Slice> members;
    for (std::size_t i = 0; i < count; ++i) {
      arena.extend(kLeafRoomBytes);
      const std::size_t start = arena.size();
      arena.append(Bytes(1 + (i * 37) % 400, static_cast<std::uint8_t>(i)));  // some shorter than a hash
      members.push_back(arena.slice_from(start));
    }
    arenas.push_back(std::move(arena));
    lists.push_back(std::move(members));
  }
  std::vector<TrieBuilder> tries(lists.size());
  std::vector<TrieBuilder*> together;
  std::vector<Hash32> alone;
  for (std::size_t i = 0; i < lists.size(); ++i) {
    std::vector<ByteView> values;
    for (const Slice& member : lists[i]) values.push_back(arenas[i].view(member));
    alone.push_back(ordered_root(values));
    tries[i].begin_ordered(values, LeafRoom::in_front);
    together.push_back(&tries[i]);
  }
  HashBatch batch;
  TrieBuilder::run_rounds(together, batch);
  for (std::size_t i = 0; i < lists.size(); ++i) EXPECT_EQ(tries[i].top(), alone[i]) << lists[i].size();
}

}  // namespace
}  // namespace clearspan::ethereum
