#include "actors/submitter/ledger_port.hpp"

#include "core/base/kill_point.hpp"
#include "ledgers/this_thread.hpp"

namespace clearspan::actors {

LedgerPort::LedgerPort(std::shared_ptr<Connector> connector, Millis timeout)
    : connector_(std::move(connector)), timeout_(timeout) {}

void LedgerPort::submit(SignedTxn txn, std::uint64_t sequence, std::function<void(Status)> done) {
  auto send = [txn = std::move(txn), done = std::move(done)](Connector& connector, Millis timeout) {
    kill_point(KillPoint::txn_before_send);
    Status status = connector.submit(txn, timeout);
    kill_point(KillPoint::txn_sent);
    done(std::move(status));
  };
  enqueue({sequence, std::move(send)});
}

void LedgerPort::read_sequence(AccountId account, std::function<void(Result<Sequence>)> done) {
  enqueue({0, [account = std::move(account), done = std::move(done)](Connector& connector, Millis timeout) {
             done(connector.next_sequence(account, timeout));
           }});
}

void LedgerPort::read_balance(AccountId account, AssetId asset, Height height,
                              std::function<void(Result<Amount>)> done) {
  auto read = [account = std::move(account), asset = std::move(asset), height, done = std::move(done)](
                  Connector& connector, Millis timeout) { done(connector.balance(account, asset, height, timeout)); };
  enqueue({0, std::move(read)});
}

void LedgerPort::enqueue(Work work) {
  const std::lock_guard lock(mutex_);
  queue_.push_back(std::move(work));
  if (has_work()) changed_.notify_one();
}

void LedgerPort::reach(std::uint64_t sequence) {
  const std::lock_guard lock(mutex_);
  durable_ = sequence;
  if (has_work()) changed_.notify_one();
}

bool LedgerPort::step() {
  std::unique_lock lock(mutex_);
  if (!has_work()) return false;
  const Work work = std::move(queue_.front());
  queue_.pop_front();
  lock.unlock();
  work.call(*connector_, timeout_);
  return true;
}

bool LedgerPort::wait_for_work() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return stopping_ || has_work(); });
  return !stopping_;
}

void LedgerPort::stop() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  changed_.notify_all();
}

LedgerPortThread::LedgerPortThread(LedgerPort& port)
    : port_(port), thread_([&port] {
        name_this_thread("ledger port");
        while (port.wait_for_work()) port.step();
      }) {}

LedgerPortThread::~LedgerPortThread() {
  port_.stop();
  thread_.join();
}

}  // namespace clearspan::actors
