// I1: a book, played from its start, gives the balances that it states.
#include <set>

#include "tools/auditor/rules.hpp"

namespace clearspan::audit {
namespace {

using Purse = std::pair<AccountId, AssetId>;

const AccountId kEscrow{"the escrow"};

class Replay {
 public:
  Replay(const LedgerBook& book, Findings& findings) : book_(book), findings_(findings) {}

  void run() {
    for (const BookAccount& line : book_.accounts) {
      if (!balances_.emplace(Purse{line.account, line.asset}, line.at_start).second) {
        complain(line.account.text + " stands in the book twice");
      }
    }
    check_order();
    for (const BookTxn& txn : book_.txns) {
      for (const BookEffect& effect : txn.effects) {
        if (effect.outcome.ok && !effect.anchor) play(effect.outcome);
      }
    }
    check_accounts();
    check_escrow();
    check_open_holds();
  }

 private:
  [[nodiscard]] bool explains_accounts() const { return !book_.accounts.empty(); }

  void complain(const std::string& what, Invariant invariant = Invariant::conservation) {
    findings_.add(invariant, book_.ledger.text + ": " + what);
  }

  void complain(const Outcome& outcome, const std::string& what, Invariant invariant = Invariant::conservation) {
    findings_.add(invariant, words(book_.ledger, outcome.position) + ": " + what);
  }

  // A txn stands in the ledger once, and its effects in it once.
  void check_order() {
    std::set<TxnId> seen;
    const BookTxn* last = nullptr;
    for (const BookTxn& txn : book_.txns) {
      if (!seen.insert(txn.id).second) {
        complain("txn " + to_hex(txn.id.view()) + " is in the ledger twice", Invariant::submission);
      }
      if (last != nullptr && std::tie(last->height, last->index) >= std::tie(txn.height, txn.index)) {
        complain("txn " + to_hex(txn.id.view()) + " stands out of order");
      }
      for (std::size_t i = 1; i < txn.effects.size(); ++i) {
        if (txn.effects[i - 1].outcome.position.effect_index >= txn.effects[i].outcome.position.effect_index) {
          complain("the effects of txn " + to_hex(txn.id.view()) + " stand out of order");
        }
      }
      last = &txn;
    }
  }

  void play(const Outcome& outcome) {
    switch (outcome.kind) {
      case MovementKind::hold:
        if (!open_.emplace(outcome.hold_key, &outcome).second || outcome.hold_key.is_zero()) {
          return complain(outcome, "a hold has the key of another");
        }
        take(outcome, outcome.from, outcome.asset, outcome.amount);
        give(outcome, kEscrow, outcome.asset, outcome.amount);
        break;
      case MovementKind::payment:
        take(outcome, outcome.from, outcome.asset, outcome.amount);
        give(outcome, outcome.to, outcome.asset, outcome.amount);
        break;
      case MovementKind::release:
      case MovementKind::refund:
        end(outcome);
        break;
    }
  }

  // What a hold held leaves the escrow, and its receiver gets no more than that: less where the token takes a fee.
  void end(const Outcome& outcome) {
    const auto found = open_.find(outcome.hold_key);
    if (found == open_.end()) {
      return complain(outcome, "a hold ends that is not open", Invariant::exclusivity);
    }
    const Outcome& held = *found->second;
    const AccountId& receiver = outcome.kind == MovementKind::release ? held.to : held.from;
    const bool takes_fee = book_.kind == "ethereum" && outcome.amount < held.amount;
    if (outcome.asset != held.asset || (outcome.amount != held.amount && !takes_fee)) {
      complain(outcome, "what comes out of a hold is not what went in: " + to_string(outcome.amount) + " " +
                            outcome.asset.text + " of " + to_string(held.amount) + " " + held.asset.text);
    }
    if (outcome.from != held.from || outcome.to != receiver) {
      complain(outcome, "what was held goes to " + outcome.to.text + " and not to " + receiver.text);
    }
    take(outcome, kEscrow, held.asset, held.amount);
    give(outcome, outcome.to, outcome.asset, outcome.amount);
    open_.erase(found);
  }

  void take(const Outcome& outcome, const AccountId& account, const AssetId& asset, const Amount& amount) {
    if (account != kEscrow && !explains_accounts()) return;
    Amount& balance = balances_[{account, asset}];
    const auto less = subtract(balance, amount);
    if (!less.ok()) {
      return complain(
          outcome, account.text + " gives " + to_string(amount) + " " + asset.text + " and has " + to_string(balance));
    }
    balance = *less;
  }

  void give(const Outcome& outcome, const AccountId& account, const AssetId& asset, const Amount& amount) {
    if (account != kEscrow && !explains_accounts()) return;
    Amount& balance = balances_[{account, asset}];
    const auto more = add(balance, amount);
    if (!more.ok()) return complain(outcome, account.text + " would have more than there can be");
    balance = *more;
  }

  void check_accounts() {
    if (!explains_accounts()) return;
    std::set<Purse> listed;
    for (const BookAccount& line : book_.accounts) {
      listed.insert({line.account, line.asset});
      const Amount& expected = balances_[{line.account, line.asset}];
      if (expected == line.now) continue;
      complain(line.account.text + " has " + to_string(line.now) + " " + line.asset.text +
               ", and the effects give it " + to_string(expected));
    }
    for (const auto& [purse, balance] : balances_) {
      if (purse.first == kEscrow || listed.contains(purse) || balance.is_zero()) continue;
      complain(purse.first.text + " got " + to_string(balance) + " " + purse.second.text + " and is not in the book");
    }
  }

  // By the effects, by the ledger's own sum, and by what the escrow account has.
  void check_escrow() {
    std::set<AssetId> listed;
    for (const BookEscrow& line : book_.escrow) {
      listed.insert(line.asset);
      const Amount& held = balances_[{kEscrow, line.asset}];
      // Anybody can give a contract more than it keeps for others; less is missing.
      const bool is_there = book_.kind == "ethereum" ? line.balance >= line.held : line.balance == line.held;
      if (held != line.held || !is_there) {
        complain("of " + line.asset.text + ", " + to_string(held) + " are held by the effects, " +
                 to_string(line.held) + " by the ledger's sum, and the escrow has " + to_string(line.balance));
      }
    }
    for (const auto& [purse, balance] : balances_) {
      if (purse.first != kEscrow || listed.contains(purse.second) || balance.is_zero()) continue;
      complain(to_string(balance) + " " + purse.second.text + " are held, and the book does not say where");
    }
  }

  void check_open_holds() {
    if (!book_.open_holds) return;
    std::set<HoldKey> listed;
    for (const BookHold& hold : *book_.open_holds) {
      listed.insert(hold.key);
      const auto found = open_.find(hold.key);
      const std::string name = "hold " + to_hex(hold.key.view());
      if (found == open_.end()) {
        complain(name + " is said to be open, and no effect left it open");
        continue;
      }
      const Outcome& held = *found->second;
      if (held.ref != hold.ref || held.asset != hold.asset || held.amount != hold.amount || held.from != hold.payer ||
          held.to != hold.payee) {
        complain(name + " is stated otherwise than it was placed");
      }
    }
    for (const auto& [key, held] : open_) {
      if (!listed.contains(key)) complain(*held, "the hold is open, and the book does not list it");
    }
  }

  const LedgerBook& book_;
  Findings& findings_;
  std::map<Purse, Amount> balances_;
  std::unordered_map<HoldKey, const Outcome*> open_;
};

}  // namespace

void check_arithmetic(const LedgerBook& book, Findings& findings) {
  Replay(book, findings).run();
}

}  // namespace clearspan::audit
