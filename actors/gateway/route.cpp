#include "actors/gateway/route.hpp"

namespace clearspan::gateway {
namespace {

constexpr std::string_view kTrades = "/v1/trades";
constexpr std::string_view kCancel = "/cancel";

Match only(std::string_view method, std::string_view allowed, Matched matched) {
  if (method == allowed) return matched;
  return NoSuchMethod{allowed};
}

Match match_trade(std::string_view method, std::string_view rest) {
  const bool is_cancel = rest.ends_with(kCancel);
  if (is_cancel) rest.remove_suffix(kCancel.size());
  if (rest.empty() || rest.find('/') != std::string_view::npos) return NoSuchPath{};
  if (is_cancel) return only(method, "POST", {Route::cancel_trade, rest});
  return only(method, "GET", {Route::show_trade, rest});
}

}  // namespace

std::string_view to_string(Route route) {
  switch (route) {
    case Route::create_trades:
      return "create_trades";
    case Route::list_trades:
      return "list_trades";
    case Route::show_trade:
      return "show_trade";
    case Route::cancel_trade:
      return "cancel_trade";
    case Route::list_ledgers:
      return "list_ledgers";
    case Route::list_profiles:
      return "list_profiles";
    case Route::metrics:
      return "metrics";
    case Route::live:
      return "live";
    case Route::ready:
      return "ready";
    case Route::none:
      return "none";
  }
  return "none";
}

Match match_route(std::string_view method, std::string_view path) {
  if (path == kTrades) {
    if (method == "POST") return Matched{Route::create_trades, {}};
    if (method == "GET") return Matched{Route::list_trades, {}};
    return NoSuchMethod{"GET, POST"};
  }
  if (path.starts_with(kTrades) && path[kTrades.size()] == '/')
    return match_trade(method, path.substr(kTrades.size() + 1));
  if (path == "/v1/ledgers") return only(method, "GET", {Route::list_ledgers, {}});
  if (path == "/v1/profiles") return only(method, "GET", {Route::list_profiles, {}});
  if (path == "/metrics") return only(method, "GET", {Route::metrics, {}});
  if (path == "/healthz") return only(method, "GET", {Route::live, {}});
  if (path == "/readyz") return only(method, "GET", {Route::ready, {}});
  return NoSuchPath{};
}

bool needs_key(std::string_view path) {
  return path == "/v1" || path.starts_with("/v1/");
}

}  // namespace clearspan::gateway
