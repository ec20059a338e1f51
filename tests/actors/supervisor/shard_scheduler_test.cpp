// What the threads of a shard ask of the system's own scheduler.
#include "actors/supervisor/shard_scheduler.hpp"

#include <gtest/gtest.h>
#include <sched.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace clearspan::actors {
namespace {

namespace fs = std::filesystem;

std::string first_line_of(const fs::path& file) {
  std::string line;
  std::getline(std::ifstream(file), line);
  return line;
}

// The folder of this process's thread with that name; empty when there is none yet.
fs::path find_thread(const std::string& name) {
  for (const auto& thread : fs::directory_iterator("/proc/self/task")) {
    if (first_line_of(thread.path() / "comm") == name) return thread.path();
  }
  return {};
}

// How often the thread has gone to sleep.
std::uint64_t sleeps_of(const fs::path& thread) {
  constexpr std::string_view kField = "voluntary_ctxt_switches:";
  std::ifstream status(thread / "status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(kField)) return std::stoull(line.substr(kField.size()));
  }
  return 0;
}

// The folder of the thread with that name, which the scheduler is about to start.
fs::path wait_for_thread(const std::string& name) {
  fs::path thread;
  while (thread.empty()) {
    std::this_thread::yield();
    thread = find_thread(name);
  }
  return thread;
}

int policy_of(const fs::path& thread) {
  return ::sched_getscheduler(std::stoi(thread.filename().string()));
}

class EndsAtOnce : public caf::event_based_actor {
 public:
  using event_based_actor::event_based_actor;

  caf::behavior make_behavior() override {
    quit();
    return {};
  }
};

// Has one turn, and is not counted by CAF, as a trade is not.
class SlowJob : public caf::ref_counted, public caf::resumable {
 public:
  explicit SlowJob(std::atomic<int>& turns) : turns_(turns) {}

  resume_result resume(caf::execution_unit*, std::size_t) override {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    ++turns_;
    return done;
  }

  void intrusive_ptr_add_ref_impl() override { ref(); }

  void intrusive_ptr_release_impl() override { deref(); }

 private:
  std::atomic<int>& turns_;
};

class ShardSchedulerTest : public ::testing::Test {
 protected:
  ShardSchedulerTest() : system_(std::make_unique<caf::actor_system>(config_.load<ShardScheduler>())) {}

  // A thread that has ended can be seen for a while; the next test must not take it for its own.
  ~ShardSchedulerTest() override {
    system_.reset();
    while (!find_thread("shard").empty() || !find_thread("shard clock").empty()) std::this_thread::yield();
  }

 private:
  caf::actor_system_config config_;

 protected:
  std::unique_ptr<caf::actor_system> system_;
};

// A follower hands a block to all shards before the first one that it wakes takes its place.
TEST_F(ShardSchedulerTest, a_shard_that_is_woken_lets_others_finish) {
  EXPECT_EQ(policy_of(wait_for_thread("shard")), SCHED_BATCH);
}

// It sleeps as long as no delayed message is due, whatever the actors do.
TEST_F(ShardSchedulerTest, the_end_of_an_actor_does_not_wake_the_clock) {
  constexpr int kActors = 1'000;
  const fs::path clock = wait_for_thread("shard clock");
  while (sleeps_of(clock) == 0) std::this_thread::yield();
  const std::uint64_t before = sleeps_of(clock);
  for (int i = 0; i < kActors; ++i) system_->spawn<EndsAtOnce>();
  system_->await_all_actors_done();
  EXPECT_EQ(sleeps_of(clock), before);
}

TEST_F(ShardSchedulerTest, the_end_is_awaited_of_actors_that_are_not_counted) {
  constexpr int kJobs = 20;
  std::atomic<int> turns{0};
  for (int i = 0; i < kJobs; ++i) system_->scheduler().enqueue(new SlowJob(turns));
  ShardScheduler::await_end(*system_);
  EXPECT_EQ(turns, kJobs);
}

class AtRestTest : public ShardSchedulerTest {
 protected:
  [[nodiscard]] bool once_at_rest(std::function<void()> callback) {
    return dynamic_cast<ShardScheduler&>(system_->scheduler()).once_at_rest(std::move(callback));
  }

  void enqueue(int jobs) {
    for (int i = 0; i < jobs; ++i) system_->scheduler().enqueue(new SlowJob(turns_));
  }

  // Turns that were over when it was called; also where nothing is ready at first, for its thread may have yet to
  // start.
  int turns_at_rest() {
    std::promise<int> turns;
    return once_at_rest([&] { turns.set_value(turns_); }) ? turns.get_future().get() : turns_.load();
  }

  std::atomic<int> turns_{0};
};

TEST_F(AtRestTest, is_called_behind_all_that_is_ready) {
  constexpr int kJobs = 20;
  enqueue(kJobs);
  EXPECT_EQ(turns_at_rest(), kJobs);
}

TEST_F(AtRestTest, is_not_called_by_a_shard_that_has_nothing_to_do) {
  turns_at_rest();
  while (once_at_rest([] {})) std::this_thread::yield();
  EXPECT_FALSE(once_at_rest([] { FAIL(); }));
}

// Else it would wait for the shard's next message, whenever that comes.
TEST_F(AtRestTest, is_called_although_it_is_asked_for_while_others_are_called) {
  std::promise<void> second;
  enqueue(1);
  ASSERT_TRUE(once_at_rest([&] { EXPECT_TRUE(once_at_rest([&] { second.set_value(); })); }));
  EXPECT_EQ(second.get_future().wait_for(std::chrono::seconds(60)), std::future_status::ready);
}

}  // namespace
}  // namespace clearspan::actors
