#include "tools/clearspan/demo/local_node.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <thread>
#include <vector>

#include "ledgers/ethereum/json_rpc.hpp"

namespace clearspan::tools {
namespace {

constexpr const char* kAnvil = "tools/contracts/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil";
constexpr auto kStartTimeout = std::chrono::seconds(20);
constexpr Millis kCallTimeout{500};

// A port that is free now. Another process could take it before the node does; then the node does not come up.
std::uint16_t free_port() {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* any = reinterpret_cast<sockaddr*>(&address);
  const bool is_bound = ::bind(descriptor, any, size) == 0 && ::getsockname(descriptor, any, &size) == 0;
  ::close(descriptor);
  return is_bound ? ntohs(address.sin_port) : std::uint16_t{0};
}

pid_t spawn(const std::vector<std::string>& arguments) {
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const pid_t pid = ::fork();
  if (pid != 0) return pid;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a demo that is killed leaves no node behind
  const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  ::dup2(nowhere, STDOUT_FILENO);
  ::dup2(nowhere, STDERR_FILENO);
  ::execv(argv[0], argv.data());
  ::_exit(127);
}

}  // namespace

Status LocalNode::is_installed() {
  if (std::filesystem::exists(kAnvil)) return Done{};
  return make_error(ErrorCode::config_invalid,
                    "anvil is not installed: run tools/contracts/build in the project's root");
}

Result<std::unique_ptr<LocalNode>> LocalNode::start(std::uint64_t chain_id) {
  CLEARSPAN_CHECK_OK(is_installed());
  const std::uint16_t port = free_port();
  const pid_t pid = spawn({kAnvil, "--host", "127.0.0.1", "--port", std::to_string(port), "--chain-id",
                           std::to_string(chain_id), "--block-time", "1", "--silent"});
  std::unique_ptr<LocalNode> node(new LocalNode(pid, port));
  CLEARSPAN_TRY(const transport::Url url, transport::parse_url(node->url()));
  ethereum::JsonRpc rpc(url, {});
  const auto give_up = std::chrono::steady_clock::now() + kStartTimeout;
  while (!rpc.call({"eth_chainId", "[]"}, kCallTimeout)) {
    if (std::chrono::steady_clock::now() > give_up) return make_error(ErrorCode::unreachable, "anvil did not come up");
    std::this_thread::sleep_for(Millis{50});
  }
  return node;
}

void LocalNode::pause() const {
  ::kill(pid_, SIGSTOP);
  ::waitpid(pid_, nullptr, WUNTRACED);  // until it has stopped: a thread of it could still answer before
}

void LocalNode::resume() const {
  ::kill(pid_, SIGCONT);
}

LocalNode::~LocalNode() {
  ::kill(pid_, SIGTERM);
  resume();  // one that is paused hears nothing else
  ::waitpid(pid_, nullptr, 0);
}

}  // namespace clearspan::tools
