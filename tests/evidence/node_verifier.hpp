// The JavaScript verifier as a process that answers one request after the other.
#pragma once

#include <sys/types.h>

#include <cstdio>
#include <string>

#include "core/base/bytes.hpp"

namespace clearspan::evidence_tests {

class NodeVerifier {
 public:
  // `mode`: "--stream" for bundles, "--batch" for paths.
  NodeVerifier(const std::string& mode, const std::string& trust_file);
  ~NodeVerifier();
  NodeVerifier(const NodeVerifier&) = delete;
  NodeVerifier& operator=(const NodeVerifier&) = delete;

  // Whether the machine has Node.js.
  static bool is_there();

  // The verifier's statement, one line of JSON.
  std::string state_bundle(ByteView bundle);
  std::string state_path(const std::string& path);

 private:
  void write_all(ByteView bytes);
  std::string read_line();

  pid_t pid_ = -1;
  int requests_ = -1;
  std::FILE* answers_ = nullptr;
};

}  // namespace clearspan::evidence_tests
