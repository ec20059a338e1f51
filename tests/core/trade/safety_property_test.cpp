// The machine under anything: random sequences of honest answers, lies, repetitions and nonsense, in any order. After
// each step the commands so far are judged by a book-keeper that knows the invariants (safety.md) and not the machine.
#include <set>

#include "tests/core/trade/dice.hpp"
#include "tests/core/trade/story.hpp"

namespace clearspan {
namespace {

constexpr std::size_t kDepositsPerLeg = 9;

Plan any_plan(Dice& dice) {
  return dice.one_of<Plan>({payment_plan(), payment_plan(Placement::payer), pvp_plan(), pvp_plan(Placement::payer),
                            three_holds_plan(), chain_plan(), return_plan()});
}

LegIndex any_leg(Dice& dice, const Plan& plan) {
  return static_cast<LegIndex>(dice.below(plan.legs.size() + 1));
}

MovementKind any_kind(Dice& dice) {
  return dice.one_of<MovementKind>(
      {MovementKind::hold, MovementKind::release, MovementKind::refund, MovementKind::payment});
}

// A ledger's key commits to its hold, so the n-th deposit of a leg always has the same content: 0 to 2 are exact.
OutcomeFinal nth_deposit(const Plan& plan, LegIndex leg, std::size_t n) {
  const LegIndex model = leg < plan.legs.size() ? leg : LegIndex{0};
  OutcomeFinal fact{plan.legs[model].ledger, deposit_of(plan, model, key_of_hold(leg, static_cast<std::uint8_t>(n)))};
  Outcome& it = fact.outcome;
  it.ref = make_operation_ref(plan.id, leg, plan.engine);
  if (n == 3) it.amount = Amount(it.amount.units() - 1);
  if (n == 4) it.amount = Amount(it.amount.units() + 1);
  if (n == 5) it.asset = {"GOLD"};
  if (n == 6) it.from = {"stranger"};
  if (n == 7) it.reclaim_after = {1};
  if (n == 8) fact.ledger = {"l9"};
  return fact;
}

// Any outcome: right in most things, wrong in some.
OutcomeFinal any_outcome(Dice& dice, const Plan& plan) {
  const LegIndex leg = any_leg(dice, plan);
  const auto n = dice.below(kDepositsPerLeg);
  OutcomeFinal fact = nth_deposit(plan, leg, n);
  Outcome& it = fact.outcome;
  it.kind = any_kind(dice);
  it.ok = !dice.one_in(4);
  if (it.kind == MovementKind::payment) it.hold_key = {};
  if (it.kind == MovementKind::refund) it.reclaimed = dice.one_in(2);
  if (dice.one_in(20)) it.hold_key = {};
  return fact;
}

// What an honest surrounding may answer to a command, success more often than not.
std::optional<Event> answer_to(Dice& dice, const Plan& plan, const Command& command) {
  const std::size_t luck = dice.below(6);
  if (const auto* it = std::get_if<Submit>(&command)) {
    if (luck == 0) return dead(it->leg, it->kind);
    if (luck == 1) return refused(it->leg, it->kind);
    const HoldKey key = it->kind == MovementKind::hold ? key_of_hold(it->leg) : it->hold_key;
    if (luck == 2) return failed(plan, it->leg, it->kind, key);
    return done(plan, it->leg, it->kind, key);
  }
  if (const auto* it = std::get_if<AwaitDeposit>(&command)) {
    if (luck == 0) return dead(it->leg, MovementKind::hold);
    return held(plan, it->leg);
  }
  if (const auto* it = std::get_if<Abandon>(&command)) {
    if (luck < 4) return dead(it->leg, it->kind);
    return done(plan, it->leg, it->kind, it->kind == MovementKind::hold ? key_of_hold(it->leg) : HoldKey{});
  }
  if (const auto* it = std::get_if<RecordDecision>(&command)) return decided(it->decision);
  return std::nullopt;
}

Event any_event(Dice& dice, const Story& trade) {
  const Commands outstanding = trade.outstanding();
  if (!outstanding.empty() && !dice.one_in(3)) {
    if (auto answer = answer_to(dice, trade.plan, dice.one_of(outstanding))) return *answer;
  }
  switch (dice.below(10)) {
    case 0:
      return Started{};
    case 1:
      return CancelRequested{};
    case 2:
      return PrepareDeadlinePassed{};
    case 3:
      return decided(dice.one_in(2) ? Decision::commit : Decision::abort);
    case 4:
      return dead(any_leg(dice, trade.plan), any_kind(dice));
    case 5:
      return refused(any_leg(dice, trade.plan), any_kind(dice));
    case 6:
      return nth_deposit(trade.plan, any_leg(dice, trade.plan), dice.below(kDepositsPerLeg));
    default:
      return any_outcome(dice, trade.plan);
  }
}

// Judges every command by the facts that were told before it.
class BookKeeper {
 public:
  explicit BookKeeper(const Plan& plan) : plan_(plan) {}

