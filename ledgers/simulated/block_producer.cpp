#include "ledgers/simulated/block_producer.hpp"

#include <algorithm>
#include <chrono>

namespace clearspan::simulated {

BlockProducer::BlockProducer(Ledger& ledger) : ledger_(ledger), thread_([this] { run(); }) {}

BlockProducer::~BlockProducer() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  stop_changed_.notify_all();
  thread_.join();
}

void BlockProducer::run() {
  const Millis interval = ledger_.genesis().block_interval;
  auto due = std::chrono::steady_clock::now() + interval;
  std::unique_lock lock(mutex_);
  while (!stop_changed_.wait_until(lock, due, [this] { return stop_; })) {
    lock.unlock();
    ledger_.produce();
    // A block that took longer than the interval delays the next; what was missed is not made up for.
    due = std::max(due + interval, std::chrono::steady_clock::now());
    lock.lock();
  }
}

}  // namespace clearspan::simulated
