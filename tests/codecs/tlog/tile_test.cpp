#include "codecs/tlog/tile.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>

#include "tests/codecs/tlog/memory_tree.hpp"

namespace clearspan::tlog {
namespace {

using tests::MemoryTree;
using tests::numbered_leaves;

constexpr std::uint64_t kLargest = std::numeric_limits<std::uint64_t>::max();

struct Path {
  const char* path;
  Tile tile;
};

// The first three are examples of C2SP tlog-tiles, the last one is the last tile that a tree can have.
const std::vector<Path> kPaths = {
    {"tile/0/x001/x234/067", {TileKind::hashes, 0, 1'234'067, 256}},
    {"tile/0/273.p/112", {TileKind::hashes, 0, 273, 112}},
    {"tile/2/000.p/1", {TileKind::hashes, 2, 0, 1}},
    {"tile/0/000", {TileKind::hashes, 0, 0, 256}},
    {"tile/1/999.p/255", {TileKind::hashes, 1, 999, 255}},
    {"tile/1/x001/000", {TileKind::hashes, 1, 1000, 256}},
    {"tile/entries/x001/x234/067.p/8", {TileKind::entries, 0, 1'234'067, 8}},
    {"tile/entries/000", {TileKind::entries, 0, 0, 256}},
    {"tile/7/000.p/255", {TileKind::hashes, 7, 0, 255}},
    {"tile/0/x072/x057/x594/x037/x927/935.p/255", {TileKind::hashes, 0, 72'057'594'037'927'935, 255}},
};

TEST(TilePathTest, paths_are_written_and_read_as_the_specification_says) {
  for (const Path& item : kPaths) {
    EXPECT_EQ(path_of(item.tile), item.path);
    const auto tile = parse_tile_path(item.path);
    ASSERT_TRUE(tile.ok()) << item.path;
    EXPECT_EQ(*tile, item.tile) << item.path;
  }
}

TEST(TilePathTest, refuses_every_other_form) {
  for (const char* path : {
           "",
           "tile",
           "tile/",
           "tile/0",
           "tile/0/",
           "/tile/0/000",
           "tile/0/000/",
           "tile//000",
           "tiles/0/000",
           // The level
           "tile/00/000",
           "tile/-1/000",
           "tile/+1/000",
           "tile/8/000.p/1",
           "tile/63/000",
           "tile/64/000",
           "tile/data/000",
           "tile/x/000",
           "tile/18446744073709551616/000",
           "tile/Entries/000",
           // The index
           "tile/0/0",
           "tile/0/00",
           "tile/0/0000",
           "tile/0/1000",
           "tile/0/x000/000",
           "tile/0/x000/x001/000",
           "tile/0/001/000",
           "tile/0/x001",
           "tile/0/x001/x000",
           "tile/0/x01/000",
           "tile/0/x0001/000",
           "tile/0/X001/000",
           "tile/0/x001//000",
           "tile/0/xx01/000",
           "tile/0/-01",
           "tile/0/ 00",
           "tile/0/0x0",
           "tile/0/000 ",
           "tile/0/x018/x446/x744/x073/x709/x551/616",
           "tile/0/x001/x000/x000/x000/x000/x000/x000/000",
           "tile/0/x072/x057/x594/x037/x927/936.p/1",
           "tile/0/x072/x057/x594/x037/x927/935",
           "tile/7/000",
           "tile/7/001.p/1",
           // The width
           "tile/0/000.p",
           "tile/0/000.p/",
           "tile/0/000.p/0",
           "tile/0/000.p/256",
           "tile/0/000.p/257",
           "tile/0/000.p/01",
           "tile/0/000.p/-1",
           "tile/0/000.p/1/",
           "tile/0/000.p/1.p/1",
           "tile/0/000p/1",
           "tile/0/000.p/ 1",
           "tile/0/000.p/18446744073709551617",
           "tile/entries/000.p/256",
           "tile/entries/0",
       }) {
    const auto tile = parse_tile_path(path);
    ASSERT_FALSE(tile.ok()) << path;
    EXPECT_EQ(tile.error().code, ErrorCode::invalid_value) << path;
  }
}

RC_GTEST_PROP(TilePathTest, every_tile_of_a_tree_is_read_back_from_its_path, (std::uint64_t size)) {
  const auto level = *rc::gen::inRange<unsigned>(0, kTileLevels);
  const std::uint64_t hashes = size >> (kTileHeight * level);
  RC_PRE(hashes > 0u);
  const auto index = *rc::gen::inRange<std::uint64_t>(0, (hashes - 1) / kTileWidth + 1);
  const unsigned width = tile_width(level, index, size);
  RC_ASSERT(width > 0u);
  const Tile tile{TileKind::hashes, level, index, width};
  const auto parsed = parse_tile_path(path_of(tile));
  RC_ASSERT(parsed.ok());
  RC_ASSERT(*parsed == tile);
}

RC_GTEST_PROP(TilePathTest, a_path_with_another_character_is_refused_or_means_another_tile, ()) {
  const Path& item = kPaths[*rc::gen::inRange<std::size_t>(0, kPaths.size())];
  std::string path = item.path;
  const auto at = *rc::gen::inRange<std::size_t>(0, path.size());
  const char other = *rc::gen::elementOf(std::string("0123456789x/.p+- \n"));
  RC_PRE(path[at] != other);
  path[at] = other;
  const auto parsed = parse_tile_path(path);
  if (parsed.ok()) RC_ASSERT(path_of(*parsed) == path && !(*parsed == item.tile));
}

TEST(TileTest, widths_are_those_of_the_example_of_the_specification) {
  // C2SP tlog-tiles, "Partial Tiles": a tree of 70,000.
  EXPECT_EQ(tile_width(0, 272, 70'000), 256u);
  EXPECT_EQ(tile_width(0, 273, 70'000), 112u);
  EXPECT_EQ(tile_width(0, 274, 70'000), 0u);
  EXPECT_EQ(tile_width(1, 0, 70'000), 256u);
  EXPECT_EQ(tile_width(1, 1, 70'000), 17u);
  EXPECT_EQ(tile_width(2, 0, 70'000), 1u);
  EXPECT_EQ(tile_width(3, 0, 70'000), 0u);
  // And one of 256: a full tile, and a partial one above it.
  EXPECT_EQ(tile_width(0, 0, 256), 256u);
  EXPECT_EQ(tile_width(0, 1, 256), 0u);
  EXPECT_EQ(tile_width(1, 0, 256), 1u);
  EXPECT_EQ(tile_width(0, 0, 0), 0u);
  EXPECT_EQ(tile_width(7, 0, kLargest), 255u);
  EXPECT_EQ(tile_width(8, 0, kLargest), 0u);
  EXPECT_EQ(tile_width(0, kLargest, kLargest), 0u);
}

TEST(TileTest, a_node_is_found_in_the_tile_below_it) {
  EXPECT_EQ(place_of({0, 0}), (TilePlace{0, 0, 0, 1}));
  EXPECT_EQ(place_of({0, 70'000}), (TilePlace{0, 273, 112, 1}));
  EXPECT_EQ(place_of({7, 3}), (TilePlace{0, 1, 128, 128}));
  EXPECT_EQ(place_of({8, 3}), (TilePlace{1, 0, 3, 1}));
  EXPECT_EQ(place_of({9, 129}), (TilePlace{1, 1, 2, 2}));
  EXPECT_EQ(place_of({63, 1}), (TilePlace{7, 0, 128, 128}));
}

// The hash tiles of a tree, as a server would give them; counts what is read.
struct Tiles {
  explicit Tiles(std::span<const Hash32> leaves) {
    for (const Hash32& leaf : leaves) {
      frontier.append(leaf, [&](NodeId node, const Hash32& hash) {
        if (node.level % kTileHeight != 0) return;
        Bytes& row = rows[node.level / kTileHeight];
        row.insert(row.end(), hash.bytes.begin(), hash.bytes.end());
      });
    }
  }

  TileHashReader reader() {
    return TileHashReader(frontier.size(), [this](const Tile& tile) -> Result<Bytes> {
      ++reads;
      const auto begin = rows[tile.level].begin() + static_cast<std::ptrdiff_t>(tile.index * kTileWidth * 32);
      return Bytes(begin, begin + tile.width * 32);
    });
  }

  Frontier frontier;
  std::array<Bytes, kTileLevels> rows;
  std::size_t reads = 0;
};

TEST(TileHashReaderTest, gives_every_complete_node_of_the_tree) {
  const auto leaves = numbered_leaves(700);
  const MemoryTree tree(leaves);
  Tiles tiles(leaves);
  TileHashReader reader = tiles.reader();
  for (const auto& [place, hash] : tree.nodes) {
    const auto found = reader.hash_at({place.first, place.second});
    ASSERT_TRUE(found.ok()) << place.first << " " << place.second;
    ASSERT_EQ(*found, hash) << place.first << " " << place.second;
  }
}

TEST(TileHashReaderTest, refuses_nodes_that_are_not_complete) {
  const auto leaves = numbered_leaves(700);
  Tiles tiles(leaves);
  TileHashReader reader = tiles.reader();
  for (const NodeId node : {NodeId{0, 700}, NodeId{1, 350}, NodeId{3, 87}, NodeId{8, 2}, NodeId{9, 1}, NodeId{10, 0},
                            NodeId{63, 0}, NodeId{64, 0}, NodeId{1000, 0}, NodeId{0, kLargest}, NodeId{63, kLargest}}) {
    const auto found = reader.hash_at(node);
    ASSERT_FALSE(found.ok()) << node.level << " " << node.index;
    EXPECT_EQ(found.error().code, ErrorCode::index_beyond_tree);
  }
}

TEST(TileHashReaderTest, proofs_from_tiles_are_those_of_the_tree) {
  const auto leaves = numbered_leaves(70'000);
  Tiles tiles(leaves);
  const Hash32 root = tiles.frontier.root();
  for (const std::uint64_t index : {0, 1, 255, 256, 65'535, 65'536, 69'631, 69'632, 69'999}) {
    tiles.reads = 0;
    TileHashReader reader = tiles.reader();
    const auto proof = inclusion_proof(index, leaves.size(), reader);
    ASSERT_TRUE(proof.ok());
    EXPECT_TRUE(verify_inclusion(leaves[index], index, leaves.size(), *proof, root).ok()) << index;
    EXPECT_LE(tiles.reads, 5u) << index;
  }
  Frontier old;
  for (std::uint64_t size = 1; size <= leaves.size(); ++size) {
    old.append(leaves[size - 1]);
    if (size % 997 != 0 && size % 256 > 1) continue;
    TileHashReader reader = tiles.reader();
    const auto proof = consistency_proof(size, leaves.size(), reader);
    ASSERT_TRUE(proof.ok());
    ASSERT_TRUE(verify_consistency(size, old.root(), leaves.size(), root, *proof).ok()) << size;
  }
}

TEST(TileHashReaderTest, refuses_a_tile_of_another_length_and_hands_errors_through) {
  for (const std::size_t bytes : {std::size_t{0}, std::size_t{31}, std::size_t{63}, std::size_t{65}, std::size_t{96}}) {
    TileHashReader reader(2, [&](const Tile&) -> Result<Bytes> { return Bytes(bytes); });
    const auto found = reader.hash_at({0, 0});
    ASSERT_FALSE(found.ok());
    EXPECT_EQ(found.error().code, ErrorCode::malformed);
  }
  TileHashReader reader(2, [](const Tile&) -> Result<Bytes> { return make_error(ErrorCode::unreachable); });
  EXPECT_EQ(reader.hash_at({0, 0}).error().code, ErrorCode::unreachable);
}

TEST(EntryBundleTest, entries_are_read_back) {
  const Bytes largest(kEntryBytesMax, 0xab);
  Bytes bundle;
  ASSERT_TRUE(append_entry({}, bundle).ok());
  ASSERT_TRUE(append_entry(as_bytes("abc"), bundle).ok());
  EXPECT_EQ(to_hex(bundle), "00000003616263");
  ASSERT_TRUE(append_entry(largest, bundle).ok());
  const auto entries = decode_bundle(bundle, 3);
  ASSERT_TRUE(entries.ok());
  ASSERT_EQ(entries->size(), 3u);
  EXPECT_TRUE((*entries)[0].empty());
  EXPECT_EQ(as_text((*entries)[1]), "abc");
  EXPECT_TRUE(std::equal(largest.begin(), largest.end(), (*entries)[2].begin(), (*entries)[2].end()));
}

TEST(EntryBundleTest, an_entry_that_is_too_large_changes_nothing) {
  Bytes bundle{1, 2, 3};
  const Status added = append_entry(Bytes(kEntryBytesMax + 1), bundle);
  ASSERT_FALSE(added.ok());
  EXPECT_EQ(added.error().code, ErrorCode::too_large);
  EXPECT_EQ(bundle, (Bytes{1, 2, 3}));
}

TEST(EntryBundleTest, refuses_every_cut_and_what_is_left_over) {
  Bytes bundle;
  ASSERT_TRUE(append_entry(as_bytes("abc"), bundle).ok());
  ASSERT_TRUE(append_entry(as_bytes("de"), bundle).ok());
  for (std::size_t size = 0; size < bundle.size(); ++size) {
    const auto entries = decode_bundle(ByteView(bundle).first(size), 2);
    ASSERT_FALSE(entries.ok()) << size;
    EXPECT_EQ(entries.error().code, ErrorCode::truncated) << size;
  }
  const auto more = decode_bundle(bundle, 1);
  ASSERT_FALSE(more.ok());
  EXPECT_EQ(more.error().code, ErrorCode::leftover_bytes);
  EXPECT_EQ(decode_bundle(bundle, 3).error().code, ErrorCode::truncated);
  EXPECT_TRUE(decode_bundle({}, 0).ok());
}

}  // namespace
}  // namespace clearspan::tlog