  void note(const Event& event) {
    if (const auto* it = std::get_if<Decided>(&event)) decided_ = it->decision;
    const auto pivot = plan_.pivot();
    if (!pivot) return;
    const Leg& leg = plan_.legs[*pivot];
    if (const auto* fact = std::get_if<OutcomeFinal>(&event)) {
      const Outcome& it = fact->outcome;
      if (it.kind != MovementKind::payment || leg_of(it.ref) != *pivot || fact->ledger != leg.ledger) return;
      if (it.from != leg.payer) return;
      if (!it.ok) pivot_excluded_ = true;
      if (it.ok && it.to == leg.payee && it.asset == leg.asset && it.amount == leg.amount) pivot_paid_ = true;
    }
    if (const auto* it = std::get_if<MovementDead>(&event)) pivot_excluded_ |= it->kind == MovementKind::payment;
    if (const auto* it = std::get_if<MovementRefused>(&event)) pivot_excluded_ |= it->kind == MovementKind::payment;
  }

  void judge(const Command& command) {
    if (const auto* it = std::get_if<Submit>(&command)) judge_submit(*it);
    if (const auto* it = std::get_if<RecordDecision>(&command)) {
      RC_ASSERT(!decision_ || *decision_ == it->decision);
      decision_ = it->decision;
      RC_ASSERT(!plan_.pivot() || it->decision == Decision::abort);
    }
    if (const auto* rare = std::get_if<Rare<ReturnDeposit>>(&command)) {
      const ReturnDeposit* const it = rare->operator->();
      RC_ASSERT(it->outcome.ok);
      RC_ASSERT(it->outcome.kind == MovementKind::hold);
      returned_.insert(it->outcome.hold_key);
    }
    for (const HoldKey& key : returned_) {
      RC_ASSERT(released_.count(key) == 0);
      RC_ASSERT(refunded_.count(key) == 0);
    }
  }

 private:
  void judge_submit(const Submit& it) {
    RC_ASSERT(it.leg < plan_.legs.size());
    const bool on_pivot = plan_.legs[it.leg].role == LegRole::pivot;
    RC_ASSERT(on_pivot == (it.kind == MovementKind::payment));
    switch (it.kind) {
      case MovementKind::hold:
        RC_ASSERT(plan_.legs[it.leg].placement == Placement::engine);
        RC_ASSERT(!decision_);
        break;
      case MovementKind::payment:
        RC_ASSERT(!decision_);
        pivot_asked_ = true;
        break;
      case MovementKind::release:
        if (plan_.pivot()) {
          RC_ASSERT(pivot_paid_ && !decision_);
        } else {
          RC_ASSERT(decided_ == Decision::commit && decision_ == Decision::commit);
        }
        RC_ASSERT(refunded_.count(it.hold_key) == 0);
        released_.insert(it.hold_key);
        break;
      case MovementKind::refund:
        RC_ASSERT(decided_ == Decision::abort && decision_ == Decision::abort);
        RC_ASSERT(!pivot_asked_ || pivot_excluded_);
        RC_ASSERT(released_.count(it.hold_key) == 0);
        refunded_.insert(it.hold_key);
        break;
    }
  }

