// `clearspan witness`: signs the heads of other people's logs as long as they only grow, so that no log can show one
// history to some and another to others (C2SP tlog-witness). Another member of the alliance runs it, with a key of its
// own, and not on the machine of the engine.
//
//   POST /add-checkpoint -> witness_core.hpp decides -> the head is made durable -> the signature leaves
//
// The state folder holds, for each log, the last checkpoint with this witness's signature. Whoever loses it must take a
// new key: the witness would sign any head of the logs once more.
#pragma once

#include <filesystem>
#include <string>

namespace clearspan::tools {

struct WitnessOptions {
  std::string listen;
  std::filesystem::path state;
  std::filesystem::path key_file;  // made at the first start
  std::string name;
  std::filesystem::path trust;  // a trust file with the logs that are served
  bool print_key = false;       // only prints the public key
  std::string log_level = "info";
};

int run_witness(const WitnessOptions& options);

}  // namespace clearspan::tools
