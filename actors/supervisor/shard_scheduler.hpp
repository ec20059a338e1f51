// The scheduler of a shard: CAF's sharing one, with a clock that is not woken for every actor that ends.
//
// CAF 0.17.6 has the clock's thread forget the timeouts of each actor that ends: a lock, a wake-up and two context
// switches for every trade. No actor of ours sets a timeout that would have to be forgotten; ticks are delayed
// messages.
#pragma once

#include <caf/all.hpp>
#include <caf/detail/thread_safe_actor_clock.hpp>
#include <caf/policy/work_sharing.hpp>
#include <caf/scheduler/coordinator.hpp>
#include <thread>

namespace clearspan::actors {

class ShardScheduler final : public caf::scheduler::coordinator<caf::policy::work_sharing> {
 public:
  using coordinator::coordinator;

  // As actor_system_config::load wants it.
  static caf::actor_system::module* make(caf::actor_system& system, caf::detail::type_list<>) {
    return new ShardScheduler(system);  // the actor system deletes it
  }

  caf::detail::thread_safe_actor_clock& clock() noexcept override { return clock_; }

 protected:
  void start() override {
    timer_ = std::thread([this] { clock_.run_dispatch_loop(); });
    coordinator::start();
  }

  void stop() override {
    coordinator::stop();
    clock_.cancel_dispatch_loop();
    timer_.join();
  }

 private:
  struct Clock final : caf::detail::thread_safe_actor_clock {
    void cancel_timeouts(caf::abstract_actor*) override {}
  };

  Clock clock_;
  std::thread timer_;
};

}  // namespace clearspan::actors
