// The ledger behind HTTP and WebSocket: node faults, the script, the audit, and bad requests.
#include "ledgers/simulated/service.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "codecs/json/document.hpp"
#include "ledgers/simulated/block_producer.hpp"
#include "ledgers/simulated/http_connector.hpp"
#include "ledgers/simulated/ledger_admin.hpp"
#include "tests/ledgers/simulated/world.hpp"
#include "tests/patience.hpp"

namespace clearspan::simulated::testing {
namespace {

constexpr Millis kTimeout = kPatience;

class SimulatedService : public ::testing::Test {
 protected:
  std::unique_ptr<HttpConnector> connect() const {
    return HttpConnector::make(url_, options_for(test_genesis(), test_engine()), keys_of({kAlice, kOperator})).value();
  }

  static Movement payment(std::uint8_t trade) { return TestLedger::move(MovementKind::payment, trade, 5); }

  static SignedTxn sign(Connector& connector, const Movement& movement) {
    return connector.sign({kAlice, {}, kNever, 0, {movement}}).value();
  }

  SystemClock clock_;
  std::shared_ptr<Ledger> ledger_ = std::make_shared<Ledger>(test_genesis(), clock_, 1);
  std::unique_ptr<LedgerService> service_ = LedgerService::start(ledger_, "127.0.0.1", 0).value();
  std::string url_ = "http://127.0.0.1:" + std::to_string(service_->port());
  LedgerAdmin admin_ = LedgerAdmin::make(url_).value();
};

TEST_F(SimulatedService, the_books_come_over_the_wire_unchanged) {
  auto connector = connect();
  Movement hold = TestLedger::move(MovementKind::hold, 1, 7);
  hold.reclaim_after = {9};
  ASSERT_TRUE(connector->submit(sign(*connector, hold), kTimeout).ok());
  ASSERT_TRUE(connector->submit(sign(*connector, payment(2)), kTimeout).ok());
  ASSERT_TRUE(admin_.produce(2, kTimeout).ok());
  EXPECT_EQ(ledger_->true_head().number, Height{2});
  const auto books = admin_.books(kTimeout);
  ASSERT_TRUE(books.ok()) << describe(books.error());
  EXPECT_EQ(*books, ledger_->books());
  EXPECT_TRUE(check_books(*books).ok());
  const auto effects = admin_.effects(kTimeout);
  ASSERT_TRUE(effects.ok());
  EXPECT_EQ(*effects, ledger_->effects());
}

TEST_F(SimulatedService, books_that_were_cooked_do_not_pass) {
  Books books = ledger_->books();
  ASSERT_TRUE(check_books(books).ok());
  books.accounts[0].now = Amount(999);
  EXPECT_FALSE(check_books(books).ok());
  books = ledger_->books();
  books.assets[0].in_escrow = Amount(1);
  EXPECT_FALSE(check_books(books).ok());
}

TEST_F(SimulatedService, new_heads_wake_a_waiting_follower) {
  auto connector = connect();
  std::thread producer([&] {
    std::this_thread::sleep_for(Millis(100));
    ledger_->produce();
  });
  const auto start = std::chrono::steady_clock::now();
  connector->wait_for_block({0}, Millis(20'000));
  EXPECT_LT(std::chrono::steady_clock::now() - start, Millis(10'000));
  producer.join();
  EXPECT_EQ(connector->tip(kTimeout)->latest, Height{1});
}

TEST_F(SimulatedService, a_follower_goes_on_after_the_node_was_away) {
  auto connector = connect();
  const std::uint16_t port = service_->port();
  connector->wait_for_block({0}, Millis(10));
  service_.reset();
  const auto away = connector->tip(Millis(500));
  ASSERT_FALSE(away.ok());
  EXPECT_TRUE(is_retryable(away.error().code));
  service_ = LedgerService::start(ledger_, "127.0.0.1", port).value();
  ledger_->produce();
  connector->wait_for_block({0}, kTimeout);  // polls: the WebSocket is gone
  EXPECT_EQ(connector->tip(kTimeout)->latest, Height{1});
}

TEST_F(SimulatedService, node_faults_reach_the_connector_as_what_they_are) {
  auto connector = connect();
  const SignedTxn txn = sign(*connector, payment(1));
  ASSERT_TRUE(admin_.set_node_fault(NodeFault::unreachable, 0, kTimeout).ok());
  EXPECT_EQ(connector->tip(kTimeout).error().code, ErrorCode::unreachable);
  EXPECT_EQ(connector->submit(txn, kTimeout).error().code, ErrorCode::unreachable);
  ASSERT_TRUE(admin_.set_node_fault(NodeFault::silent, 0, kTimeout).ok());
  EXPECT_EQ(connector->block({0}, kTimeout).error().code, ErrorCode::timed_out);
  ASSERT_TRUE(admin_.set_node_fault(NodeFault::lying, 2, kTimeout).ok());
  ledger_->produce();
  const auto lie = connector->block({1}, kTimeout);
  ASSERT_TRUE(lie.ok());
  EXPECT_FALSE(connector->decoder().decode(*lie).ok());
  ledger_->produce();
  EXPECT_TRUE(connector->decoder().decode(*connector->block({1}, kTimeout)).ok());
}

TEST_F(SimulatedService, rules_and_reorganisations_can_be_scripted_from_outside) {
  auto connector = connect();
  FaultRule rule;
  rule.account = kAlice;
  rule.kind = MovementKind::payment;
  ASSERT_TRUE(admin_.add_fault(rule, kTimeout).ok());
  ASSERT_TRUE(connector->submit(sign(*connector, payment(1)), kTimeout).ok());
  ASSERT_TRUE(admin_.produce(1, kTimeout).ok());
  EXPECT_TRUE(ledger_->effects().empty());
  ASSERT_TRUE(admin_.clear_faults(kTimeout).ok());
  ASSERT_TRUE(connector->submit(sign(*connector, payment(1)), kTimeout).ok());
  ASSERT_TRUE(admin_.produce(1, kTimeout).ok());
  EXPECT_EQ(ledger_->effects().size(), 1U);
  ASSERT_TRUE(admin_.reorganise(1, ReorganisedTxns::dropped, kTimeout).ok());
  EXPECT_TRUE(ledger_->effects().empty());
  EXPECT_EQ(admin_.reorganise(99, ReorganisedTxns::dropped, kTimeout).error().code, ErrorCode::out_of_range);
}

TEST_F(SimulatedService, the_ledgers_refusals_keep_their_codes) {
  auto connector = connect();
  SignedTxn txn = sign(*connector, payment(1));
  txn.raw.back() ^= 1;
  EXPECT_EQ(connector->submit(txn, kTimeout).error().code, ErrorCode::signature_invalid);
  EXPECT_EQ(connector->balance({"nobody"}, kAsset, {0}, kTimeout).error().code, ErrorCode::unknown_account);
  EXPECT_EQ(connector->balance(kAlice, {"XXX"}, {0}, kTimeout).error().code, ErrorCode::unknown_asset);
  EXPECT_EQ(connector->balance({"../books"}, kAsset, {0}, kTimeout).error().code, ErrorCode::unknown_account);
}

struct BadRequest {
  const char* method;
  const char* path;
  const char* body;
  int status;
};

TEST_F(SimulatedService, refuses_requests_of_no_known_form_and_changes_nothing) {
  const BadRequest bad[] = {
      {"GET", "/", "", 404},
      {"GET", "/v2/head", "", 404},
      {"GET", "/v1/blocks/x", "", 404},
      {"GET", "/v1/blocks/7", "", 404},
      {"GET", "/v1/balances/alice/ACN", "", 422},
      {"GET", "/v1/balances/alice/ACN?height=-1", "", 422},
      {"GET", "/v1/balances/alice/ACN?height=0&x=1", "", 422},
      {"PUT", "/v1/txns", "{}", 405},
      {"POST", "/v1/txns", "", 422},
      {"POST", "/v1/txns", "{}", 422},
      {"POST", "/v1/txns", R"({"raw":"zz"})", 422},
      {"POST", "/v1/txns", R"({"raw":"00","raw":"00"})", 422},
      {"POST", "/v1/txns", R"({"raw":"00","more":1})", 422},
      {"POST", "/v1/admin/blocks", R"({"count":0})", 422},
      {"POST", "/v1/admin/blocks", R"({"count":10001})", 422},
      {"POST", "/v1/admin/faults", R"({"action":"explode"})", 422},
      {"POST", "/v1/admin/faults", R"({"action":"drop","kind":"gift"})", 422},
      {"POST", "/v1/admin/node", R"({"fault":"sleepy"})", 422},
      {"POST", "/v1/admin/reorganisations", R"({"depth":1,"txns":"eaten"})", 422},
  };
  transport::HttpClient client(transport::parse_url(url_).value(), {});
  for (const BadRequest& one : bad) {
    const auto response = client.request({.method = one.method,
                                          .target = one.path,
                                          .headers = {{"Content-Type", "application/json"}},
                                          .body = one.body,
                                          .idempotent = false},
                                         kTimeout);
    ASSERT_TRUE(response.ok()) << one.path << describe(response.error());
    EXPECT_EQ(response->status, one.status) << one.method << " " << one.path << " " << one.body << response->body;
  }
  EXPECT_EQ(ledger_->true_head().number, Height{0});
  EXPECT_EQ(ledger_->node_fault(), NodeFault::none);
}

TEST_F(SimulatedService, a_producer_makes_blocks_while_clients_read_and_send) {
  Genesis genesis = test_genesis();
  genesis.block_interval = Millis(5);
  auto ledger = std::make_shared<Ledger>(genesis, clock_, 1);
  const BlockProducer producer(*ledger);
  const auto keys = keys_of({kAlice});
  InProcessConnector connector(ledger, options_for(genesis, test_engine()), keys);
  std::thread sender([&] {
    for (std::uint8_t i = 0; i < 100; ++i) {
      EXPECT_TRUE(connector.submit(sign(connector, payment(i)), kTimeout).ok());
    }
  });
  std::size_t seen = 0;
  Height next{0};
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (seen < 100 && std::chrono::steady_clock::now() < deadline) {
    connector.wait_for_block(next, kTimeout);
    while (next < connector.tip(kTimeout)->latest) {
      next = next.plus(1);
      const auto block = connector.decoder().decode(*connector.block(next, kTimeout));
      ASSERT_TRUE(block.ok());
      seen += block->outcomes.size();
    }
  }
  sender.join();
  EXPECT_EQ(seen, 100U);
}

}  // namespace
}  // namespace clearspan::simulated::testing
