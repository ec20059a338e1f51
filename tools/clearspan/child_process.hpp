// A process that this one starts, and that ends with it: a server of our own binary, or a ledger's node.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"

namespace clearspan::tools {

struct Command {
  std::vector<std::string> arguments;    // the first is the program's path
  std::vector<std::string> environment;  // "NAME=value", besides this process's own
  std::string log_file;                  // its standard error is appended to it; empty: nowhere
};

// How a process ended.
struct Ended {
  int exit_status = 0;
  int signal = 0;  // that ended it; 0: it ended by itself
};

class ChildProcess {
 public:
  // The process gets SIGKILL when the calling thread ends. Errors: storage_failed when it cannot be started.
  static Result<ChildProcess> start(const Command& command);
  ~ChildProcess();
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;

  // The next line of its standard output. Errors: timed_out; not_ready when it ends without one.
  Result<std::string> read_line(Millis timeout);

  // How it ended; none while it lives.
  std::optional<Ended> poll();
  std::optional<Ended> wait(Millis timeout);

  void send_signal(int signal) const;

  // Ends it at once and waits for that.
  void kill();

 private:
  ChildProcess(pid_t pid, int output) : pid_(pid), output_(output) {}

  pid_t pid_ = -1;
  int output_ = -1;
  std::string unread_;
  std::optional<Ended> ended_;
};

// The path of this program's own file.
std::string own_program();

}  // namespace clearspan::tools
