// I1, I2, I3, I9, I11: what every trade came to, by the ledgers, and what is left on the way.
#include <algorithm>

#include "tools/auditor/rules.hpp"

namespace clearspan::audit {
namespace {

// Who answers for a hold.
struct Owner {
  const TradeFact* trade = nullptr;
  const TradeFact* returner = nullptr;  // the trade that sends it back
};

using Owners = std::map<std::pair<LedgerId, HoldKey>, Owner>;

Owners owners_of(const Facts& facts) {
  Owners owners;
  for (const auto& [id, trade] : facts.trades) {
    const Plan& plan = trade.machine.plan();
    for (std::size_t i = 0; i < plan.legs.size(); ++i) {
      const HoldKey& key = trade.machine.legs()[i].key;
      if (key.is_zero()) continue;
      Owner& owner = owners[{plan.legs[i].ledger, key}];
      (plan.returned ? owner.returner : owner.trade) = &trade;
    }
  }
  return owners;
}

// One trade against the books.
class TradeEnd {
 public:
  TradeEnd(const TradeFact& trade, const BookIndexes& books, Findings& findings)
      : trade_(trade), plan_(trade.machine.plan()), books_(books), findings_(findings) {}

  void check() {
    for (const Leg& leg : plan_.legs) {
      const auto book = books_.find(leg.ledger);
      if (book == books_.end()) return;
      if (book->second.is_rewritten()) {
        ++findings_.report().counts.excused;
        return;
      }
    }
    for (std::size_t i = 0; i < plan_.legs.size(); ++i) {
      if (plan_.legs[i].role == LegRole::pivot) {
        check_pivot(i);
      } else {
        check_hold(i);
      }
    }
  }

 private:
  void complain(Invariant invariant, std::size_t leg, const std::string& what) {
    std::vector<RecordPoint> records = {trade_.created.point};
    if (trade_.over) records.push_back(trade_.over->point);
    findings_.add(invariant,
                  words(plan_.id) + " is " + std::string(to_string(trade_.machine.phase())) + ", leg " +
                      std::to_string(leg) + ": " + what,
                  std::move(records));
  }

  [[nodiscard]] MovementKey key_of_leg(std::size_t leg, MovementKind kind) const {
    return {make_operation_ref(plan_.id, static_cast<LegIndex>(leg), plan_.engine), kind};
  }

  // By the account that the plan names: what strangers do under the same ref says nothing.
  [[nodiscard]] std::vector<const Outcome*> payments_of(std::size_t leg) const {
    std::vector<const Outcome*> payments;
    for (const Outcome* one : books_.at(plan_.legs[leg].ledger).effects_of(key_of_leg(leg, MovementKind::payment))) {
      if (one->from == plan_.legs[leg].payer) payments.push_back(one);
    }
    return payments;
  }

  void check_pivot(std::size_t leg) {
    const std::vector<const Outcome*> payments = payments_of(leg);
    if (payments.size() > 1) complain(Invariant::submission, leg, "the payee was paid more than once");
    switch (trade_.machine.phase()) {
      case Phase::settled:
        if (payments.size() != 1 || !is_exact_payment(plan_.legs[leg], *payments.front())) {
          complain(Invariant::monotone, leg, "the ledger does not show the payment");
        }
        break;
      case Phase::refunded:
      case Phase::rejected:
        if (!payments.empty())
          complain(Invariant::exclusivity, leg, "the payee was paid although the trade was aborted");
        break;
      case Phase::preparing:
      case Phase::deciding:
      case Phase::releasing:
      case Phase::refunding:
      case Phase::suspended:
        break;
    }
  }

  void check_hold(std::size_t leg) {
    const Leg& terms = plan_.legs[leg];
    const BookIndex& book = books_.at(terms.ledger);
    const LegStory& story = trade_.machine.legs()[leg];
    const HoldStory* hold = story.key.is_zero() ? nullptr : book.find_hold(story.key);
    if (!story.key.is_zero() && (hold == nullptr || hold->held == nullptr)) {
      return complain(Invariant::conservation, leg, "the ledger has no such hold");
    }
    if (hold != nullptr && !is_hold_of_leg(terms, *hold->held)) {
      complain(Invariant::conservation, leg, "the ledger's hold has other terms");
    }
    if (terms.placement == Placement::engine && !plan_.returned) check_placed_once(leg);
    switch (trade_.machine.phase()) {
      case Phase::settled:
        expect_end(leg, hold, MovementKind::release);
        break;
      case Phase::refunded:
        if (hold != nullptr) expect_end(leg, hold, MovementKind::refund);
        break;
      case Phase::rejected:
        if (hold != nullptr) complain(Invariant::monotone, leg, "something was held");
        break;
      case Phase::preparing:
      case Phase::deciding:
      case Phase::releasing:
      case Phase::refunding:
      case Phase::suspended:
        break;
    }
  }

