// The one thread of this node that calls a ledger's write functions, so that no actor ever waits for a network. Work is
// done in order; answers go to a callback on the port's thread. The queue is bounded by its one user: the submitter has
// at most one send per outstanding txn and one read per account waiting here.
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
  ~LedgerPort();
  LedgerPort(const LedgerPort&) = delete;
  LedgerPort& operator=(const LedgerPort&) = delete;

  void submit(SignedTxn txn, std::function<void(Status)> done);
  void read_sequence(AccountId account, std::function<void(Result<Sequence>)> done);
  void read_balance(AccountId account, AssetId asset, Height height, std::function<void(Result<Amount>)> done);

  // Ends after the call in progress; what waits is dropped.
  void stop();

 private:
  using Work = std::function<void(Connector&, Millis)>;

  void enqueue(Work work);
  void run();

  std::shared_ptr<Connector> connector_;
  Millis timeout_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Work> queue_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace clearspan::actors
