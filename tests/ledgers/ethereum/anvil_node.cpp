#include "tests/ledgers/ethereum/anvil_node.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <stdexcept>

#include "ledgers/ethereum/json_span.hpp"

namespace clearspan::ethereum::testing {
namespace {

constexpr const char* kAnvil = "tools/contracts/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil";
constexpr const char* kArtefacts = "build/contracts/Escrow.json";
constexpr Millis kCallTimeout{20'000};
constexpr Millis kStartTimeout{30'000};

pid_t spawn(const std::vector<std::string>& arguments, int& output) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that is killed leaves no node behind
    ::dup2(ends[1], STDOUT_FILENO);
    ::dup2(ends[1], STDERR_FILENO);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  ::close(ends[1]);
  output = ends[0];
  return pid;
}

// Reads what anvil prints until it says where it listens; 0 when it does not.
std::uint16_t listening_port(int output) {
  const auto end = std::chrono::steady_clock::now() + kStartTimeout;
  std::string text;
  constexpr std::string_view kMark = "Listening on 127.0.0.1:";
  while (std::chrono::steady_clock::now() < end) {
    pollfd entry{output, POLLIN, 0};
    if (::poll(&entry, 1, 100) <= 0) continue;
    char buffer[4096];
    const ssize_t count = ::read(output, buffer, sizeof(buffer));
    if (count <= 0) return 0;
    text.append(buffer, static_cast<std::size_t>(count));
    const std::size_t at = text.find(kMark);
    if (at != std::string::npos && text.find('\n', at) != std::string::npos) {
      return static_cast<std::uint16_t>(std::stoul(text.substr(at + kMark.size())));
    }
  }
  return 0;
}

}  // namespace

const char* missing_tools() {
  if (!std::filesystem::exists(kAnvil)) return "anvil is not installed: run tools/contracts/build";
  if (!std::filesystem::exists(kArtefacts)) return "the contracts are not compiled: run tools/contracts/build";
  return nullptr;
}

AnvilNode::AnvilNode(const std::vector<std::string>& arguments, std::uint64_t chain_id) {
  std::vector<std::string> all = {kAnvil, "--host", "127.0.0.1", "--port", "0", "--chain-id", std::to_string(chain_id)};
  all.insert(all.end(), {"--accounts", "1", "--threads", "1"});
  all.insert(all.end(), arguments.begin(), arguments.end());
  pid_ = spawn(all, output_);
  port_ = listening_port(output_);
  if (port_ == 0) throw std::runtime_error("anvil did not start");
  // Its later output is not read: without space in the pipe it would stop, so it is thrown away.
  ::fcntl(output_, F_SETFL, O_NONBLOCK);
  rpc_ = std::make_unique<JsonRpc>(transport::parse_url(url()).value(), transport::ClientLimits{});
}

AnvilNode::~AnvilNode() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  if (output_ >= 0) ::close(output_);
}

std::string AnvilNode::call(const std::string& method, const std::string& parameters) {
  char drained[4096];
  while (::read(output_, drained, sizeof(drained)) > 0) {
  }
  auto result = rpc_->call({method, parameters}, kCallTimeout);
  if (!result.ok()) throw std::runtime_error(describe(result.error()));
  return std::move(result).value();
}

void AnvilNode::give(const Address& account, const Amount& amount) {
  call("anvil_setBalance", params({quote(to_text(account)), quote(to_quantity(amount))}));
}

void AnvilNode::mine(std::uint64_t blocks) {
  call("anvil_mine", params({quote(to_quantity(blocks))}));
}

void AnvilNode::reorganise(std::uint64_t depth) {
  call("anvil_reorg", "[" + std::to_string(depth) + ",[]]");
}

void AnvilNode::set_next_time(std::uint64_t unix_seconds) {
  call("evm_setNextBlockTimestamp", "[" + std::to_string(unix_seconds) + "]");
}

std::uint64_t AnvilNode::time() {
  const std::string block = call("eth_getBlockByNumber", R"(["latest",false])");
  return read_quantity_u64(unquote(member_text(block, "timestamp").value()).value()).value();
}

void AnvilNode::pause() {
  ::kill(pid_, SIGSTOP);
  ::waitpid(pid_, nullptr, WUNTRACED);  // until it has stopped: a thread of it could still answer before
}

void AnvilNode::resume() {
  ::kill(pid_, SIGCONT);
}

}  // namespace clearspan::ethereum::testing
