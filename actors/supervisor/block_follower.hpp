// The block follower of one ledger: reads new blocks, has them decoded and all their hashes recomputed, keeps the view,
// and hands each final block, once and in order, to every shard, together with the blocks behind it that make it final:
// the evidence must show them. It runs on a thread of its own, so verification costs the shards nothing; step() is one
// turn and needs no thread.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <thread>

#include "actors/shard.hpp"
#include "core/chain/view.hpp"

namespace clearspan::actors {

// Final blocks handed out and not yet durable on every shard. Above it the follower waits: a shard that is behind must
// not be buried.
inline constexpr std::uint64_t kBlocksAheadMax = 64;

// Blocks read between two looks at the tip, so that a ledger cannot keep the follower from noticing the rest.
inline constexpr std::size_t kReadsPerTurnMax = 256;

class BlockFollower {
 public:
  using HandOut = std::function<void(const std::vector<FinalBlock>&)>;
  using OnConflict = std::function<void(const Conflict&)>;

  // `handled`: the last final block that each shard has handled. It begins with the lowest of them, and with the
  // ledger's present when there is none; a chain without one of the others contradicts what was final, and nothing of a
  // chain is handed out before it has shown all of them.
  BlockFollower(LedgerServices& ledger, const std::vector<BlockPlace>& handled, const EngineOptions& options,
                const Clock& clock, HandOut hand_out, OnConflict on_conflict);
  ~BlockFollower();
  BlockFollower(const BlockFollower&) = delete;
  BlockFollower& operator=(const BlockFollower&) = delete;

  // One look at the ledger's tip, and the blocks up to it. Errors are those of the connector and the decoder.
  Status step();

  // Runs step() on a thread until stop().
  void start_thread();
  void stop();

  [[nodiscard]] const LedgerId& ledger() const { return ledger_.traits.id; }

  // Whether the ledger has been seen at least once since the start.
  [[nodiscard]] bool has_begun() const { return has_begun_; }

 private:
  void run();
  void wait_for_change(bool failed);
  Status begin(const Tip& tip);
  Result<VerifiedBlockPtr> read(Height height);
  Status follow(const Tip& tip);
  void claim_final(const Tip& tip, Height verified);
  Status take(Height height, const Tip& tip);
  Status conflict(const Conflict& conflict);
  void note_head(const VerifiedBlock& block);
  void hand_out_ready();
  [[nodiscard]] bool leads_to_handled() const;
  [[nodiscard]] bool shards_are_behind() const;

  LedgerServices& ledger_;
  const std::uint32_t depth_;  // blocks that must be seen behind a final one before it is handed out
  std::optional<View> view_;
  std::map<Height, BlockHash> handled_;
  std::deque<VerifiedBlockPtr> waiting_;  // final, and not yet so deep
  std::uint64_t handed_out_ = 0;          // the height of the last one
  const EngineOptions& options_;
  const Clock& clock_;
  HandOut hand_out_;
  OnConflict on_conflict_;
  std::atomic<bool> has_begun_{false};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace clearspan::actors
