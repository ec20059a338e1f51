// The scheduler of a shard: one worker thread and one clock.
//
// CAF's own schedulers are made for many workers: each turn of an actor costs two locks and a list node there. Here,
// what the worker itself makes ready (a message from one actor of the shard to another) waits in a queue that nobody
// else touches; what comes from outside waits in another one, behind a lock, and is taken over as a whole.
//
// A start or a deadline gives many trades a turn each, and what these look at has been quiet for long: the worker has
// it fetched some turns ahead.
//
// CAF 0.17.6 also has the clock's thread forget the timeouts of each actor that ends: a lock, a wake-up and two context
// switches for every trade. No actor of ours sets a timeout that would have to be forgotten; ticks are delayed
// messages.
#pragma once

#include <atomic>
#include <caf/all.hpp>
#include <caf/detail/thread_safe_actor_clock.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "actors/trade/trade_actor.hpp"

namespace clearspan::actors {

class ShardScheduler final : public caf::scheduler::abstract_coordinator {
 public:
  explicit ShardScheduler(caf::actor_system& system) : abstract_coordinator(system), worker_(system) {}

  // As actor_system_config::load wants it.
  static caf::actor_system::module* make(caf::actor_system& system, caf::detail::type_list<>) {
    return new ShardScheduler(system);  // the actor system deletes it
  }

  // Returns when all actors of the system have ended, trades too, which CAF does not count. All have been asked to.
  static void await_end(caf::actor_system& system);

  // Runs the callback once, on the worker's thread, when nothing is ready any more. False when nothing is: then it is
  // not run. Any thread; on the worker's own, the turn that asks counts as something that is ready.
  bool once_at_rest(std::function<void()> callback) { return worker_.once_at_rest(std::move(callback)); }

  caf::detail::thread_safe_actor_clock& clock() noexcept override { return clock_; }

 protected:
  void start() override;
  void stop() override;

  void enqueue(caf::resumable* job) override { worker_.enqueue(job); }

 private:
  struct Clock final : caf::detail::thread_safe_actor_clock {
    void cancel_timeouts(caf::abstract_actor*) override {}
  };

  class Worker final : public caf::execution_unit {
   public:
    explicit Worker(caf::actor_system& system) : execution_unit(&system) {}

    void run(std::size_t messages_max);
    void stop();  // `run` returns; what was ready stays so
    void enqueue(caf::resumable* job);
    bool once_at_rest(std::function<void()> callback);

    // From the worker's own thread.
    void exec_later(caf::resumable* job) override;

    std::vector<caf::resumable*> take_all();  // what was ready when `run` returned

   private:
    struct Turn {
      caf::resumable* job = nullptr;
      const Trade* trade = nullptr;  // the job, if it is one
    };

    caf::resumable* next();  // null once it has to stop
    void come_to_rest(std::unique_lock<std::mutex>& lock);
    void take_outside();
    void fetch_ahead() const;

    std::deque<Turn> ready_;
    std::atomic<bool> has_more_{false};  // there is something in `outside_`, or it has to stop
    std::mutex mutex_;                   // of what follows
    std::condition_variable changed_;
    std::vector<caf::resumable*> outside_;
    std::vector<std::function<void()>> at_rest_;
    bool waits_ = false;
    bool stops_ = false;
  };

  Clock clock_;
  Worker worker_;
  std::thread timer_thread_;
  std::thread worker_thread_;
};

}  // namespace clearspan::actors
