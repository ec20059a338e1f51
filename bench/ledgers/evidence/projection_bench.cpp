// From a log to the states that it means: recovery of live trades, and the index.
#include <benchmark/benchmark.h>

#include "bench/ledgers/evidence/scratch.hpp"
#include "core/trade/deposit.hpp"
#include "ledgers/evidence/index.hpp"
#include "ledgers/evidence/recovery.hpp"

namespace clearspan::evidence {
namespace {

constexpr std::uint64_t kTrades = 20000;

Plan plan_of(std::uint64_t number) {
  Plan plan;
  // As the engine makes them: milliseconds, then what looks random.
  const std::uint64_t random = (number + 1) * 0x9e3779b97f4a7c15u;
  plan.id.bytes[5] = static_cast<std::uint8_t>(number >> 10);
  for (std::size_t i = 0; i < 8; ++i) plan.id.bytes[6 + i] = static_cast<std::uint8_t>(random >> (56 - 8 * i));
  plan.scenario = "payment";
  plan.created = Timestamp{Millis{1'793'525'400'000 + static_cast<std::int64_t>(number)}};
  plan.legs.resize(2);
  plan.legs[0] = {LegRole::hold, Placement::engine, {"a-coin"}, {"ACN"}, Amount{1000},
                  {"payer"},     {"exchanger"},     {},         {}};
  plan.legs[1] = {LegRole::pivot, Placement::engine, {"b-coin"}, {"BCN"}, Amount{900},
                  {"exchanger"},  {"merchant"},      {},         {}};
  return plan;
}

OutcomeFinal outcome_of(const Plan& plan, LegIndex leg, MovementKind kind) {
  HoldKey key;
  std::copy(plan.id.bytes.begin(), plan.id.bytes.end(), key.bytes.begin());
  Outcome outcome = effect_of(movement_for(plan, leg, kind, key));
  if (kind == MovementKind::hold) outcome.hold_key = key;
  return {plan.legs[leg].ledger, outcome};
}

// Five records per trade: created, started, hold final, pivot final, released. `live`: without the last one.
std::uint64_t write_trades(Disk& disk, const std::string& directory, bool live) {
  auto log = Log::open(disk, directory, bench_options(), ignore_records(), {});
  require(log.ok());
  EncodedGroup group;
  const auto add = [&](RecordBody body) { group.add({Timestamp{Millis{1'793'525'400'000}}, std::move(body)}); };
  for (std::uint64_t number = 0; number < kTrades; ++number) {
    const Plan plan = plan_of(number);
    add(TradeCreated{plan, "", {}, 0});
    add(TradeEvent{plan.id, Started{}});
    add(TradeEvent{plan.id, outcome_of(plan, 0, MovementKind::hold)});
    add(TradeEvent{plan.id, outcome_of(plan, 1, MovementKind::payment)});
    if (!live) add(TradeEvent{plan.id, outcome_of(plan, 0, MovementKind::release)});
    if (group.count() < 2000 && number + 1 < kTrades) continue;
    require((*log)->append(group).ok());
    while ((*log)->step()) {
    }
    group.clear();
  }
  (*log)->close();
  return (*log)->durable().sequence;
}

void recover_live_trades(benchmark::State& state) {
  const Scratch scratch;
  const auto disk = make_posix_disk();
  const std::uint64_t records = write_trades(*disk, scratch / "log", true);
  for (auto _ : state) {
    const auto recovered = recover(*disk, scratch / "log", bench_options().identity);
    require(recovered.ok() && recovered->trades.size() == kTrades);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(records) * state.iterations());
  state.counters["trades_per_second"] = benchmark::Counter(
      static_cast<double>(kTrades) * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}

void rebuild_index(benchmark::State& state) {
  const Scratch scratch;
  const auto disk = make_posix_disk();
  const std::uint64_t records = write_trades(*disk, scratch / "log", false);
  IndexOptions options;
  options.directory = scratch / "index";
  options.shards.push_back({scratch / "log", bench_options().identity, {}});
  for (auto _ : state) require(TradeIndex::rebuild(*disk, options).ok());
  const auto end = read_log(*disk, scratch / "log", bench_options().identity, {}, ignore_records());
  require(end.ok());
  options.shards[0].durable = end->position;
  const auto index = TradeIndex::open(*disk, options);
  require(index.ok() && (*index)->wait_for(0, records, Millis{10000}));
  require((*(*index)->summary(plan_of(kTrades - 1).id))->phase == Phase::settled);
  state.SetItemsProcessed(static_cast<std::int64_t>(records) * state.iterations());
}

void show_trade(benchmark::State& state) {
  const Scratch scratch;
  const auto disk = make_posix_disk();
  static_cast<void>(write_trades(*disk, scratch / "log", false));
  IndexOptions options;
  options.directory = scratch / "index";
  options.shards.push_back({scratch / "log", bench_options().identity, {}});
  require(TradeIndex::rebuild(*disk, options).ok());
  options.shards[0].durable =
      read_log(*disk, scratch / "log", bench_options().identity, {}, ignore_records())->position;
  const auto index = TradeIndex::open(*disk, options);
  require(index.ok());
  std::uint64_t number = 0;
  for (auto _ : state) {
    const auto trade = (*index)->show(plan_of(number++ * 7919 % kTrades).id);
    require(trade.ok() && trade->has_value() && (**trade).history.size() == 5);
  }
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(recover_live_trades)->Unit(benchmark::kMillisecond);
BENCHMARK(rebuild_index)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(show_trade)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace clearspan::evidence
