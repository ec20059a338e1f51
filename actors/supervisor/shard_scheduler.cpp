#include "actors/supervisor/shard_scheduler.hpp"

#include <sched.h>

#include "ledgers/thread_name.hpp"

namespace clearspan::actors {
namespace {

// Of this thread: when it is woken, it does not take the processor from the thread that woke it. A follower that has
// handed a block to one shard hands it to the next one before the first shard has finished with it. A system that
// refuses this is only slower.
void let_others_finish() {
  const sched_param parameters{};
  ::sched_setscheduler(0, SCHED_BATCH, &parameters);
}

}  // namespace

void ShardScheduler::start() {
  timer_thread_ = std::thread([this] {
    name_this_thread("shard clock");
    clock_.run_dispatch_loop();
  });
  worker_thread_ = std::thread([this] {
    let_others_finish();
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

void ShardScheduler::Worker::run(std::size_t messages_max) {
  while (caf::resumable* const job = next()) {
    switch (job->resume(this, messages_max)) {
      case caf::resumable::resume_later:
        ready_.push_back(job);
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
    waits_ = ready_.empty();
    if (waits_) changed_.wait(lock, [this] { return stops_ || !outside_.empty(); });
    waits_ = false;
    if (stops_) return nullptr;
    ready_.insert(ready_.end(), outside_.begin(), outside_.end());
    outside_.clear();
    has_more_.store(false, std::memory_order_relaxed);
  }
  caf::resumable* const job = ready_.front();
  ready_.pop_front();
  return job;
}

void ShardScheduler::Worker::enqueue(caf::resumable* job) {
  const std::lock_guard lock(mutex_);
  outside_.push_back(job);
  has_more_.store(true, std::memory_order_release);
  if (waits_) changed_.notify_one();
}

void ShardScheduler::Worker::stop() {
  const std::lock_guard lock(mutex_);
  stops_ = true;
  has_more_.store(true, std::memory_order_release);
  changed_.notify_one();
}

std::deque<caf::resumable*> ShardScheduler::Worker::take_all() {
  ready_.insert(ready_.end(), outside_.begin(), outside_.end());
  outside_.clear();
  return std::exchange(ready_, {});
}

}  // namespace clearspan::actors
