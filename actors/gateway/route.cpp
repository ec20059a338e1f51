#include "actors/gateway/route.hpp"

namespace clearspan::gateway {
namespace {

constexpr std::string_view kTrades = "/v1/trades";
constexpr std::string_view kCancel = "/cancel";
constexpr std::string_view kTradeEvidence = "/evidence";
constexpr std::string_view kEvidence = "/evidence/";
constexpr std::string_view kEntries = "tile/entries/";
constexpr std::string_view kTile = "tile/";
constexpr std::string_view kAttachment = "attachment/";

Match only(std::string_view method, std::string_view allowed, Matched matched) {
  if (method == allowed) return matched;
  return NoSuchMethod{allowed};
}

Match match_trade(std::string_view method, std::string_view rest) {
  const bool is_cancel = rest.ends_with(kCancel);
  if (is_cancel) rest.remove_suffix(kCancel.size());
  const bool is_evidence = !is_cancel && rest.ends_with(kTradeEvidence);
  if (is_evidence) rest.remove_suffix(kTradeEvidence.size());
  if (rest.empty() || rest.find('/') != std::string_view::npos) return NoSuchPath{};
  if (is_cancel) return only(method, "POST", {Route::cancel_trade, rest});
  return only(method, "GET", {is_evidence ? Route::trade_evidence : Route::show_trade, rest});
}

// A path below a log's prefix, as in C2SP tlog-tiles.
struct LogPath {
  std::string_view log;
  std::string_view what;  // empty when the path names no log
};

LogPath split(std::string_view path) {
  path.remove_prefix(kEvidence.size());
  const std::size_t end = path.find('/');
  if (end == std::string_view::npos) return {path, {}};
  return {path.substr(0, end), path.substr(end + 1)};
}

Match match_evidence(std::string_view method, std::string_view path) {
  const auto [log, what] = split(path);
  if (log == "keys" && what.empty() && !path.ends_with('/')) return only(method, "GET", {Route::evidence_keys});
  if (what == "checkpoint") return only(method, "GET", {Route::evidence_checkpoint, {}, log});
  if (what == "cosign") return only(method, "POST", {Route::evidence_cosign, {}, log});
  if (what.starts_with(kEntries)) return only(method, "GET", {Route::evidence_entries, {}, log, what});
  if (what.starts_with(kTile)) return only(method, "GET", {Route::evidence_tile, {}, log, what});
  if (what.starts_with(kAttachment)) {
    return only(method, "GET", {Route::evidence_attachment, {}, log, what.substr(kAttachment.size())});
  }
  return NoSuchPath{};
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
    case Route::trade_evidence:
      return "trade_evidence";
    case Route::list_ledgers:
      return "list_ledgers";
    case Route::list_profiles:
      return "list_profiles";
    case Route::evidence_keys:
      return "evidence_keys";
    case Route::evidence_checkpoint:
      return "evidence_checkpoint";
    case Route::evidence_tile:
      return "evidence_tile";
    case Route::evidence_entries:
      return "evidence_entries";
    case Route::evidence_attachment:
      return "evidence_attachment";
    case Route::evidence_cosign:
      return "evidence_cosign";
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
  if (path.starts_with(kEvidence)) return match_evidence(method, path);
  if (path == "/metrics") return only(method, "GET", {Route::metrics, {}});
  if (path == "/healthz") return only(method, "GET", {Route::live, {}});
  if (path == "/readyz") return only(method, "GET", {Route::ready, {}});
  return NoSuchPath{};
}

bool needs_key(std::string_view path, bool entries_are_public) {
  if (path == "/v1" || path.starts_with("/v1/")) return true;
  if (!path.starts_with(kEvidence)) return false;
  const std::string_view what = split(path).what;
  if (what == "cosign") return true;
  return !entries_are_public && (what.starts_with(kEntries) || what.starts_with(kAttachment));
}

}  // namespace clearspan::gateway
