// Which resource a request is for. The same names label the metrics, so that no part of a client's path ever does.
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

namespace clearspan::gateway {

enum class Route : std::uint8_t {
  create_trades,        // POST /v1/trades
  list_trades,          // GET  /v1/trades
  show_trade,           // GET  /v1/trades/{id}
  cancel_trade,         // POST /v1/trades/{id}/cancel
  trade_evidence,       // GET  /v1/trades/{id}/evidence
  list_ledgers,         // GET  /v1/ledgers
  list_profiles,        // GET  /v1/profiles
  evidence_keys,        // GET  /evidence/keys
  evidence_checkpoint,  // GET  /evidence/{log}/checkpoint
  evidence_tile,        // GET  /evidence/{log}/tile/<L>/<N>[.p/<W>]
  evidence_entries,     // GET  /evidence/{log}/tile/entries/<N>[.p/<W>]
  evidence_attachment,  // GET  /evidence/{log}/attachment/<leaf>
  evidence_cosign,      // POST /evidence/{log}/cosign
  metrics,              // GET  /metrics
  live,                 // GET  /healthz
  ready,                // GET  /readyz
  none,                 // anything else, for metrics
};

std::string_view to_string(Route route);

struct Matched {
  Route route = Route::none;
  std::string_view trade = {};  // the {id} of the path, as sent
  std::string_view log = {};    // the {log}
  std::string_view rest = {};   // what names the tile or the leaf: "tile/0/000", "17"
};

struct NoSuchPath {};

// The path exists; `allowed` is the value of the Allow field.
struct NoSuchMethod {
  std::string_view allowed;
};

using Match = std::variant<Matched, NoSuchPath, NoSuchMethod>;

Match match_route(std::string_view method, std::string_view path);

// Whether the path belongs to those that need the bearer key. Hashes of a log are for everybody; its entries and their
// attachments, which hold accounts and amounts, only where the configuration says so.
bool needs_key(std::string_view path, bool entries_are_public);

}  // namespace clearspan::gateway
