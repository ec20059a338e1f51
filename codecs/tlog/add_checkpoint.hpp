// What a log asks of a witness (C2SP tlog-witness, add-checkpoint): to sign that its tree of a new size holds
// everything that its tree of an older size held.
//
//   old <size of the older tree>
//   <hash of the consistency proof, base64>    (0 to 63 of them)
//
//   <the checkpoint, a signed note>
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "codecs/tlog/merkle.hpp"
#include "core/base/result.hpp"

namespace clearspan::tlog {

// Hashes that a consistency proof can have: one for each level of the largest tree.
inline constexpr std::size_t kConsistencyHashesMax = 63;

// What a witness answers with status 409: the size that it knows, in decimal digits with a line end behind.
inline constexpr std::string_view kTreeSizeContentType = "text/x.tlog.size";

struct AddCheckpoint {
  std::uint64_t old_size = 0;
  Proof consistency;
  std::string note;  // the bytes of the checkpoint; their form is not looked at here

  bool operator==(const AddCheckpoint&) const = default;
};

std::string to_string(const AddCheckpoint& request);

// Accepts what to_string writes and nothing else. Error: malformed.
Result<AddCheckpoint> parse_add_checkpoint(std::string_view body);

// A tree's size in decimal digits without leading zeros. Error: malformed.
Result<std::uint64_t> parse_tree_size(std::string_view digits);

}  // namespace clearspan::tlog
