// `clearspan serve` as a process: it makes its key, settles a trade that the command line submits, answers for it after
// a restart of the client, and ends on SIGTERM.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "ledgers/transport/http_client.hpp"
#include "ledgers/transport/url.hpp"
#include "tools/clearspan/exit_codes.hpp"
#include "tools/clearspan/reserved_memory.hpp"

namespace clearspan::tools {
namespace {

constexpr std::uint64_t kReservedMib = 64;

// A child process whose standard output is read line by line.
class Process {
 public:
  explicit Process(const std::string& config, const std::string& log) {
    std::array<int, 2> ends{};
    if (pipe(ends.data()) != 0) return;
    pid_ = fork();
    if (pid_ == 0) {
      dup2(ends[1], STDOUT_FILENO);
      close(ends[0]);
      if (std::freopen(log.c_str(), "w", stderr) == nullptr) _exit(127);
      execl(CLEARSPAN_BINARY, CLEARSPAN_BINARY, "serve", "--config", config.c_str(), "--log-level", "debug", nullptr);
      _exit(127);
    }
    close(ends[1]);
    out_ = fdopen(ends[0], "r");
  }

  ~Process() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    if (out_ != nullptr) std::fclose(out_);
  }

  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // Empty at the end of the output.
  [[nodiscard]] std::string line() const {
    std::array<char, 512> buffer{};
    if (out_ == nullptr || std::fgets(buffer.data(), buffer.size(), out_) == nullptr) return {};
    std::string text(buffer.data());
    if (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
  }

  // Asks it to end, and returns its exit status.
  int terminate() {
    kill(pid_, SIGTERM);
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t pid_ = -1;
  FILE* out_ = nullptr;
};

int run(const std::string& arguments) {
  const int status = std::system((std::string(CLEARSPAN_BINARY) + " " + arguments + " >/dev/null 2>&1").c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string read_text(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

// Waits until the engine has recovered and seen its ledgers.
bool becomes_ready(const std::string& url) {
  transport::HttpClient client(*transport::parse_url(url), {});
  for (int i = 0; i < 300; ++i) {
    const auto answer = client.request({"GET", "/readyz", {}, {}, true}, Millis(1000));
    if (answer.ok() && answer->status == 200) return true;
    std::this_thread::sleep_for(Millis(100));
  }
  return false;
}

// A folder of its own with configs/embedded-pair.toml; what is to change in its [engine] comes in `engine`.
class CliServe : public ::testing::Test {
 protected:
  CliServe() {
    for (const char* genesis : {"devnet-a.toml", "devnet-b.toml"}) {
      std::filesystem::copy_file(std::filesystem::path("configs") / genesis, folder_ / genesis);
    }
  }

  ~CliServe() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  // The path of the configuration.
  [[nodiscard]] std::string configure(const std::string& engine) const {
    std::string config = read_text("configs/embedded-pair.toml");
    config = replaced(config, "../build/data/embedded-pair", (folder_ / "data").string());
    config = replaced(config, "127.0.0.1:8481", "127.0.0.1:0");
    config = replaced(config, "[engine]\n", "[engine]\n" + engine);
    std::ofstream(folder_ / "serve.toml") << config;
    return (folder_ / "serve.toml").string();
  }

  std::string pattern_ = (std::filesystem::temp_directory_path() / "clearspan_serve_XXXXXX").string();
  const std::filesystem::path folder_ = ::mkdtemp(pattern_.data());
};

TEST_F(CliServe, settles_what_the_command_line_submits_and_ends_on_a_signal) {
  const bool can_reserve = can_reserve_memory(kReservedMib).ok();
  const std::string config = configure(can_reserve ? fmt::format("reserve_memory_mib = {}\n", kReservedMib) : "");
  const std::filesystem::path key_file = folder_ / "data-api.key";
  const std::filesystem::path log = folder_ / "log";
  {
    Process serve(config, log.string());
    const std::string listening = serve.line();
    ASSERT_TRUE(listening.starts_with("listening on http://127.0.0.1:")) << read_text(log);

    ASSERT_TRUE(becomes_ready(listening.substr(13))) << read_text(log);

    struct stat status {};

    ASSERT_EQ(stat(key_file.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);

    const std::string api = " --api " + listening.substr(13) + " --key-file " + key_file.string();
    const std::string terms = " --payer alice --merchant bob --profile carol --scale 2";
    EXPECT_EQ(run("trade submit --watch --units 1250" + terms + api), kExitOk) << read_text(log);
    EXPECT_EQ(run("trade submit --units -1" + terms + api), kExitNegative);
    EXPECT_EQ(run("trade submit --units 0" + terms + api), kExitNegative);
    EXPECT_EQ(run("trade list --phase settled" + api), kExitOk);
    EXPECT_EQ(run("trade show 00112233445566778899aabbccddeeff" + api), kExitNegative);
    EXPECT_EQ(serve.terminate(), kExitOk);
  }
  const std::string key = replaced(read_text(key_file), "\n", "");
  ASSERT_GE(key.size(), 64U);
  EXPECT_EQ(read_text(log).find(key), std::string::npos);
  if (!can_reserve) return;
  EXPECT_NE(read_text(log).find("reserved 64 MiB of memory"), std::string::npos);
  EXPECT_NE(read_text(log).find("of 64 MiB of reserved memory were used"), std::string::npos);
}

TEST_F(CliServe, more_memory_than_there_is_ends_with_2_before_anything_is_made) {
  const std::string config = configure("reserve_memory_mib = 16777216\n");
  EXPECT_EQ(run("serve --config " + config), kExitUsage);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "data"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "data-api.key"));
  EXPECT_EQ(run("doctor --config " + config), kExitNegative);
}

}  // namespace
}  // namespace clearspan::tools
