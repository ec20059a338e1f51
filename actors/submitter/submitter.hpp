// The submitter of one ledger: the only place that has anything signed for it. It gathers movements into txns per
// signing account, checks that the account can still promise them, numbers the txns, has the signed bytes recorded,
// sends them once they are durable, and sends the same bytes again until a final block or the ledger's clock has closed
// the matter.
//
//   queued --(sign)--> recorded --(durable)--> in flight --(final block, or dead)--> closed
//
// A movement is signed at most once per attempt. What is in flight stays known here until every shard has handled the
// block that closed it, so that nobody can be told "never signed" of something that took effect.
#pragma once

#include <atomic>
#include <boost/container/deque.hpp>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "actors/shard.hpp"
#include "actors/submitter/funds_book.hpp"
#include "actors/submitter/solvency_book.hpp"
#include "core/base/few.hpp"
#include "core/base/hash_table.hpp"

namespace clearspan::actors {

// Movements in one txn, at most: a bundle holds the whole txn of each step of its trade, and must stay small.
inline constexpr std::size_t kMovementsPerTxnMax = 256;

// Txns of one account that are signed and that the node has not answered to, at most: full ones that become durable and
// are on their way to it, so that neither a slow disk nor a slow node holds up the account. What waits behind them is
// not signed yet, and can be withdrawn.
inline constexpr std::size_t kUnansweredTxnsMax = 8;

// So many of them keep back a txn that is not full until the next tick, and one more until an answer comes: what is
// asked for meanwhile gathers in it, and a signature costs as much for one movement as for all that fit. It also waits
// until the shards that are at work have come to rest once, but not beyond a tick: the shards that handle a block ask
// one after the other (docs/adr/020).
inline constexpr std::size_t kUnansweredForGathering = 1;

inline constexpr Millis kTickInterval{100};  // between two looks at what nobody has answered to

// A txn that is in no block for this long gets a higher fee, where the ledger has sequence numbers.
inline constexpr Millis kRaiseFeeAfter{30'000};
inline constexpr std::uint32_t kFeeStepsMax = 12;

class Submitter : public SubmitterActor::base {
 public:
  // `restored`: what was signed before the engine stopped and is not closed.
  Submitter(caf::actor_config& config, const Shard& shard, LedgerServices& ledger,
            std::vector<evidence::TxnSigned> restored, const std::function<bool(const TradeId&)>& is_live);

  behavior_type make_behavior() override;

  const char* name() const override { return "submitter"; }

 private:
  // Sixteen share a block of memory, for a movement is so large that std::deque takes one for each.
  using MovementQueue =
      boost::container::deque<Movement, void, boost::container::deque_options_t<boost::container::block_size<16>>>;

  struct Signer {
    MovementQueue queue;  // those that were withdrawn stay in it for a while
    std::deque<SubmitAnchor> anchors;
    std::optional<Sequence> next;
    bool reading_sequence = false;
    std::size_t unanswered = 0;  // of its txns
  };

  struct AwaitsBalance {
    Movement movement;
    Height asked_at;  // the newest final block when it was to be signed
  };

  // A signed txn. Several may share a sequence number: one and its replacements with higher fees.
  struct Flight {
    SignedTxn txn;
    std::vector<Movement> movements;
    std::optional<SubmitAnchor> anchor;        // instead of movements; none after a restart
    std::optional<std::uint64_t> recorded_at;  // in the log, there or before it; 0: it is durable
    bool is_unanswered = false;  // counted by its signer: the node has said nothing to it since it was signed
    bool is_being_sent = false;  // the node has not answered yet
    Timestamp first_sent;
    Timestamp last_sent;
    std::optional<Height> closed_at;  // the final block that settled what became of it
    // A node said that the account's number is used when this was the newest block here: a hint, for the node may have
    // been ahead, and the block that used it, maybe for this very txn, may go again.
    std::optional<Height> used_up_by;
  };

  // The last attempt at a movement, until the trade is over: an ask that crosses with the news of its end must not have
  // it signed again.
  struct Known {
    MovementKind kind = MovementKind::hold;
    std::optional<std::uint8_t> queued;    // an attempt, which is not answered yet
    std::optional<std::uint8_t> answered;  // the last attempt that was signed, refused or withdrawn
    TxnId txn;                             // the newest one with it; zero when it was refused
  };

  struct KnownLeg {
    OperationRef ref;
    bool trade_is_over = false;
    Few<Known> movements;  // at most one of a kind
  };

  void on_asks(SubmitterAsks& message);
  void submit(const AskMovement& ask);
  void withdraw(const WithdrawMovement& message);
  void forget(const LegOver& over);
  void on_flush();
  void on_recorded(const TxnRecorded& message);
  void on_sent(const TxnSent& message);
  void count_answered(Flight& flight);
  void on_sequence(const SequenceRead& message);
  void on_balance(const BalanceRead& message);
  void on_held_balance(const BalanceRead& message);
  void on_final_block(const FinalBlock& final_block);
  void on_tick();

  void restore(evidence::TxnSigned signed_txn, const std::function<bool(const TradeId&)>& is_live);
  static Known& known_in(KnownLeg& leg, MovementKind kind);
  Known& known_of(const MovementKey& key);
  [[nodiscard]] const Known* find_known(const MovementKey& key) const;
  template <class Which>
  void forget_known(KnownLeg& leg, const Which& is_landed);
  void queue_up(Known& known, Movement&& movement);
  [[nodiscard]] bool is_queued(const Movement& movement) const;
  void drop_withdrawn();
  void schedule_flush();
  [[nodiscard]] bool waits_for_shards();
  void flush_all(std::size_t unanswered_max);
  void flush(const AccountId& account, Signer& signer, std::size_t unanswered_max);
  [[nodiscard]] std::size_t batch_max() const;
  void sign_anchors(const AccountId& account, Signer& signer);
  [[nodiscard]] LedgerTime valid_until() const;
  std::vector<Movement> take_batch(Signer& signer);
  [[nodiscard]] bool may_go(Movement& movement, Height asked_at);
  void wait_for_balance(Movement&& movement, Height asked_at);
  void read_sequence(const AccountId& account, Signer& signer);
  void sign(const AccountId& account, Signer& signer, std::vector<Movement> batch);
  Flight& record(SignedTxn txn, std::vector<Movement> movements);
  void record_anchored(const Flight& flight, const FinalBlock& final_block, const IncludedTxn& txn);
  void send_bytes(Flight& flight);
  void raise_fee(const Flight& flight);
  void refuse(const Movement& movement, ErrorCode code, std::string detail);
  void answer_signed(const Flight& flight);
  [[nodiscard]] static SignedMovement as_signed(const Flight& flight, const Movement& movement);
  [[nodiscard]] bool is_of_no_live_trade(const Flight& flight) const;
  void close_included(Flight& flight, const VerifiedBlock& block, std::uint32_t txn);
  void close(Flight& flight, const VerifiedBlock& block);
  void forget_movements(const SignedTxn& txn);
  void forget_closed();
  void watch_solvency(const VerifiedBlock& block);
  [[nodiscard]] const MonitorActor& monitor_of(const OperationRef& ref) const;
  [[nodiscard]] bool may_sign() const;
  [[nodiscard]] std::vector<TxnId> rivals_of(const Flight& flight) const;

  const Shard& shard_;
  LedgerServices& ledger_;
  bool flush_is_due_ = false;
  std::shared_ptr<const std::atomic<std::size_t>> at_work_;  // shards that what is not signed yet waits for
  std::size_t withdrawn_ = 0;                                // since the queues were last rid of such
  std::map<AccountId, Signer> signers_;
  std::unordered_map<TxnId, Flight> flights_;
  HashTable<KnownLeg, &KnownLeg::ref> known_;
  std::map<std::pair<AccountId, Sequence>, std::vector<TxnId>> by_sequence_;
  FundsBook funds_;
  SolvencyBook solvency_;
  std::map<std::pair<AccountId, AssetId>, std::vector<AwaitsBalance>> awaits_balance_;  // each is being read
  PartOfTally legs_in_memory_;
};

}  // namespace clearspan::actors
