// A gateway on a free port in front of a recording engine, two simulated ledgers whose accounts and keys are real, and
// a client.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "actors/gateway/gateway.hpp"
#include "codecs/json/document.hpp"
#include "ledgers/simulated/ledger.hpp"
#include "ledgers/transport/http_client.hpp"
#include "tests/actors/gateway/recording_engine.hpp"

namespace clearspan::gateway {

inline constexpr const char* kTestKey = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

class FixedClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override { return *parse_rfc3339("2026-11-21T10:00:00Z"); }
};

// An answer, read as JSON where it is JSON.
struct Answer {
  int status = 0;
  transport::HttpResponse http;
  std::shared_ptr<json::Document> document = std::make_shared<json::Document>();
  json::Value root;

  // The text or number at a path of keys and indexes such as "legs/0/amount/units"; "(none)" when there is none.
  [[nodiscard]] std::string at(std::string_view path) const;

  // The value of a header; empty when there is none.
  [[nodiscard]] std::string header(std::string_view name) const;

  // "<status> <code> <field>" of a problem.
  [[nodiscard]] std::string problem() const;
};

class GatewayWorld : public ::testing::Test {
 protected:
  GatewayWorld();
  ~GatewayWorld() override;

  // Stops everything and starts it again over the same records.
  void restart();

  Answer get(const std::string& target);
  Answer post(const std::string& body, const std::string& idempotency_key = {});
  Answer send(const transport::HttpRequest& request);

  // The same on a connection of its own, for use from other threads.
  [[nodiscard]] transport::HttpClient connect() const;
  [[nodiscard]] static transport::HttpRequest create_request(const std::string& body,
                                                             const std::string& idempotency_key);
  static Answer read(transport::HttpResponse response);

  [[nodiscard]] LedgerStatus status_of(std::size_t ledger) const;

  std::string folder_;
  EvidenceOptions evidence_;       // from the next restart() on
  std::vector<Profile> profiles_;  // likewise
  FixedClock clock_;
  std::vector<std::shared_ptr<simulated::Ledger>> ledgers_;
  std::vector<std::shared_ptr<Connector>> connectors_;
  std::unique_ptr<RecordingEngine> engine_;
  std::unique_ptr<Gateway> gateway_;
  std::unique_ptr<transport::HttpClient> client_;
};

// A good request. alice pays bob through carol's profile.
std::string payment(const std::string& units = "1250");
std::string pvp();

}  // namespace clearspan::gateway
