// What somebody with a trusted key could sign: bundles and logs whose signatures, trees and proofs are as they must be,
// and whose records are not what an engine would write.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "codecs/crypto/ed25519.hpp"
#include "codecs/evidence/bundle.hpp"
#include "codecs/evidence/record.hpp"

namespace clearspan::evidence_tests {

class Forger {
 public:
  using Edit = std::function<void(std::vector<evidence::Record>&)>;

  // Signs in the name of the log of that origin, by a key of its own.
  explicit Forger(std::string origin);

  // For the trust file.
  [[nodiscard]] std::string trust_line() const;

  // The bundle with other records in its one log, without its anchor, and with those proofs that its records still
  // name.
  [[nodiscard]] evidence::Bundle forge(const evidence::Bundle& bundle, const Edit& edit) const;

  // The log with other records, in small segments, signed as a whole.
  void forge_log(const std::string& from, const std::string& to, const Edit& edit) const;

  // The checkpoint of a log's directory, with another root.
  void forge_root(const std::string& directory) const;

 private:
  [[nodiscard]] std::string sign(std::uint64_t size, const Hash32& root) const;

  std::string origin_;
  crypto::Ed25519Signer signer_;
};

}  // namespace clearspan::evidence_tests
