// The machine between two honest but slow ledgers: txns may fail, die, be refused or land late, news comes in any order
// and more than once, the engine restarts in between, payers deposit too much, too often and too late. Every trade must
// end, and the books of the ledgers must then be right.
#include <map>
#include <set>

#include "tests/core/trade/dice.hpp"
#include "tests/core/trade/story.hpp"

namespace clearspan {
namespace {

struct Deposit {
  LegIndex leg = 0;
  bool is_extra = false;  // placed by a payer that had no reason to
  std::optional<MovementKind> ended;
};

class World {
 public:
  World(Plan plan, Dice& dice) : trade_(std::move(plan)), dice_(dice) { tell(Started{}); }

  // One thing happens.
  void go_on() {
    switch (dice_.below(6)) {
      case 0:
      case 1:
        return carry_out_one();
      case 2:
      case 3:
        return deliver_one();
      case 4:
        if (dice_.one_in(4)) restart();
        if (dice_.one_in(6)) news_.emplace_back(CancelRequested{});
        return;
      default:
        if (dice_.one_in(3)) deposit_extra();
        if (dice_.one_in(10)) pass_prepare_deadline();
        return;
    }
  }

  // Time passes: what is undecided is decided, and all news arrives.
  void settle_down() {
    for (int round = 0; round < 300 && !(is_over() && news_.empty() && todo_.empty()); ++round) {
      while (!todo_.empty()) carry_out_one();
      while (!news_.empty()) deliver_one();
      if (is_over()) continue;
      if (trade_.phase() == Phase::preparing) pass_prepare_deadline();
      const auto leg_count = static_cast<LegIndex>(plan().legs.size());
      for (LegIndex leg = 0; leg < leg_count; ++leg) expire(leg);
      if (todo_.empty() && news_.empty()) todo_ = trade_.outstanding();
    }
  }

  [[nodiscard]] bool is_over() const { return is_terminal(trade_.phase()); }

  [[nodiscard]] Phase phase() const { return trade_.phase(); }

  // The ledgers' own books against what the trade says of itself.
  void check_books() const {
    bool anything_released = false;
    bool anything_refunded = false;
    for (const auto& [key, deposit] : deposits_) {
      const bool was_returned = returned_.count(key) == 1;
      RC_ASSERT(deposit.ended.has_value() != was_returned);
      anything_released |= deposit.ended == MovementKind::release;
      anything_refunded |= deposit.ended == MovementKind::refund;
    }
    RC_ASSERT(!(anything_released && anything_refunded));
    const auto holds = static_cast<std::size_t>(std::count_if(
        plan().legs.begin(), plan().legs.end(), [](const Leg& leg) { return leg.role == LegRole::hold; }));
    const bool paid_out = fate_of_pivot() == Fate::landed;
    switch (phase()) {
      case Phase::settled:
        RC_ASSERT(released_ == holds);
        RC_ASSERT(paid_out == plan().pivot().has_value());
        break;
      case Phase::refunded:
        RC_ASSERT(anything_refunded);
        RC_ASSERT(!paid_out);
        break;
      case Phase::rejected:
        RC_ASSERT(!anything_released && !anything_refunded && !paid_out);
        break;
      case Phase::preparing:
      case Phase::deciding:
      case Phase::releasing:
      case Phase::refunding:
      case Phase::suspended:
        RC_FAIL("the trade has not ended");
    }
  }

 private:
  enum class Fate { open, landed, excluded };

  [[nodiscard]] const Plan& plan() const { return trade_.plan; }

  [[nodiscard]] Fate fate_of_pivot() const {
    const auto pivot = plan().pivot();
    return pivot && fates_.count(*pivot) != 0 ? fates_.at(*pivot) : Fate::open;
  }

  void tell(const Event& event) {
    trade_.on(event);
    RC_ASSERT(trade_.refusal == ErrorCode::not_found);
    todo_.insert(todo_.end(), trade_.commands.begin(), trade_.commands.end());
  }

  // What was asked for and not done is asked for again; what is to be sent back follows from replaying the facts.
  void restart() {
    std::erase_if(todo_, [](const Command& command) { return !std::holds_alternative<Rare<ReturnDeposit>>(command); });
    const Commands outstanding = trade_.outstanding();
    todo_.insert(todo_.end(), outstanding.begin(), outstanding.end());
  }

  void deliver_one() {
    if (news_.empty()) return;
    const auto index = dice_.below(news_.size());
    const Event event = news_[index];
    if (!dice_.one_in(5)) news_.erase(news_.begin() + static_cast<std::ptrdiff_t>(index));  // else it comes once more
    if (const auto* it = std::get_if<Decided>(&event)) decided_ = it->decision;
    tell(event);
  }

  void carry_out_one() {
    if (todo_.empty()) return;
    const auto index = dice_.below(todo_.size());
    const Command command = todo_[index];
    todo_.erase(todo_.begin() + static_cast<std::ptrdiff_t>(index));
    if (const auto* it = std::get_if<Submit>(&command)) return submit_movement(*it);
    if (const auto* it = std::get_if<AwaitDeposit>(&command)) return await(it->leg);
    if (const auto* it = std::get_if<Abandon>(&command)) return abandon(it->leg, it->kind);
    if (const auto* it = std::get_if<RecordDecision>(&command)) return record(it->decision);
    if (const auto* rare = std::get_if<Rare<ReturnDeposit>>(&command)) {
      const ReturnDeposit* const it = rare->operator->();
      RC_ASSERT(deposits_.count(it->outcome.hold_key) == 1);
      returned_.insert(it->outcome.hold_key);
    }
  }

