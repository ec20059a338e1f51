// What a log says about itself (C2SP tlog-checkpoint): the text of a checkpoint, three lines.
//
//   clearspan/<engine tag, 28 hexadecimal digits>/<log name>      the origin
//   <tree size, decimal, no leading zero>
//   <root, base64>
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/chain/ids.hpp"

namespace clearspan::tlog {

// Bytes of a log's name, as in the header of a segment.
inline constexpr std::size_t kLogNameBytesMax = 64;

// Whether that can be the name of a log: 1 to kLogNameBytesMax characters that may stand in the name of a key.
bool is_log_name(std::string_view name);

// The name that a log and its key have everywhere.
std::string origin_of(const EngineTag& engine, std::string_view log_name);

struct Origin {
  EngineTag engine;
  std::string log_name;

  bool operator==(const Origin&) const = default;
};

// Error: checkpoint_malformed.
Result<Origin> parse_origin(std::string_view text);

struct Checkpoint {
  std::string origin;
  std::uint64_t size = 0;
  Hash32 root;

  bool operator==(const Checkpoint&) const = default;
};

std::string to_text(const Checkpoint& checkpoint);

// Accepts what to_text writes for an origin of the form above, and nothing else. Error: checkpoint_malformed.
Result<Checkpoint> parse_checkpoint(std::string_view text);

}  // namespace clearspan::tlog
