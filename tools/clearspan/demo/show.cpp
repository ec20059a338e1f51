#include "tools/clearspan/demo/show.hpp"

#include <thread>

#include "core/scenario/trade_id.hpp"

namespace clearspan::tools {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::uint64_t kUnluckyEvery = 10;  // one trade in ten meets a misfortune
constexpr std::uint64_t kPvpEvery = 4;       // of the others, one in four is an exchange
constexpr auto kReadyTimeout = std::chrono::seconds(30);
constexpr auto kEndTimeout = std::chrono::minutes(5);
constexpr auto kProgressInterval = std::chrono::milliseconds(200);

LedgerNow now_of(const Engine& engine, const LedgerId& ledger) {
  for (const LedgerStatus& status : engine.ledgers()) {
    if (status.traits.id == ledger) return {status.traits, status.time, status.seen};
  }
  return {};
}

// Whether a trade with that misfortune may end so.
bool is_expected(Misfortune misfortune, Phase phase) {
  switch (misfortune) {
    case Misfortune::none:
      return phase == Phase::settled;
    case Misfortune::payer_short:
    case Misfortune::wrong_asset:
      return phase == Phase::rejected;
    case Misfortune::exchanger_short:
    case Misfortune::pivot_dropped:
    case Misfortune::pivot_late:
    case Misfortune::node_stalled:
      return phase == Phase::refunded;
    case Misfortune::cancelled:
      return phase == Phase::refunded || phase == Phase::rejected || phase == Phase::settled;
  }
  return false;
}

}  // namespace

std::string_view to_string(Misfortune misfortune) {
  switch (misfortune) {
    case Misfortune::none:
      return "none";
    case Misfortune::payer_short:
      return "payer short of funds";
    case Misfortune::exchanger_short:
      return "exchanger short of funds";
    case Misfortune::pivot_dropped:
      return "pivot dropped";
    case Misfortune::pivot_late:
      return "pivot past its deadline";
    case Misfortune::node_stalled:
      return "node stalled";
    case Misfortune::wrong_asset:
      return "wrong asset deposited";
    case Misfortune::cancelled:
      return "cancelled by the user";
  }
  return "unknown";
}

Show::Show(DemoWorld& world, std::uint32_t trades, std::uint64_t seed)
    : world_(world), trades_(trades), random_(seed) {}

Misfortune Show::misfortune_of(std::uint64_t number) const {
  if (number % kUnluckyEvery != kUnluckyEvery - 1) return Misfortune::none;
  return kMisfortunes[number / kUnluckyEvery % kMisfortunes.size()];
}

void Show::on_phase_change(const PhaseChange& change) {
  if (!is_terminal(change.phase) && change.phase != Phase::suspended) return;
  const auto now = SteadyClock::now();
  const std::lock_guard lock(mutex_);
  const auto found = stories_.find(change.trade);
  if (found == stories_.end()) {
    ++returns_;
    return;
  }
  Story& story = found->second;
  story.phase = change.phase;
  if (story.over) return;
  story.over = true;
  ++ended_;
  if (story.misfortune == Misfortune::none) {
    latencies_us_.push_back(std::chrono::duration_cast<std::chrono::microseconds>(now - story.submitted).count());
  }
  changed_.notify_all();
}

Result<ShowResult> Show::run(Engine& engine, const Progress& progress) {
  CLEARSPAN_CHECK_OK(wait_until_ready(engine));
  const auto begin = SteadyClock::now();
  CLEARSPAN_CHECK_OK(submit_all(engine, false, progress));
  CLEARSPAN_CHECK_OK(wait_for_end(engine, progress, 0));
  // The stall comes when nothing else is under way, so that it hits just the trades that are meant.
  CLEARSPAN_CHECK_OK(submit_all(engine, true, progress));
  CLEARSPAN_CHECK_OK(wait_for_end(engine, progress, 0));
  while (engine.stats().live != 0 && SteadyClock::now() - begin < kEndTimeout) {
    std::this_thread::sleep_for(kProgressInterval);  // the last strays on their way back
  }
  ShowResult result;
  result.seconds = std::chrono::duration<double>(SteadyClock::now() - begin).count();
  collect(result);
  return result;
}

Status Show::wait_until_ready(Engine& engine) {
  const auto give_up = SteadyClock::now() + kReadyTimeout;
  while (!engine.ready()) {
    if (SteadyClock::now() > give_up) return make_error(ErrorCode::not_ready, "the engine did not get ready");
    std::this_thread::sleep_for(Millis{20});
  }
  return Done{};
}

