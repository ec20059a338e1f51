// The tiles in which a log is served (C2SP tlog-tiles): up to 256 hashes of one level out of eight, or up to 256
// entries.
//
//   tile/<L>/<N>[.p/<W>]         hashes of the complete nodes (8 * L, 256 * N) to (8 * L, 256 * N + 255)
//   tile/entries/<N>[.p/<W>]     the entries of tile/0/<N>, each behind its length (2 bytes, big-endian)
//
// N is written in groups of three digits, as in x001/x234/067. A tile that is not full yet has its width W in its name.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codecs/tlog/merkle.hpp"

namespace clearspan::tlog {

inline constexpr unsigned kTileHeight = 8;  // levels of the tree from one level of tiles to the next
inline constexpr unsigned kTileWidth = 1U << kTileHeight;
inline constexpr unsigned kTileLevels = Frontier::kLevels / kTileHeight;

// Bytes of an entry: its length has two.
inline constexpr std::size_t kEntryBytesMax = 65'535;

enum class TileKind : std::uint8_t { hashes, entries };

struct Tile {
  TileKind kind = TileKind::hashes;
  unsigned level = 0;  // 0 for entries
  std::uint64_t index = 0;
  unsigned width = kTileWidth;  // 1 to kTileWidth

  bool operator==(const Tile&) const = default;
};

std::string path_of(const Tile& tile);

// Accepts what path_of writes for a tile that a tree can have, and nothing else. Error: invalid_value.
Result<Tile> parse_tile_path(std::string_view path);

// The width that the tile of that level and index has in a tree of that size; 0 when it is not there.
unsigned tile_width(unsigned level, std::uint64_t index, std::uint64_t tree_size);

// Where a complete node's hash is found: it is the root over `count` hashes of the tile (level, index) from `first` on.
struct TilePlace {
  unsigned level = 0;
  std::uint64_t index = 0;
  unsigned first = 0;
  unsigned count = 1;

  bool operator==(const TilePlace&) const = default;
};

TilePlace place_of(NodeId node);

// The root over hashes that stand one behind the other; there are a power of two of them.
Hash32 root_of_hashes(ByteView hashes);

// Serves the hashes of a tree from its tiles, and keeps the last tile of each level. The hashes are as good as the
// tiles: nothing is checked against a root here, which verifying the proof does. Errors: index_beyond_tree, malformed
// for a tile of another length than its width calls for, and those of `read`.
class TileHashReader final : public HashReader {
 public:
  using ReadTile = std::function<Result<Bytes>(const Tile&)>;

  TileHashReader(std::uint64_t tree_size, ReadTile read) : tree_size_(tree_size), read_(std::move(read)) {}

  Result<Hash32> hash_at(NodeId node) override;

 private:
  struct Kept {
    std::uint64_t index = 0;
    Bytes hashes;
  };

  Result<ByteView> hashes_of(const TilePlace& place);

  std::uint64_t tree_size_;
  ReadTile read_;
  std::array<std::optional<Kept>, kTileLevels> kept_;
};

// Adds the entry behind its length. Error: too_large; then nothing is added.
Status append_entry(ByteView entry, Bytes& bundle);

// The entries of a bundle of that width, as views into it. Errors: truncated, leftover_bytes.
Result<std::vector<ByteView>> decode_bundle(ByteView bundle, unsigned width);

}  // namespace clearspan::tlog
