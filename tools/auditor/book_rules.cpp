// I3, I4, I5: what the logs found stands in the books, and what the books hold of this engine stands in the logs.
#include <algorithm>
#include <set>

#include "tools/auditor/rules.hpp"

namespace clearspan::audit {
namespace {

using EffectPlace = std::pair<TxnId, std::uint32_t>;

class BookRules {
 public:
  BookRules(const Facts& facts, const BookIndexes& books, Findings& findings)
      : facts_(facts), books_(books), findings_(findings) {
    for (const OutcomeFact& fact : facts.outcomes) {
      recorded_.insert({fact.outcome.position.txn, fact.outcome.position.effect_index});
    }
    for (const auto& [id, trade] : facts.trades) {
      if (trade.machine.plan().returned) returns_.emplace(trade.machine.plan().returned->hold_key, &trade);
    }
    for (const SignedFact& txn : facts.txns) {
      for (const Movement& movement : txn.movements) carriers_[key_of(movement)].push_back(&txn);
    }
  }

  void run() {
    for (const OutcomeFact& fact : facts_.outcomes) check_outcome(fact);
    for (const DeadFact& fact : facts_.dead) check_dead(fact);
    for (const ViewFact& fact : facts_.views) check_view(fact);
    for (const SignedFact& txn : facts_.txns) check_closed(txn);
    for (const auto& [ledger, book] : books_) {
      std::set<std::pair<std::string, Sequence>> slots;
      for (const BookTxn& txn : book.book().txns) {
        check_txn(book, txn);
        if (book.book().kind == "ethereum" && !slots.insert({txn.signer, txn.sequence}).second) {
          findings_.add(Invariant::submission, ledger.text + ": " + txn.signer + " used sequence number " +
                                                   std::to_string(txn.sequence.value) + " twice");
        }
      }
    }
  }

 private:
  [[nodiscard]] const BookIndex* find_book(const LedgerId& ledger) const {
    const auto found = books_.find(ledger);
    return found == books_.end() ? nullptr : &found->second;
  }

  bool is_excused(const BookIndex& book, Height height) {
    if (!book.is_rewritten(height)) return false;
    ++findings_.report().counts.excused;
    return true;
  }

  // --- from the logs to the books ---

  void check_outcome(const OutcomeFact& fact) {
    const BookIndex* book = find_book(fact.ledger);
    const BlockPosition& position = fact.outcome.position;
    if (book == nullptr || is_excused(*book, position.height)) return;
    const BookEffect* effect = book->find_effect(position);
    const std::string name = words(fact.trade) + " says of " + words(fact.ledger, position);
    if (effect == nullptr || position.height > book->book().final_height) {
      findings_.add(Invariant::evidence, name + " what is not there", {fact.when.point});
    } else if (effect->anchor || effect->outcome != fact.outcome) {
      findings_.add(Invariant::evidence, name + " another thing than the ledger", {fact.when.point});
    }
  }

  void check_view(const ViewFact& fact) {
    const BookIndex* book = find_book(fact.view.ledger);
    if (book == nullptr || is_excused(*book, fact.view.height)) return;
    const BookBlock* block = book->book().block_at(fact.view.height);
    if (block != nullptr && block->hash == fact.view.block && block->time == fact.view.time) return;
    findings_.add(Invariant::evidence,
                  fact.view.ledger.text + ": block " + std::to_string(fact.view.height.value) +
                      " is not the one that was acted on, and the ledger was not frozen",
                  {fact.when.point});
  }

  // Dead means: it can never take effect, by that block.
  void check_dead(const DeadFact& fact) {
    const Plan& plan = facts_.find_trade(fact.trade)->machine.plan();
    if (fact.dead.leg >= plan.legs.size()) return;
    const Leg& leg = plan.legs[fact.dead.leg];
    const BookIndex* book = find_book(leg.ledger);
    if (book == nullptr || is_excused(*book, fact.dead.height)) return;
    const MovementKey key{make_operation_ref(plan.id, fact.dead.leg, plan.engine), fact.dead.kind};
    const auto complain = [&](const std::string& what, std::vector<RecordPoint> also = {}) {
      also.insert(also.begin(), fact.when.point);
      findings_.add(Invariant::justification, words(key) + " is said to be dead, " + what, std::move(also));
    };
    const BookBlock* block = book->book().block_at(fact.dead.height);
    if (block == nullptr || block->hash != fact.dead.block || block->time != fact.dead.time) {
      complain("by a block that the ledger does not have");
    }
    const auto carriers = carriers_.find(key);
    if (carriers == carriers_.end()) {
      if (fact.dead.time <= leg.not_after) complain("before its time was over");
      return;
    }
    for (const SignedFact* txn : carriers->second) {
      if (could_land(*book, *txn, key, fact.dead)) complain("while signed bytes could take effect", {txn->when.point});
      const BookTxn* included = book->find_txn(txn->id);
      if (included == nullptr || key.kind == MovementKind::release || key.kind == MovementKind::refund) continue;
      for (const BookEffect& effect : included->effects) {
        if (effect.outcome.ok && MovementKey{effect.outcome.ref, effect.outcome.kind} == key) {
          complain("and took effect in block " + std::to_string(included->height.value), {txn->when.point});
        }
      }
    }
  }

