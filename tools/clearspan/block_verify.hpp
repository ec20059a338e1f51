// `clearspan block verify`: recomputes every hash of a block from files and says what could be verified. It prints one
// JSON object with the same facts on every network.
//
//   exit 0  nothing is wrong: each part is verified, or could not be checked and says so
//   exit 1  a hash does not fit; "error" names which
//   exit 2  the input is not a block: unreadable, malformed, or lacking fields
#pragma once

#include <optional>
#include <ostream>
#include <string>

namespace clearspan {

struct BlockVerifyOptions {
  std::string format = "ethereum";
  std::string block_path;
  std::optional<std::string> receipts_path;
  std::optional<std::string> uncles_path;
};

// Writes the JSON object to `out`, and a sentence for people about what is wrong to `err`. Returns the exit code.
int run_block_verify(const BlockVerifyOptions& options, std::ostream& out, std::ostream& err);

}  // namespace clearspan
