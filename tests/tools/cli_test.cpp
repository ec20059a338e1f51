// The binary itself: what its exit status says, and that no key is ever shown.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "tools/clearspan/exit_codes.hpp"

namespace clearspan::tools {
namespace {

struct Outcome {
  int exit_code = -1;
  std::string output;  // standard output and error together
};

Outcome run(const std::string& arguments) {
  Outcome outcome;
  FILE* pipe = popen((std::string(CLEARSPAN_BINARY) + " " + arguments + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return outcome;
  std::array<char, 4096> buffer{};
  while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    outcome.output.append(buffer.data(), count);
  }
  const int status = pclose(pipe);
  if (WIFEXITED(status)) outcome.exit_code = WEXITSTATUS(status);
  return outcome;
}

std::filesystem::path corpus() {
  const char* folder = std::getenv("CLEARSPAN_CORPUS");
  return folder != nullptr ? folder : "../shared/data";
}

std::filesystem::path first_block_in(const std::filesystem::path& folder) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().filename() == "block.json") return entry.path();
  }
  return {};
}

std::string read_text(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

class Cli : public ::testing::Test {
 protected:
  Cli() {
    std::string pattern = (std::filesystem::temp_directory_path() / "clearspan_cli_XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }

  ~Cli() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  std::string write(const std::string& name, const std::string& text) const {
    const std::filesystem::path file = folder_ / name;
    std::ofstream(file, std::ios::binary) << text;
    return file.string();
  }

  std::filesystem::path folder_;
};

TEST_F(Cli, version_is_printed) {
  const Outcome plain = run("version");
  EXPECT_EQ(plain.exit_code, kExitOk);
  EXPECT_EQ(plain.output.substr(0, 10), "clearspan ");
  EXPECT_EQ(run("version --json").output.substr(0, 12), R"({"version":")");
}

TEST_F(Cli, bad_command_lines_end_with_2) {
  for (const char* arguments :
       {"", "settle", "--frobnicate", "serve", "serve --config", "trade", "trade show", "trade show --key-file k",
        "trade submit --key-file k", "trade submit --key-file k --payer alice", "block", "block verify",
        "block verify --format bitcoin b.json", "doctor", "index", "index rebuild", "devnet --port 70000",
        "serve --config x --log-level loud", "trade list --key-file k --limit many"}) {
    EXPECT_EQ(run(arguments).exit_code, kExitUsage) << arguments;
  }
}

TEST_F(Cli, help_ends_with_0_and_names_every_command) {
  const Outcome help = run("--help");
  EXPECT_EQ(help.exit_code, kExitOk);
  for (const char* command : {"serve", "devnet", "trade", "block", "doctor", "index", "version"}) {
    EXPECT_NE(help.output.find(command), std::string::npos) << command;
  }
}

TEST_F(Cli, what_is_no_block_ends_with_2) {
  EXPECT_EQ(run("block verify " + write("a.json", "{}")).exit_code, 2);
  EXPECT_EQ(run("block verify " + write("b.json", "not json")).exit_code, 2);
  EXPECT_EQ(run("block verify " + (folder_ / "absent.json").string()).exit_code, 2);
}

TEST_F(Cli, a_configuration_that_cannot_be_used_ends_with_2_and_names_the_key) {
  const std::string file = write("bad.toml", "[engine]\ndata_dir = \"d\"\nname = \"n\"\nspeed = 3\n");
  const Outcome serve = run("serve --config " + file);
  EXPECT_EQ(serve.exit_code, kExitUsage);
  EXPECT_NE(serve.output.find("engine.speed"), std::string::npos) << serve.output;
  EXPECT_EQ(run("serve --config " + (folder_ / "absent.toml").string()).exit_code, kExitUsage);
  EXPECT_EQ(run("index rebuild --config " + file).exit_code, kExitUsage);
}

TEST_F(Cli, doctor_reports_problems_with_1) {
  const Outcome outcome = run("doctor --json --config " + write("bad.toml", "x = 1"));
  EXPECT_EQ(outcome.exit_code, kExitNegative);
  EXPECT_NE(outcome.output.find(R"("ok":false)"), std::string::npos) << outcome.output;
}

TEST_F(Cli, a_server_that_is_not_there_ends_with_3) {
  const std::string key = write("api.key", std::string(64, 'a'));
  std::filesystem::permissions(key, std::filesystem::perms::owner_read);
  EXPECT_EQ(run("trade show --api http://127.0.0.1:1 --key-file " + key + " 00").exit_code, kExitUnreachable);
}

TEST_F(Cli, a_key_file_that_others_can_read_is_refused_and_not_shown) {
  const std::string key = write("api.key", std::string(64, 'a'));
  std::filesystem::permissions(key, std::filesystem::perms::owner_read | std::filesystem::perms::group_read);
  const Outcome outcome = run("trade list --api http://127.0.0.1:1 --key-file " + key);
  EXPECT_EQ(outcome.exit_code, kExitUsage);
  EXPECT_NE(outcome.output.find("key_file_insecure"), std::string::npos) << outcome.output;
  EXPECT_EQ(outcome.output.find("aaaa"), std::string::npos);
}

class CliCorpus : public Cli {};

TEST_F(CliCorpus, corpus_blocks_verify_with_0_and_altered_ones_fail_with_1) {
  const std::filesystem::path folder = corpus() / "ethereum" / "rpc";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no corpus: " << folder << " is absent";
  const std::filesystem::path file = first_block_in(folder);
  EXPECT_EQ(run("block verify " + file.string()).exit_code, 0);
  std::string altered = read_text(file);
  const std::size_t at = altered.find("\"gasLimit\"");
  ASSERT_NE(at, std::string::npos);
  const std::size_t digit = altered.find("0x", at) + 2;
  altered[digit] = altered[digit] == '1' ? '2' : '1';
  const Outcome outcome = run("block verify " + write("altered.json", altered));
  EXPECT_EQ(outcome.exit_code, 1) << outcome.output;
  EXPECT_NE(outcome.output.find("mismatch"), std::string::npos) << outcome.output;
}

}  // namespace
}  // namespace clearspan::tools
