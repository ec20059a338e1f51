#include "actors/gateway/witness_client.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "actors/gateway/limits.hpp"
#include "codecs/tlog/add_checkpoint.hpp"

namespace clearspan::gateway {
namespace {

constexpr int kStatusOk = 200;
constexpr int kStatusConflict = 409;
constexpr std::size_t kShownBytesMax = 200;  // of a witness's words

transport::ClientLimits client_limits() {
  transport::ClientLimits limits;
  limits.answer_bytes_max = tlog::kNoteBytesMax;
  return limits;
}

Error refused(std::string detail) {
  return make_error(ErrorCode::remote_refused, std::move(detail));
}

// What a witness says, on one line.
std::string shown(const std::string& body) {
  std::string text = body.substr(0, kShownBytesMax);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return text;
}

}  // namespace

WitnessClient::WitnessClient(const evidence::Archive& archive, Witness witness, Millis interval)
    : archive_(archive),
      witness_(std::move(witness)),
      interval_(interval),
      client_(witness_.url, client_limits()),
      known_(archive.log_count()) {
  CLEARSPAN_VERIFY(keys_.add(witness_.key).ok());
  status_.name = witness_.key.name;
  status_.cosigned.resize(archive.log_count());
  thread_ = std::thread([this] { run(); });
}

WitnessClient::~WitnessClient() {
  stop();
}

void WitnessClient::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

WitnessStatus WitnessClient::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

void WitnessClient::run() {
  Millis pause = interval_;
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, pause, [this] { return stopping_; })) {
    lock.unlock();
    const Status status = visit();
    record(status);
    lock.lock();
    pause = status.ok() ? interval_ : std::min(pause * 2, std::max(interval_, kWitnessPauseMax));
  }
}

// One log that the witness refuses does not keep the others from it.
Status WitnessClient::visit() {
  Status result = Done{};
  for (std::uint16_t shard = 0; shard < archive_.log_count(); ++shard) {
    Status status = bring_up_to_date(shard);
    if (status.ok()) continue;
    const bool is_gone = status.error().code != ErrorCode::remote_refused;
    result = std::move(status);
    if (is_gone) break;
  }
  return result;
}

Status WitnessClient::bring_up_to_date(std::uint16_t shard) {
  evidence::Publisher& publisher = archive_.publisher(shard);
  const std::string text = publisher.checkpoint();
  CLEARSPAN_TRY(const tlog::Note note, tlog::parse_note(text));
  CLEARSPAN_TRY(const tlog::Checkpoint head, tlog::parse_checkpoint(note.text));
  if (head.size == 0 || head.size == status().cosigned[shard]) return Done{};
  for (const bool may_learn : {true, false}) {
    CLEARSPAN_TRY(const transport::HttpResponse answer, ask(publisher, known_[shard], head, text));
    if (answer.status == kStatusOk) {
      CLEARSPAN_CHECK_OK(take_signature(publisher, note, answer.body));
      known_[shard] = head.size;
      const std::lock_guard lock(mutex_);
      status_.cosigned[shard] = head.size;
      return Done{};
    }
    if (answer.status != kStatusConflict || !may_learn) {
      return refused(head.origin + ": status " + std::to_string(answer.status) + ", " + shown(answer.body));
    }
    const bool has_end = answer.body.ends_with('\n');
    const auto size =
        tlog::parse_tree_size(std::string_view(answer.body).substr(0, answer.body.size() - (has_end ? 1 : 0)));
    if (!size.ok()) return refused(head.origin + ": status 409 without the size that it has");
    if (*size > head.size) {
      return refused(head.origin + ": it has seen " + std::to_string(*size) + " records and the log holds " +
                     std::to_string(head.size) + ": records were lost, or the log is another one");
    }
    if (*size == known_[shard])
      return refused(head.origin + ": it has another tree of " + std::to_string(*size) + " records");
    known_[shard] = *size;
  }
  return Done{};
}

Result<transport::HttpResponse> WitnessClient::ask(const evidence::Publisher& publisher, std::uint64_t old_size,
                                                   const tlog::Checkpoint& head, const std::string& note) {
  tlog::TileHashReader hashes(head.size, [&](const tlog::Tile& tile) { return publisher.tile(tile); });
  tlog::AddCheckpoint body{old_size, {}, note};
  CLEARSPAN_TRY(body.consistency, tlog::consistency_proof(old_size, head.size, hashes));
  transport::HttpRequest request;
  request.method = "POST";
  request.target = witness_.url.target + (witness_.url.target.ends_with('/') ? "" : "/") + "add-checkpoint";
  request.headers = {{"Content-Type", "text/plain; charset=utf-8"}};
  request.body = tlog::to_string(body);
  request.idempotent = true;  // to sign the same head twice is nothing new
  return client_.request(request, kWitnessTimeout);
}

Status WitnessClient::take_signature(evidence::Publisher& publisher, const tlog::Note& note, const std::string& lines) {
  const auto answer = tlog::parse_note(note.text + '\n' + lines);
  if (!answer.ok()) return refused("its answer is no signature: " + answer.error().detail);
  for (const tlog::NoteSignature& signature : answer->signatures) {
    if (keys_.find(signature.key_name, signature.key_hash) == nullptr) continue;
    Status taken = publisher.cosign(tlog::to_string(tlog::Note{note.text, {signature}}), keys_);
    if (taken.ok() || taken.error().code == ErrorCode::storage_failed) return taken;
    return refused("its signature was not accepted: " + describe(taken.error()));
  }
  return refused("it did not sign with the configured key");
}

void WitnessClient::record(const Status& status) {
  {
    const std::lock_guard lock(mutex_);
    status_.good = status.ok();
    if (!status.ok()) ++status_.failures;
  }
  const std::string problem = status.ok() ? std::string() : describe(status.error());
  if (problem == problem_) return;
  problem_ = problem;
  if (status.ok()) {
    spdlog::info("witness {}: signs again", witness_.key.name);
  } else if (status.error().code == ErrorCode::remote_refused) {
    spdlog::error("witness {}: {}", witness_.key.name, problem);
  } else {
    spdlog::warn("witness {}: {}", witness_.key.name, problem);
  }
}

}  // namespace clearspan::gateway
