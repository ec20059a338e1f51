// A thread that produces a block at every interval of the ledger's genesis.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "ledgers/simulated/ledger.hpp"

namespace clearspan::simulated {

class BlockProducer {
 public:
  // The ledger outlives the producer.
  explicit BlockProducer(Ledger& ledger);
  ~BlockProducer();
  BlockProducer(const BlockProducer&) = delete;
  BlockProducer& operator=(const BlockProducer&) = delete;

 private:
  void run();

  Ledger& ledger_;
  std::mutex mutex_;
  std::condition_variable stop_changed_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace clearspan::simulated
