// Which route a request is for, and which routes ask for the key.
#include "actors/gateway/route.hpp"

#include <gtest/gtest.h>

#include <string>

namespace clearspan::gateway {
namespace {

// "<route> <trade> <log> <rest>", "405 <allowed>" or "404".
std::string shown(std::string_view method, std::string_view path) {
  const Match match = match_route(method, path);
  if (const auto* other = std::get_if<NoSuchMethod>(&match)) return "405 " + std::string(other->allowed);
  const auto* found = std::get_if<Matched>(&match);
  if (found == nullptr) return "404";
  std::string text(to_string(found->route));
  for (const std::string_view part : {found->trade, found->log, found->rest}) {
    if (!part.empty()) text += " " + std::string(part);
  }
  return text;
}

struct Row {
  const char* method;
  const char* path;
  const char* route;
};

TEST(Routes, every_path_leads_where_it_should) {
  const Row rows[] = {
      {"GET", "/v1/trades", "list_trades"},
      {"POST", "/v1/trades", "create_trades"},
      {"GET", "/v1/trades/12", "show_trade 12"},
      {"GET", "/v1/trades/12/evidence", "trade_evidence 12"},
      {"POST", "/v1/trades/12/evidence", "405 GET"},
      {"GET", "/v1/trades//evidence", "404"},
      {"GET", "/v1/trades/evidence", "show_trade evidence"},
      {"POST", "/v1/trades/12/cancel", "cancel_trade 12"},
      {"POST", "/v1/trades/12/evidence/cancel", "404"},
      {"GET", "/evidence", "404"},
      {"GET", "/evidence/", "404"},
      {"GET", "/evidence/keys", "evidence_keys"},
      {"GET", "/evidence/keys/", "404"},
      {"GET", "/evidence/key", "404"},
      {"GET", "/evidence/keys/checkpoint", "evidence_checkpoint keys"},
      {"GET", "/evidence/shard-0", "404"},
      {"GET", "/evidence/shard-0/", "404"},
      {"GET", "/evidence/shard-0/checkpoint", "evidence_checkpoint shard-0"},
      {"GET", "/evidence/shard-0/checkpoint/", "404"},
      {"POST", "/evidence/shard-0/checkpoint", "405 GET"},
      {"GET", "/evidence/shard-0/tile/0/000", "evidence_tile shard-0 tile/0/000"},
      {"GET", "/evidence/shard-0/tile/1/x001/234.p/5", "evidence_tile shard-0 tile/1/x001/234.p/5"},
      {"GET", "/evidence/shard-0/tile/entries/000", "evidence_entries shard-0 tile/entries/000"},
      {"GET", "/evidence/shard-0/tile/entries", "evidence_tile shard-0 tile/entries"},
      {"GET", "/evidence/shard-0/tile", "404"},
      {"GET", "/evidence/shard-0/attachment/17", "evidence_attachment shard-0 17"},
      {"POST", "/evidence/shard-0/cosign", "evidence_cosign shard-0"},
      {"GET", "/evidence/shard-0/cosign", "405 POST"},
      {"GET", "/evidence/shard-0/cosign/x", "404"},
  };
  for (const Row& row : rows) EXPECT_EQ(shown(row.method, row.path), row.route) << row.method << " " << row.path;
}

struct KeyRow {
  const char* path;
  bool with_private_entries;
  bool with_public_entries;
};

TEST(Routes, hashes_are_for_everybody_and_entries_where_the_configuration_says_so) {
  const KeyRow rows[] = {
      {"/v1", true, true},
      {"/v1/trades", true, true},
      {"/v1/trades/12/evidence", true, true},
      {"/v1/nothing", true, true},
      {"/evidence/keys", false, false},
      {"/evidence/shard-0/checkpoint", false, false},
      {"/evidence/shard-0/tile/0/000", false, false},
      {"/evidence/shard-0/tile/0/000.p/7", false, false},
      {"/evidence/shard-0/tile/entries/000", true, false},
      {"/evidence/shard-0/tile/entries/", true, false},
      {"/evidence/shard-0/attachment/0", true, false},
      {"/evidence/shard-0/attachment/", true, false},
      {"/evidence/shard-0/cosign", true, true},
      {"/evidence/keys/cosign", true, true},
      {"/metrics", false, false},
      {"/healthz", false, false},
  };
  for (const KeyRow& row : rows) {
    EXPECT_EQ(needs_key(row.path, false), row.with_private_entries) << row.path;
    EXPECT_EQ(needs_key(row.path, true), row.with_public_entries) << row.path;
  }
}

}  // namespace
}  // namespace clearspan::gateway
