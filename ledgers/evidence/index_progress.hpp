// Where the trades that the index has in memory stand, event by event. Most events are those that the plan asks for and
// cost a look at the record (index_course.hpp); for the others the machine runs over the real plan, which is read from
// the log.
#pragma once

#include <functional>
#include <unordered_map>
#include <vector>

#include "ledgers/evidence/index_course.hpp"
#include "ledgers/evidence/index_glance.hpp"
#include "ledgers/evidence/index_records.hpp"
#include "ledgers/evidence/index_runs.hpp"
#include "ledgers/evidence/index_tracked.hpp"

namespace clearspan::evidence {

// Plans and states in full, about 1 kB each, of trades that do not fit a model; above it they are read again.
inline constexpr std::size_t kUnusualTradesMax = 4096;

class Progress {
 public:
  // Everything that is said of a trade so far.
  using Whole = std::function<Result<rows::TradePart>(const TradeId& trade)>;

  Progress(const RecordFiles& files, Whole whole);

  // The trade was created by this record.
  Result<Standing> begin(Tracked& trade, const CreationGlance& creation, ByteView record);

  struct Change {
    Standing before;
    Standing after;
  };

  // What the event makes of the trade. Errors: log_corrupt for a trade that no record creates, or another one than was
  // indexed; the machine's; storage_failed.
  Result<Change> advance(Tracked& trade, const EventGlance& event, ByteView record);

  // Whether no event is expected of it any more, or it was only noted.
  [[nodiscard]] bool is_over(const Tracked& trade) const;

  // It leaves memory; all of them do.
  void forget(const TradeId& trade);
  void forget_all();

 private:
  struct Unusual {
    PlanPtr plan;
    State state;
  };

  [[nodiscard]] Mark mark_of(TermBytes terms, bool is_hold, LedgerTime reclaim_after) const;
  [[nodiscard]] Mark mark_of(const HoldKey& key) const;
  Mark& mark_at(Tracked& trade, std::size_t leg);

  Status restore(Tracked& trade);
  std::optional<ModelEvent> model_of(Tracked& trade, const EventGlance& event);
  std::optional<ModelEvent> model_of_outcome(Tracked& trade, const EventGlance& event);
  bool is_as_asked(Tracked& trade, const EventGlance& outcome);
  std::optional<LegIndex> leg_of_key(Tracked& trade, const HoldKey& key);
  void follow(Tracked& trade, const ModelEvent& event, const HoldKey& key, Courses::Number next);
  Result<Change> ask_machine(Tracked& trade, ByteView record);
  void keep(const TradeId& trade, Unusual unusual);

  const RecordFiles& files_;
  const Whole whole_;
  const std::uint64_t seed_;  // of the marks
  Courses courses_;
  std::unordered_map<TradeId, std::vector<Mark>> more_marks_;  // of the legs behind the first kMarksInline
  std::unordered_map<TradeId, Unusual> unusual_;
};

}  // namespace clearspan::evidence
