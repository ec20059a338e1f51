// The engine's process in the simulation: how it starts, ends and is damaged in between.
#include <algorithm>

#include "tools/simulation/world.hpp"

namespace clearspan::sim {
namespace {

constexpr int kStartAttempts = 50;  // each may end in the middle of a write

// Where a log's first group begins; damage there is never taken for a torn tail once other groups follow.
constexpr std::uint64_t kFirstGroupBit = evidence::kBlockBytes * 8;
constexpr std::uint64_t kDamagedBits = 64 * 8;

struct ActorCrash final : std::runtime_error {
  ActorCrash() : std::runtime_error("the simulation ends this actor") {}
};

}  // namespace

void World::start_engine() {
  for (int attempt = 0; attempt < kStartAttempts; ++attempt) {
    Result<std::unique_ptr<actors::SteppedEngine>> started = try_to_start();
    ++verdict_.events;
    if (started) {
      engine_ = std::move(*started);
      const bool has_live = std::any_of(watcher_.plans().begin(), watcher_.plans().end(), [this](const auto& plan) {
        const auto phase = seen_.find(plan.first);
        return phase == seen_.end() || !is_terminal(phase->second);
      });
      if (has_live) reached(verdict_.sometimes, Sometimes::restart_with_live_trades);
      return;
    }
    disk_.crash();
    if (started.error().code != ErrorCode::storage_failed) {
      violation("the engine does not start: " + describe(started.error()));
      disk_.set_faults({});
      CLEARSPAN_VERIFY(attempt == 0);
    }
  }
  CLEARSPAN_VERIFY(!"the engine never came back");
}

Result<std::unique_ptr<actors::SteppedEngine>> World::try_to_start() {
  std::vector<std::shared_ptr<Connector>> connectors;
  for (const Side& side : sides_) connectors.push_back(side.connector);
  actors::SteppedSurroundings surroundings;
  surroundings.disk = &disk_;
  surroundings.clock = &clock_;
  surroundings.segment_bytes = kSegmentBytes;
  surroundings.on_failed_write = [](const Error&) { throw ProcessEnded{ProcessEnded::Cause::failed_write}; };
  surroundings.on_durable = [this](std::uint16_t, const evidence::DurableGroup& group) { see_durable(group); };
  surroundings.after_report = [this] { end_an_actor(); };
  try {
    return actors::SteppedEngine::start(options_, std::move(connectors), std::move(surroundings));
  } catch (const ProcessEnded&) {
    reached(verdict_.sometimes, Sometimes::crash_while_writing);
    return make_error(ErrorCode::storage_failed, "ended while it started");
  }
}

void World::end_process() {
  for (const auto& [txn, state] : watcher_.txns()) {
    if (state.closed) continue;
    const LedgerId& ledger = state.ledger;
    const auto side = std::find_if(sides_.begin(), sides_.end(),
                                   [&](const Side& one) { return one.connector->traits().id == ledger; });
    const bool arrived = side->connector->has_arrived(txn);
    reached(verdict_.sometimes, arrived ? Sometimes::crash_before_final : Sometimes::crash_before_send);
  }
  for (std::uint16_t log = 0; log < engine_->log_count(); ++log) {
    const auto names = disk_.list("/data/shard-" + std::to_string(log));
    const auto is_segment = [](const std::string& name) { return name.ends_with(".seg"); };
    if (std::count_if(names->begin(), names->end(), is_segment) > 1)
      reached(verdict_.sometimes, Sometimes::segment_rolled);
  }
  actor_crash_armed_ = false;
  disk_.crash();
  engine_.reset();
}

// Somebody flips a bit of a log while the engine is down. It must refuse to start; then the file is put back.
void World::damage_a_log() {
  const std::map<std::string, Bytes> sound = disk_.files();
  const std::string log = random_.below(2) == 0 ? "/data/shard-0/" : "/data/shard-1/";
  const auto segment = std::find_if(sound.begin(), sound.end(), [&](const auto& file) {
    return file.first.starts_with(log) && file.first.ends_with(".seg");
  });
  if (segment == sound.end() || watcher_.plans().size() < 5) return;
  disk_.flip_bit(segment->first, kFirstGroupBit + random_.below(kDamagedBits));
  const Result<std::unique_ptr<actors::SteppedEngine>> started = try_to_start();
  if (started) {
    violation("I14: the engine starts with a damaged log");
  } else if (started.error().code == ErrorCode::log_corrupt) {
    reached(verdict_.sometimes, Sometimes::log_damage_refused);
  }
  disk_.crash();
  disk_.put_back(sound);
}

void World::see_durable(const evidence::DurableGroup& group) {
  mix(group.last_sequence << 8 | group.head.bytes[0] | std::uint64_t{group.head.bytes[1]} << 40);
  group.records.for_each([this](const evidence::RecordBytes& bytes) {
    const Result<evidence::Record> record = evidence::decode(bytes);
    CLEARSPAN_VERIFY(record.ok());
    watcher_.see(*record);
  });
  verdict_.trades = watcher_.plans().size();
}

void World::on_phase_change(const PhaseChange& change) {
  mix(static_cast<std::uint64_t>(change.phase) << 16 | change.trade.bytes[15]);
  if (const Phase before = std::exchange(seen_[change.trade], change.phase); is_terminal(before)) {
    violation("I9: a trade that was " + std::string(to_string(before)) + " is " + std::string(to_string(change.phase)));
  }
  if (change.phase == Phase::settled) reached(verdict_.sometimes, Sometimes::settled);
  if (change.phase == Phase::refunded) reached(verdict_.sometimes, Sometimes::refunded);
  if (change.phase == Phase::rejected) reached(verdict_.sometimes, Sometimes::rejected);
}

void World::end_an_actor() {
  if (!std::exchange(actor_crash_armed_, false)) return;
  reached(verdict_.sometimes, Sometimes::trade_actor_crashed);
  throw ActorCrash();
}

}  // namespace clearspan::sim
