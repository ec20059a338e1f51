// The simulated ledger: a pool of txns, a chain of blocks and the state that they make. Thread-safe.
//
//   submit ──▶ pool ──▶ produce: faults, rules ──▶ state ──▶ JSON, root, hash ──▶ chain ──▶ block, head, wait
//
// Its clients' side suffers the node fault; the script's and the auditor's do not. Producing and auditing take the
// state's lock, readers of blocks only the chain's and senders only the pool's.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "ledgers/simulated/chain.hpp"
#include "ledgers/simulated/faults.hpp"
#include "ledgers/simulated/pool.hpp"
#include "ledgers/simulated/state.hpp"

namespace clearspan::simulated {

// What becomes of the txns in blocks that a reorganisation takes away.
enum class ReorganisedTxns : std::uint8_t {
  returned,  // they wait again, before all others, so that the new blocks include them
  dropped,   // as if nobody had ever sent them
};

class Ledger {
 public:
  using HeadListener = std::function<void(const Head&)>;

  // `genesis` has passed check_genesis; `clock` outlives the ledger. The seed decides what faults leave to chance.
  Ledger(Genesis genesis, const Clock& clock, std::uint64_t seed);

  [[nodiscard]] const Genesis& genesis() const { return genesis_; }

  // Clients. By node fault, each can fail with unreachable or timed_out.

  // Hands over content and signature; the same bytes again are success. Errors: txn_malformed, signature_invalid,
  // too_large, unknown_ledger, movement_rejected (expired), overloaded.
  Status submit(ByteView raw, Millis timeout);

  Result<Head> head(Millis timeout);

  // Errors: block_unavailable.
  Result<std::shared_ptr<const std::string>> block(Height number, Millis timeout);

  // Errors: unknown_account, unknown_asset, block_unavailable.
  Result<Amount> balance(std::string_view account, std::string_view asset, Height height, Millis timeout);

  void wait_for_block(Height above, Millis timeout) { chain_.wait_above(above, timeout); }

  // The script.

  // Takes the memory for operations of so many refs now, so that no block has to wait for it.
  void reserve(std::size_t refs);

  // Makes the next block of what waits.
  Head produce();

  // Replaces the newest `depth` blocks by as many others. Errors: out_of_range when they are too old to be undone.
  Status reorganise(std::uint64_t depth, ReorganisedTxns txns);

  // Errors: those of check_fault_rule.
  Status add_fault(FaultRule rule);
  void clear_faults();

  // Holds until `blocks` more blocks have been produced; 0: until the next call.
  void set_node_fault(NodeFault fault, std::uint64_t blocks);
  [[nodiscard]] NodeFault node_fault() const;

  // Sets a balance that no operation explains, as of the newest block: books that somebody has cooked. The escrow's
  // account is "escrow". Errors: unknown_account, unknown_asset.
  Status falsify(std::string_view account, std::string_view asset, const Amount& amount);

  // Called with each new head that clients may see, on the thread that made it; it must not call the ledger.
  void set_head_listener(HeadListener listener);

  // The auditor.

  [[nodiscard]] Head true_head() const { return chain_.true_head(); }

  [[nodiscard]] Books books() const;
  [[nodiscard]] std::vector<RefEffects> effects() const;

  [[nodiscard]] std::size_t waiting_txns() const { return pool_.size(); }

 private:
  static Chain first_chain(const Genesis& genesis, const Clock& clock);

  // These need state_mutex_.
  ChainBlock make_block(const Head& parent);
  std::vector<PendingTxnPtr> choose_txns(Height number);
  std::vector<OperationResult> apply_all(const std::vector<PendingTxnPtr>& txns, Height number);
  void keep_included(std::vector<PendingTxnPtr> txns);
  void take_back(Bytes raw, ReorganisedTxns txns);

  // Waits out a silent node. Errors: unreachable, timed_out.
  Status pass_node(Millis timeout);
  Status add_to_pool(PendingTxnPtr txn);
  void count_fault_block();
  void tell_head();

  const Genesis genesis_;
  const Clock& clock_;
  Pool pool_;
  Chain chain_;

  mutable std::mutex state_mutex_;
  State state_;
  FaultPlan faults_;
  std::uint64_t branch_ = 0;
  std::uint64_t timestamp_ms_ = 0;
  std::deque<std::vector<Bytes>> included_;  // the txns of the newest blocks, as many blocks as can be undone

  mutable std::mutex node_mutex_;
  std::condition_variable node_changed_;
  NodeFault node_fault_ = NodeFault::none;
  std::uint64_t node_fault_blocks_ = 0;  // left; 0: until the next call
  std::vector<PendingTxnPtr> held_;      // given to a stalled node
  std::size_t held_operations_ = 0;

  std::mutex listener_mutex_;
  HeadListener listener_;
};

}  // namespace clearspan::simulated
