// The clock of a shard sleeps as long as no delayed message is due, whatever the actors do.
#include "actors/supervisor/shard_scheduler.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>

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

class EndsAtOnce : public caf::event_based_actor {
 public:
  using event_based_actor::event_based_actor;

  caf::behavior make_behavior() override {
    quit();
    return {};
  }
};

TEST(ShardScheduler, the_end_of_an_actor_does_not_wake_the_clock) {
  constexpr int kActors = 1'000;
  caf::actor_system_config config;
  config.load<ShardScheduler>();
  caf::actor_system system(config);
  fs::path clock;
  while (clock.empty() || sleeps_of(clock) == 0) {
    clock = find_thread("shard clock");
    std::this_thread::yield();
  }
  const std::uint64_t before = sleeps_of(clock);
  for (int i = 0; i < kActors; ++i) system.spawn<EndsAtOnce>();
  system.await_all_actors_done();
  EXPECT_EQ(sleeps_of(clock), before);
}

}  // namespace
}  // namespace clearspan::actors
