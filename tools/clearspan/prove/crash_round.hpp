// One world's life in a crash campaign: the engine is killed again and again under load; then the load and the ledgers'
// faults stop, every trade must end, and everything is checked.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tools/clearspan/prove/crash_load.hpp"
#include "tools/clearspan/prove/crash_tally.hpp"
#include "tools/clearspan/prove/crash_world.hpp"

namespace clearspan::tools {

inline constexpr Millis kStopMax{20'000};  // for the engine to end

class CrashRound {
 public:
  // The folder is the round's own. The seed decides what is asked for, what the ledgers do, and when kills come.
  CrashRound(std::filesystem::path folder, std::uint64_t seed, CrashSetting setting, CrashTally& tally);

  // So many kills at random moments.
  void kill_at_random(std::uint64_t kills);

  // A kill at each of these points.
  void kill_at(const std::vector<KillPoint>& points);

  // Kills at a point of `freezing`; the ledger has contradicted itself afterwards, so nothing else can follow.
  void kill_while_freezing(KillPoint point);

  // Whether anything was wrong; then the folder is kept.
  [[nodiscard]] bool is_good() const { return is_good_; }

 private:
  Status open(std::uint16_t shards);
  void guard(const Status& status);
  void violate(std::string what);
  Status start(const std::optional<KillOrder>& order);
  Status await_serving();
  Status random_kill();
  void kill_now();
  void do_mischief();
  Status freeze(KillPoint point);
  Status reach(KillPoint point);
  bool try_to_reach(const KillOrder& order, Millis patience);
  [[nodiscard]] bool has_died_of_it(Millis patience);
  void note_reached(KillPoint point);
  Status expect_frozen();
  Status end();
  Status drain(ApiClient& client);
  Result<std::map<std::string, Phase>> list_trades(ApiClient& client);
  Status stop_engine();
  Status check_everything(const std::map<std::string, Phase>& phases);
  Status audit_logs(const std::map<std::string, Phase>& phases);
  [[nodiscard]] std::string tail_of_log() const;

  const std::filesystem::path folder_;
  const std::uint64_t seed_;
  const CrashSetting setting_;
  const CrashPace& pace_;
  CrashTally& tally_;
  Dice dice_;
  std::unique_ptr<CrashWorld> world_;
  std::unique_ptr<CrashLoad> load_;
  bool is_good_ = true;
};

}  // namespace clearspan::tools
