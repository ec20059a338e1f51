#include "actors/supervisor/stepped_engine.hpp"

#include <algorithm>
#include <caf/scheduler/test_coordinator.hpp>
#include <functional>
#include <map>
#include <optional>
#include <set>

#include "actors/supervisor/core.hpp"
#include "actors/supervisor/trade_fold.hpp"

namespace clearspan::actors {
namespace {

class Stepped final : public SteppedEngine {
 public:
  Stepped(const EngineOptions& options, std::vector<std::shared_ptr<Connector>> ledgers,
          SteppedSurroundings surroundings)
      : options_(options), disk_(*surroundings.disk), core_(options_, std::move(ledgers), inner(surroundings)) {}

  // Its process is gone: what was not done is never done.
  ~Stepped() override {
    core_.end_actors();
    for (std::uint16_t shard = 0; shard < shard_count(); ++shard) {
      if (core_.shards()[shard]->system) run_all(shard);
    }
  }

  Status start() {
    CLEARSPAN_CHECK_OK(core_.recover());
    core_.spawn_actors();
    core_.resume_trades([this] { resumed_ = true; });
    return Done{};
  }

  [[nodiscard]] bool ready() const override { return follows_ && core_.is_ready(); }

  void create(std::vector<NewTrade> trades, Engine::CreateCallback done) override {
    core_.create(std::move(trades), std::move(done));
  }

  void cancel(const TradeId& trade, Engine::StatusCallback done) override { core_.cancel(trade, std::move(done)); }

  [[nodiscard]] EngineStats stats() const override { return core_.stats(); }

  [[nodiscard]] std::vector<LedgerStatus> ledgers() const override { return core_.statuses(); }

  [[nodiscard]] std::uint16_t shard_count() const override { return static_cast<std::uint16_t>(core_.shards().size()); }

  [[nodiscard]] std::size_t runnable(std::uint16_t shard) const override { return scheduler(shard).jobs.size(); }

  void run_actor(std::uint16_t shard, std::size_t which) override {
    auto& jobs = scheduler(shard).jobs;
    const auto chosen = jobs.begin() + static_cast<std::ptrdiff_t>(which);
    std::rotate(jobs.begin(), chosen, chosen + 1);
    scheduler(shard).run_once();
    while (!scheduler(shard).has_job() && !at_rest_[shard].empty()) {
      for (const auto& callback : std::exchange(at_rest_[shard], {})) callback();
    }
  }

  [[nodiscard]] std::uint16_t log_count() const override { return core_.log_count(); }

  bool write_log(std::uint16_t log) override { return core_.logs()[log].log->step(); }

  bool call_ledger(std::size_t ledger) override { return core_.ports()[ledger]->step(); }

  Status follow_ledger(std::size_t ledger) override {
    if (!resumed_) return Done{};
    if (!std::exchange(follows_, true)) core_.make_followers();
    const LedgerId& id = core_.ledgers()[ledger]->traits.id;
    for (const auto& follower : core_.followers()) {
      if (follower->ledger() == id) return follower->step();
    }
    return Done{};
  }

  void pass_time(Millis span) override {
    for (std::uint16_t shard = 0; shard < shard_count(); ++shard) scheduler(shard).advance_time(span);
  }

 private:
  Surroundings inner(SteppedSurroundings& given) {
    Surroundings inner;
    inner.disk = given.disk;
    inner.clock = given.clock;
    inner.is_stepped = true;
    inner.segment_bytes = given.segment_bytes;
    inner.on_failed_write = std::move(given.on_failed_write);
    inner.on_durable = std::move(given.on_durable);
    inner.after_report = std::move(given.after_report);
    inner.refold = [this](std::uint16_t log, const TradeId& trade, std::uint64_t sequence) {
      return refold(log, trade, sequence);
    };
    inner.once_at_rest = [this](std::uint16_t shard, std::function<void()> callback) {
      if (!scheduler(shard).has_job()) return false;
      at_rest_[shard].push_back(std::move(callback));
      return true;
    };
    return inner;
  }

  [[nodiscard]] caf::scheduler::test_coordinator& scheduler(std::uint16_t shard) const {
    return dynamic_cast<caf::scheduler::test_coordinator&>(core_.shards()[shard]->system->scheduler());
  }

  void run_all(std::uint16_t shard) {
    while (scheduler(shard).has_job()) scheduler(shard).run_once();
  }

  // From the log itself; a node has an index for it.
  Result<RefoldedTrade> refold(std::uint16_t log, const TradeId& trade, std::uint64_t sequence) {
    std::optional<TradeFold> fold;
    std::set<TradeId> created;
    const auto visit = [&](const evidence::RecordRef& ref) -> Status {
      CLEARSPAN_TRY(const evidence::Record record, evidence::decode(ref.bytes));
      if (const auto* creation = std::get_if<evidence::TradeCreated>(&record.body)) {
        created.insert(creation->plan.id);
        if (creation->plan.id == trade) fold.emplace(std::make_shared<const Plan>(creation->plan));
      }
      const auto* event = std::get_if<evidence::TradeEvent>(&record.body);
      return event != nullptr && event->trade == trade ? fold.value().apply(event->event) : Status{Done{}};
    };
    CLEARSPAN_CHECK_OK(
        evidence::read_log(disk_, core_.log_directory(log), core_.log_identity(log), {1, sequence}, visit));
    if (!fold) return make_error(ErrorCode::unknown_trade, to_string(trade));
    return fold->finish([&](const TradeId& id) { return created.contains(id); });
  }

  const EngineOptions options_;
  evidence::Disk& disk_;
  Core core_;
  std::map<std::uint16_t, std::vector<std::function<void()>>> at_rest_;  // by shard
  bool resumed_ = false;
  bool follows_ = false;
};

}  // namespace

Result<std::unique_ptr<SteppedEngine>> SteppedEngine::start(const EngineOptions& options,
                                                            std::vector<std::shared_ptr<Connector>> ledgers,
                                                            SteppedSurroundings surroundings) {
  auto engine = std::make_unique<Stepped>(options, std::move(ledgers), std::move(surroundings));
  CLEARSPAN_CHECK_OK(engine->start());
  return std::unique_ptr<SteppedEngine>(std::move(engine));
}

}  // namespace clearspan::actors
