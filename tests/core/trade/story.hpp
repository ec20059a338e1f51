// Plans of every shape, the facts that a ledger may report about them, and a trade that is told one after the other.
#pragma once

#include <gmock/gmock.h>

#include "core/trade/advance.hpp"
#include "core/trade/deposit.hpp"

namespace clearspan {

// The key of the n-th hold that is ever made under a leg; the same key is the same hold.
inline HoldKey key_of_hold(std::size_t leg, std::uint8_t n = 0) {
  HoldKey key;
  key.bytes[0] = static_cast<std::uint8_t>(leg + 1);
  key.bytes[1] = n;
  return key;
}

// Leg i: 100 + i COIN on ledger "l<i>", from "payer<i>" to "payee<i>".
inline Plan make_plan(const std::vector<LegRole>& roles, Placement placement = Placement::engine) {
  Plan plan;
  plan.id.bytes[0] = 7;
  plan.engine.bytes[0] = 9;
  plan.scenario = "test";
  for (std::size_t i = 0; i < roles.size(); ++i) {
    const std::string number = std::to_string(i);
    Leg leg;
    leg.role = roles[i];
    leg.placement = roles[i] == LegRole::hold ? placement : Placement::engine;
    leg.ledger = {"l" + number};
    leg.asset = {"COIN"};
    leg.amount = Amount(100 + i);
    leg.payer = {"payer" + number};
    leg.payee = {"payee" + number};
    leg.not_after = {1000};
    leg.reclaim_after = roles[i] == LegRole::hold ? LedgerTime{5000} : kNever;
    plan.legs.push_back(leg);
  }
  return plan;
}

inline Plan payment_plan(Placement placement = Placement::engine) {
  return make_plan({LegRole::hold, LegRole::pivot}, placement);
}

inline Plan pvp_plan(Placement placement = Placement::engine) {
  return make_plan({LegRole::hold, LegRole::hold}, placement);
}

inline Plan three_holds_plan() {
  return make_plan({LegRole::hold, LegRole::hold, LegRole::hold});
}

// A chain over an intermediary: two holds, then the pivot; the pivot stands in the middle to see that no index is
// special.
inline Plan chain_plan() {
  return make_plan({LegRole::hold, LegRole::pivot, LegRole::hold});
}

inline Outcome deposit_of(const Plan& plan, LegIndex leg, const HoldKey& key) {
  const Movement asked = movement_for(plan, leg, MovementKind::hold, {});
  return {asked.ref, asked.kind,          true, false, asked.asset, asked.amount, asked.from, asked.to,
          key,       asked.reclaim_after, {},   ""};
}

inline Plan return_plan() {
  return make_return_plan(deposit_of(payment_plan(), 0, key_of_hold(0)), {"l0"}, ReturnReason::late, {}, {});
}

// The movement took effect as asked.
inline OutcomeFinal done(const Plan& plan, LegIndex leg, MovementKind kind, const HoldKey& key) {
  const Movement asked = movement_for(plan, leg, kind, key);
  return {plan.legs[leg].ledger,
          {asked.ref,
           kind,
           true,
           false,
           asked.asset,
           asked.amount,
           asked.from,
           asked.to,
           key,
           asked.reclaim_after,
           {},
           ""}};
}

inline OutcomeFinal failed(const Plan& plan, LegIndex leg, MovementKind kind, const HoldKey& key = {}) {
  OutcomeFinal fact = done(plan, leg, kind, key);
  fact.outcome.ok = false;
  fact.outcome.reason = "no funds";
  return fact;
}

inline OutcomeFinal held(const Plan& plan, LegIndex leg) {
  return done(plan, leg, MovementKind::hold, key_of_hold(leg));
}

inline OutcomeFinal paid(const Plan& plan, LegIndex leg) {
  return done(plan, leg, MovementKind::payment, {});
}

inline OutcomeFinal released(const Plan& plan, LegIndex leg) {
  return done(plan, leg, MovementKind::release, key_of_hold(leg));
}

inline OutcomeFinal refunded(const Plan& plan, LegIndex leg) {
  return done(plan, leg, MovementKind::refund, key_of_hold(leg));
}

inline Event dead(LegIndex leg, MovementKind kind) {
  return MovementDead{leg, kind, {}, {}, {}};
}

inline Event refused(LegIndex leg, MovementKind kind) {
  return MovementRefused{leg, kind, ErrorCode::movement_rejected, ""};
}

inline Event decided(Decision decision) {
  return Decided{decision};
}

inline Command submit(LegIndex leg, MovementKind kind, const HoldKey& key = {}) {
  return Submit{leg, kind, key};
}

// A trade, told one event after the other.
struct Story {
  Plan plan;
  State state;
  Commands commands;                         // of the last event
  ErrorCode refusal = ErrorCode::not_found;  // of the last event; not_found when it was taken

  explicit Story(Plan its_plan) : plan(std::move(its_plan)), state(initial_state(plan)) {}

  Story& on(const Event& event) {
    auto step = advance(plan, state, event);
    commands.clear();
    refusal = step.ok() ? ErrorCode::not_found : step.error().code;
    if (!step.ok()) return *this;
    state = step->next;
    commands = step->commands;
    return *this;
  }

  // All holds final.
  Story& all_held() {
    const auto leg_count = static_cast<LegIndex>(plan.legs.size());
    for (LegIndex leg = 0; leg < leg_count; ++leg) {
      if (plan.legs[leg].role == LegRole::hold) on(held(plan, leg));
    }
    return *this;
  }

  // The event says nothing new.
  [[nodiscard]] bool is_ignored(const Event& event) const {
    const auto step = advance(plan, state, event);
    return step.ok() && step->next == state && step->commands.empty();
  }

  [[nodiscard]] Phase phase() const { return phase_of(state); }

  [[nodiscard]] SuspendReason suspended_for() const { return std::get<Suspended>(state).reason; }

  [[nodiscard]] Commands outstanding() const { return outstanding_commands(plan, state); }
};

}  // namespace clearspan
