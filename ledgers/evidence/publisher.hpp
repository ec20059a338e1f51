// Publishes a log: signs the head of its tree as a checkpoint, and answers what others need to check it (C2SP
// tlog-checkpoint, tlog-tiles). What was signed once is never contradicted: at the start the checkpoint on disk must be
// one of this log.
#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "codecs/crypto/ed25519.hpp"
#include "codecs/tlog/note.hpp"
#include "codecs/tlog/tile.hpp"
#include "core/base/clock.hpp"
#include "ledgers/evidence/log.hpp"

namespace clearspan::evidence {

inline constexpr std::string_view kWitnessedFile = "witnessed";
inline constexpr std::size_t kRecentCheckpoints = 256;  // a witness may take as many intervals to answer

class Publisher {
 public:
  // `log`, `disk` and `signer` must outlive it. Errors: log_corrupt when the checkpoint on disk is none of this log's,
  // or names more than the log holds: then records were lost or altered after they were published; storage_failed.
  static Result<std::unique_ptr<Publisher>> open(Disk& disk, const std::string& directory, const LogIdentity& identity,
                                                 const Log& log, const crypto::Ed25519Signer& signer);

  // Signs what is durable now and puts it in place, unless that is what the newest checkpoint says. Errors:
  // storage_failed. One thread.
  Status publish();

  // Any thread: the newest checkpoint, a signed note.
  [[nodiscard]] std::string checkpoint() const;
  [[nodiscard]] tlog::Checkpoint head() const;

  // Any thread: how long ago it was that publish() last found everything durable covered by the newest checkpoint.
  [[nodiscard]] Millis age() const;

  // Any thread. Adds witnesses' signatures to the checkpoint that the note is, which must be one of the last
  // kRecentCheckpoints; the file `witnessed` holds the newest one that has any. Errors: checkpoint_malformed,
  // untrusted_key, signature_invalid, wrong_log_name for another text; storage_failed.
  Status cosign(const std::string& note, const tlog::TrustedKeys& witnesses);

  // Any thread: a tile of the tree of hashes, or entries. Errors: index_beyond_tree for one that the newest checkpoint
  // does not cover, storage_failed.
  [[nodiscard]] Result<Bytes> tile(const tlog::Tile& tile) const;

  // A checkpoint that this log had, signed as it was then.
  [[nodiscard]] std::string sign_again(const TreeHead& head) const;

  [[nodiscard]] const tlog::PublicKey& public_key() const { return public_key_; }

 private:
  Publisher(Disk& disk, std::string directory, LogIdentity identity, const Log& log,
            const crypto::Ed25519Signer& signer);

  struct Signed {
    tlog::Checkpoint head;
    tlog::Note note;
  };

  Status load();
  [[nodiscard]] Result<std::optional<Signed>> load(std::string_view file) const;
  Status replace(std::string_view file, const tlog::Note& note);

  Disk& disk_;
  const std::string directory_;
  const LogIdentity identity_;
  const Log& log_;
  const crypto::Ed25519Signer& signer_;
  const tlog::PublicKey public_key_;
  mutable std::mutex mutex_;
  std::deque<Signed> recent_;  // the newest last
  std::chrono::steady_clock::time_point published_at_;
  std::uint64_t witnessed_size_ = 0;  // of the newest checkpoint that has a witness's signature
};

}  // namespace clearspan::evidence
