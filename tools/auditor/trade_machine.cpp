#include "tools/auditor/trade_machine.hpp"

namespace clearspan::audit {
namespace {

constexpr unsigned kFailuresMax = 50;  // of one release or refund, then a person must look

bool is_hold_leg(const Plan& plan, std::size_t leg) {
  return leg < plan.legs.size() && plan.legs[leg].role == LegRole::hold;
}

std::optional<std::size_t> pivot_of(const Plan& plan) {
  for (std::size_t i = 0; i < plan.legs.size(); ++i) {
    if (plan.legs[i].role == LegRole::pivot) return i;
  }
  return std::nullopt;
}

}  // namespace

bool fits_leg(const Leg& leg, const Outcome& hold) {
  return hold.asset == leg.asset && hold.amount == leg.amount && hold.from == leg.payer && hold.to == leg.payee &&
         hold.reclaim_after >= leg.reclaim_after;
}

bool is_exact_payment(const Leg& leg, const Outcome& payment) {
  return payment.asset == leg.asset && payment.amount == leg.amount && payment.from == leg.payer &&
         payment.to == leg.payee;
}

TradeMachine::TradeMachine(std::shared_ptr<const Plan> plan) : plan_(std::move(plan)), legs_(plan_->legs.size()) {
  if (const auto pivot = pivot_of(*plan_)) legs_[*pivot].state = LegState::gone;
  if (!plan_->returned || legs_.empty()) return;
  phase_ = Phase::refunding;
  legs_[0] = {LegState::ending, plan_->returned->hold_key, 0};
}

std::optional<std::string> TradeMachine::take(const Event& event) {
  return std::visit([this](const auto& one) { return on(one); }, event);
}

TradeMachine::Problem TradeMachine::on(const Started&) {
  return std::nullopt;
}

TradeMachine::Problem TradeMachine::on(const OutcomeFinal& fact) {
  const Outcome& outcome = fact.outcome;
  const bool names_leg = outcome.kind == MovementKind::hold || outcome.kind == MovementKind::payment;
  const std::optional<std::size_t> leg =
      names_leg ? std::optional<std::size_t>(leg_of(outcome.ref)) : leg_with(outcome.hold_key);
  if (!leg || *leg >= legs_.size() || plan_->legs[*leg].ledger != fact.ledger) return std::nullopt;
  switch (outcome.kind) {
    case MovementKind::hold:
      if (is_hold_leg(*plan_, *leg) && !(outcome.ok && outcome.hold_key.is_zero())) on_hold(*leg, outcome);
      break;
    case MovementKind::payment:
      if (!is_hold_leg(*plan_, *leg)) on_payment(*leg, outcome);
      break;
    case MovementKind::release:
    case MovementKind::refund:
      on_end(*leg, outcome);
      break;
  }
  return std::nullopt;
}

void TradeMachine::on_hold(std::size_t leg, const Outcome& outcome) {
  LegStory& story = legs_[leg];
  const Leg& terms = plan_->legs[leg];
  const bool was_our_try = !outcome.ok && terms.placement == Placement::engine && outcome.from == terms.payer;
  const bool is_wanted = outcome.ok && fits_leg(terms, outcome) && story.key.is_zero();
  switch (phase_) {
    case Phase::preparing:
      if (was_our_try && story.key.is_zero()) return start_refunding(leg);
      if (!is_wanted) return;
      story.key = outcome.hold_key;
      if (!has_all_holds()) return;
      if (pivot_of(*plan_)) {
        phase_ = Phase::deciding;
      } else {
        start_releasing();
      }
      return;
    case Phase::refunding:
      if (story.state != LegState::may_land) return;
      if (was_our_try) {
        story.state = LegState::gone;
        return finish();
      }
      if (is_wanted && !leg_with(outcome.hold_key)) story = {LegState::ending, outcome.hold_key, 0};
      return;
    case Phase::suspended:  // what it asked for stays held with the rest
      if (is_wanted) story.key = outcome.hold_key;
      return;
    case Phase::deciding:
    case Phase::releasing:
    case Phase::settled:
    case Phase::refunded:
    case Phase::rejected:
      return;
  }
}

void TradeMachine::on_end(std::size_t leg, const Outcome& outcome) {
  LegStory& story = legs_[leg];
  const bool is_release = outcome.kind == MovementKind::release;
  switch (phase_) {
    case Phase::preparing:
      if (!outcome.ok) return;
      if (is_release) return suspend("a hold was released while others were still expected");
      return start_refunding(leg, LegState::ended);
    case Phase::deciding:
      if (outcome.ok) suspend("a hold ended while the trade relied on it");
      return;
    case Phase::releasing:
    case Phase::refunding:
      if (story.state != LegState::ending) return;
      if (is_release != (phase_ == Phase::releasing)) {
        if (outcome.ok) suspend("a hold ended against the decision");
      } else if (outcome.ok) {
        story.state = LegState::ended;
        finish();
      } else {
        retry(leg);
      }
      return;
    case Phase::settled:
    case Phase::refunded:
    case Phase::rejected:
    case Phase::suspended:
      return;
  }
}

void TradeMachine::on_payment(std::size_t leg, const Outcome& outcome) {
  const Leg& terms = plan_->legs[leg];
  if (outcome.from != terms.payer) return;
  if (phase_ == Phase::deciding) {
    if (!outcome.ok) return start_refunding();
    if (is_exact_payment(terms, outcome)) return commit();
    return suspend("the pivot was paid with other terms than the plan's");
  }
  if (outcome.ok && (phase_ == Phase::preparing || phase_ == Phase::refunding)) {
    suspend("the pivot was paid although nobody asked for it, or after it was given up");
  }
}

TradeMachine::Problem TradeMachine::on(const MovementDead& dead) {
  return on_failure(dead.leg, dead.kind);
}

TradeMachine::Problem TradeMachine::on(const MovementRefused& refused) {
  return on_failure(refused.leg, refused.kind);
}

// A movement that never took effect and never will.
TradeMachine::Problem TradeMachine::on_failure(LegIndex leg, MovementKind kind) {
  if (leg >= legs_.size()) return "it names a leg that the plan lacks";
  if ((kind == MovementKind::payment) == is_hold_leg(*plan_, leg)) return "its kind does not go with the leg";
  LegStory& story = legs_[leg];
  switch (kind) {
    case MovementKind::hold:
      if (phase_ == Phase::preparing && story.key.is_zero()) {
        start_refunding(leg);
      } else if (phase_ == Phase::refunding && story.state == LegState::may_land) {
        story.state = LegState::gone;
        finish();
      }
      break;
    case MovementKind::payment:
      if (phase_ == Phase::deciding) start_refunding();
      break;
    case MovementKind::release:
    case MovementKind::refund: {
      const Phase wanted = kind == MovementKind::release ? Phase::releasing : Phase::refunding;
      if (phase_ == wanted && story.state == LegState::ending) retry(leg);
      break;
    }
  }
  return std::nullopt;
}

TradeMachine::Problem TradeMachine::on(const PrepareDeadlinePassed&) {
  if (phase_ == Phase::preparing) start_refunding();
  return std::nullopt;
}

TradeMachine::Problem TradeMachine::on(const CancelRequested&) {
  if (phase_ == Phase::preparing) start_refunding();
  return std::nullopt;
}

TradeMachine::Problem TradeMachine::on(const Decided& decided) {
  if (phase_ == Phase::suspended) return std::nullopt;
  const bool is_commit = decided.decision == Decision::commit;
  const bool fits_way = is_commit
                            ? phase_ == Phase::releasing || phase_ == Phase::settled
                            : phase_ == Phase::refunding || phase_ == Phase::refunded || phase_ == Phase::rejected;
  if (!fits_way) return std::string("the decision to ") + (is_commit ? "commit" : "abort") + " has no reason";
  if (decision_) return std::nullopt;
  decision_ = decided.decision;
  finish();
  return std::nullopt;
}

void TradeMachine::start_releasing() {
  phase_ = Phase::releasing;
  for (std::size_t i = 0; i < legs_.size(); ++i) {
    legs_[i].state = is_hold_leg(*plan_, i) ? LegState::ending : LegState::gone;
  }
}

// The payment decides by itself, and stands on record as it is.
void TradeMachine::commit() {
  start_releasing();
  decision_ = Decision::commit;
  finish();
}

void TradeMachine::start_refunding(std::optional<std::size_t> leg, LegState became) {
  phase_ = Phase::refunding;
  for (std::size_t i = 0; i < legs_.size(); ++i) {
    if (!is_hold_leg(*plan_, i)) {
      legs_[i].state = LegState::gone;
    } else if (i == leg) {
      legs_[i].state = became;
    } else {
      legs_[i].state = legs_[i].key.is_zero() ? LegState::may_land : LegState::ending;
    }
  }
}

void TradeMachine::finish() {
  if (!decision_ || (phase_ != Phase::releasing && phase_ != Phase::refunding)) return;
  bool has_ended = false;
  for (const LegStory& story : legs_) {
    if (story.state != LegState::ended && story.state != LegState::gone) return;
    has_ended = has_ended || story.state == LegState::ended;
  }
  if (phase_ == Phase::releasing) {
    phase_ = Phase::settled;
  } else {
    phase_ = has_ended ? Phase::refunded : Phase::rejected;
  }
}

void TradeMachine::retry(std::size_t leg) {
  if (decision_ && ++legs_[leg].failures >= kFailuresMax) suspend("a release or refund failed too often");
}

void TradeMachine::suspend(std::string why) {
  phase_ = Phase::suspended;
  suspended_because_ = std::move(why);
}

// Among the keys that the trade relies on in its phase.
std::optional<std::size_t> TradeMachine::leg_with(const HoldKey& key) const {
  if (key.is_zero()) return std::nullopt;
  for (std::size_t i = 0; i < legs_.size(); ++i) {
    if (legs_[i].key == key && legs_[i].state != LegState::gone) return i;
  }
  return std::nullopt;
}

bool TradeMachine::has_all_holds() const {
  for (std::size_t i = 0; i < legs_.size(); ++i) {
    if (is_hold_leg(*plan_, i) && legs_[i].key.is_zero()) return false;
  }
  return true;
}

}  // namespace clearspan::audit
