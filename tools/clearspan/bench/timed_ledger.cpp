#include "tools/clearspan/bench/timed_ledger.hpp"

namespace clearspan::tools {

TimedLedger::TimedLedger(std::shared_ptr<Connector> connector, std::shared_ptr<simulated::Ledger> ledger,
                         Moments& moments)
    : inner_(std::move(connector)), ledger_(std::move(ledger)), moments_(moments) {
  blocks_.depth = inner_->description().depth;
  ledger_->set_head_listener(
      [this](const simulated::Head& head) { note(&BlockMoments::published, head.number, SteadyClock::now()); });
}

TimedLedger::~TimedLedger() {
  ledger_->set_head_listener({});
}

BlockMoments TimedLedger::block_moments() const {
  const std::lock_guard lock(mutex_);
  return blocks_;
}

void TimedLedger::note(std::vector<Moment> BlockMoments::*list, Height height, Moment now) {
  const std::lock_guard lock(mutex_);
  std::vector<Moment>& moments = blocks_.*list;
  if (height.value >= moments.size()) moments.resize(height.value + 1);
  if (moments[height.value] == Moment{}) moments[height.value] = now;
}

Result<RawBlock> TimedLedger::block(Height height, CallTimeout timeout) {
  Result<RawBlock> block = inner_->block(height, timeout);
  if (block) note(&BlockMoments::received, height, SteadyClock::now());
  return block;
}

Status TimedLedger::submit(const SignedTxn& txn, CallTimeout timeout) {
  moments_.note_sent(txn.movements, SteadyClock::now());
  return inner_->submit(txn, timeout);
}

Result<VerifiedBlock> TimedLedger::Decoder::decode(const RawBlock& block) const {
  Result<VerifiedBlock> verified = ledger_.inner_->decoder().decode(block);
  if (!verified) return verified;
  const Moment now = SteadyClock::now();
  ledger_.note(&BlockMoments::verified, block.height, now);
  ledger_.moments_.note_included(*verified, now);
  return verified;
}

}  // namespace clearspan::tools
