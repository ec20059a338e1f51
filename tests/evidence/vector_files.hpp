// The folder of test vectors (docs/evidence-format.md, section 12), and how those are made that no engine writes.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "core/base/bytes.hpp"

namespace clearspan::evidence_tests {

namespace fs = std::filesystem;

inline const fs::path kVectors = "tests/evidence/vectors";

std::string read_text(const fs::path& path);

inline void write_bytes(const fs::path& path, ByteView bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

// What INDEX.json must be: every bundle and log of the folder, with its statement.
std::string make_index();

// Those that a forger signs, out of those that an engine wrote; the logs of the EVM engine whose data
// CLEARSPAN_EVM_DATA names, if it does; and then trust.txt and INDEX.json.
void write_forged_vectors();

}  // namespace clearspan::evidence_tests
