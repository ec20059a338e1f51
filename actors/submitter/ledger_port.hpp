// What this node asks of a ledger's write functions, in order, so that no actor ever waits for a network. Work is put
// in from any thread; step() does one piece of it and runs its callback. A thread of its own does so in a node
// (LedgerPortThread), one step at a time in a simulation. A txn is handed in as soon as it has its place in the log,
// and goes out once the log says that it is durable: no actor has to have a turn in between. The queue is bounded by
// its one user: the submitter has at most one send per outstanding txn and one read per account waiting here.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "ledgers/connector.hpp"

namespace clearspan::actors {

class LedgerPort {
 public:
  LedgerPort(std::shared_ptr<Connector> connector, Millis timeout);

  // `sequence`: of the record that must be durable first, in the log that all shards write; 0: it is.
  void submit(SignedTxn txn, std::uint64_t sequence, std::function<void(Status)> done);
  void read_sequence(AccountId account, std::function<void(Result<Sequence>)> done);
  void read_balance(AccountId account, AssetId asset, Height height, std::function<void(Result<Amount>)> done);

  // The log is durable up to there.
  void reach(std::uint64_t sequence);

  // Does the oldest piece of work; false when there is none that may be done yet.
  bool step();

  // Waits for work; false when stop() was called: what waits is then dropped.
  bool wait_for_work();
  void stop();

 private:
  struct Work {
    std::uint64_t sequence = 0;  // durable before it is done
    std::function<void(Connector&, Millis)> call;
  };

  void enqueue(Work work);

  [[nodiscard]] bool has_work() const { return !queue_.empty() && queue_.front().sequence <= durable_; }

  std::shared_ptr<Connector> connector_;
  Millis timeout_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Work> queue_;
  std::uint64_t durable_ = 0;
  bool stopping_ = false;
};

// Runs step() on a thread of its own; ends after the call in progress.
class LedgerPortThread {
 public:
  explicit LedgerPortThread(LedgerPort& port);
  ~LedgerPortThread();
  LedgerPortThread(const LedgerPortThread&) = delete;
  LedgerPortThread& operator=(const LedgerPortThread&) = delete;

 private:
  LedgerPort& port_;
  std::thread thread_;
};

}  // namespace clearspan::actors
