#include "tools/clearspan/prove/crash_round.hpp"

#include <fmt/format.h>
#include <signal.h>

#include <fstream>
#include <iterator>
#include <thread>

#include "tools/clearspan/config.hpp"
#include "tools/clearspan/prove/freeze_facts.hpp"
#include "tools/simulation/separate_logs.hpp"

namespace clearspan::tools {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::uint64_t kEarlyKillShare = 5;     // one of so many random kills
constexpr std::uint64_t kSeparateLogsShare = 4;  // one of so many worlds begins as earlier engines did
constexpr std::uint64_t kTearShare = 6;
constexpr std::uint64_t kMischiefShare = 10;
constexpr int kAttempts = 5;
constexpr Millis kFrozenPause{20};
constexpr std::uint64_t kShardsMax = 2;
constexpr std::size_t kLogTailBytes = 2'000;  // of the engine's own words, in a violation

std::uint16_t roll_shards(Dice& dice) {
  return static_cast<std::uint16_t>(roll(dice, 1, kShardsMax));
}

}  // namespace

CrashRound::CrashRound(std::filesystem::path folder, std::uint64_t seed, CrashSetting setting, CrashTally& tally)
    : folder_(std::move(folder)),
      seed_(seed),
      setting_(std::move(setting)),
      pace_(setting_.pace()),
      tally_(tally),
      dice_(seed) {}

// --- The three kinds of round ---

void CrashRound::kill_at_random(std::uint64_t kills) {
  Status status = open(roll_shards(dice_));
  for (std::uint64_t i = 0; i < kills && status.ok(); ++i) status = random_kill();
  if (status.ok()) status = end();
  guard(status);
}

void CrashRound::kill_at(const std::vector<KillPoint>& points) {
  Status status = open(roll_shards(dice_));
  for (const KillPoint point : points) {
    if (status.ok()) status = reach(point);
  }
  if (status.ok()) status = end();
  guard(status);
}

void CrashRound::kill_while_freezing(KillPoint point) {
  Status status = open(1);  // so that the order of the log says what was signed afterwards
  if (status.ok()) status = freeze(point);
  guard(status);
}

// --- A life ---

Status CrashRound::open(std::uint16_t shards) {
  CLEARSPAN_TRY(world_, CrashWorld::make(folder_, seed_, shards, setting_));
  if (roll(dice_, 0, kSeparateLogsShare - 1) == 0) {
    const auto disk = evidence::make_posix_disk();
    const std::string data_dir = world_->data_dir().string();
    CLEARSPAN_CHECK_OK(sim::make_separate_logs(*disk, data_dir, engine_tag_of(std::string(kCrashEngine)), shards));
  }
  load_ = std::make_unique<CrashLoad>(LoadTerms{world_->key_file(), world_->accounts(), pace_.load_pause_max}, dice_());
  for (std::size_t i = 0; i < kLedgerNames.size(); ++i) CLEARSPAN_CHECK_OK(world_->ledger(i).add_faults());
  tally_.update([](CrashFigures& figures) { ++figures.worlds; });
  // The first start makes the logs; there is nothing to recover before.
  CLEARSPAN_CHECK_OK(start(std::nullopt));
  CLEARSPAN_CHECK_OK(await_serving());
  std::this_thread::sleep_for(pace_.life_max);
  kill_now();
  return Done{};
}

Status CrashRound::start(const std::optional<KillOrder>& order) {
  return world_->start_engine(order);
}

Status CrashRound::await_serving() {
  const Result<Millis> took = world_->await_serving();
  if (!took.ok()) return took.error();
  tally_.update([&](CrashFigures& figures) { figures.start_ms.push_back(took->count()); });
  load_->engine_serves(world_->engine_url());
  return Done{};
}

void CrashRound::kill_now() {
  load_->engine_is_gone();
  const auto ended = world_->engine().poll();
  if (ended && ended->signal != SIGKILL) {
    violate(fmt::format("the engine ended by itself, exit status {}, signal {}\n{}", ended->exit_status, ended->signal,
                        tail_of_log()));
  }
  if (ended) return;
  world_->engine().kill();
  tally_.update([](CrashFigures& figures) { ++figures.kills; });
}

Status CrashRound::random_kill() {
  if (roll(dice_, 1, kTearShare) == 1) {
    CLEARSPAN_TRY(const bool is_torn, tear_a_log(world_->data_dir(), dice_));
    if (is_torn) tally_.update([](CrashFigures& figures) { ++figures.torn_logs; });
  }
  CLEARSPAN_CHECK_OK(start(std::nullopt));
  if (roll(dice_, 1, kEarlyKillShare) == 1) {
    std::this_thread::sleep_for(Millis{roll(dice_, 0, pace_.early_kill_max.count())});
  } else {
    CLEARSPAN_CHECK_OK(await_serving());
    if (roll(dice_, 1, kMischiefShare) == 1) do_mischief();
    std::this_thread::sleep_for(std::chrono::microseconds{roll(dice_, 0, pace_.life_max.count() * 1000)});
  }
  kill_now();
  return Done{};
}

void CrashRound::do_mischief() {
  const std::size_t chosen = roll(dice_, 0, 1);
  const auto mischief = static_cast<Mischief>(roll(dice_, 0, kMischiefs - 1));
  const bool takes_blocks = mischief == Mischief::reorganised_dropped || mischief == Mischief::reorganised_returned;
  // Where every block is final at once, none can go.
  const bool is_possible = !takes_blocks || world_->ledger(chosen).can_reorganise();
  world_->ledger(is_possible ? chosen : 1).do_mischief(mischief);
}

