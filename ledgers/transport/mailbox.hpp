// Work that other threads hand to the server's thread. Many posts cause one wake-up. Private to this folder.
#pragma once

#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace clearspan::transport {

class Mailbox {
 public:
  // `wake` makes the server's thread call run() soon; it is called under the lock, so it must not call back.
  explicit Mailbox(std::function<void()> wake) : wake_(std::move(wake)) {}

  // From any thread; dropped when the mailbox is closed.
  void post(std::function<void()> task) {
    const std::lock_guard lock(mutex_);
    if (!wake_) return;
    tasks_.push_back(std::move(task));
    if (tasks_.size() == 1) wake_();
  }

  // On the server's thread.
  void run() {
    std::vector<std::function<void()>> tasks;
    {
      const std::lock_guard lock(mutex_);
      tasks.swap(tasks_);
    }
    for (auto& task : tasks) task();
  }

  void close() {
    std::vector<std::function<void()>> tasks;  // destroyed after the lock: a task may own an answer that posts
    const std::lock_guard lock(mutex_);
    wake_ = {};
    tasks.swap(tasks_);
  }

 private:
  std::mutex mutex_;
  std::vector<std::function<void()>> tasks_;
  std::function<void()> wake_;
};

}  // namespace clearspan::transport