  const Plan& plan_;
  std::optional<Decision> decision_;  // asked to be recorded
  std::optional<Decision> decided_;   // on record, as the machine was told
  bool pivot_asked_ = false;
  bool pivot_paid_ = false;
  bool pivot_excluded_ = false;
  std::set<HoldKey> released_;
  std::set<HoldKey> refunded_;
  std::set<HoldKey> returned_;
};

// A decision may only be told to a trade that took it: the evidence writer echoes, it does not invent.
bool is_invented(const Story& trade, const Event& event) {
  const auto* it = std::get_if<Decided>(&event);
  if (!it) return false;
  const Commands outstanding = trade.outstanding();
  return std::find(outstanding.begin(), outstanding.end(), Command(RecordDecision{it->decision})) == outstanding.end();
}

bool has_ended(const Story& trade) {
  return is_terminal(trade.phase()) || trade.phase() == Phase::suspended;
}

// One story; its phase at the end.
Phase tell_any_story(Dice& dice) {
  Story trade(any_plan(dice));
  BookKeeper books(trade.plan);
  std::vector<Event> log;
  for (const Command& command : trade.outstanding()) books.judge(command);
  for (std::size_t events = 1 + dice.below(60); events > 0; --events) {
    const bool repeats = !log.empty() && dice.one_in(6);
    const Event event = repeats ? dice.one_of(log) : any_event(dice, trade);
    const State before = trade.state;
    const bool had_ended = has_ended(trade);
    const bool invented = is_invented(trade, event);
    if (!invented) books.note(event);
    trade.on(event);
    log.push_back(event);
    if (had_ended) RC_ASSERT(trade.phase() == phase_of(before));
    if (trade.refusal != ErrorCode::not_found) {
      RC_ASSERT(trade.refusal == ErrorCode::invalid_transition);
      RC_ASSERT(!std::holds_alternative<OutcomeFinal>(event));
      RC_ASSERT(trade.state == before);
    }
    if (invented) RC_ASSERT(trade.state == before);
    for (const Command& command : trade.commands) books.judge(command);
    for (const Command& command : trade.outstanding()) books.judge(command);
  }
  Story replayed(trade.plan);
  for (const Event& event : log) replayed.on(event);
  RC_ASSERT(replayed.state == trade.state);
  return trade.phase();
}

RC_GTEST_PROP(Machine, keeps_every_invariant_whatever_it_is_told, ()) {
  Dice dice(any_seed());
  Phase last = Phase::preparing;
  for (int i = 0; i < kStoriesPerCase; ++i) last = tell_any_story(dice);
  RC_CLASSIFY(last == Phase::settled, "settled");
  RC_CLASSIFY(last == Phase::refunded, "refunded");
  RC_CLASSIFY(last == Phase::rejected, "rejected");
  RC_CLASSIFY(last == Phase::suspended, "suspended");
}

void answer_everything(Dice& dice, Story& trade) {
  const Commands outstanding = trade.outstanding();
  RC_ASSERT(!outstanding.empty());
  for (const Command& command : outstanding) {
    if (const auto* it = std::get_if<Submit>(&command)) {
      trade.on(
          done(trade.plan, it->leg, it->kind, it->kind == MovementKind::hold ? key_of_hold(it->leg) : it->hold_key));
    } else if (const auto answer = answer_to(dice, trade.plan, command)) {
      trade.on(*answer);
    }
  }
}

// Whatever lies it was told before: once it gets an honest answer to each of its requests, it ends or waits for an
// operator.
RC_GTEST_PROP(Machine, comes_to_an_end_once_every_request_is_answered, ()) {
  Dice dice(any_seed());
  for (int i = 0; i < kStoriesPerCase; ++i) {
    Story trade(any_plan(dice));
    for (std::size_t events = dice.below(20); events > 0; --events) trade.on(any_event(dice, trade));
    for (int round = 0; round < 10 && !has_ended(trade); ++round) answer_everything(dice, trade);
    RC_ASSERT(has_ended(trade));
  }
}

// Every request that an event makes is made again by outstanding_commands until it is answered, so that a crash between
// record and action loses nothing. What is to be sent back follows from replaying the facts, and is a trade of its own.
RC_GTEST_PROP(Machine, asks_again_for_everything_after_a_restart, ()) {
  Dice dice(any_seed());
  for (int i = 0; i < kStoriesPerCase; ++i) {
    Story trade(any_plan(dice));
    for (std::size_t events = 1 + dice.below(30); events > 0; --events) {
      trade.on(any_event(dice, trade));
      const Commands outstanding = trade.outstanding();
      for (const Command& command : trade.commands) {
        if (std::holds_alternative<Rare<ReturnDeposit>>(command)) continue;
        RC_ASSERT(std::find(outstanding.begin(), outstanding.end(), command) != outstanding.end());
      }
    }
  }
}

}  // namespace
}  // namespace clearspan