  // Whether the txn was neither over in that block, nor included, nor had its place taken. A later try came later.
  [[nodiscard]] bool could_land(const BookIndex& book, const SignedFact& txn, const MovementKey& key,
                                const MovementDead& dead) const {
    LedgerTime not_after = txn.not_after;
    unsigned attempt = 0;
    for (const Movement& movement : txn.movements) {
      if (key_of(movement) != key) continue;
      not_after = std::min(not_after, movement.not_after);
      attempt = movement.attempt;
    }
    if (dead.time > not_after || attempt > 0) return false;
    const BookTxn* included = book.find_txn(txn.id);
    if (included != nullptr) return false;
    const BookTxn* rival = book.book().kind == "ethereum" ? book.find_sequence(txn.key, txn.sequence) : nullptr;
    return rival == nullptr || rival->height > dead.height;
  }

  // What is closed is not watched any more, so it must be impossible or final.
  void check_closed(const SignedFact& txn) {
    const BookIndex* book = find_book(txn.ledger);
    if (!txn.closed || book == nullptr || book->is_rewritten()) return;
    const BookTxn* included = book->find_txn(txn.id);
    if (included != nullptr && book->is_final(*included)) return;
    const BookBlock* last = book->book().block_at(book->book().final_height);
    if (included == nullptr && last != nullptr && last->time > txn.acts_until()) return;
    if (book->book().kind == "ethereum" && book->find_sequence(txn.key, txn.sequence) != nullptr) return;
    findings_.add(Invariant::submission,
                  "txn " + to_hex(txn.id.view()) + " of " + txn.ledger.text +
                      " is not watched any more, and could still take effect",
                  {txn.when.point, txn.closed->point});
  }

  // --- from the books to the logs ---

  // Whether an effect is in the engine's name, or ends a hold that is.
  [[nodiscard]] bool is_ours(const BookIndex& book, const BookEffect& effect) const {
    if (effect.anchor) return false;
    if (engine_of(effect.outcome.ref) == facts_.engine()) return true;
    const HoldStory* story = effect.outcome.ok ? book.find_hold(effect.outcome.hold_key) : nullptr;
    return story != nullptr && story->held != nullptr && engine_of(story->held->ref) == facts_.engine();
  }

  // A payer's own deposit, which needs no engine: it may have the same key.
  [[nodiscard]] bool may_be_payers(const Outcome& outcome) const {
    if (outcome.kind == MovementKind::refund && outcome.reclaimed) return true;
    if (outcome.kind != MovementKind::hold) return false;
    const TradeFact* trade = facts_.find_trade(trade_of(outcome.ref));
    const std::size_t leg = leg_of(outcome.ref);
    if (trade == nullptr || leg >= trade->machine.plan().legs.size()) return true;
    return trade->machine.plan().legs[leg].placement == Placement::payer;
  }

  void check_txn(const BookIndex& book, const BookTxn& txn) {
    const SignedFact* ours = facts_.find_txn(txn.id);
    for (const BookEffect& effect : txn.effects) {
      if (ours != nullptr) check_own_effect(*ours, book, effect);
      if (!is_ours(book, effect)) continue;
      if (ours == nullptr) check_foreign_effect(book, txn, effect.outcome);
      if (book.is_final(txn)) check_is_recorded(book, effect.outcome, ours != nullptr);
    }
  }

