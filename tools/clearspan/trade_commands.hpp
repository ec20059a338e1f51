// `clearspan trade ...`: trades from the command line, through the REST API. Each command returns the exit status
// (exit_codes.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tools/clearspan/api_client.hpp"

namespace clearspan::tools {

struct TradeSubmitOptions {
  ApiOptions api;
  std::string file;  // a JSON body: one trade or an array; "-" reads standard input. Else a payment:
  std::string payer;
  std::string merchant;
  std::string profile;
  std::string units;
  std::uint32_t scale = 0;
  std::string placed_by = "engine";
  std::string deadline;         // RFC 3339; empty: the engine's own
  std::string reclaim_after;    // RFC 3339; empty: the engine's own
  std::string idempotency_key;  // empty: a fresh one
  bool watch = false;           // and follow it to its end
};

struct TradeListOptions {
  ApiOptions api;
  std::string phase;
  std::string scenario;
  std::string ledger;
  std::string account;
  std::string created_after;
  std::string created_before;
  std::uint32_t limit = 0;  // 0: the server's default
  std::string cursor;
};

struct TradeOptions {
  ApiOptions api;
  std::string id;
};

int run_trade_submit(const TradeSubmitOptions& options);
int run_trade_show(const TradeOptions& options);
int run_trade_list(const TradeListOptions& options);

// Shows every change of phase until the trade is over. Exit status 1 unless it ends settled.
int run_trade_watch(const TradeOptions& options);

int run_trade_cancel(const TradeOptions& options);

}  // namespace clearspan::tools
