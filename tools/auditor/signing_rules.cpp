// I2, I3, I5: what was signed, and on what grounds. The books are not needed for it: a signature that must not exist is
// a violation whether or not it took effect.
#include <algorithm>

#include "tools/auditor/rules.hpp"

namespace clearspan::audit {
namespace {

struct SignedMovementFact {
  const SignedFact* txn = nullptr;
  const Movement* movement = nullptr;
};

using PerHold = std::map<std::pair<LedgerId, HoldKey>, std::array<const SignedFact*, 2>>;
using PerMovement = std::unordered_map<MovementKey, std::vector<SignedMovementFact>>;

bool is_end(MovementKind kind) {
  return kind == MovementKind::release || kind == MovementKind::refund;
}

class SigningRules {
 public:
  SigningRules(const Facts& facts, const Options& options, Findings& findings)
      : facts_(facts), options_(options), findings_(findings) {
    for (const SignedFact& txn : facts.txns) {
      for (const Movement& movement : txn.movements) signed_[key_of(movement)].push_back({&txn, &movement});
    }
  }

  void run() {
    for (const SignedFact& txn : facts_.txns) {
      for (const Movement& movement : txn.movements) check(txn, movement);
    }
    for (const auto& [key, tries] : signed_) check_tries(key, tries);
    check_sequences();
  }

 private:
  void complain(Invariant invariant, const SignedFact& txn, const Movement& movement, const std::string& what,
                std::vector<RecordPoint> also = {}) {
    also.insert(also.begin(), txn.when.point);
    findings_.add(invariant, words(key_of(movement)) + " was signed for " + txn.ledger.text + ", " + what,
                  std::move(also));
  }

  // Whether the cause was on record before the signature. Logs of two shards are compared by time.
  [[nodiscard]] bool precedes(const Moment& cause, const Moment& signature) const {
    if (cause.point.shard == signature.point.shard) return cause.point.sequence < signature.point.sequence;
    return !options_.steady_clock || cause.time <= signature.time;
  }

  [[nodiscard]] bool precedes(const std::optional<Moment>& cause, const Moment& signature) const {
    return cause && precedes(*cause, signature);
  }

  void check(const SignedFact& txn, const Movement& movement) {
    if (is_end(movement.kind)) check_exclusive(txn, movement);
    const TradeFact* trade = facts_.find_trade(trade_of(movement.ref));
    if (trade == nullptr || engine_of(movement.ref) != facts_.engine()) {
      return complain(Invariant::justification, txn, movement, "and no such trade exists");
    }
    const Plan& plan = trade->machine.plan();
    const std::size_t index = leg_of(movement.ref);
    if (index >= plan.legs.size())
      return complain(Invariant::justification, txn, movement, "a leg that the plan lacks");
    const Leg& leg = plan.legs[index];
    if (leg.ledger != txn.ledger || (leg.role == LegRole::pivot) != (movement.kind == MovementKind::payment)) {
      return complain(Invariant::justification, txn, movement, "which is not what the leg is for");
    }
    check_terms(txn, movement, leg);
    if (trade->over && trade->over->point.shard == txn.when.point.shard && precedes(trade->over, txn.when) &&
        txn.fee_step == 0) {
      complain(Invariant::monotone, txn, movement, "after the trade was over", {trade->over->point});
    }
    switch (movement.kind) {
      case MovementKind::hold:
        if (!precedes(trade->created, txn.when))
          complain(Invariant::evidence, txn, movement, "before the trade existed");
        break;
      case MovementKind::payment:
        check_holds_final(txn, movement, *trade, "and not all holds were final");
        break;
      case MovementKind::release:
        check_release(txn, movement, *trade);
        break;
      case MovementKind::refund:
        check_refund(txn, movement, *trade);
        break;
    }
  }

  void check_terms(const SignedFact& txn, const Movement& movement, const Leg& leg) {
    const AccountId& receiver = movement.kind == MovementKind::refund ? leg.payer : leg.payee;
    if (movement.asset != leg.asset || movement.amount != leg.amount) {
      complain(Invariant::justification, txn, movement,
               "over " + to_string(movement.amount) + " " + movement.asset.text + " where the plan has " +
                   to_string(leg.amount) + " " + leg.asset.text);
    }
    if (movement.from != leg.payer || movement.to != receiver) {
      complain(Invariant::justification, txn, movement,
               "from " + movement.from.text + " to " + movement.to.text + ", whom the plan does not name so");
    }
    const bool is_hold = movement.kind == MovementKind::hold;
    if (is_hold && leg.placement == Placement::payer) {
      complain(Invariant::justification, txn, movement, "which the payer was to place");
    }
    if (is_hold && movement.reclaim_after < leg.reclaim_after) {
      complain(Invariant::justification, txn, movement, "and the payer can reclaim it too early");
    }
  }

  void check_exclusive(const SignedFact& txn, const Movement& movement) {
    auto& both = per_hold_[{txn.ledger, movement.hold_key}];
    both[movement.kind == MovementKind::release ? 0 : 1] = &txn;
    if (both[0] == nullptr || both[1] == nullptr) return;
    findings_.add(Invariant::exclusivity,
                  "hold " + to_hex(movement.hold_key.view()) + " on " + txn.ledger.text +
                      ": both its release and its refund were signed",
                  {both[0]->when.point, both[1]->when.point});
  }

