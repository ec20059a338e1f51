#include "tools/clearspan/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <thread>
#include <utility>

namespace clearspan::tools {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr Millis kPollPause{1};
constexpr int kExitNotStarted = 127;

// Everything that needs memory is made before the fork: other threads may hold the allocator's locks in it.
std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> whole_environment(const std::vector<std::string>& additions) {
  std::vector<std::string> all = additions;
  for (char** entry = environ; *entry != nullptr; ++entry) all.emplace_back(*entry);
  return all;
}

[[noreturn]] void become(char* const* argv, char* const* envp, int output, const char* log_file) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a parent that is killed leaves nothing behind
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  const int errors = ::open(log_file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(errors, STDERR_FILENO);
  ::execve(argv[0], argv, envp);
  ::_exit(kExitNotStarted);
}

}  // namespace

Result<ChildProcess> ChildProcess::start(const Command& command) {
  std::vector<std::string> arguments = command.arguments;
  std::vector<std::string> environment = whole_environment(command.environment);
  const std::string log_file = command.log_file.empty() ? "/dev/null" : command.log_file;
  const std::vector<char*> argv = pointers_to(arguments);
  const std::vector<char*> envp = pointers_to(environment);
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    return make_error(ErrorCode::storage_failed, std::string("no pipe: ") + std::strerror(errno));
  }
  const pid_t pid = ::fork();
  if (pid == 0) become(argv.data(), envp.data(), ends[1], log_file.c_str());
  ::close(ends[1]);
  if (pid < 0) {
    ::close(ends[0]);
    return make_error(ErrorCode::storage_failed, std::string("no process: ") + std::strerror(errno));
  }
  return ChildProcess(pid, ends[0]);
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      output_(std::exchange(other.output_, -1)),
      unread_(std::move(other.unread_)),
      ended_(other.ended_) {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(output_, other.output_);
  std::swap(unread_, other.unread_);
  std::swap(ended_, other.ended_);
  return *this;
}

ChildProcess::~ChildProcess() {
  kill();
  if (output_ >= 0) ::close(output_);
}

Result<std::string> ChildProcess::read_line(Millis timeout) {
  const auto deadline = SteadyClock::now() + timeout;
  while (true) {
    if (const std::size_t end = unread_.find('\n'); end != std::string::npos) {
      std::string line = unread_.substr(0, end);
      unread_.erase(0, end + 1);
      return line;
    }
    const auto left = std::chrono::duration_cast<Millis>(deadline - SteadyClock::now());
    if (left <= Millis{0}) return make_error(ErrorCode::timed_out, "the process printed nothing");
    pollfd waiting{output_, POLLIN, 0};
    if (::poll(&waiting, 1, static_cast<int>(left.count())) <= 0) continue;
    char buffer[512];
    const ssize_t got = ::read(output_, buffer, sizeof(buffer));
    if (got == 0) return make_error(ErrorCode::not_ready, "the process has ended");
    if (got > 0) unread_.append(buffer, static_cast<std::size_t>(got));
  }
}

std::optional<Ended> ChildProcess::poll() {
  int status = 0;
  if (!ended_ && pid_ > 0 && ::waitpid(pid_, &status, WNOHANG) == pid_) {
    ended_ = WIFSIGNALED(status) ? Ended{0, WTERMSIG(status)} : Ended{WEXITSTATUS(status), 0};
  }
  return ended_;
}

std::optional<Ended> ChildProcess::wait(Millis timeout) {
  const auto deadline = SteadyClock::now() + timeout;
  while (!poll() && SteadyClock::now() < deadline) std::this_thread::sleep_for(kPollPause);
  return ended_;
}

void ChildProcess::send_signal(int signal) const {
  if (pid_ > 0 && !ended_) ::kill(pid_, signal);
}

void ChildProcess::kill() {
  if (pid_ <= 0 || ended_) return;
  ::kill(pid_, SIGKILL);
  int status = 0;
  ::waitpid(pid_, &status, 0);
  ended_ = WIFSIGNALED(status) ? Ended{0, WTERMSIG(status)} : Ended{WEXITSTATUS(status), 0};
}

std::string own_program() {
  return std::filesystem::read_symlink("/proc/self/exe").string();
}

}  // namespace clearspan::tools
