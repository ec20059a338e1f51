// Two simulated ledgers and a profile between them, for requests to be planned on.
#pragma once

#include "actors/gateway/ledger_board.hpp"
#include "actors/gateway/planner.hpp"
#include "ledgers/simulated/in_process_connector.hpp"

namespace clearspan::fuzz {

struct RestWorld {
  RestWorld() : board(make_board()), planner(make_planner()) {}

  static Timestamp now() { return *parse_rfc3339("2026-11-21T09:30:00Z"); }

  std::vector<std::shared_ptr<Connector>> connectors{make_connector("a-coin", "ACN"), make_connector("b-coin", "BCN")};
  gateway::LedgerBoard board;
  gateway::Planner planner;

 private:
  static std::shared_ptr<Connector> make_connector(const char* name, const char* asset) {
    static const SystemClock clock;
    auto ledger = std::make_shared<simulated::Ledger>(simulated::demo_genesis({name}, {asset}), clock, 1);
    const simulated::Genesis& genesis = ledger->genesis();
    const auto keys = std::make_shared<simulated::Keyring>(genesis.escrow_operator);
    for (const auto& account : genesis.accounts) {
      CLEARSPAN_VERIFY(keys->add(account.id, simulated::demo_key(account.id)).ok());
    }
    return std::make_shared<simulated::InProcessConnector>(ledger, simulated::options_for(genesis, {}), keys);
  }

  gateway::LedgerBoard make_board() const {
    std::vector<LedgerStatus> statuses;
    for (const auto& connector : connectors) {
      LedgerStatus& status = statuses.emplace_back();
      status.traits = connector->traits();
      status.latest = status.final_height = status.processed = {1000};
      status.time = {1000};
      status.seen = now();
      status.reachable = true;
    }
    return gateway::LedgerBoard(std::move(statuses));
  }

  gateway::Planner make_planner() const {
    Profile profile;
    profile.name = "carol";
    profile.source_ledger = {"a-coin"};
    profile.source_asset = {"ACN"};
    profile.source_account = {"exchanger"};
    profile.destination_ledger = {"b-coin"};
    profile.destination_asset = {"BCN"};
    profile.destination_account = {"exchanger"};
    profile.rate = {3, 2};
    profile.fee = Amount(10);
    profile.amount_min = Amount(2);
    profile.amount_max = Amount(1'000'000);
    return gateway::Planner::make({{profile}, connectors, {}, {}}).value();
  }
};

inline const RestWorld& rest_world() {
  static const RestWorld world;
  return world;
}

}  // namespace clearspan::fuzz
