// Where a trade stands, as a number of two bytes, for the index holds a million of them.
//
// The trade machine asks of names, amounts and keys only whether they are those of the plan. Without them, trades of
// one shape (how many legs, of which roles, on which ledgers) can be in a few states only; each of these has a number
// here, with what it means. What an event makes of it is learnt by asking the machine itself, once for each state and
// kind of event, about a model: a plan of that shape with made-up names. So no rule of the machine stands here again.
//
// An event fits the model when what it says of names, amounts and keys is what the leg asks for; whoever calls after()
// has found that it does. What does not fit is for the machine with the real plan.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/trade/advance.hpp"
#include "ledgers/evidence/index_glance.hpp"

namespace clearspan::evidence {

// What a list or a summary says of a state.
struct Standing {
  Phase phase = Phase::preparing;
  AbortReason abort_reason = AbortReason::none;
  std::optional<SuspendReason> suspend_reason;

  bool operator==(const Standing&) const = default;
};

Standing standing_of(const State& state);

// The keys of the trade's holds by leg; zero where there is none.
std::vector<HoldKey> hold_keys_of(const State& state, std::size_t legs);

// An event without names, amounts and keys.
struct ModelEvent {
  EventKind kind = EventKind::started;
  Decision decision = Decision::abort;         // decided
  MovementKind movement = MovementKind::hold;  // outcome_final, of what took effect, movement_dead, movement_refused
  LegIndex leg = 0;                            // which of these it concerns; for an ending, the one whose hold it ends
};

class Courses {
 public:
  using Number = std::uint16_t;

  static constexpr Number kNone = 0;  // a state without a number
  static constexpr Number kFirst = 1;

  // What a plan of this shape begins with; kNone when no more shapes are taken.
  Number start(const std::vector<LegGlance>& legs, bool is_return);

  // The number of a state of a real trade; kNone when it fits no model: two of its holds have one key.
  Number number_of(const Plan& plan, const State& state);

  // The state after an event that fits the model; kNone when the machine refuses it, or no more states are taken.
  Number after(Number number, const ModelEvent& event);

  [[nodiscard]] const Standing& standing(Number number) const { return states_[number - kFirst].standing; }

  [[nodiscard]] std::size_t legs(Number number) const { return plan_of(number).legs.size(); }

  [[nodiscard]] std::string_view ledger(Number number, LegIndex leg) const {
    return plan_of(number).legs[leg].ledger.text;
  }

  // Whether the leg's hold has a key in this state.
  [[nodiscard]] bool has_key(Number number, LegIndex leg) const {
    return (states_[number - kFirst].keys >> leg & 1) != 0;
  }

 private:
  struct Shape {
    Plan model;
    std::vector<Number> states;
  };

  struct Next {
    std::uint32_t event = 0;  // as a number
    Number state = kNone;
  };

  struct ModelState {
    std::uint32_t shape = 0;
    State state;
    Standing standing;
    std::uint32_t keys = 0;  // a bit for each leg
    std::vector<Next> next;  // what is learnt
  };

  [[nodiscard]] const Plan& plan_of(Number number) const { return shapes_[states_[number - kFirst].shape].model; }

  std::optional<std::uint32_t> shape_of(const std::vector<LegGlance>& legs, bool is_return);
  Number intern(std::uint32_t shape, State state);
  Number learn(Number number, const ModelEvent& event);

  std::vector<Shape> shapes_;
  std::unordered_map<std::string, std::uint32_t> shape_numbers_;
  std::string name_;  // of the shape that is looked for
  std::vector<ModelState> states_;
};

}  // namespace clearspan::evidence
