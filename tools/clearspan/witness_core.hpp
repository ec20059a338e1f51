// What a witness decides (C2SP tlog-witness): it signs a log's head when the log's own key signed it and a proof joins
// it to the last head that the witness signed. It never goes back and never signs two trees of one size. Nothing is
// stored or sent here; witness.cpp does that, one request after the other.
//
//   body -> form -> a log that is trusted -> its signature -> the size that is known -> the proof -> cosign
//            400             404                 403                 409                  422       200
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "codecs/tlog/note.hpp"

namespace clearspan::tools {

enum class WitnessVerdict : std::uint8_t {
  cosign,
  malformed,     // the request is not of the protocol's form
  not_signed,    // no trusted key of the log signed the checkpoint
  unknown_log,   // no log of that origin is trusted
  other_size,    // the proof starts elsewhere than at the size that is known, or the tree is another of that size
  inconsistent,  // the proof does not join the trees
};

// The status that the protocol has for it.
int status_of(WitnessVerdict verdict);

struct WitnessDecision {
  WitnessVerdict verdict = WitnessVerdict::malformed;
  std::string detail;     // why it is refused
  tlog::Checkpoint head;  // from not_signed on
  tlog::Note note;        // the checkpoint with the log's own signature alone; once that was verified
  std::uint64_t known_size = 0;
  bool contradicts = false;  // the log has signed two different trees of one size: that needs no further proof
};

class WitnessHeads {
 public:
  // Serves the logs of a trust file. Error: config_invalid, also when it names no log.
  static Result<WitnessHeads> make(std::string_view trust_file);

  // What was signed last of that log; the empty tree when nothing was.
  [[nodiscard]] tlog::Checkpoint last(const std::string& origin) const;

  [[nodiscard]] WitnessDecision decide(std::string_view body) const;

  // The head was signed, and that is durable. It must be one that decide() let pass, or one that is read back at the
  // start.
  void accept(const tlog::Checkpoint& head);

  [[nodiscard]] std::size_t log_count() const { return logs_.size(); }

 private:
  [[nodiscard]] bool is_trusted(const std::string& origin) const;

  std::vector<tlog::PublicKey> logs_;
  std::map<std::string, tlog::Checkpoint> heads_;
};

}  // namespace clearspan::tools
