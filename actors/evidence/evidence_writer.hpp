// The evidence writer: the sequencer of its shard. Records of all actors get their order here, and trades hear of them
// in that order, in the writer's turn (docs/adr/019). They become durable by group commit; what may leave the shard
// only then waits here.
//
// It numbers what it takes from 1 on. In the log, records of other shards may stand between those of two groups that it
// hands over.
#pragma once

#include <deque>
#include <unordered_set>
#include <variant>

#include "actors/shard.hpp"
#include "core/base/hash_table.hpp"

namespace clearspan::actors {

class EvidenceWriter : public WriterActor::base {
 public:
  EvidenceWriter(caf::actor_config& config, const Shard& shard);

  behavior_type make_behavior() override;

  const char* name() const override { return "evidence_writer"; }

 private:
  // One who hears of a trade's facts. Between the crash of a trade's actor and the next one they are kept.
  struct Listener {
    TradeId trade;
    TradeActor actor;  // null in between
    std::vector<TradeFact> missed;
    bool is_over = false;
  };

  struct Telling {
    Listener* listener = nullptr;
    TradeFact fact;
  };

  // Those that were recorded together; trades share their facts.
  using Records = std::vector<evidence::Record>;
  using RecordsPtr = std::shared_ptr<const Records>;

  // What to do once the record with this number is durable.
  struct Rebuild {  // a trade whose actor crashed, as of the last fact that the actor was told of
    RefoldTrade crashed;
    std::uint64_t heard = 0;  // its number
  };

  struct LetGo {  // of a trade that has heard of all that was recorded in its name, and thereby of its listener
    Listener* listener = nullptr;
  };

  struct AdoptStray {
    LedgerId ledger;
    AdoptReturn adopt;
  };

  using Consequence = std::variant<Rebuild, LetGo, AdoptStray, std::function<void()>>;

  struct Pending {
    std::uint64_t number = 0;
    Consequence consequence;
  };

  // A record, by its number and in the log.
  struct Reached {
    std::uint64_t number = 0;
    std::uint64_t sequence = 0;
  };

  void on_append(Append& message);
  void on_refold(const RefoldTrade& message);
  void on_cancel(CancelTrade& request);
  void on_group_durable(const GroupDurable& group);

  void take_asks();
  void take(Append& message);
  void take(const RecordsPtr& records);
  template <class Items, class Work>
  void for_each_listened_to(Items& items, const Work& work) const;
  void take_fact(const evidence::Record& record, const RecordsPtr& owner);
  void tell_later(Listener& listener, Timestamp at, std::shared_ptr<const Event> event);
  void tell_facts();
  void record_return(const ReturnDeposit& deposit);
  void record_returns(const std::vector<ReturnDeposit>& deposits);
  void end_for(const TradeId& trade);
  void resume(Enrolment& one);
  void dismiss(const TradeId& id);
  void add(const evidence::Record& record);
  void hand_over();
  void tell_consequences();
  void carry_out(const Rebuild& rebuild);
  void carry_out(const LetGo& over);
  void carry_out(AdoptStray& stray);
  void carry_out(const std::function<void()>& callback);

  const Shard& shard_;
  HashTable<Listener, &Listener::trade> trades_;
  std::unordered_set<TradeId> to_be_adopted_;  // recorded by this writer, and not enrolled yet
  evidence::EncodedGroup group_;               // taken, not yet accepted by the log
  std::uint64_t last_number_ = 0;              // of the last record taken
  std::vector<Telling> to_tell_;               // facts among what was taken in this turn
  std::deque<Reached> handed_over_;            // the last record of each group that is in the log and not durable
  Reached durable_;                            // the last record known to be on disk
  std::vector<std::function<void(std::uint64_t)>> in_log_;  // to be called once the log has all that was taken
  std::deque<Pending> pending_;                             // in the order of their numbers
  PartOfTally listeners_in_memory_;
};

}  // namespace clearspan::actors
