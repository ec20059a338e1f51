// Finds the folder of real block data and published vectors. Tests over it skip, with a line that says so, where it is
// absent.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace clearspan::tests {

inline std::filesystem::path corpus_root() {
  const char* named = std::getenv("CLEARSPAN_CORPUS");
  return named != nullptr ? std::filesystem::path(named) : std::filesystem::path("../shared/data");
}

inline std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// All files below `folder` whose names end so, in a fixed order.
inline std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder, const std::string& ending) {
  std::vector<std::filesystem::path> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && entry.path().filename().string().ends_with(ending)) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace clearspan::tests

// Declares `folder`, below the corpus, or skips the test.
#define CLEARSPAN_CORPUS_FOLDER(folder, name)                                    \
  const std::filesystem::path folder = clearspan::tests::corpus_root() / (name); \
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no corpus at " << folder << " (set CLEARSPAN_CORPUS)"