  void check_own_effect(const SignedFact& ours, const BookIndex& book, const BookEffect& effect) {
    if (effect.anchor && ours.movements.empty()) return;
    const Outcome& outcome = effect.outcome;
    const bool is_asked_for = std::any_of(ours.movements.begin(), ours.movements.end(), [&](const Movement& movement) {
      return key_of(movement) == MovementKey{outcome.ref, outcome.kind} &&
             (movement.hold_key.is_zero() || movement.hold_key == outcome.hold_key);
    });
    if (is_asked_for) return;
    findings_.add(Invariant::submission,
                  words(book.book().ledger, outcome.position) + ": the txn did what its record does not say",
                  {ours.when.point});
  }

  // Bytes that no log knows.
  void check_foreign_effect(const BookIndex& book, const BookTxn& txn, const Outcome& outcome) {
    const std::string name = words(book.book().ledger, outcome.position) + ": ";
    const bool is_end = outcome.kind == MovementKind::release || outcome.kind == MovementKind::refund;
    if (facts_.is_our_key(book.book().ledger, txn.signer)) {
      if (may_be_payers(outcome)) return;
      findings_.add(Invariant::submission, name + "the engine's key signed " +
                                               words(MovementKey{outcome.ref, outcome.kind}) +
                                               ", and no log holds those bytes");
    } else if (outcome.ok && is_end && !outcome.reclaimed) {
      findings_.add(Invariant::submission, name + "a hold in the engine's name ended by bytes that no log holds");
    }
  }

  // What a block did in the engine's name is on record once the block was handled.
  void check_is_recorded(const BookIndex& book, const Outcome& outcome, bool is_our_txn) {
    if (recorded_.contains({outcome.position.txn, outcome.position.effect_index})) return;
    if (is_excused(book, outcome.position.height)) return;
    const TradeFact* trade = facts_.find_trade(trade_of(outcome.ref));
    if (!was_handled(book, trade, outcome.position.height)) return;
    const bool is_hold = outcome.kind == MovementKind::hold;
    if (outcome.ok && is_hold && was_sent_back_unheard(outcome, trade)) return;
    const bool may_be_passed_over = trade == nullptr || trade->machine.is_over();
    if (outcome.ok ? !is_our_txn && !is_hold : may_be_passed_over || !is_our_txn) return;
    findings_.add(Invariant::evidence, words(book.book().ledger, outcome.position) + ": " +
                                           words(MovementKey{outcome.ref, outcome.kind}) +
                                           (outcome.ok ? " took effect" : " failed") + ", and no log says so");
  }

  // A deposit in the name of a trade that is over, or never was, is sent back without being one of its events.
  [[nodiscard]] bool was_sent_back_unheard(const Outcome& hold, const TradeFact* trade) const {
    const auto found = returns_.find(hold.hold_key);
    if (found == returns_.end()) return false;
    if (trade == nullptr) return true;
    const RecordPoint& returned = found->second->created.point;
    return trade->over && (trade->over->point.shard != returned.shard || trade->over->point < returned);
  }

  [[nodiscard]] bool was_handled(const BookIndex& book, const TradeFact* trade, Height height) const {
    const auto handled = [&](const LogFacts& log, std::uint16_t shard) {
      const auto found = log.handled.find({book.book().ledger, shard});
      return found != log.handled.end() && found->second >= height;
    };
    const auto handled_by_all = [&](const LogFacts& log) {
      for (std::uint16_t shard = 0; shard < log.shards; ++shard) {
        if (!handled(log, shard)) return false;
      }
      return true;
    };
    if (trade == nullptr) return std::all_of(facts_.logs.begin(), facts_.logs.end(), handled_by_all);
    const LogFacts& log = facts_.logs[trade->created.point.shard];
    return handled(log, shard_in(log, trade->machine.plan().id));
  }

  // The shard whose trade it is: by the number that the last bytes of its id are.
  static std::uint16_t shard_in(const LogFacts& log, const TradeId& trade) {
    unsigned number = 0;
    for (std::size_t i = TradeId::kSize - kTradeIdShardBytes; i < TradeId::kSize; ++i) {
      number = number << 8 | trade.bytes[i];
    }
    return static_cast<std::uint16_t>(number % log.shards);
  }

  const Facts& facts_;
  const BookIndexes& books_;
  Findings& findings_;
  std::set<EffectPlace> recorded_;
  std::map<HoldKey, const TradeFact*> returns_;
  std::unordered_map<MovementKey, std::vector<const SignedFact*>> carriers_;
};

}  // namespace

void check_books(const Facts& facts, const BookIndexes& books, Findings& findings) {
  BookRules(facts, books, findings).run();
}

}  // namespace clearspan::audit
