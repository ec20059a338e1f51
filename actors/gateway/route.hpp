// Which resource a request is for. The same names label the metrics, so that no part of a client's path ever does.
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

namespace clearspan::gateway {

enum class Route : std::uint8_t {
  create_trades,  // POST /v1/trades
  list_trades,    // GET  /v1/trades
  show_trade,     // GET  /v1/trades/{id}
  cancel_trade,   // POST /v1/trades/{id}/cancel
  list_ledgers,   // GET  /v1/ledgers
  list_profiles,  // GET  /v1/profiles
  metrics,        // GET  /metrics
  live,           // GET  /healthz
  ready,          // GET  /readyz
  none,           // anything else, for metrics
};

std::string_view to_string(Route route);

struct Matched {
  Route route = Route::none;
  std::string_view trade;  // the {id} of the path, as sent
};

struct NoSuchPath {};

// The path exists; `allowed` is the value of the Allow field.
struct NoSuchMethod {
  std::string_view allowed;
};

using Match = std::variant<Matched, NoSuchPath, NoSuchMethod>;

Match match_route(std::string_view method, std::string_view path);

// Whether the path belongs to those that need the bearer key.
bool needs_key(std::string_view path);

}  // namespace clearspan::gateway
