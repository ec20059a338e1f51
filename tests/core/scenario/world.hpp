// Two ledgers, a profile and a moment, with round numbers so that every expected value can be checked by head.
#pragma once

#include "core/scenario/compile.hpp"
#include "core/scenario/trade_id.hpp"

namespace clearspan {

inline Timestamp at_second(std::int64_t second) {
  return Timestamp(Millis(second * 1000));
}

// Heights, a block each second, final after 3 s, no reclaim.
inline LedgerNow height_ledger(const char* name) {
  LedgerNow ledger;
  ledger.traits.id = {name};
  ledger.traits.clock = ClockKind::height;
  ledger.traits.block_interval = Millis(1000);
  ledger.traits.finality_max = Millis(3000);
  ledger.traits.assets = {Asset{{"COIN"}, 2}};
  ledger.time = {5000};
  ledger.seen = at_second(1'000'000);
  return ledger;
}

// Unix seconds, a block each 2 s, final after 10 s, payers may reclaim.
inline LedgerNow seconds_ledger(const char* name) {
  LedgerNow ledger = height_ledger(name);
  ledger.traits.clock = ClockKind::unix_seconds;
  ledger.traits.block_interval = Millis(2000);
  ledger.traits.finality_max = Millis(10'000);
  ledger.traits.has_reclaim = true;
  ledger.time = {1'000'000};
  return ledger;
}

struct PaymentWorld {
  LedgerNow source = seconds_ledger("a");
  LedgerNow destination = height_ledger("b");
  Profile profile{"shop", {"a"},  {"COIN"},  {"xa"},     {"b"},       {"COIN"},
                  {"xb"}, {3, 2}, Amount(5), Amount(10), Amount(1000)};
  PaymentRequest request{{"payer"}, {"merchant"}, Amount(101), Placement::engine, {}, {}};
  TimingPolicy policy;
  PlanIdentity identity{TradeId{{1}}, EngineTag{{2}}, at_second(1'000'000)};

  [[nodiscard]] Result<Plan> compile() const {
    return compile_payment(request, profile, source, destination, policy, identity);
  }
};

struct PvpWorld {
  PvpRequest request{{PvpLeg{{"a"}, {"COIN"}, Amount(7), {"alice"}, {"bob"}},
                      PvpLeg{{"b"}, {"COIN"}, Amount(9), {"bob"}, {"alice"}, Placement::payer}},
                     {},
                     {}};
  std::vector<LedgerNow> ledgers{seconds_ledger("a"), height_ledger("b")};
  TimingPolicy policy;
  PlanIdentity identity{TradeId{{1}}, EngineTag{{2}}, at_second(1'000'000)};

  [[nodiscard]] Result<Plan> compile() const { return compile_pvp(request, ledgers, policy, identity); }

  // `count` legs, on two ledgers by turns.
  void set_legs(std::size_t count) {
    const PvpRequest two = request;
    const std::vector<LedgerNow> both = ledgers;
    request.legs.clear();
    ledgers.clear();
    for (std::size_t i = 0; i < count; ++i) {
      request.legs.push_back(two.legs[i % 2]);
      ledgers.push_back(both[i % 2]);
    }
  }
};

}  // namespace clearspan