Status Show::submit_all(Engine& engine, bool stalled_ones, const Progress& progress) {
  if (stalled_ones) world_.stall_node(true);
  const auto stall_begin = SteadyClock::now();
  for (std::uint64_t number = 0; number < trades_; ++number) {
    const Misfortune misfortune = misfortune_of(number);
    if ((misfortune == Misfortune::node_stalled) != stalled_ones) continue;
    CLEARSPAN_TRY(const Plan plan, plan_one(engine, number, misfortune));
    CLEARSPAN_CHECK_OK(submit(engine, plan, misfortune));
    if (!stalled_ones) CLEARSPAN_CHECK_OK(wait_for_end(engine, progress, world_.in_flight_max()));
  }
  if (stalled_ones) {
    std::this_thread::sleep_until(stall_begin + world_.stall_needed());
    world_.stall_node(false);
  }
  return Done{};
}

Result<Plan> Show::plan_one(Engine& engine, std::uint64_t number, Misfortune misfortune) {
  PlanIdentity identity;
  identity.now = SystemClock().now();
  identity.engine = world_.engine_tag();
  std::array<std::uint8_t, kTradeIdRandomBytes> randomness{};
  for (std::uint8_t& byte : randomness) byte = static_cast<std::uint8_t>(random_());
  identity.id = make_trade_id(identity.now, randomness);
  if (misfortune == Misfortune::none && number % kPvpEvery == 0) {
    const PvpRequest request = world_.pvp(number);
    std::vector<LedgerNow> ledgers;
    for (const PvpLeg& leg : request.legs) ledgers.push_back(now_of(engine, leg.ledger));
    return compile_pvp(request, ledgers, world_.timing(), identity);
  }
  const Profile& profile = world_.profile_for(misfortune);
  return compile_payment(world_.payment(number, misfortune), profile, now_of(engine, profile.source_ledger),
                         now_of(engine, profile.destination_ledger), world_.timing(), identity);
}

Status Show::submit(Engine& engine, const Plan& plan, Misfortune misfortune) {
  const TradeId id = plan.id;
  plans_.push_back(plan);
  {
    const std::lock_guard lock(mutex_);
    stories_[id] = {misfortune, SteadyClock::now(), Phase::preparing, false};
  }
  std::vector<NewTrade> trades(1);
  trades.front().plan = plan;
  engine.create(std::move(trades), [this, &engine, id, misfortune](const std::vector<Result<TradeId>>& answers) {
    if (!answers.front()) {
      note_failure(answers.front().error());
    } else if (misfortune == Misfortune::cancelled) {
      engine.cancel(id, [](const Status&) {});
    }
  });
  if (misfortune == Misfortune::wrong_asset) CLEARSPAN_CHECK_OK(world_.deposit_wrong_asset(plan));
  return Done{};
}

void Show::note_failure(const Error& error) {
  const std::lock_guard lock(mutex_);
  failure_ = error;
  changed_.notify_all();
}

Status Show::wait_for_end(Engine& engine, const Progress& progress, std::size_t left_max) {
  const auto give_up = SteadyClock::now() + kEndTimeout;
  std::unique_lock lock(mutex_);
  while (!failure_ && stories_.size() - ended_ > left_max) {
    if (SteadyClock::now() > give_up) {
      return make_error(ErrorCode::timed_out, std::to_string(stories_.size() - ended_) + " trades did not end");
    }
    changed_.wait_for(lock, kProgressInterval);
    const std::size_t ended = ended_;
    lock.unlock();
    progress(ended, trades_, engine.stats());
    lock.lock();
  }
  if (failure_) return *failure_;
  return Done{};
}

void Show::collect(ShowResult& result) {
  const std::lock_guard lock(mutex_);
  result.plans = std::move(plans_);
  result.latencies_us = latencies_us_;
  result.returns = returns_;
  for (const auto& [id, story] : stories_) {
    ++result.ended[static_cast<std::size_t>(story.misfortune)][static_cast<std::size_t>(story.phase)];
    if (!is_expected(story.misfortune, story.phase)) {
      result.surprises.push_back("trade " + clearspan::to_string(id) + " (" + std::string(to_string(story.misfortune)) +
                                 ") ended " + std::string(clearspan::to_string(story.phase)));
    }
  }
}

}  // namespace clearspan::tools
