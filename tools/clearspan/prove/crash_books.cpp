#include "tools/clearspan/prove/crash_books.hpp"

#include <fmt/format.h>

#include <tuple>

namespace clearspan::tools {
namespace {

using Effects = simulated::RefEffects;

class BooksCheck {
 public:
  BooksCheck(const std::map<std::string, Phase>& phases, const std::array<LedgerTruth, 2>& truth)
      : phases_(phases), truth_(truth) {
    for (std::size_t ledger = 0; ledger < truth.size(); ++ledger) {
      for (const Effects& effects : truth[ledger].effects) {
        const std::string trade = to_string(trade_of(effects.ref));
        effects_[{ledger, trade, leg_of(effects.ref)}] = effects;
      }
    }
  }

  void check_trade(const AskedTrade& trade) {
    const auto phase = phases_.find(trade.id);
    if (phase == phases_.end()) return violate("I6: trade {} was created and is not listed", trade.id);
    const bool was_released = check_legs(trade);
    const bool was_held = holds_ != 0;
    const Phase truth = was_released ? Phase::settled : was_held ? Phase::refunded : Phase::rejected;
    if (phase->second != truth) {
      violate("I9: trade {} is {}, and the ledgers say {}", trade.id, to_string(phase->second), to_string(truth));
    }
    const bool cannot_settle = trade.kind == AskedKind::exchanger_short || trade.kind == AskedKind::payer_short;
    if (was_released && cannot_settle) violate("I3: trade {} was settled, and cannot have been", trade.id);
  }

  void check_ledger(std::size_t ledger) {
    const simulated::Books& books = truth_[ledger].books;
    if (const Status sums = simulated::check_books(books); !sums.ok()) violate("I1: {}", describe(sums.error()));
    for (const simulated::OpenHold& hold : books.open_holds) {
      violate("I11: {}: {} of {} are still held", books.ledger.text, to_string(hold.amount), hold.payer.text);
    }
    for (const simulated::AccountBooks& line : books.accounts) {
      const auto& [gained, lost] = changes_[{ledger, line.account.text}];
      const Result<Amount> had = add(line.at_genesis, Amount(gained));
      const Result<Amount> has = add(line.now, Amount(lost));
      if (had.ok() && has.ok() && *had == *has) continue;
      violate("I1: {}: {} has {}, had {}, gained {} and lost {} by the effects", books.ledger.text, line.account.text,
              to_string(line.now), to_string(line.at_genesis), gained, lost);
    }
  }

  // What took effect and nobody asked for. Anchors move nothing and are no effects.
  void check_strangers(const std::map<std::string, const AskedTrade*>& asked) {
    for (const auto& [key, effects] : effects_) {
      const auto& [ledger, trade, leg] = key;
      if (!asked.contains(trade)) violate("I12: {}: leg {} of {} took effect", kLedgerNames[ledger], leg, trade);
    }
  }

  [[nodiscard]] std::vector<std::string> take() { return std::move(violations_); }

 private:
  // Whether the trade's holds were released.
  bool check_legs(const AskedTrade& trade) {
    std::uint32_t released = 0;
    std::uint32_t paid = 0;
    std::uint32_t hold_legs = 0;
    bool has_pivot = false;
    holds_ = 0;
    for (std::size_t i = 0; i < trade.legs.size(); ++i) {
      const AskedLeg& leg = trade.legs[i];
      const auto found = effects_.find({leg.ledger, trade.id, static_cast<LegIndex>(i)});
      const Effects effects = found == effects_.end() ? Effects{} : found->second;
      book(leg, leg.is_pivot ? effects.payments : effects.releases);
      if (leg.is_pivot) {
        has_pivot = true;
        paid = effects.payments;
        if (effects.holds + effects.releases + effects.refunds != 0) complain(trade, i, "it was not paid by a payment");
        continue;
      }
      ++hold_legs;
      holds_ += effects.holds;
      released += effects.releases;
      if (effects.holds > 1 || effects.payments != 0) complain(trade, i, "the hold was placed twice, or paid");
      if (effects.holds != effects.releases + effects.refunds) complain(trade, i, "the hold did not end exactly once");
    }
    if (paid > 1) complain(trade, 1, "the payee was paid twice");
    if (released != 0 && released != hold_legs) complain(trade, 0, "some holds were released and others were not");
    if (has_pivot && released != paid) complain(trade, 1, "one side gave and got nothing");
    return released != 0;
  }

  void book(const AskedLeg& leg, std::uint32_t times) {
    changes_[{leg.ledger, leg.payer}].second += times * leg.units;
    changes_[{leg.ledger, leg.payee}].first += times * leg.units;
  }

  void complain(const AskedTrade& trade, std::size_t leg, std::string_view what) {
    violate("I2: trade {}, leg {}: {}", trade.id, leg, what);
  }

  template <class... Parts>
  void violate(fmt::format_string<Parts...> text, Parts&&... parts) {
    violations_.push_back(fmt::format(text, std::forward<Parts>(parts)...));
  }

  const std::map<std::string, Phase>& phases_;
  const std::array<LedgerTruth, 2>& truth_;
  std::map<std::tuple<std::size_t, std::string, LegIndex>, Effects> effects_;
  std::map<std::pair<std::size_t, std::string>, std::pair<std::uint64_t, std::uint64_t>> changes_;  // gained and lost
  std::uint32_t holds_ = 0;  // of the trade that was checked last
  std::vector<std::string> violations_;
};

}  // namespace

std::vector<std::string> check_against_books(const std::deque<AskedBatch>& batches,
                                             const std::map<std::string, Phase>& phases,
                                             const std::array<LedgerTruth, 2>& truth) {
  BooksCheck check(phases, truth);
  std::map<std::string, const AskedTrade*> asked;
  for (const AskedBatch& batch : batches) {
    for (const AskedTrade& trade : batch.trades) {
      asked.emplace(trade.id, &trade);
      check.check_trade(trade);
    }
  }
  check.check_strangers(asked);
  for (std::size_t ledger = 0; ledger < truth.size(); ++ledger) check.check_ledger(ledger);
  std::vector<std::string> violations = check.take();
  for (const auto& [trade, phase] : phases) {
    if (!asked.contains(trade)) violations.push_back("I10: trade " + trade + " is listed, and nobody asked for it");
  }
  return violations;
}

}  // namespace clearspan::tools
