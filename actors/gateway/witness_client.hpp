// Brings every new checkpoint of this engine's logs to one witness, and takes back its signature (C2SP tlog-witness). A
// thread of its own, so a witness that is slow or gone delays nothing: after a failure it is asked again after a pause
// that doubles.
//
//   newest checkpoint, proof that the log only grew since the last one that the witness has -> POST /add-checkpoint
//     200  its signature, which is verified                 -> Publisher::cosign
//     409  the size that it has                             -> asked again from there
//     else the witness refuses: shown in the metrics and in the log of this process
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "codecs/tlog/key.hpp"
#include "core/base/clock.hpp"
#include "ledgers/evidence/archive.hpp"
#include "ledgers/transport/http_client.hpp"

namespace clearspan::gateway {

// Somebody else who signs that a log only grew. `url` is the prefix of its routes.
struct Witness {
  transport::Url url;
  tlog::PublicKey key;
};

// For the metrics.
struct WitnessStatus {
  std::string name;
  bool good = false;  // it signed everything that it was asked last
  std::uint64_t failures = 0;
  std::vector<std::uint64_t> cosigned;  // by shard: the size of the newest checkpoint that it signed; 0 for none yet
};

class WitnessClient {
 public:
  // Looks for new checkpoints at that interval. `archive` must outlive it.
  WitnessClient(const evidence::Archive& archive, Witness witness, Millis interval);

  // Stops, too.
  ~WitnessClient();
  WitnessClient(const WitnessClient&) = delete;
  WitnessClient& operator=(const WitnessClient&) = delete;

  [[nodiscard]] WitnessStatus status() const;

  // Ends the thread; a request that is under way is waited for.
  void stop();

 private:
  void run();
  Status visit();
  Status bring_up_to_date(std::uint16_t shard);
  Result<transport::HttpResponse> ask(const evidence::Publisher& publisher, std::uint64_t old_size,
                                      const tlog::Checkpoint& head, const std::string& note);
  Status take_signature(evidence::Publisher& publisher, const tlog::Note& note, const std::string& lines);
  void record(const Status& status);

  const evidence::Archive& archive_;
  const Witness witness_;
  const Millis interval_;
  tlog::TrustedKeys keys_;  // the witness's alone
  transport::HttpClient client_;
  std::vector<std::uint64_t> known_;  // by shard: the size that the witness has, as far as is known here
  std::string problem_;               // the last one, told once

  mutable std::mutex mutex_;
  WitnessStatus status_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace clearspan::gateway
