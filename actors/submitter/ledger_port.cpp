#include "actors/submitter/ledger_port.hpp"

namespace clearspan::actors {

LedgerPort::LedgerPort(std::shared_ptr<Connector> connector, Millis timeout)
    : connector_(std::move(connector)), timeout_(timeout), thread_([this] { run(); }) {}

LedgerPort::~LedgerPort() {
  stop();
  thread_.join();
}

void LedgerPort::stop() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  changed_.notify_all();
}

void LedgerPort::submit(SignedTxn txn, std::function<void(Status)> done) {
  enqueue([txn = std::move(txn), done = std::move(done)](Connector& connector, Millis timeout) {
    done(connector.submit(txn, timeout));
  });
}

void LedgerPort::read_sequence(AccountId account, std::function<void(Result<Sequence>)> done) {
  enqueue([account = std::move(account), done = std::move(done)](Connector& connector, Millis timeout) {
    done(connector.next_sequence(account, timeout));
  });
}

void LedgerPort::read_balance(AccountId account, AssetId asset, Height height,
                              std::function<void(Result<Amount>)> done) {
  enqueue([account = std::move(account), asset = std::move(asset), height, done = std::move(done)](
              Connector& connector, Millis timeout) { done(connector.balance(account, asset, height, timeout)); });
}

void LedgerPort::enqueue(Work work) {
  const std::lock_guard lock(mutex_);
  queue_.push_back(std::move(work));
  changed_.notify_one();
}

void LedgerPort::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (stopping_) return;
    const Work work = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    work(*connector_, timeout_);
    lock.lock();
  }
}

}  // namespace clearspan::actors
