#include "tools/clearspan/demo/audit.hpp"

#include <map>
#include <tuple>

namespace clearspan::tools {
namespace {

using Purse = std::tuple<LedgerId, AccountId, AssetId>;

// What accounts should have gained and lost by the effects that the ledgers report.
class Expectation {
 public:
  void move(const LedgerId& ledger, const AssetId& asset, const AccountId& from, const AccountId& to,
            const Amount& amount) {
    book(lost_[{ledger, from, asset}], amount);
    book(gained_[{ledger, to, asset}], amount);
  }

  [[nodiscard]] bool fits(const LedgerId& ledger, const BalanceChange& change) const {
    const Purse purse{ledger, change.account, change.asset};
    const Result<Amount> with_losses = add(change.after, at(lost_, purse));
    const Result<Amount> with_gains = add(change.before, at(gained_, purse));
    return with_losses.ok() && with_gains.ok() && *with_losses == *with_gains;
  }

 private:
  static void book(Amount& total, const Amount& amount) {
    const Result<Amount> sum = add(total, amount);
    CLEARSPAN_VERIFY(sum.ok());
    total = *sum;
  }

  static Amount at(const std::map<Purse, Amount>& book, const Purse& purse) {
    const auto found = book.find(purse);
    return found == book.end() ? Amount{} : found->second;
  }

  std::map<Purse, Amount> gained_;
  std::map<Purse, Amount> lost_;
};

const LedgerBooks* find_books(const std::vector<LedgerBooks>& books, const LedgerId& ledger) {
  for (const LedgerBooks& one : books) {
    if (one.ledger == ledger) return &one;
  }
  return nullptr;
}

class Auditor {
 public:
  Auditor(const std::vector<LedgerBooks>& books, AuditReport& report) : books_(books), report_(report) {}

  void check_trade(const Plan& plan) {
    std::uint32_t paid = 0;
    std::uint32_t released = 0;
    std::uint32_t refunded = 0;
    std::uint32_t holds = 0;
    std::uint32_t hold_legs = 0;
    bool has_pivot = false;
    for (std::size_t i = 0; i < plan.legs.size(); ++i) {
      const Leg& leg = plan.legs[i];
      const Effects effects = effects_of(plan, static_cast<LegIndex>(i));
      if (leg.role == LegRole::pivot) {
        has_pivot = true;
        paid = effects.payments;
        if (paid == 1) expected_.move(leg.ledger, leg.asset, leg.payer, leg.payee, leg.amount);
        continue;
      }
      ++hold_legs;
      holds += effects.holds;
      released += effects.releases;
      refunded += effects.refunds;
      if (effects.releases == 1) expected_.move(leg.ledger, leg.asset, leg.payer, leg.payee, leg.amount);
      if (effects.holds != effects.releases + effects.refunds) complain(plan, "a hold was not ended exactly once");
      if (effects.releases > 1) complain(plan, "a hold was released twice");
    }
    if (paid > 1) complain(plan, "the payee was paid twice");
    if (released != 0 && released != hold_legs) complain(plan, "some holds were released and others were not");
    if (has_pivot && (paid == 1) != (released != 0)) {
      complain(plan, paid == 1 ? "the payee was paid and the exchanger was not" : "the payer paid for nothing");
    }
    if (released != 0) {
      ++report_.paid_trades;
      report_.returned_holds += refunded;
    } else if (refunded != 0) {
      ++report_.refunded_trades;
    } else {
      ++report_.untouched_trades;
    }
  }

  void check_ledger(const LedgerBooks& books) {
    std::map<AssetId, Amount> total;
    for (const BalanceChange& change : books.accounts) {
      if (!expected_.fits(books.ledger, change)) {
        complain(books, change.account.text + " has " + to_string(change.after) + " " + change.asset.text + ", had " +
                            to_string(change.before) + ", and the effects do not explain it");
      }
      const Result<Amount> sum = add(total[change.asset], change.after);
      CLEARSPAN_VERIFY(sum.ok());
      total[change.asset] = *sum;
    }
    for (const auto& [asset, issued] : books.issued) {
      const Amount held = books.in_escrow.at(asset);
      if (!held.is_zero()) complain(books, to_string(held) + " " + asset.text + " is left in escrow");
      const Result<Amount> sum = add(total[asset], held);
      if (!sum.ok() || *sum != issued) complain(books, asset.text + " was not conserved");
    }
  }

 private:
  Effects effects_of(const Plan& plan, LegIndex leg) const {
    const LedgerBooks* books = find_books(books_, plan.legs[leg].ledger);
    CLEARSPAN_VERIFY(books != nullptr);
    const auto found = books->effects.find(make_operation_ref(plan.id, leg, plan.engine));
    return found == books->effects.end() ? Effects{} : found->second;
  }

  void complain(const Plan& plan, const std::string& what) {
    report_.violations.push_back("trade " + to_string(plan.id) + ": " + what);
  }

  void complain(const LedgerBooks& books, const std::string& what) {
    report_.violations.push_back("ledger " + books.ledger.text + ": " + what);
  }

  const std::vector<LedgerBooks>& books_;
  AuditReport& report_;
  Expectation expected_;
};

}  // namespace

AuditReport audit(const std::vector<Plan>& plans, const std::vector<LedgerBooks>& books) {
  AuditReport report;
  Auditor auditor(books, report);
  for (const Plan& plan : plans) auditor.check_trade(plan);
  for (const LedgerBooks& one : books) auditor.check_ledger(one);
  return report;
}

}  // namespace clearspan::tools
