// A trade as an actor: it hears durable facts, lets core/trade decide, and carries out the commands. It holds no rule
// of its own.
#pragma once

#include "actors/shard.hpp"
#include "core/trade/advance.hpp"

namespace clearspan::actors {

class Trade : public TradeActor::base {
 public:
  // `reported`: the phase that an earlier actor of the trade reported last; none when the state's is known.
  Trade(caf::actor_config& config, const Shard& shard, PlanPtr plan, State state,
        std::optional<Phase> reported = std::nullopt);

  behavior_type make_behavior() override;

  const char* name() const override { return "trade"; }

 private:
  void on_fact(const TradeFact& fact);
  void on_prepare_timeout();
  void on_cancel(CancelTrade& request);

  void carry_out(const Commands& commands);
  void carry_out(const Submit& command);
  void carry_out(const AwaitDeposit& command);
  void carry_out(const Abandon& command);
  void carry_out(const RecordDecision& command);
  void carry_out(const ReturnDeposit& command);
  void carry_out(const Finish& command);

  [[nodiscard]] evidence::Record record_of(Event event) const;
  void ask(const LedgerId& ledger, TradeAsk ask);
  void ask_writer(WriterAsk ask);
  void report(Timestamp at);
  void say_over();

  const Shard& shard_;
  PlanPtr plan_;
  State state_;
  Phase reported_;
};

// Moves a trade between the counts. `from` is none for a trade that has just been created.
void count_phase(Tally& tally, Phase from, Phase to);

}  // namespace clearspan::actors
