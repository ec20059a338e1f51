#include "actors/supervisor/block_follower.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace clearspan::actors {
namespace {

constexpr Millis kPollWhenIdle{1'000};   // the longest wait for a new block before asking again
constexpr Millis kPauseAfterError{250};  // before a ledger that failed is asked again
constexpr Millis kPauseWhenAhead{2};     // while the shards catch up

}  // namespace

BlockFollower::BlockFollower(LedgerServices& ledger, std::optional<BlockPlace> start, const EngineOptions& options,
                             const Clock& clock, HandOut hand_out, OnConflict on_conflict)
    : ledger_(ledger),
      options_(options),
      clock_(clock),
      hand_out_(std::move(hand_out)),
      on_conflict_(std::move(on_conflict)) {
  if (start) view_.emplace(*start);
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
  view_.emplace(BlockPlace{block->height, block->hash});
  note_head(*block);
  hand_out_({block});
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
  view_->claim_final(tip.final_height);
  for (std::size_t reads = 0; reads < kReadsPerTurnMax && !stopping_ && !shards_are_behind(); ++reads) {
    const std::optional<Height> height = view_->wanted(tip.latest);
    if (!height) break;
    CLEARSPAN_TRY(const VerifiedBlockPtr block, read(*height));
    const Pushed pushed = view_->push(block);
    if (const auto* conflict = std::get_if<Conflict>(&pushed)) {
      ledger_.head.frozen = true;
      on_conflict_(*conflict);
      return make_error(ErrorCode::final_block_conflict, "at height " + std::to_string(conflict->height.value));
    }
    if (const auto* back = std::get_if<StepBack>(&pushed)) {
      spdlog::info("ledger {}: reorganisation, reading again from height {}", ledger_.traits.id.text,
                   back->reread_from.value);
    }
    note_head(*block);
    const std::vector<VerifiedBlockPtr> final_blocks = view_->take_final();
    ledger_.head.final_height = view_->final_block().height.value;
    if (!final_blocks.empty()) hand_out_(final_blocks);
  }
  has_begun_ = true;
  return Done{};
}

void BlockFollower::note_head(const VerifiedBlock& block) {
  ledger_.head.time = block.time.value;
  ledger_.head.final_height = view_->final_block().height.value;
  ledger_.head.seen_ms = clock_.now().time_since_epoch().count();
}

bool BlockFollower::shards_are_behind() const {
  if (!view_) return false;
  return view_->final_block().height.value > ledger_.durable_everywhere().value + kBlocksAheadMax;
}

}  // namespace clearspan::actors
