// SIGINT and SIGTERM end a server. They are blocked in every thread and taken by sigwait, so that nothing runs in a
// handler. Make one before the first thread.
#pragma once

#include <pthread.h>

#include <csignal>

namespace clearspan::tools {

class StopSignals {
 public:
  StopSignals() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGINT);
    sigaddset(&signals_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  }

  void wait() const {
    int received = 0;
    sigwait(&signals_, &received);
  }

 private:
  sigset_t signals_{};
};

}  // namespace clearspan::tools
