// A trade's state, worked out from its records by the table of docs/evidence-format.md, section 9, written here a
// second time on purpose.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/trade/event.hpp"
#include "core/trade/plan.hpp"

namespace clearspan::audit {

enum class LegState : std::uint8_t { open, may_land, ending, ended, gone };

// What became of a leg. Of the pivot only `gone` and `open` are used.
struct LegStory {
  LegState state = LegState::open;
  HoldKey key;  // zero while the leg has no hold
  unsigned failures = 0;
};

class TradeMachine {
 public:
  explicit TradeMachine(std::shared_ptr<const Plan> plan);

  // Goes one step. A text says why the event cannot stand there.
  std::optional<std::string> take(const Event& event);

  [[nodiscard]] const Plan& plan() const { return *plan_; }

  [[nodiscard]] Phase phase() const { return phase_; }

  [[nodiscard]] bool is_over() const {
    return phase_ == Phase::settled || phase_ == Phase::refunded || phase_ == Phase::rejected;
  }

  // None until it is on record: by the payment that decides a trade with a pivot, or by a record of its own.
  [[nodiscard]] std::optional<Decision> decision() const { return decision_; }

  [[nodiscard]] const std::vector<LegStory>& legs() const { return legs_; }

  // Why it was suspended; empty otherwise.
  [[nodiscard]] const std::string& suspended_because() const { return suspended_because_; }

 private:
  using Problem = std::optional<std::string>;

  Problem on(const Started&);
  Problem on(const OutcomeFinal& fact);
  Problem on(const MovementDead& dead);
  Problem on(const MovementRefused& refused);
  Problem on(const PrepareDeadlinePassed&);
  Problem on(const CancelRequested&);
  Problem on(const Decided& decided);

  void on_hold(std::size_t leg, const Outcome& outcome);
  void on_end(std::size_t leg, const Outcome& outcome);
  void on_payment(std::size_t leg, const Outcome& outcome);
  Problem on_failure(LegIndex leg, MovementKind kind);

  void commit();
  void start_releasing();
  // `gone`: the leg that this is about, with what became of it.
  void start_refunding(std::optional<std::size_t> leg = std::nullopt, LegState became = LegState::gone);
  void finish();
  void retry(std::size_t leg);
  void suspend(std::string why);

  [[nodiscard]] std::optional<std::size_t> leg_with(const HoldKey& key) const;
  [[nodiscard]] bool has_all_holds() const;

  std::shared_ptr<const Plan> plan_;
  Phase phase_ = Phase::preparing;
  std::vector<LegStory> legs_;
  std::optional<Decision> decision_;
  std::string suspended_because_;
};

// Whether the outcome is the hold that the leg asks for.
bool fits_leg(const Leg& leg, const Outcome& hold);

// Whether it is the pivot's payment, exactly.
bool is_exact_payment(const Leg& leg, const Outcome& payment);

}  // namespace clearspan::audit
