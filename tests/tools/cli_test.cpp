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
  for (const char* arguments : {"",
                                "settle",
                                "--frobnicate",
                                "serve",
                                "serve --config",
                                "trade",
                                "trade show",
                                "trade show --key-file k",
                                "trade submit --key-file k",
                                "trade submit --key-file k --payer alice",
                                "block",
                                "block verify",
                                "block verify --format bitcoin b.json",
                                "doctor",
                                "index",
                                "index rebuild",
                                "devnet --port 70000",
                                "evidence",
                                "evidence verify",
                                "evidence verify x",
                                "evidence verify --trust x",
                                "evidence export",
                                "evidence export 00",
                                "evidence export --key-file k",
                                "evidence keys --url",
                                "evidence keys --key-file k",
                                "witness",
                                "witness --name w",
                                "witness --key-file k",
                                "witness --key-file k --name w",
                                "witness --key-file k --name w --listen 127.0.0.1:0 --state s",
                                "serve --config x --log-level loud",
                                "bench engine --trades 10 --reserve-mib many",
                                "bench engine --trades 10 --reserve-mib 16777216",
                                "trade list --key-file k --limit many"}) {
    EXPECT_EQ(run(arguments).exit_code, kExitUsage) << arguments;
  }
}

TEST_F(Cli, help_ends_with_0_and_names_every_command) {
  const Outcome help = run("--help");
  EXPECT_EQ(help.exit_code, kExitOk);
  for (const char* command :
       {"serve", "devnet", "trade", "evidence", "witness", "block", "doctor", "index", "version"}) {
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

TEST_F(Cli, evidence_that_cannot_be_had_ends_with_what_the_status_says) {
  const std::string key = write("api.key", std::string(64, 'a'));
  std::filesystem::permissions(key, std::filesystem::perms::owner_read);
  const std::string id = "00112233445566778899aabbccddeeff";
  const std::string nowhere = " --url http://127.0.0.1:1 --key-file " + key + " --out " + (folder_ / "x").string();
  EXPECT_EQ(run("evidence export " + id + nowhere).exit_code, kExitUnreachable);
  EXPECT_EQ(run("evidence export ../" + id + nowhere).exit_code, kExitUsage);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "x"));
  EXPECT_EQ(run("evidence keys --url http://127.0.0.1:1").exit_code, kExitUnreachable);
  const std::string trust = write("trust", "# nobody\n");
  EXPECT_EQ(run("evidence verify " + write("a.evidence", "x") + " --trust " + trust).exit_code, kExitNegative);
  EXPECT_EQ(run("evidence verify " + (folder_ / "absent").string() + " --trust " + trust).exit_code, kExitUsage);
  EXPECT_EQ(run("evidence verify " + trust + " --trust " + write("bad", "log x\n")).exit_code, kExitUsage);
}

TEST_F(Cli, a_witness_makes_its_key_once_and_prints_the_public_one) {
  const std::string options = "witness --print-key --name w.example --key-file " + (folder_ / "w.key").string();
  const Outcome first = run(options);
  EXPECT_EQ(first.exit_code, kExitOk) << first.output;
  EXPECT_TRUE(first.output.starts_with("witness w.example+")) << first.output;
  EXPECT_EQ(run(options).output, first.output);
  EXPECT_EQ(first.output.find(read_text(folder_ / "w.key").substr(0, 64)), std::string::npos);
  EXPECT_EQ(run("witness --print-key --name 'a b' --key-file " + (folder_ / "v.key").string()).exit_code, kExitUsage);
}

TEST_F(Cli, a_witness_that_cannot_run_says_why) {
  const std::string trust = write("trust", "# nobody\n");
  const std::string start = "witness --name w --key-file " + (folder_ / "w.key").string() + " --state " +
                            (folder_ / "state").string() + " --trust ";
  EXPECT_EQ(run(start + trust + " --listen nowhere").exit_code, kExitUsage);
  const Outcome no_log = run(start + trust + " --listen 127.0.0.1:0");
  EXPECT_EQ(no_log.exit_code, kExitUsage);
  EXPECT_NE(no_log.output.find("names no log"), std::string::npos) << no_log.output;
  EXPECT_EQ(run(start + (folder_ / "absent").string() + " --listen 127.0.0.1:0").exit_code, kExitUsage);
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
