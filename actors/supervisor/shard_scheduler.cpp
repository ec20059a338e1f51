#include "actors/supervisor/shard_scheduler.hpp"

#include <typeinfo>
#include <utility>

#include "ledgers/this_thread.hpp"

namespace clearspan::actors {
namespace {

constexpr std::size_t kFetchedTurnsAhead = 6;

// Ends on its first turn.
class Last final : public caf::event_based_actor {
 public:
  using event_based_actor::event_based_actor;

  caf::behavior make_behavior() override {
    quit();
    return {};
  }
};

}  // namespace

// An actor that CAF counts and whose turn is behind those of all trades speaks for them.
void ShardScheduler::await_end(caf::actor_system& system) {
  system.await_all_actors_done();
  system.spawn<Last>();
  system.await_all_actors_done();
}

void ShardScheduler::start() {
  timer_thread_ = std::thread([this] {
    name_this_thread("shard clock");
    clock_.run_dispatch_loop();
  });
  worker_thread_ = std::thread([this] {
    let_others_finish();  // a follower hands a block to the next shard before this one has finished with it
    name_this_thread("shard");
    worker_.run(max_throughput_);
  });
  abstract_coordinator::start();
}

void ShardScheduler::stop() {
  stop_actors();
  worker_.stop();
  worker_thread_.join();
  for (caf::resumable* job : worker_.take_all()) cleanup_and_release(job);
  clock_.cancel_dispatch_loop();
  timer_thread_.join();
}

void ShardScheduler::Worker::exec_later(caf::resumable* job) {
  const bool is_trade = typeid(*job) == typeid(Trade);
  ready_.push_back({job, is_trade ? static_cast<const Trade*>(job) : nullptr});
}

void ShardScheduler::Worker::run(std::size_t messages_max) {
  while (caf::resumable* const job = next()) {
    switch (job->resume(this, messages_max)) {
      case caf::resumable::resume_later:
        exec_later(job);
        break;
      case caf::resumable::awaiting_message:
      case caf::resumable::done:
      case caf::resumable::shutdown_execution_unit:
        caf::intrusive_ptr_release(job);
        break;
    }
  }
}

// What came from outside takes its place behind what is ready already, so neither can starve the other.
caf::resumable* ShardScheduler::Worker::next() {
  if (has_more_.load(std::memory_order_acquire) || ready_.empty()) {
    std::unique_lock lock(mutex_);
    if (ready_.empty()) come_to_rest(lock);
    waits_ = ready_.empty();
    if (waits_) changed_.wait(lock, [this] { return stops_ || !outside_.empty(); });
    waits_ = false;
    if (stops_) return nullptr;
    take_outside();
    has_more_.store(false, std::memory_order_relaxed);
  }
  fetch_ahead();
  caf::resumable* const job = ready_.front().job;
  ready_.pop_front();
  return job;
}

// Whoever asks while the callbacks run is told before the worker waits.
void ShardScheduler::Worker::come_to_rest(std::unique_lock<std::mutex>& lock) {
  while (outside_.empty() && !at_rest_.empty()) {
    const auto callbacks = std::exchange(at_rest_, {});
    lock.unlock();
    for (const auto& callback : callbacks) callback();
    lock.lock();
  }
}

void ShardScheduler::Worker::take_outside() {
  for (caf::resumable* const job : outside_) exec_later(job);
  outside_.clear();
}

// Each step looks at what the one before it has asked for, some turns earlier.
void ShardScheduler::Worker::fetch_ahead() const {
  const auto step = [this](std::size_t turns_ahead, void (Trade::*fetch)() const) {
    if (turns_ahead >= ready_.size()) return;
    if (const Trade* const trade = ready_[turns_ahead].trade) (trade->*fetch)();
  };
  step(3 * kFetchedTurnsAhead, &Trade::fetch_self);
  step(2 * kFetchedTurnsAhead, &Trade::fetch_plan);
  step(kFetchedTurnsAhead, &Trade::fetch_legs);
}

void ShardScheduler::Worker::enqueue(caf::resumable* job) {
  const std::lock_guard lock(mutex_);
  outside_.push_back(job);
  has_more_.store(true, std::memory_order_release);
  if (waits_) changed_.notify_one();
}

bool ShardScheduler::Worker::once_at_rest(std::function<void()> callback) {
  const std::lock_guard lock(mutex_);
  if (waits_ && outside_.empty()) return false;
  at_rest_.push_back(std::move(callback));
  return true;
}

void ShardScheduler::Worker::stop() {
  const std::lock_guard lock(mutex_);
  stops_ = true;
  has_more_.store(true, std::memory_order_release);
  changed_.notify_one();
}

std::vector<caf::resumable*> ShardScheduler::Worker::take_all() {
  take_outside();
  std::vector<caf::resumable*> jobs;
  for (const Turn& turn : std::exchange(ready_, {})) jobs.push_back(turn.job);
  return jobs;
}

}  // namespace clearspan::actors
