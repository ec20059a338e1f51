#include "tools/clearspan/witness.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <utility>

#include "actors/gateway/worker_pool.hpp"
#include "codecs/crypto/key_file.hpp"
#include "codecs/crypto/sha256.hpp"
#include "codecs/tlog/add_checkpoint.hpp"
#include "core/base/clock.hpp"
#include "ledgers/evidence/disk.hpp"
#include "ledgers/evidence/verify_log.hpp"
#include "ledgers/transport/http_server.hpp"
#include "tools/clearspan/config.hpp"
#include "tools/clearspan/exit_codes.hpp"
#include "tools/clearspan/server_log.hpp"
#include "tools/clearspan/stop_signals.hpp"
#include "tools/clearspan/witness_core.hpp"

namespace clearspan::tools {
namespace {

constexpr std::string_view kStateEnding = ".checkpoint";
constexpr std::string_view kPath = "/add-checkpoint";
constexpr std::size_t kWaitingMax = 256;             // requests that wait for the one that is decided
constexpr std::uint32_t kBodyBytesMax = 72U << 10;   // a note of 64 kB, 63 hashes and the old size
constexpr std::uintmax_t kTrustBytesMax = 4U << 20;  // 4096 keys

transport::Response text_answer(int status, std::string body, std::string_view content_type = "text/plain") {
  transport::Response answer;
  answer.status = status;
  answer.body = std::move(body);
  answer.content_type = content_type;
  return answer;
}

// Decides one request after the other: the last head and what is on disk are one.
class WitnessDesk {
 public:
  WitnessDesk(WitnessHeads heads, evidence::Disk& disk, std::string folder, std::string name,
              crypto::Ed25519Signer signer)
      : heads_(std::move(heads)),
        disk_(disk),
        folder_(std::move(folder)),
        name_(std::move(name)),
        signer_(std::move(signer)) {}

  [[nodiscard]] tlog::PublicKey public_key() const { return {name_, tlog::KeyType::witness, signer_.public_key()}; }

  // Reads back what was signed. Errors: log_corrupt for a file that this witness did not write, storage_failed.
  Result<std::size_t> restore() {
    CLEARSPAN_TRY(const auto files, disk_.list(folder_));
    std::size_t restored = 0;
    for (const std::string& file : files) {
      if (!file.ends_with(kStateEnding)) continue;
      CLEARSPAN_TRY(const std::string text, evidence::read_note(disk_, folder_, file));
      CLEARSPAN_TRY(const tlog::Checkpoint head, own_checkpoint(file, text));
      heads_.accept(head);
      ++restored;
    }
    return restored;
  }

  transport::Response add(std::string_view body, const std::string& peer) {
    WitnessDecision decision = heads_.decide(body);
    if (decision.verdict != WitnessVerdict::cosign) return refuse(decision, peer);
    const auto now = std::chrono::duration_cast<std::chrono::seconds>(clock_.now().time_since_epoch()).count();
    tlog::NoteSignature own =
        tlog::cosign(decision.note.text, name_, static_cast<std::uint64_t>(std::max<std::int64_t>(now, 0)), signer_);
    const std::string line = tlog::to_string(tlog::Note{"", {own}}).substr(1);
    decision.note.signatures.push_back(std::move(own));
    const std::string path = folder_ + "/" + file_of(decision.head.origin);
    if (const Status stored = disk_.replace(path, as_bytes(tlog::to_string(decision.note))); !stored.ok()) {
      spdlog::error("nothing was signed: {}", describe(stored.error()));
      return text_answer(500, "the state could not be stored\n");
    }
    heads_.accept(decision.head);
    spdlog::debug("signed {} at {} records", decision.head.origin, decision.head.size);
    return text_answer(200, line);
  }

 private:
  static std::string file_of(const std::string& origin) {
    return to_hex(crypto::sha256(as_bytes(origin)).view()) + std::string(kStateEnding);
  }

  [[nodiscard]] Result<tlog::Checkpoint> own_checkpoint(const std::string& file, const std::string& text) const {
    const auto foreign = [&](const std::string& why) {
      return make_error(ErrorCode::log_corrupt, folder_ + "/" + file + ": " + why);
    };
    const auto note = tlog::parse_note(text);
    if (!note.ok()) return foreign(note.error().detail);
    const auto head = tlog::parse_checkpoint(note->text);
    if (!head.ok()) return foreign(head.error().detail);
    if (file != file_of(head->origin)) return foreign("it is of another log");
    if (!tlog::verify_signature(note->text, note->signatures.back(), public_key()).ok() ||
        note->signatures.back().key_name != name_) {
      return foreign("it is not signed by this witness's key and name");
    }
    return *head;
  }

