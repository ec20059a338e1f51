// `clearspan bench http` in small: it takes trades in over HTTP and finds all of them in the logs, and it sees what was
// not asked for.
#include <gtest/gtest.h>

#include <sstream>

#include "codecs/json/document.hpp"
#include "tools/clearspan/bench/http.hpp"
#include "tools/clearspan/bench/http_orders.hpp"
#include "tools/clearspan/exit_codes.hpp"

namespace clearspan::tools {
namespace {

TEST(BenchHttp, takes_in_trades_both_ways_and_finds_them_in_the_logs) {
  HttpBenchOptions options;
  options.trades = 60;
  options.array_trades = 250;
  options.array_size = 100;  // the last array is shorter
  options.json = true;
  std::ostringstream out;
  std::ostringstream err;
  EXPECT_EQ(run_bench_http(options, out, err), kExitOk) << err.str();
  json::Document document;
  const std::string text = out.str();
  const auto root = document.parse(text.substr(0, text.find('\n')));
  ASSERT_TRUE(root.ok()) << text;
  const auto loads = root->object()->find("loads")->array();
  ASSERT_EQ(loads->size(), 2U);
  std::vector<std::uint64_t> in_logs;
  for (const json::Value load : *loads) in_logs.push_back(load.object()->find("in_logs")->u64().value());
  EXPECT_EQ(in_logs, (std::vector<std::uint64_t>{60, 250}));
  EXPECT_NE(text.find("verdict: passed"), std::string::npos);
}

TEST(BenchHttp, knows_a_trade_that_nobody_asked_for) {
  const HttpOrders orders{250, 100, 10, 10, "carol", "key"};
  evidence::TradeCreated created;
  created.idempotency_key = orders.idempotency_key(2);
  created.request_item = 49;
  created.plan.legs.resize(2);
  created.plan.legs[0].payer = {"alice-9"};
  created.plan.legs[1].payee = {"bob-9"};
  created.plan.legs[1].amount = Amount(100 + 249 * 7919 % 9'000);
  created.plan.payment = PaymentTerms{"carol", {}, {}};
  ASSERT_TRUE(orders.number_of(created).ok());
  EXPECT_EQ(*orders.number_of(created), 249U);

  evidence::TradeCreated other = created;
  other.request_item = 50;
  EXPECT_FALSE(orders.number_of(other).ok()) << "behind the last one";
  other = created;
  other.request_item = 149;
  EXPECT_FALSE(orders.number_of(other).ok()) << "behind the request's last one";
  other = created;
  other.idempotency_key = "order-2x";
  EXPECT_FALSE(orders.number_of(other).ok()) << "another key";
  other = created;
  other.plan.legs[1].amount = Amount(5);
  EXPECT_FALSE(orders.number_of(other).ok()) << "another amount";
  other = created;
  other.plan.legs[1].payee = {"bob-8"};
  EXPECT_FALSE(orders.number_of(other).ok()) << "another merchant";
}

}  // namespace
}  // namespace clearspan::tools