  void record(Decision decision) {
    RC_ASSERT(!decision_ || *decision_ == decision);
    if (!decision_) news_.push_back(decided(decision));
    decision_ = decision;
  }

  void submit_movement(const Submit& it) {
    switch (it.kind) {
      case MovementKind::hold:
      case MovementKind::payment:
        signed_.insert(it.leg);
        if (fates_[it.leg] == Fate::open && !dice_.one_in(4)) decide(it.leg, it.kind);
        return;
      case MovementKind::release:
      case MovementKind::refund:
        return end_hold(it);
    }
  }

  void end_hold(const Submit& it) {
    RC_ASSERT(deposits_.count(it.hold_key) == 1);
    if (it.kind == MovementKind::refund) {
      RC_ASSERT(decided_ == Decision::abort && fate_of_pivot() != Fate::landed);
    } else if (plan().pivot()) {
      RC_ASSERT(!decided_ && fate_of_pivot() == Fate::landed);
    } else {
      RC_ASSERT(decided_ == Decision::commit);
    }
    Deposit& deposit = deposits_.at(it.hold_key);
    if (deposit.ended) RC_ASSERT(*deposit.ended == it.kind);
    if (deposit.ended || !attempts_.insert({it.hold_key, it.attempt}).second) return;
    if (dice_.one_in(4)) {
      news_.emplace_back(failed(plan(), it.leg, it.kind, it.hold_key));
      return;
    }
    if (dice_.one_in(4)) return news_.push_back(dead(it.leg, it.kind));
    deposit.ended = it.kind;
    if (it.kind == MovementKind::release) ++released_;
    news_.emplace_back(done(plan(), it.leg, it.kind, it.hold_key));
  }

  void await(LegIndex leg) {
    if (fates_[leg] == Fate::open && dice_.one_in(2)) land(leg, MovementKind::hold);
  }

  void abandon(LegIndex leg, MovementKind kind) {
    if (fates_[leg] != Fate::open) return;
    if (kind == MovementKind::hold && plan().legs[leg].placement == Placement::payer) return;  // nobody can
    if (signed_.count(leg) == 0) return exclude(leg, refused(leg, kind));
    if (dice_.one_in(2)) decide(leg, kind);
  }

  // The leg's time is over on its ledger.
  void expire(LegIndex leg) {
    if (fates_[leg] != Fate::open || phase() == Phase::preparing) return;
    const bool is_pivot = plan().legs[leg].role == LegRole::pivot;
    if (is_pivot && signed_.count(leg) == 0) return;
    exclude(leg, dead(leg, is_pivot ? MovementKind::payment : MovementKind::hold));
  }

  void decide(LegIndex leg, MovementKind kind) {
    if (dice_.one_in(8)) return exclude(leg, dead(leg, kind));
    if (dice_.one_in(8)) return exclude(leg, failed(plan(), leg, kind));
    land(leg, kind);
  }

  void exclude(LegIndex leg, const Event& proof) {
    fates_[leg] = Fate::excluded;
    news_.push_back(proof);
  }

  void land(LegIndex leg, MovementKind kind) {
    fates_[leg] = Fate::landed;
    HoldKey key;
    if (kind == MovementKind::hold) {
      key = key_of_hold(leg);
      deposits_[key] = {leg, false, std::nullopt};
    }
    news_.emplace_back(done(plan(), leg, kind, key));
  }

  // Exact or short; before, in between or after.
  void deposit_extra() {
    const auto leg = static_cast<LegIndex>(dice_.below(plan().legs.size()));
    if (plan().legs[leg].role == LegRole::pivot || plan().returned) return;
    const HoldKey key = key_of_hold(leg, static_cast<std::uint8_t>(deposits_.size() + 1));
    deposits_[key] = {leg, true, std::nullopt};
    OutcomeFinal fact{plan().legs[leg].ledger, deposit_of(plan(), leg, key)};
    if (dice_.one_in(2)) fact.outcome.amount = Amount(1);
    news_.emplace_back(fact);
  }

  void pass_prepare_deadline() {
    if (!deadline_passed_) news_.emplace_back(PrepareDeadlinePassed{});
    deadline_passed_ = true;
  }

  Story trade_;
  Dice& dice_;
  Commands todo_;
  std::vector<Event> news_;
  std::map<LegIndex, Fate> fates_;
  std::set<LegIndex> signed_;
  std::map<HoldKey, Deposit> deposits_;
  std::set<HoldKey> returned_;
  std::set<std::pair<HoldKey, std::uint8_t>> attempts_;
  std::optional<Decision> decision_;
  std::optional<Decision> decided_;
  std::size_t released_ = 0;
  bool deadline_passed_ = false;
};

RC_GTEST_PROP(HonestLedgers, end_every_trade_with_books_that_are_right, ()) {
  Dice dice(any_seed());
  const std::vector<Plan> plans = {payment_plan(),     payment_plan(Placement::payer),
                                   pvp_plan(),         pvp_plan(Placement::payer),
                                   three_holds_plan(), chain_plan()};
  Phase last = Phase::preparing;
  for (int i = 0; i < kStoriesPerCase; ++i) {
    World world(dice.one_of(plans), dice);
    for (std::size_t steps = dice.below(120); steps > 0; --steps) world.go_on();
    world.settle_down();
    world.check_books();
    last = world.phase();
  }
  RC_CLASSIFY(last == Phase::settled, "settled");
  RC_CLASSIFY(last == Phase::refunded, "refunded");
  RC_CLASSIFY(last == Phase::rejected, "rejected");
}

}  // namespace
}  // namespace clearspan
