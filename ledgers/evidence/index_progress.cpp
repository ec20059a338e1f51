#include "ledgers/evidence/index_progress.hpp"

#include <random>

#include "codecs/evidence/cbor.hpp"
#include "ledgers/evidence/index_mix.hpp"
#include "ledgers/evidence/index_reads.hpp"

namespace clearspan::evidence {
namespace {

std::uint64_t random_seed() {
  std::random_device source;
  return std::uint64_t{source()} << 32 | source();
}

// As the leg stands in a record.
Bytes encoded_terms(const Leg& leg) {
  Bytes bytes;
  cbor::Writer writer(bytes);
  writer.text(leg.asset);
  writer.amount(leg.amount);
  writer.text(leg.payer);
  writer.text(leg.payee);
  return bytes;
}

}  // namespace

Progress::Progress(const RecordFiles& files, Whole whole)
    : files_(files), whole_(std::move(whole)), seed_(random_seed()) {}

Result<Standing> Progress::begin(Tracked& trade, const CreationGlance& creation, ByteView record) {
  trade.is_known = true;
  trade.state = courses_.start(creation.legs, creation.returned.has_value());
  if (trade.state == Courses::kNone) {
    CLEARSPAN_TRY(Record decoded, decode_without_attachment(record));
    auto plan = std::make_shared<const Plan>(std::move(std::get<TradeCreated>(decoded.body).plan));
    State state = initial_state(*plan);
    const Standing standing = standing_of(state);
    keep(trade.trade, {std::move(plan), std::move(state)});
    return standing;
  }
  for (std::size_t i = 0; i < creation.legs.size(); ++i) {
    const LegGlance& leg = creation.legs[i];
    mark_at(trade, i) = mark_of(leg.terms, leg.role == LegRole::hold, leg.reclaim_after);
  }
  if (creation.returned) mark_at(trade, 0) = mark_of(creation.returned->hold_key);
  return courses_.standing(trade.state);
}

Result<Progress::Change> Progress::advance(Tracked& trade, const EventGlance& event, ByteView record) {
  if (!trade.is_known) CLEARSPAN_CHECK_OK(restore(trade));
  if (trade.state == Courses::kNone) return ask_machine(trade, record);
  const auto model = model_of(trade, event);
  const Courses::Number next = model ? courses_.after(trade.state, *model) : Courses::kNone;
  if (next == Courses::kNone) return ask_machine(trade, record);
  const Change change{courses_.standing(trade.state), courses_.standing(next)};
  follow(trade, *model, event.hold_key, next);
  return change;
}

bool Progress::is_over(const Tracked& trade) const {
  if (!trade.is_known) return true;
  return trade.state != Courses::kNone && is_terminal(courses_.standing(trade.state).phase);
}

void Progress::forget(const TradeId& trade) {
  if (!more_marks_.empty()) more_marks_.erase(trade);
  if (!unusual_.empty()) unusual_.erase(trade);
}

void Progress::forget_all() {
  more_marks_.clear();
  unusual_.clear();
}

// Where a record says when its payer may take a hold back, and where a payment leaves that out, the ledger does so too.
Mark Progress::mark_of(TermBytes terms, bool is_hold, LedgerTime reclaim_after) const {
  return mix(terms, seed_ ^ (is_hold ? reclaim_after.value * 0x9e37'79b9'7f4a'7c15 + 1 : 0));
}

Mark Progress::mark_of(const HoldKey& key) const {
  return mix(key.view(), seed_);
}

Mark& Progress::mark_at(Tracked& trade, std::size_t leg) {
  if (leg < kMarksInline) return trade.marks[leg];
  std::vector<Mark>& more = more_marks_[trade.trade];
  if (more.size() <= leg - kMarksInline) more.resize(leg - kMarksInline + 1);
  return more[leg - kMarksInline];
}

// Folds the trade's records anew.
Status Progress::restore(Tracked& trade) {
  CLEARSPAN_TRY(const rows::TradePart whole, whole_(trade.trade));
  if (!whole.creation) {
    return make_error(ErrorCode::log_corrupt, "trade " + to_string(trade.trade) + " was never created");
  }
  CLEARSPAN_TRY(LoadedTrade loaded, load_records(files_, trade.trade, whole, Detail::events_only));
  trade.is_known = true;
  trade.is_odd = whole.creation->is_odd;
  const PlanPtr& plan = loaded.snapshot.summary.plan;
  trade.state = courses_.number_of(*plan, loaded.state);
  if (trade.state == Courses::kNone) {
    keep(trade.trade, {plan, std::move(loaded.state)});
    return Done{};
  }
  const std::vector<HoldKey> keys = hold_keys_of(loaded.state, plan->legs.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const Leg& leg = plan->legs[i];
    mark_at(trade, i) = keys[i].is_zero() ? mark_of(encoded_terms(leg), leg.role == LegRole::hold, leg.reclaim_after)
                                          : mark_of(keys[i]);
  }
  return Done{};
}

// None for an event that says something else than what the plan asks for.
std::optional<ModelEvent> Progress::model_of(Tracked& trade, const EventGlance& event) {
  if (event.kind == EventKind::outcome_final) return model_of_outcome(trade, event);
  return ModelEvent{event.kind, event.decision, event.movement, event.leg};
}

std::optional<ModelEvent> Progress::model_of_outcome(Tracked& trade, const EventGlance& event) {
  if (!event.ok) return std::nullopt;
  std::optional<LegIndex> leg;
  switch (event.movement) {
    case MovementKind::hold:
      if (is_as_asked(trade, event) && !event.hold_key.is_zero() && !leg_of_key(trade, event.hold_key)) leg = event.leg;
      break;
    case MovementKind::payment:
      if (is_as_asked(trade, event)) leg = event.leg;
      break;
    case MovementKind::release:
    case MovementKind::refund:
      leg = leg_of_key(trade, event.hold_key);
      break;
  }
  if (!leg || courses_.ledger(trade.state, *leg) != event.ledger) return std::nullopt;
  return ModelEvent{event.kind, event.decision, event.movement, *leg};
}

// Whether the leg still waits for an outcome, and this one has its terms.
bool Progress::is_as_asked(Tracked& trade, const EventGlance& outcome) {
  if (outcome.leg >= courses_.legs(trade.state) || courses_.has_key(trade.state, outcome.leg)) return false;
  const bool is_hold = outcome.movement == MovementKind::hold;
  return mark_at(trade, outcome.leg) == mark_of(outcome.terms, is_hold, outcome.reclaim_after);
}

std::optional<LegIndex> Progress::leg_of_key(Tracked& trade, const HoldKey& key) {
  const Mark mark = mark_of(key);
  for (std::size_t i = 0; i < courses_.legs(trade.state); ++i) {
    const auto leg = static_cast<LegIndex>(i);
    if (courses_.has_key(trade.state, leg) && mark_at(trade, i) == mark) return leg;
  }
  return std::nullopt;
}

void Progress::follow(Tracked& trade, const ModelEvent& event, const HoldKey& key, Courses::Number next) {
  const bool is_hold = event.kind == EventKind::outcome_final && event.movement == MovementKind::hold;
  if (is_hold && courses_.has_key(next, event.leg)) mark_at(trade, event.leg) = mark_of(key);
  trade.state = next;
}

Result<Progress::Change> Progress::ask_machine(Tracked& trade, ByteView record) {
  auto found = unusual_.find(trade.trade);
  if (found == unusual_.end()) {
    CLEARSPAN_TRY(const rows::TradePart whole, whole_(trade.trade));
    CLEARSPAN_TRY(LoadedTrade loaded, load_records(files_, trade.trade, whole, Detail::events_only));
    keep(trade.trade, {loaded.snapshot.summary.plan, std::move(loaded.state)});
    found = unusual_.find(trade.trade);
  }
  trade.state = Courses::kNone;
  auto& [plan, state] = found->second;
  CLEARSPAN_TRY(Record decoded, decode_without_attachment(record));
  const Standing before = standing_of(state);
  CLEARSPAN_TRY(auto step, clearspan::advance(*plan, std::move(state), std::get<TradeEvent>(decoded.body).event));
  state = std::move(step.next);
  const Change change{before, standing_of(state)};
  if (is_terminal(change.after.phase)) {
    trade.is_known = false;
    unusual_.erase(found);
  }
  return change;
}

void Progress::keep(const TradeId& trade, Unusual unusual) {
  if (unusual_.size() >= kUnusualTradesMax) unusual_.clear();
  unusual_.insert_or_assign(trade, std::move(unusual));
}

}  // namespace clearspan::evidence
