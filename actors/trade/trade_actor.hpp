// A trade as an actor: it hears facts, lets core/trade decide, and carries out the commands. It holds no rule of its
// own.
//
// There may be a million of them, so it is no caf::event_based_actor, which takes a kilobyte before it holds anything:
// it has an address, a mailbox and turns on its shard's worker, and nothing else of an actor. What it understands is in
// TradeActor; anything else is dropped.
#pragma once

#include <caf/intrusive/lifo_inbox.hpp>

#include "actors/shard.hpp"
#include "core/trade/advance.hpp"

namespace clearspan::actors {

class Trade final : public caf::monitorable_actor, public caf::resumable {
 public:
  // `reported`: the phase that an earlier actor of the trade reported last; none when the state's is known.
  static TradeActor spawn(caf::actor_system& system, const Shard& shard, PlanPtr plan, State state,
                          std::optional<Phase> reported = std::nullopt);

  // Tells all that keep something of the trade that it is over. By itself, or for an actor that crashed, by who has the
  // turn.
  static void say_over(const Shard& shard, const Plan& plan, caf::execution_unit* turn);

  // A message of the trade's evidence writer, which runs on the same worker and has the turn: the trade hears it at
  // once if nothing waits in its mailbox, else in its own turn.
  template <class Message>
  static void tell(const TradeActor& trade, Message message, caf::execution_unit* turn);

  // Its next message will find its memory near. Null is allowed.
  static void fetch(const TradeActor& trade);
  // And what hangs on it, once each before has come.
  static void fetch_plan_of(const TradeActor& trade);
  static void fetch_legs_of(const TradeActor& trade);

  // The same for its next turn, in this order: the trade itself, its plan and its holds, the plan's legs.
  void fetch_self() const;
  void fetch_plan() const;
  void fetch_legs() const;

  // For spawn().
  Trade(caf::actor_config& config, const Shard& shard, PlanPtr plan, State state, std::optional<Phase> reported);

  const char* name() const override { return "trade"; }

  // --- What CAF asks of an actor that takes turns ---

  void enqueue(caf::mailbox_element_ptr message, caf::execution_unit* unit) override;
  using abstract_actor::enqueue;
  resume_result resume(caf::execution_unit* unit, std::size_t messages_max) override;
  void on_destroy() override;

  void intrusive_ptr_add_ref_impl() override { intrusive_ptr_add_ref(ctrl()); }

  void intrusive_ptr_release_impl() override { intrusive_ptr_release(ctrl()); }

 private:
  struct InboxPolicy {
    using mapped_type = caf::mailbox_element;
    using unique_pointer = caf::mailbox_element_ptr;
  };

  caf::mailbox_element_ptr next_message();
  caf::mailbox_element_ptr take_first();
  void hear(caf::mailbox_element& message);
  void hear(const TradeFact& fact);
  void hear(const LeaveMemory&);
  template <class Message>
  void hear_or_crash(Message& message, caf::execution_unit* turn);
  void end(caf::error reason);

  static const Trade* actor_of(const TradeActor& trade);

  [[nodiscard]] bool has_ended() const { return inbox_.closed(); }

  void on_prepare_timeout();
  void on_cancel(CancelTrade& request);

  void carry_out(const Commands& commands);
  void carry_out(const Submit& command);
  void carry_out(const AwaitDeposit& command);
  void carry_out(const Abandon& command);
  void carry_out(const RecordDecision& command);
  void carry_out(const Rare<ReturnDeposit>& command);
  void carry_out(const Finish& command);

  void ask(const LedgerId& ledger, TradeAsk ask);
  void ask_writer(WriterAsk ask);
  void report(Timestamp at, std::uint64_t fact);

  caf::intrusive::lifo_inbox<InboxPolicy> inbox_;  // the newest message first
  caf::mailbox_element* taken_ = nullptr;          // from the inbox, the oldest first
  caf::execution_unit* turn_ = nullptr;            // the worker, while it is the trade's turn
  const Shard& shard_;
  PlanPtr plan_;
  State state_;
  Phase reported_;
};

}  // namespace clearspan::actors
