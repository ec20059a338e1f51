// `clearspan evidence verify`: checks a bundle or the directory of a log offline, trusting only the keys that are
// named, and explains what happened and who proves it. The statements that it prints as JSON are those of
// docs/evidence-format.md, section 11.
//
//   exit 0  everything is as it says
//   exit 1  refused; the code says what is wrong
//   exit 2  a file cannot be read
#pragma once

#include <iosfwd>
#include <string>

#include "codecs/evidence/proving.hpp"
#include "codecs/tlog/key.hpp"
#include "core/base/bytes.hpp"

namespace clearspan::tools {

struct EvidenceVerifyOptions {
  std::string path;
  std::string trust;
  bool json = false;
};

int run_evidence_verify(const EvidenceVerifyOptions& options, std::ostream& out, std::ostream& err);

// The ways of checking ledgers' proofs that this program knows.
const evidence::ProofChecks& proof_checks();

// What the verifier states of a bundle, or of the log in a directory: one JSON object without a line end.
std::string bundle_statement(ByteView bundle, const tlog::TrustedKeys& trusted);
std::string log_statement(const std::string& directory, const tlog::TrustedKeys& trusted);

}  // namespace clearspan::tools
