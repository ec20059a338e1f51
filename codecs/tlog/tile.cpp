#include "codecs/tlog/tile.hpp"

#include <algorithm>
#include <bit>
#include <charconv>

namespace clearspan::tlog {
namespace {

constexpr std::string_view kPrefix = "tile/";
constexpr std::string_view kEntries = "entries";
constexpr std::string_view kPartial = ".p/";
constexpr std::uint64_t kGroup = 1000;  // three digits of an index

std::string three_digits(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  return std::string(3 - digits.size(), '0') + digits;
}

std::string path_of_index(std::uint64_t index) {
  std::string path = three_digits(index % kGroup);
  while ((index /= kGroup) != 0) path.insert(0, 'x' + three_digits(index % kGroup) + '/');
  return path;
}

// Digits only, which is all that from_chars leaves open for an unsigned type; the form is checked by writing it again.
std::optional<std::uint64_t> parse_digits(std::string_view digits) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> parse_index(std::string_view path) {
  constexpr std::size_t kDigitsMax = 28;  // of the largest index in its path, with its x and /
  if (path.size() > kDigitsMax) return std::nullopt;
  std::string digits;
  for (const char c : path) {
    if (c != 'x' && c != '/') digits += c;
  }
  return parse_digits(digits);
}

std::string_view take_until(std::string_view& rest, std::string_view mark) {
  const std::size_t end = std::min(rest.find(mark), rest.size());
  const std::string_view taken = rest.substr(0, end);
  rest.remove_prefix(std::min(end + mark.size(), rest.size()));
  return taken;
}

// Reads loosely: what it reads is right if it is written as the same path.
std::optional<Tile> read_path(std::string_view path) {
  if (!path.starts_with(kPrefix)) return std::nullopt;
  path.remove_prefix(kPrefix.size());
  Tile tile;
  const std::string_view level = take_until(path, "/");
  if (level == kEntries) {
    tile.kind = TileKind::entries;
  } else {
    const auto value = parse_digits(level);
    if (!value || *value >= kTileLevels) return std::nullopt;
    tile.level = static_cast<unsigned>(*value);
  }
  const auto index = parse_index(take_until(path, kPartial));
  if (!index) return std::nullopt;
  tile.index = *index;
  if (path.empty()) return tile;
  const auto width = parse_digits(path);
  if (!width || *width == 0 || *width >= kTileWidth) return std::nullopt;
  tile.width = static_cast<unsigned>(*width);
  return tile;
}

}  // namespace

std::string path_of(const Tile& tile) {
  std::string path(kPrefix);
  path += tile.kind == TileKind::entries ? std::string(kEntries) : std::to_string(tile.level);
  path += '/' + path_of_index(tile.index);
  if (tile.width != kTileWidth) path += std::string(kPartial) + std::to_string(tile.width);
  return path;
}

Result<Tile> parse_tile_path(std::string_view path) {
  const std::optional<Tile> tile = read_path(path);
  if (!tile || path_of(*tile) != path) return make_error(ErrorCode::invalid_value, "this is no path of a tile");
  constexpr std::uint64_t kLargestTree = ~std::uint64_t{0};
  if (tile_width(tile->level, tile->index, kLargestTree) < tile->width) {
    return make_error(ErrorCode::invalid_value, "no tree is as large as to have this tile");
  }
  return *tile;
}

unsigned tile_width(unsigned level, std::uint64_t index, std::uint64_t tree_size) {
  if (level >= kTileLevels) return 0;
  const std::uint64_t hashes = tree_size >> (kTileHeight * level);
  const std::uint64_t full = hashes / kTileWidth;
  if (index < full) return kTileWidth;
  return index == full ? static_cast<unsigned>(hashes % kTileWidth) : 0;
}

TilePlace place_of(NodeId node) {
  const unsigned above = node.level % kTileHeight;  // the tile holds what is this many levels below the node
  const unsigned per_tile = kTileHeight - above;    // and 2^per_tile such nodes
  const std::uint64_t in_tile = node.index & ((std::uint64_t{1} << per_tile) - 1);
  return {node.level / kTileHeight, node.index >> per_tile, static_cast<unsigned>(in_tile << above), 1U << above};
}

Hash32 root_of_hashes(ByteView hashes) {
  CLEARSPAN_VERIFY(hashes.size() % Hash32::kSize == 0 && std::has_single_bit(hashes.size() / Hash32::kSize));
  if (hashes.size() == Hash32::kSize) {
    Hash32 hash;
    std::copy(hashes.begin(), hashes.end(), hash.bytes.begin());
    return hash;
  }
  const std::size_t half = hashes.size() / 2;
  return node_hash(root_of_hashes(hashes.first(half)), root_of_hashes(hashes.last(half)));
}

Result<ByteView> TileHashReader::hashes_of(const TilePlace& place) {
  std::optional<Kept>& kept = kept_[place.level];
  if (!kept || kept->index != place.index) {
    const Tile tile{TileKind::hashes, place.level, place.index, tile_width(place.level, place.index, tree_size_)};
    CLEARSPAN_TRY(Bytes hashes, read_(tile));
    if (hashes.size() != tile.width * Hash32::kSize) return make_error(ErrorCode::malformed, path_of(tile));
    kept = Kept{place.index, std::move(hashes)};
  }
  return ByteView(kept->hashes).subspan(place.first * Hash32::kSize, place.count * Hash32::kSize);
}

Result<Hash32> TileHashReader::hash_at(NodeId node) {
  const TilePlace place = node.level < Frontier::kLevels ? place_of(node) : TilePlace{kTileLevels, 0, 0, 1};
  if (place.first + place.count > tile_width(place.level, place.index, tree_size_)) {
    return make_error(ErrorCode::index_beyond_tree,
                      "node " + std::to_string(node.index) + " of level " + std::to_string(node.level));
  }
  CLEARSPAN_TRY(const ByteView hashes, hashes_of(place));
  return root_of_hashes(hashes);
}

Status append_entry(ByteView entry, Bytes& bundle) {
  if (entry.size() > kEntryBytesMax) {
    return make_error(ErrorCode::too_large, "an entry of " + std::to_string(entry.size()) + " bytes");
  }
  bundle.push_back(static_cast<std::uint8_t>(entry.size() >> 8));
  bundle.push_back(static_cast<std::uint8_t>(entry.size() & 0xff));
  bundle.insert(bundle.end(), entry.begin(), entry.end());
  return Done{};
}

Result<std::vector<ByteView>> decode_bundle(ByteView bundle, unsigned width) {
  std::vector<ByteView> entries;
  entries.reserve(std::min(width, kTileWidth));
  while (entries.size() < width) {
    if (bundle.size() < 2) return make_error(ErrorCode::truncated, "entry " + std::to_string(entries.size()));
    const std::size_t size = static_cast<std::size_t>(bundle[0]) << 8 | bundle[1];
    bundle = bundle.subspan(2);
    if (bundle.size() < size) return make_error(ErrorCode::truncated, "entry " + std::to_string(entries.size()));
    entries.push_back(bundle.first(size));
    bundle = bundle.subspan(size);
  }
  if (!bundle.empty()) return make_error(ErrorCode::leftover_bytes, "behind the last entry");
  return entries;
}

}  // namespace clearspan::tlog
