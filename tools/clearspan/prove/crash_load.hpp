// The load of a crash campaign: somebody who creates trades over HTTP all the time, also while the engine comes and
// goes. A request that a kill leaves without an answer is repeated with the same key until it has one. What was
// answered once must stay so: the same key gets the same bytes again, a trade that was created is there, and a trade
// that was over stays what it was.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "codecs/json/writer.hpp"
#include "tools/clearspan/prove/crash_world.hpp"

namespace clearspan::tools {

// What a trade may be asked to be, so that everything happens that a crash can meet.
enum class AskedKind : std::uint8_t { payment, pvp, dropped, delayed, exchanger_short, payer_short, cancelled };

// One movement of value that a trade asks for.
struct AskedLeg {
  std::size_t ledger = 0;
  std::string payer;
  std::string payee;
  std::uint64_t units = 0;
  bool is_pivot = false;
};

struct AskedTrade {
  AskedKind kind = AskedKind::payment;
  std::vector<AskedLeg> legs;
  std::string id;  // once it was answered
};

// The trades of one POST.
struct AskedBatch {
  std::string key;
  std::string body;
  std::vector<AskedTrade> trades;
  std::string answer;  // empty until the first full one
};

struct LoadTerms {
  std::filesystem::path key_file;
  std::array<std::map<std::string, std::string>, 2> accounts;  // how requests name people, by ledger
  std::uint64_t pause_max = 0;                                 // ms between two requests
};

class CrashLoad {
 public:
  CrashLoad(LoadTerms terms, std::uint64_t seed);
  ~CrashLoad();
  CrashLoad(const CrashLoad&) = delete;
  CrashLoad& operator=(const CrashLoad&) = delete;

  void engine_serves(const std::string& url);
  void engine_is_gone();

  // Nothing new is asked for. Waits until everything that was has its answer, and asks for all of it once more.
  // Errors: timed_out.
  Status finish();

  // After finish().
  [[nodiscard]] const std::deque<AskedBatch>& batches() const { return batches_; }

  [[nodiscard]] std::vector<std::string> take_violations();

  // The trade's phase as the API shows it now: it must fit what was seen before.
  void note_phase(const std::string& trade, Phase phase);

  // Checkpoints of the logs (signed notes) that anybody could read meanwhile. After finish().
  [[nodiscard]] const std::vector<std::string>& checkpoints() const { return checkpoints_; }

  // Requests whose fate a kill left open.
  [[nodiscard]] std::uint64_t repeated() const { return repeated_; }

 private:
  void run();
  std::optional<std::string> wait_for_engine();
  [[nodiscard]] bool still_serves(const std::string& url);
  void turn(ApiClient& client);
  void ask_next(ApiClient& client);
  bool ask(ApiClient& client, AskedBatch& batch);
  void take_answer(ApiClient& client, AskedBatch& batch, const std::string& answer);
  void look_back(ApiClient& client);
  void keep_checkpoint(ApiClient& client);
  void violate(std::string what);
  AskedBatch next_batch();
  void write_trade(json::Writer& out, const AskedTrade& trade) const;

  const LoadTerms terms_;
  Dice dice_;
  std::deque<AskedBatch> batches_;  // only the load's thread touches it until finish() has returned
  std::size_t answered_ = 0;        // batches from the front
  std::size_t asked_again_ = 0;     // after the end of the load, for the last time
  std::uint64_t repeated_ = 0;
  std::vector<std::string> checkpoints_;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool serves_ = false;
  std::string url_;
  bool is_finishing_ = false;
  bool is_finished_ = false;
  bool is_stopping_ = false;
  std::map<std::string, Phase> over_;  // trades that were seen to be over
  std::vector<std::string> violations_;
  std::thread thread_;
};

}  // namespace clearspan::tools
