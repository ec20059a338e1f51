#include "actors/supervisor/block_follower.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "core/base/kill_point.hpp"
#include "ledgers/this_thread.hpp"

namespace clearspan::actors {
namespace {

constexpr Millis kPollWhenIdle{1'000};   // the longest wait for a new block before asking again
constexpr Millis kPauseAfterError{250};  // before a ledger that failed is asked again
constexpr Millis kPauseWhenAhead{2};     // while the shards catch up

}  // namespace

BlockFollower::BlockFollower(LedgerServices& ledger, const std::vector<BlockPlace>& handled,
                             const EngineOptions& options, const Clock& clock, HandOut hand_out, OnConflict on_conflict)
    : ledger_(ledger),
      depth_(ledger.connector->description().depth),
      options_(options),
      clock_(clock),
      hand_out_(std::move(hand_out)),
      on_conflict_(std::move(on_conflict)) {
  for (const BlockPlace& place : handled) handled_.emplace(place.height, place.hash);
  if (handled_.empty()) return;
  view_.emplace(BlockPlace{handled_.begin()->first, handled_.begin()->second});
  handed_out_ = handled_.begin()->first.value;
}

BlockFollower::~BlockFollower() {
  stop();
}

void BlockFollower::start_thread() {
  thread_ = std::thread([this] { run(); });
}

void BlockFollower::stop() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

void BlockFollower::run() {
  name_this_thread("follower");
  while (!stopping_) {
    const Status status = step();
    ledger_.head.reachable = status.ok();
    if (!status) {
      const std::string problem = describe(status.error());
      if (ledger_.head.problem() != problem) spdlog::warn("ledger {}: {}", ledger_.traits.id.text, problem);
      ledger_.head.set_problem(problem);
    }
    wait_for_change(!status.ok());
  }
}

void BlockFollower::wait_for_change(bool failed) {
  if (failed) {
    std::this_thread::sleep_for(kPauseAfterError);
  } else if (shards_are_behind()) {
    std::this_thread::sleep_for(kPauseWhenAhead);
  } else if (view_ && view_->tip().height.value >= ledger_.head.latest.load()) {
    const Millis patience = std::min(kPollWhenIdle, ledger_.traits.block_interval);
    ledger_.connector->wait_for_block(view_->tip().height, patience);
  }
}

Status BlockFollower::step() {
  CLEARSPAN_TRY(const Tip tip, ledger_.connector->tip(options_.read_timeout));
  if (!view_) CLEARSPAN_CHECK_OK(begin(tip));
  return follow(tip);
}

// Joins the chain at what is final now: nothing of ours can be older. The shards record it as the first block of their
// view.
Status BlockFollower::begin(const Tip& tip) {
  CLEARSPAN_TRY(const VerifiedBlockPtr block, read(tip.final_height));
  if (depth_ > 0) CLEARSPAN_CHECK_OK(read(tip.final_height.plus(depth_)));
  view_.emplace(BlockPlace{block->height, block->hash});
  note_head(*block);
  waiting_.push_back(block);
  hand_out_ready();
  return Done{};
}

Result<VerifiedBlockPtr> BlockFollower::read(Height height) {
  CLEARSPAN_TRY(const RawBlock raw, ledger_.connector->block(height, options_.read_timeout));
  CLEARSPAN_TRY(VerifiedBlock block, ledger_.connector->decoder().decode(raw));
  if (block.height != height) {
    return make_error(ErrorCode::not_a_block, "asked for block " + std::to_string(height.value) + ", got " +
                                                  std::to_string(block.height.value));
  }
  ++ledger_.head.blocks_verified;
  ledger_.head.bytes_verified += block.bytes;
  return std::make_shared<const VerifiedBlock>(std::move(block));
}

Status BlockFollower::follow(const Tip& tip) {
  ledger_.head.latest = tip.latest.value;
  for (std::size_t reads = 0; reads < kReadsPerTurnMax && !stopping_ && !shards_are_behind(); ++reads) {
    claim_final(tip, view_->tip().height);
    const std::optional<Height> height = view_->wanted(tip.latest);
    if (!height) break;
    CLEARSPAN_CHECK_OK(take(*height, tip));
  }
  // After a restart the ledger may have no newer block than the last one handled: its time is needed all the same.
  if (ledger_.head.seen_ms.load() == 0) CLEARSPAN_CHECK_OK(take(view_->tip().height, tip));
  has_begun_ = true;
  return Done{};
}

// A tip is a node's word: what the policy's depth makes final must have that many verified blocks behind it.
void BlockFollower::claim_final(const Tip& tip, Height verified) {
  if (verified.value > depth_) view_->claim_final(std::min(tip.final_height, Height{verified.value - depth_}));
}

// Reads the block at that height into the view, and hands out what is final by it. One that extends the chain counts
// for what it makes final by itself: it was read after the tip, so it need not be read again for that.
Status BlockFollower::take(Height height, const Tip& tip) {
  CLEARSPAN_TRY(const VerifiedBlockPtr block, read(height));
  if (height == view_->next() && block->parent == view_->tip().hash) claim_final(tip, height);
  const Pushed pushed = view_->push(block);
  if (const auto* found = std::get_if<Conflict>(&pushed)) return conflict(*found);
  if (const auto* back = std::get_if<StepBack>(&pushed)) {
    kill_point(KillPoint::reorganisation_seen);
    spdlog::info("ledger {}: reorganisation, reading again from height {}", ledger_.traits.id.text,
                 back->reread_from.value);
  }
  note_head(*block);
  for (VerifiedBlockPtr& final_block : view_->take_final()) {
    const auto handled = handled_.find(final_block->height);
    if (handled != handled_.end() && handled->second != final_block->hash) {
      return conflict({final_block->height, handled->second, final_block->hash});
    }
    waiting_.push_back(std::move(final_block));
  }
  hand_out_ready();
  return Done{};
}

Status BlockFollower::conflict(const Conflict& conflict) {
  ledger_.head.frozen = true;
  has_begun_ = true;  // it holds up no other ledger
  stopping_ = true;   // nothing on this chain is to be believed
  on_conflict_(conflict);
  return make_error(ErrorCode::final_block_conflict, "at height " + std::to_string(conflict.height.value));
}

// The chain above the last block handed out is what waits and what the view holds behind it.
void BlockFollower::hand_out_ready() {
  if (waiting_.empty() || !leads_to_handled()) return;
  const auto& unfinal = view_->unfinal();
  const std::size_t known = waiting_.size() + unfinal.size();
  const auto at = [&](std::size_t i) { return i < waiting_.size() ? waiting_[i] : unfinal[i - waiting_.size()]; };
  std::vector<FinalBlock> ready;
  while (ready.size() < waiting_.size() && ready.size() + depth_ < known) {
    FinalBlock next{at(ready.size()), {}};
    for (std::size_t i = 1; i <= depth_; ++i) next.descendants.push_back(at(ready.size() + i));
    ready.push_back(std::move(next));
  }
  if (ready.empty()) return;
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(ready.size()));
  handed_out_ = ready.back().block->height.value;
  kill_point(KillPoint::block_verified);
  hand_out_(ready);
}

// take() has compared those that wait. One block lower, a chain that is not the one that was final could still say what
// became of a txn, to a shard that is behind and to it alone.
bool BlockFollower::leads_to_handled() const {
  return handled_.empty() || waiting_.back()->height >= handled_.rbegin()->first;
}

void BlockFollower::note_head(const VerifiedBlock& block) {
  ledger_.head.reach(view_->final_block().height, block.time);
  ledger_.head.seen_ms = clock_.now().time_since_epoch().count();
}

bool BlockFollower::shards_are_behind() const {
  if (!view_) return false;
  return handed_out_ > ledger_.durable_everywhere().value + kBlocksAheadMax;
}

}  // namespace clearspan::actors
