// The evidence writer: the sequencer of its shard. Records of all actors get their order here, become durable by group
// commit, and only then do trades hear of them, in that order.
#pragma once

#include <deque>
#include <unordered_map>
#include <variant>

#include "actors/shard.hpp"
#include "ledgers/evidence/group.hpp"

namespace clearspan::actors {

class EvidenceWriter : public WriterActor::base {
 public:
  EvidenceWriter(caf::actor_config& config, const Shard& shard);

  behavior_type make_behavior() override;

  const char* name() const override { return "evidence_writer"; }

 private:
  // What to do once the record with this sequence is durable.
  struct TellTrade {
    TradeActor trade;
    TradeFact fact;
  };

  struct AdoptStray {
    LedgerId ledger;
    AdoptReturn adopt;
  };

  using Consequence = std::variant<TellTrade, AdoptStray, std::function<void()>>;

  struct Pending {
    std::uint64_t sequence = 0;
    Consequence consequence;
  };

  void on_append(Append& message);
  void on_cancel(CancelTrade& request);
  void on_dismiss(const Dismiss& message);
  void on_group_durable(const GroupDurable& group);

  void take(evidence::Record& record);
  void take_event(Timestamp at, evidence::TradeEvent& event);
  void take_orphan(const OutcomeFinal& fact);
  std::uint64_t add(const evidence::Record& record);
  void hand_over();
  void tell_consequences();

  const Shard& shard_;
  std::unordered_map<TradeId, TradeActor> trades_;
  evidence::EncodedGroup group_;        // taken, not yet accepted by the log
  std::uint64_t last_sequence_ = 0;     // of the last record taken
  std::uint64_t durable_sequence_ = 0;  // of the last record known to be on disk
  std::deque<Pending> pending_;         // in the order of their sequences
};

}  // namespace clearspan::actors
