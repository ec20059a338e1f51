// `clearspan evidence export` and `keys`: one trade's evidence and the keys to check it with, from a running engine.
// Checking itself needs no engine: evidence_verify.hpp. Each command returns the exit status (exit_codes.hpp).
#pragma once

#include <filesystem>
#include <string>

#include "tools/clearspan/api_client.hpp"

namespace clearspan::tools {

struct EvidenceExportOptions {
  ApiOptions api;
  std::string trade;
  std::filesystem::path out;  // empty: the trade's id with ".evidence" behind
};

struct EvidenceKeysOptions {
  std::string url = "http://127.0.0.1:8480";
  Millis timeout{60'000};
};

int run_evidence_export(const EvidenceExportOptions& options);

// Prints the trust file of the engine's logs. Compare it with what the engine's operator says elsewhere.
int run_evidence_keys(const EvidenceKeysOptions& options);

}  // namespace clearspan::tools
