// A folder for one benchmark, and records of a usual size.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "ledgers/evidence/log.hpp"

namespace clearspan::evidence {

class Scratch {
 public:
  Scratch() {
    std::string pattern = (std::filesystem::temp_directory_path() / "clearspan_bench_XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }

  ~Scratch() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }

  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

inline LogOptions bench_options() {
  LogOptions options;
  options.identity.name = "bench";
  return options;
}

// A benchmark with a wrong answer measures nothing.
inline void require(bool condition) {
  if (!condition) std::abort();
}

inline RecordVisitor ignore_records() {
  return [](const RecordRef&) -> Status { return Done{}; };
}

}  // namespace clearspan::evidence