  // A return's plan is made from the hold itself.
  [[nodiscard]] bool is_hold_of_leg(const Leg& terms, const Outcome& held) const {
    return plan_.returned ? held.asset == terms.asset && held.amount == terms.amount && held.from == terms.payer
                          : fits_leg(terms, held);
  }

  void expect_end(std::size_t leg, const HoldStory* hold, MovementKind kind) {
    if (hold != nullptr && hold->ended != nullptr && hold->ended->kind == kind) return;
    complain(Invariant::monotone, leg, "the ledger does not show the " + std::string(to_string(kind)));
  }

  void check_placed_once(std::size_t leg) {
    const auto& holds = books_.at(plan_.legs[leg].ledger).effects_of(key_of_leg(leg, MovementKind::hold));
    const auto is_placed = [&](const Outcome* one) { return fits_leg(plan_.legs[leg], *one); };
    // More of them are somebody's deposits when they are not the engine's txns; those are counted by check_books.
    if (std::count_if(holds.begin(), holds.end(), is_placed) <= 1) return;
    const bool is_over = trade_.machine.is_over();
    const bool all_ended = std::all_of(holds.begin(), holds.end(), [&](const Outcome* one) {
      const HoldStory* story = books_.at(plan_.legs[leg].ledger).find_hold(one->hold_key);
      return story != nullptr && story->ended != nullptr;
    });
    if (is_over && !all_ended) complain(Invariant::conservation, leg, "a second hold of it is left in escrow");
  }

  const TradeFact& trade_;
  const Plan& plan_;
  const BookIndexes& books_;
  Findings& findings_;
};

void check_owners(const Owners& owners, Findings& findings) {
  for (const auto& [hold, owner] : owners) {
    if (owner.trade == nullptr || owner.returner == nullptr) continue;
    findings.add(Invariant::justification,
                 "hold " + to_hex(hold.second.view()) + " on " + hold.first.text +
                     " is relied on by one trade and sent back by another",
                 {owner.trade->created.point, owner.returner->created.point});
  }
}

// A hold ends the way of the trade that it belongs to, whoever ended it.
void check_ends_of_holds(const Facts& facts, const Owners& owners, const BookIndex& book, Findings& findings) {
  for (const BookTxn& txn : book.book().txns) {
    for (const BookEffect& effect : txn.effects) {
      const Outcome& outcome = effect.outcome;
      const bool is_end = outcome.kind == MovementKind::release || outcome.kind == MovementKind::refund;
      if (effect.anchor || !outcome.ok || !is_end || outcome.reclaimed || book.is_rewritten()) continue;
      const SignedFact* ours = facts.find_txn(txn.id);
      const auto owner = owners.find({book.book().ledger, outcome.hold_key});
      if (ours == nullptr || owner == owners.end()) continue;
      const TradeFact* trade = owner->second.trade != nullptr ? owner->second.trade : owner->second.returner;
      const bool was_committed = trade->committed.has_value();
      if ((outcome.kind == MovementKind::release) == was_committed) continue;
      findings.add(Invariant::exclusivity,
                   words(book.book().ledger, outcome.position) + ": the hold of " + words(trade->machine.plan().id) +
                       " ended against the trade's decision",
                   {ours->when.point, trade->created.point});
    }
  }
}

// I11: after the last fault everything has come to an end, or says why not.
class EndedRules {
 public:
  EndedRules(const Facts& facts, const BookIndexes& books, Findings& findings)
      : facts_(facts), books_(books), findings_(findings), owners_(owners_of(facts)) {}