  transport::Response refuse(const WitnessDecision& decision, const std::string& peer) const {
    const tlog::Checkpoint& head = decision.head;
    if (decision.contradicts) {
      const tlog::Checkpoint known = heads_.last(head.origin);
      spdlog::error(
          "THE LOG {} CONTRADICTS ITSELF: {} records with root {} were signed here, and it asks for {} "
          "records with root {} ({}). Keep this, it is signed by the log:\n{}",
          head.origin, known.size, to_hex(known.root.view()), head.size, to_hex(head.root.view()), decision.detail,
          tlog::to_string(decision.note));
    } else if (decision.verdict == WitnessVerdict::inconsistent) {
      spdlog::error(
          "{} asks for {} records of {} without a proof that the {} known ones are among them ({}). The log "
          "signed this:\n{}",
          peer, head.size, head.origin, decision.known_size, decision.detail, tlog::to_string(decision.note));
    } else if (decision.verdict == WitnessVerdict::other_size) {
      spdlog::info("{}: {} records asked for, {} known", head.origin, head.size, decision.known_size);
    } else {
      spdlog::warn("refused a request of {}: {}", peer, decision.detail);
    }
    const int status = status_of(decision.verdict);
    if (decision.verdict != WitnessVerdict::other_size) return text_answer(status, decision.detail + "\n");
    return text_answer(status, std::to_string(decision.known_size) + "\n", tlog::kTreeSizeContentType);
  }

  WitnessHeads heads_;
  evidence::Disk& disk_;
  const std::string folder_;
  const std::string name_;
  const crypto::Ed25519Signer signer_;
  const SystemClock clock_;
};

Result<std::string> read_trust_file(const std::filesystem::path& path) {
  std::error_code failure;
  const std::uintmax_t size = std::filesystem::file_size(path, failure);
  if (failure) return make_error(ErrorCode::config_invalid, "cannot read " + path.string() + ": " + failure.message());
  if (size > kTrustBytesMax) return make_error(ErrorCode::config_invalid, path.string() + " is larger than 4 MB");
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file.is_open() || file.bad()) return make_error(ErrorCode::config_invalid, "cannot read " + path.string());
  return text;
}

void handle(WitnessDesk& desk, gateway::WorkerPool& worker, transport::Request request,
            const transport::Respond& respond) {
  if (request.path() != kPath) return respond(text_answer(404, "there is only /add-checkpoint\n"));
  if (request.method() != "POST") {
    transport::Response answer = text_answer(405, "the method is POST\n");
    answer.headers.emplace_back("Allow", "POST");
    return respond(std::move(answer));
  }
  const auto shared = std::make_shared<const transport::Request>(std::move(request));
  const bool taken = worker.post([&desk, shared, respond] { respond(desk.add(shared->body(), shared->peer())); });
  if (!taken) respond(text_answer(503, "too many requests are waiting\n"));
}

Status witness(const WitnessOptions& options, const StopSignals& signals) {
  if (!tlog::is_key_name(options.name)) {
    return make_error(ErrorCode::config_invalid, "a name is printable ASCII without space and +", "--name");
  }
  CLEARSPAN_TRY(const crypto::OwnKey key, crypto::read_or_make_key_file(options.key_file));
  crypto::Ed25519Signer signer(key.key);
  const tlog::PublicKey public_key{options.name, tlog::KeyType::witness, signer.public_key()};
  fmt::print("witness {}\n", tlog::to_string(public_key));
  std::fflush(stdout);
  if (options.print_key) return Done{};

  const auto listen = parse_listen(options.listen);
  if (!listen) {
    return make_error(ErrorCode::config_invalid, "it is written as in \"127.0.0.1:8490\"", "--listen");
  }
  CLEARSPAN_TRY(const std::string trust, read_trust_file(options.trust));
  CLEARSPAN_TRY(WitnessHeads heads, WitnessHeads::make(trust));
  const std::size_t logs = heads.log_count();
  const auto disk = evidence::make_posix_disk();
  CLEARSPAN_CHECK_OK(disk->make_directory(options.state.string()));
  // Two processes with one state would each sign what the other does not know of.
  CLEARSPAN_TRY(const auto lock, disk->lock(options.state.string()));
  WitnessDesk desk(std::move(heads), *disk, options.state.string(), options.name, std::move(signer));
  CLEARSPAN_TRY(const std::size_t restored, desk.restore());
  if (restored == 0 && !key.is_new) {
    spdlog::warn("{} holds nothing: if this key has signed before, take a new one", options.state.string());
  }
  gateway::WorkerPool worker(1, kWaitingMax);
  transport::ServerOptions server_options;
  server_options.address = listen->address;
  server_options.port = listen->port;
  server_options.gate.body_bytes_max = kBodyBytesMax;
  CLEARSPAN_TRY(const auto server,
                transport::HttpServer::start(std::move(server_options),
                                             [&](transport::Request request, const transport::Respond& respond) {
                                               handle(desk, worker, std::move(request), respond);
                                             }));
  spdlog::info("witness {} of {} logs, {} of them signed before", options.name, logs, restored);
  announce(listen->address, server->port());
  signals.wait();
  spdlog::info("stopping");
  server->stop();
  worker.stop();
  return Done{};
}

}  // namespace

int run_witness(const WitnessOptions& options) {
  const StopSignals signals;
  log_to_standard_error(options.log_level);
  const Status status = witness(options, signals);
  if (status.ok()) return kExitOk;
  spdlog::error("{}", describe(status.error()));
  return status.error().code == ErrorCode::config_invalid ? kExitUsage : kExitNegative;
}

}  // namespace clearspan::tools