  bool check_holds_final(const SignedFact& txn, const Movement& movement, const TradeFact& trade,
                         const std::string& otherwise) {
    const Plan& plan = trade.machine.plan();
    for (std::size_t i = 0; i < plan.legs.size(); ++i) {
      if (plan.legs[i].role != LegRole::hold || precedes(trade.holds[i], txn.when)) continue;
      complain(Invariant::justification, txn, movement, otherwise + " (leg " + std::to_string(i) + ")");
      return false;
    }
    return true;
  }

  void check_own_hold(const SignedFact& txn, const Movement& movement, const TradeFact& trade) {
    if (trade.machine.legs()[leg_of(movement.ref)].key == movement.hold_key) return;
    complain(Invariant::justification, txn, movement, "of a hold that is not the leg's");
  }

  void check_release(const SignedFact& txn, const Movement& movement, const TradeFact& trade) {
    check_own_hold(txn, movement, trade);
    if (!precedes(trade.committed, txn.when)) {
      complain(Invariant::justification, txn, movement, "and no decision to commit stands before it");
    }
    if (!trade.machine.plan().pivot()) {
      check_holds_final(txn, movement, trade, "and not all holds were final");
    } else if (!precedes(trade.pivot_paid, txn.when)) {
      complain(Invariant::justification, txn, movement, "and no final payment with the exact terms stands before it");
    }
  }

  void check_refund(const SignedFact& txn, const Movement& movement, const TradeFact& trade) {
    check_own_hold(txn, movement, trade);
    if (!precedes(trade.aborted, txn.when)) {
      complain(Invariant::justification, txn, movement, "and no decision to abort stands before it");
    }
    const Plan& plan = trade.machine.plan();
    const auto pivot = plan.pivot();
    if (!pivot) return;
    const auto payment = signed_.find({make_operation_ref(plan.id, *pivot, plan.engine), MovementKind::payment});
    if (payment == signed_.end() || precedes(trade.pivot_failed, txn.when)) return;
    complain(Invariant::justification, txn, movement,
             "and nothing before it shows that the payment, which was signed, failed or is dead",
             {payment->second.front().txn->when.point});
  }

  // One try is one txn, or replacements of it with the same sequence number; the next try follows a failure.
  void check_tries(const MovementKey& key, const std::vector<SignedMovementFact>& tries) {
    const SignedMovementFact& first = tries.front();
    const TradeFact* trade = facts_.find_trade(trade_of(key.ref));
    unsigned last_attempt = 0;
    for (std::size_t i = 0; i < tries.size(); ++i) {
      last_attempt = std::max<unsigned>(last_attempt, tries[i].movement->attempt);
      for (std::size_t j = 0; j < i; ++j) {
        if (tries[i].movement->attempt != tries[j].movement->attempt || is_replacement(*tries[i].txn, *tries[j].txn)) {
          continue;
        }
        complain(Invariant::submission, *tries[i].txn, *tries[i].movement, "twice, and both could take effect",
                 {tries[j].txn->when.point});
      }
    }
    if (last_attempt == 0 || trade == nullptr) return;
    const auto failed = trade->failed_tries.find(key);
    const unsigned failures = failed == trade->failed_tries.end() ? 0 : failed->second;
    if (is_end(key.kind) && failures >= last_attempt) return;
    complain(Invariant::submission, *first.txn, *first.movement,
             std::to_string(last_attempt + 1) + " times after " + std::to_string(failures) + " failures");
  }

  [[nodiscard]] bool is_replacement(const SignedFact& a, const SignedFact& b) const {
    return has_sequences(a.ledger) && a.signer == b.signer && a.sequence == b.sequence;
  }

  [[nodiscard]] bool has_sequences(const LedgerId& ledger) const {
    return facts_.descriptions.at(ledger).kind == "ethereum";
  }

  // Txns with one sequence number are the same movements with another fee, or nothing, which uses the number up.
  void check_sequences() {
    std::map<std::tuple<LedgerId, AccountId, Sequence>, const SignedFact*> slots;
    for (const SignedFact& txn : facts_.txns) {
      if (!has_sequences(txn.ledger)) continue;
      const auto [slot, is_new] = slots.try_emplace({txn.ledger, txn.signer, txn.sequence}, &txn);
      if (!is_new && slot->second->movements.empty()) slot->second = &txn;
      if (is_new || txn.movements.empty() ||
          std::equal(txn.movements.begin(), txn.movements.end(), slot->second->movements.begin(),
                     slot->second->movements.end())) {
        continue;
      }
      findings_.add(Invariant::submission,
                    txn.ledger.text + ": " + txn.signer.text + " signed sequence number " +
                        std::to_string(txn.sequence.value) + " for two different effects",
                    {slot->second->when.point, txn.when.point});
    }
  }

  const Facts& facts_;
  const Options& options_;
  Findings& findings_;
  PerMovement signed_;
  PerHold per_hold_;
};

}  // namespace

void check_signing(const Facts& facts, const Options& options, Findings& findings) {
  SigningRules(facts, options, findings).run();
}

}  // namespace clearspan::audit