  void run() {
    for (const auto& [id, trade] : facts_.trades) check_trade(trade);
    for (const SignedFact& txn : facts_.txns) check_txn(txn);
    for (const auto& [ledger, book] : books_) {
      if (facts_.is_frozen(ledger)) continue;
      for (const BookTxn& txn : book.book().txns) {
        for (const BookEffect& effect : txn.effects) check_hold(book, effect);
      }
    }
  }

 private:
  // Suspended, or with a leg on a ledger that is frozen until an operator clears it.
  [[nodiscard]] bool may_wait(const TradeFact& trade) const {
    const std::vector<Leg>& legs = trade.machine.plan().legs;
    return trade.machine.phase() == Phase::suspended ||
           std::any_of(legs.begin(), legs.end(), [&](const Leg& leg) { return facts_.is_frozen(leg.ledger); });
  }

  void check_trade(const TradeFact& trade) {
    if (trade.machine.is_over() || may_wait(trade)) return;
    findings_.add(Invariant::liveness,
                  words(trade.machine.plan().id) + " is still " + std::string(to_string(trade.machine.phase())),
                  {trade.created.point});
  }

  // Checkpoints are anchored for as long as the engine runs, so only what moves value must be over.
  void check_txn(const SignedFact& txn) {
    const auto book = books_.find(txn.ledger);
    if (txn.closed || txn.movements.empty() || facts_.is_frozen(txn.ledger) || book == books_.end()) return;
    const LedgerBook& stated = book->second.book();
    const BookBlock* last = stated.block_at(stated.final_height);
    const bool is_expired = last != nullptr && last->time > txn.acts_until();
    const bool is_replaced = stated.kind == "ethereum" && book->second.find_sequence(txn.key, txn.sequence) != nullptr;
    if (is_expired || is_replaced || book->second.find_txn(txn.id) != nullptr) return;
    findings_.add(Invariant::liveness,
                  "txn " + to_hex(txn.id.view()) + " of " + txn.ledger.text + " is still on the way", {txn.when.point});
  }

  void check_hold(const BookIndex& book, const BookEffect& effect) {
    const Outcome& outcome = effect.outcome;
    if (effect.anchor || !outcome.ok || outcome.kind != MovementKind::hold) return;
    if (engine_of(outcome.ref) != facts_.engine() || book.find_hold(outcome.hold_key)->ended != nullptr) return;
    const TradeFact* owner = nullptr;
    if (const auto found = owners_.find({book.book().ledger, outcome.hold_key}); found != owners_.end()) {
      owner = found->second.trade != nullptr ? found->second.trade : found->second.returner;
    }
    if (owner != nullptr && may_wait(*owner)) return;
    std::vector<RecordPoint> records;
    if (owner != nullptr) records.push_back(owner->created.point);
    findings_.add(Invariant::liveness,
                  words(book.book().ledger, outcome.position) + ": " + to_string(outcome.amount) + " " +
                      outcome.asset.text + " of " + outcome.from.text + " are still held, and nobody answers for them",
                  std::move(records));
  }

  const Facts& facts_;
  const BookIndexes& books_;
  Findings& findings_;
  const Owners owners_;
};

}  // namespace

void check_ends(const Facts& facts, const BookIndexes& books, const Options& options, Findings& findings) {
  const Owners owners = owners_of(facts);
  check_owners(owners, findings);
  for (const auto& [id, trade] : facts.trades) TradeEnd(trade, books, findings).check();
  for (const auto& [ledger, book] : books) check_ends_of_holds(facts, owners, book, findings);
  for (const auto& [id, phase] : options.seen) {
    if (phase != Phase::settled && phase != Phase::refunded && phase != Phase::rejected) continue;
    const TradeFact* trade = facts.find_trade(id);
    if (trade != nullptr && trade->machine.phase() == phase) continue;
    const std::string now = trade == nullptr ? "is not there" : "is " + std::string(to_string(trade->machine.phase()));
    findings.add(Invariant::monotone,
                 words(id) + " was seen " + std::string(to_string(phase)) + ", and by the log it " + now,
                 trade == nullptr ? std::vector<RecordPoint>{} : std::vector<RecordPoint>{trade->created.point});
  }
}

void check_ended(const Facts& facts, const BookIndexes& books, Findings& findings) {
  EndedRules(facts, books, findings).run();
}

}  // namespace clearspan::audit