// --- Points ---

// The ledger replaces blocks that are final. What the engine had on record of them, it must hold against the ledger
// after a restart too; of those that it forgot with the kill, it knows nothing.
Status CrashRound::freeze(KillPoint point) {
  const LedgerId ledger{std::string(kLedgerNames[0])};
  CLEARSPAN_CHECK_OK(start(KillOrder{point, 1}));
  CLEARSPAN_CHECK_OK(await_serving());
  std::this_thread::sleep_for(
      Millis{roll(dice_, pace_.before_freezing_min.count(), pace_.before_freezing_max.count())});
  CLEARSPAN_TRY(const Rewritten rewritten, world_->ledger(0).rewrite_final_blocks());
  if (has_died_of_it(pace_.freeze_max)) note_reached(point);
  kill_now();
  CLEARSPAN_TRY(const FreezeFacts before, read_freeze_facts(world_->data_dir(), ledger));
  CLEARSPAN_CHECK_OK(start(std::nullopt));
  CLEARSPAN_CHECK_OK(await_serving());
  const bool is_contradicted = before.view && before.view->value + rewritten.depth > rewritten.height.value;
  if (is_contradicted || before.frozen_at) CLEARSPAN_CHECK_OK(expect_frozen());
  CLEARSPAN_CHECK_OK(stop_engine());
  CLEARSPAN_TRY(const FreezeFacts after, read_freeze_facts(world_->data_dir(), ledger));
  if (is_contradicted && !after.frozen_at) violate("I8: that the ledger is frozen is not on record");
  if (after.signed_after != 0) violate("I8: txns were signed for a frozen ledger");
  for (std::string& what : load_->take_violations()) violate(std::move(what));
  return Done{};
}

Status CrashRound::reach(KillPoint point) {
  const KillMoment moment = kKillPoints[static_cast<std::size_t>(point)].moment;
  std::uint64_t nth_max = moment == KillMoment::running ? pace_.first_nth_max : 1;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    if (moment == KillMoment::torn) {
      CLEARSPAN_TRY(const bool is_torn, tear_a_log(world_->data_dir(), dice_));
      if (is_torn) tally_.update([](CrashFigures& figures) { ++figures.torn_logs; });
    }
    const Millis patience = attempt == 0 ? pace_.reach_patience : pace_.reach_patience_max;
    if (try_to_reach({point, roll(dice_, 1, nth_max)}, patience)) {
      note_reached(point);
      return Done{};
    }
    kill_now();
    nth_max = 1;
  }
  return Done{};  // that it was not reached shows in the report
}

bool CrashRound::try_to_reach(const KillOrder& order, Millis patience) {
  const KillMoment moment = kKillPoints[static_cast<std::size_t>(order.point)].moment;
  if (const Status started = start(order); !started.ok()) {
    violate(describe(started.error()));
    return false;
  }
  // One that dies while it starts ends the wait.
  if (!await_serving().ok()) return has_died_of_it(patience);
  if (moment == KillMoment::stopping) {
    std::this_thread::sleep_for(Millis{roll(dice_, 20, 150)});
    world_->engine().send_signal(SIGTERM);
    return has_died_of_it(kStopMax);
  }
  const auto give_up = SteadyClock::now() + patience;
  while (SteadyClock::now() < give_up) {
    if (has_died_of_it(pace_.mischief_pause)) return true;
    if (world_->engine().poll()) return false;
    do_mischief();
  }
  return false;
}

bool CrashRound::has_died_of_it(Millis patience) {
  const auto ended = world_->engine().wait(patience);
  return ended && ended->signal == SIGKILL;
}

void CrashRound::note_reached(KillPoint point) {
  load_->engine_is_gone();
  tally_.update([&](CrashFigures& figures) {
    ++figures.kills;
    ++figures.reached[static_cast<std::size_t>(point)];
  });
}

// The ledger has replaced blocks that were final: nothing may be signed for it, and the API says so.
Status CrashRound::expect_frozen() {
  CLEARSPAN_TRY(ApiClient client, world_->connect());
  const auto give_up = SteadyClock::now() + pace_.freeze_max;
  while (SteadyClock::now() < give_up) {
    CLEARSPAN_TRY(const ApiAnswer answer, client.get("/v1/ledgers"));
    if (answer.body.find(R"("frozen":true)") != std::string::npos) return Done{};
    std::this_thread::sleep_for(kFrozenPause);
  }
  violate("I8: a ledger has contradicted itself and is not frozen");
  return Done{};
}

// --- What was wrong ---

void CrashRound::guard(const Status& status) {
  if (status.ok()) return;
  violate(describe(status.error()) + "\n" + tail_of_log());
}

void CrashRound::violate(std::string what) {
  is_good_ = false;
  tally_.update([&](CrashFigures& figures) {
    figures.violations.push_back(fmt::format("{} (seed {}): {}", folder_.string(), seed_, what));
  });
}

std::string CrashRound::tail_of_log() const {
  std::ifstream in(folder_ / "serve.log", std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (text.size() > kLogTailBytes) text.erase(0, text.size() - kLogTailBytes);
  return text;
}

}  // namespace clearspan::tools
