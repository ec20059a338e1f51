// `clearspan doctor`: looks at everything that `serve` needs and says what is wrong, before money depends on it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace clearspan::tools {

struct DoctorOptions {
  std::filesystem::path config;
  bool json = false;
};

struct Finding {
  enum class Verdict { fine, note, problem };  // a note is worth knowing and needs no action

  Verdict verdict = Verdict::fine;
  std::string subject;  // what was looked at: "key file keys/alice.key"
  std::string detail;   // what was found
};

std::vector<Finding> examine(const std::filesystem::path& config);

// Exit status 1 when there is a problem.
int run_doctor(const DoctorOptions& options);

}  // namespace clearspan::tools
