// The routes of the REST API: access, creation, the record of a trade, lists, cancelling, figures.
#include <gtest/gtest.h>

#include <set>
#include <sstream>
#include <string>

#include "actors/gateway/problem.hpp"
#include "tests/actors/gateway/gateway_world.hpp"

namespace clearspan::gateway {
namespace {

using GatewayRoutes = GatewayWorld;

transport::HttpRequest without_key(const std::string& method, const std::string& target) {
  transport::HttpRequest request;
  request.method = method;
  request.target = target;
  return request;
}

TEST_F(GatewayRoutes, every_v1_route_asks_for_the_key) {
  for (const char* target : {"/v1/trades", "/v1/trades/00", "/v1/ledgers", "/v1/profiles", "/v1/nothing", "/v1"}) {
    const Answer answer = send(without_key("GET", target));
    EXPECT_EQ(answer.problem(), "401 unauthorized Authorization") << target;
    EXPECT_EQ(answer.header("WWW-Authenticate"), "Bearer") << target;
  }
  transport::HttpRequest request = create_request(payment(), {});
  for (const std::string key :
       {"", "Bearer", "Bearer ", "Bearer wrong", "Basic 0123", "bearer", "Bearer 0123456789abcdef"}) {
    request.headers[0].second = key;
    EXPECT_EQ(send(request).status, 401) << key;
  }
  EXPECT_EQ(engine_->calls, 0U);
}

TEST_F(GatewayRoutes, health_and_figures_need_no_key) {
  EXPECT_EQ(send(without_key("GET", "/healthz")).status, 200);
  EXPECT_EQ(send(without_key("GET", "/readyz")).status, 200);
  EXPECT_EQ(send(without_key("GET", "/metrics")).status, 200);
  engine_->is_ready = false;
  EXPECT_EQ(send(without_key("GET", "/healthz")).status, 200);
  EXPECT_EQ(send(without_key("GET", "/readyz")).problem(), "503 not_ready");
}

TEST_F(GatewayRoutes, unknown_paths_and_methods_are_problems) {
  EXPECT_EQ(get("/v1/nothing").problem(), "404 not_found");
  EXPECT_EQ(get("/").problem(), "404 not_found");
  EXPECT_EQ(get("/v1/tradesx").problem(), "404 not_found");
  EXPECT_EQ(get("/v1/trades/00/11").problem(), "404 not_found");
  transport::HttpRequest request = create_request("{}", {});
  request.method = "PUT";
  const Answer answer = send(request);
  EXPECT_EQ(answer.problem(), "405 method_not_allowed");
  EXPECT_EQ(answer.header("Allow"), "GET, POST");
}

TEST_F(GatewayRoutes, a_problem_has_every_member_of_its_form) {
  const Answer answer = post(payment("-1"));
  EXPECT_EQ(answer.at("type"), "urn:clearspan:problem:amount_negative");
  EXPECT_EQ(answer.at("title"), std::string(meaning_of(ErrorCode::amount_negative)));
  EXPECT_EQ(answer.at("status"), "422");
  EXPECT_NE(answer.at("detail"), "(none)");
  EXPECT_EQ(answer.at("instance"), "/v1/trades");
  EXPECT_EQ(answer.at("code"), "amount_negative");
  EXPECT_EQ(answer.at("field"), "/amount/units");
}

TEST_F(GatewayRoutes, a_created_payment_shows_its_terms) {
  const Answer answer = post(payment("1251"));
  ASSERT_EQ(answer.status, 201) << answer.http.body;
  EXPECT_EQ(answer.header("Location"), "/v1/trades/" + answer.at("id"));
  EXPECT_EQ(answer.at("phase"), "preparing");
  EXPECT_EQ(answer.at("payment/profile"), "carol");
  EXPECT_EQ(answer.at("payment/rate"), "3/2");
  EXPECT_EQ(answer.at("payment/fee/units"), "10");
  EXPECT_EQ(answer.at("legs/0/amount/units"), "1887");  // ceil(1251 * 3 / 2) + 10
  EXPECT_EQ(answer.at("legs/0/amount/scale"), "2");
  EXPECT_EQ(answer.at("legs/0/payer"), "alice");
  EXPECT_EQ(answer.at("legs/0/payee"), "exchanger");
  EXPECT_EQ(answer.at("legs/0/deposit"), "(none)");
  EXPECT_EQ(answer.at("legs/1/role"), "pivot");
  EXPECT_EQ(answer.at("legs/1/payee"), "bob");
  EXPECT_EQ(answer.at("legs/1/amount/units"), "1251");
}

// The trades of a request share what they have in common, and nothing else.
TEST_F(GatewayRoutes, every_trade_of_an_array_has_its_own_terms) {
  constexpr int kTrades = 30;
  const auto is_placed_by_payer = [](int trade) { return trade % 3 == 0; };
  const auto deadline = [](int trade) { return "2026-11-21T12:00:" + std::to_string(10 + trade % 12) + "Z"; };
  std::string body;
  for (int trade = 0; trade < kTrades; ++trade) {
    std::string one = payment(std::to_string(100 + trade));
    const std::string placed_by = is_placed_by_payer(trade) ? R"("placed_by":"payer",)" : R"("placed_by":"engine",)";
    one.replace(one.find(R"("placed_by")"), std::string::npos, placed_by + R"("deadline":")" + deadline(trade) + "\"}");
    body += (trade == 0 ? "[" : ",") + one;
  }
  const Answer answer = post(body + "]");
  ASSERT_EQ(answer.status, 201) << answer.http.body;
  std::set<std::string> ids;
  for (int trade = 0; trade < kTrades; ++trade) {
    const std::string at = "trades/" + std::to_string(trade) + "/";
    ids.insert(answer.at(at + "id"));
    EXPECT_EQ(answer.at(at + "legs/1/amount/units"), std::to_string(100 + trade));
    EXPECT_EQ(answer.at(at + "legs/0/placed_by"), is_placed_by_payer(trade) ? "payer" : "engine");
    // A minute is kept for the payment to the merchant.
    const Timestamp prepare_until = *parse_rfc3339(deadline(trade)) - Millis{60'000};
    EXPECT_EQ(answer.at(at + "prepare_until"), to_rfc3339(prepare_until));
  }
  EXPECT_EQ(ids.size(), std::size_t{kTrades});
}

TEST_F(GatewayRoutes, a_leg_that_its_payer_places_comes_with_instructions) {
  const Answer answer = post(pvp());
  ASSERT_EQ(answer.status, 201) << answer.http.body;
  EXPECT_EQ(answer.at("legs/0/deposit"), "(none)");
  EXPECT_EQ(answer.at("legs/1/placed_by"), "payer");
  EXPECT_EQ(answer.at("legs/1/deposit/ledger"), "b-coin");
  EXPECT_EQ(answer.at("legs/1/deposit/amount/units"), "700");
  EXPECT_EQ(answer.at("legs/1/deposit/payee"), "alice");
  const std::string ref = answer.at("legs/1/deposit/ref");
  EXPECT_EQ(ref.substr(0, 38), "0x" + answer.at("id") + "0001");
  EXPECT_EQ(ref.size(), 66U);
  EXPECT_EQ(answer.at("legs/1/deposit/not_after"), answer.at("legs/1/not_after"));
}

TEST_F(GatewayRoutes, a_trade_can_be_read_at_once_after_its_creation) {
  for (int i = 0; i < 20; ++i) {
    const std::string id = post(payment()).at("id");
    const Answer shown = get("/v1/trades/" + id);
    ASSERT_EQ(shown.status, 200) << shown.http.body;
    EXPECT_EQ(shown.at("id"), id);
    EXPECT_EQ(shown.at("history/0/type"), "trade_created");
  }
}

TEST_F(GatewayRoutes, unknown_trades_are_not_found) {
  EXPECT_EQ(get("/v1/trades/00112233445566778899aabbccddeeff").problem(), "404 unknown_trade");
  EXPECT_EQ(get("/v1/trades/xyz").problem(), "404 unknown_trade");
}

// Writes what a settled payment's log holds, with made-up blocks.
void settle(RecordingEngine& engine, const Plan& plan, Timestamp start) {
  const auto at = [&](int second) { return start + Millis(1000 * second); };
  const auto outcome = [&](LegIndex leg, MovementKind kind, std::uint64_t height, const HoldKey& key) {
    Outcome done = effect_of(movement_for(plan, leg, kind, key));
    done.hold_key = key;
    done.position.height = {height};
    done.position.block.bytes.fill(static_cast<std::uint8_t>(height));
    done.position.txn.bytes.fill(static_cast<std::uint8_t>(height + 100));
    done.position.txn_index = 3;
    done.position.effect_index = 4;
    return OutcomeFinal{plan.legs[leg].ledger, done};
  };
  const auto sign = [&](LegIndex leg, MovementKind kind, const HoldKey& key) {
    evidence::TxnSigned txn;
    txn.ledger = plan.legs[leg].ledger;
    txn.id.bytes.fill(static_cast<std::uint8_t>(kind) + 50);
    txn.signer = plan.legs[leg].payer;
    txn.not_after = {2000};
    txn.raw = {1, 2, 3};
    txn.movements = {movement_for(plan, leg, kind, key)};
    return txn;
  };
  HoldKey key;
  key.bytes.fill(9);
  engine.record({{at(1), evidence::TradeEvent{plan.id, Started{}}},
                 {at(2), sign(0, MovementKind::hold, {})},
                 {at(3), evidence::TradeEvent{plan.id, outcome(0, MovementKind::hold, 11, key)}},
                 {at(4), sign(1, MovementKind::payment, {})},
                 {at(5), evidence::TradeEvent{plan.id, outcome(1, MovementKind::payment, 12, {})}},
                 {at(6), sign(0, MovementKind::release, key)},
                 {at(7), evidence::TradeEvent{plan.id, outcome(0, MovementKind::release, 13, key)}}});
}

TEST_F(GatewayRoutes, the_record_of_a_settled_trade_proves_every_step) {
  const std::string id = post(payment("100")).at("id");
  ASSERT_TRUE(engine_->sync_index(Millis(5000)).ok());
  const auto summary = engine_->index().summary(*parse_trade_id(id));
  settle(*engine_, *(*summary)->plan, clock_.now());

  const Answer trade = get("/v1/trades/" + id);
  ASSERT_EQ(trade.status, 200) << trade.http.body;
  EXPECT_EQ(trade.at("phase"), "settled");
  EXPECT_EQ(trade.at("decision/outcome"), "commit");
  EXPECT_EQ(trade.at("decision/at"), "2026-11-21T10:00:05.000Z");
  EXPECT_EQ(trade.at("abort_reason"), "null");
  EXPECT_EQ(trade.at("legs/0/ledger"), "a-coin");
  EXPECT_EQ(trade.at("legs/0/hold_txn"), "0x" + to_hex(Bytes(32, 111)));
  EXPECT_EQ(trade.at("legs/0/settlement"), "release");
  EXPECT_EQ(trade.at("legs/0/settlement_txn"), "0x" + to_hex(Bytes(32, 113)));
  EXPECT_EQ(trade.at("legs/0/steps/0/kind"), "hold");
  EXPECT_EQ(trade.at("legs/0/steps/0/status"), "final");
  EXPECT_EQ(trade.at("legs/0/steps/0/requested_at"), "2026-11-21T10:00:02.000Z");
  EXPECT_EQ(trade.at("legs/0/steps/0/at"), "2026-11-21T10:00:03.000Z");
  EXPECT_EQ(trade.at("legs/0/steps/0/proof/block_number"), "11");
  EXPECT_EQ(trade.at("legs/0/steps/0/proof/block_hash"), "0x" + to_hex(Bytes(32, 11)));
  EXPECT_EQ(trade.at("legs/0/steps/0/proof/txn_index"), "3");
  EXPECT_EQ(trade.at("legs/0/steps/0/proof/effect_index"), "4");
  EXPECT_EQ(trade.at("legs/0/steps/1/kind"), "release");
  EXPECT_EQ(trade.at("legs/1/hold_txn"), "null");
  EXPECT_EQ(trade.at("legs/1/settlement"), "payment");
  EXPECT_EQ(trade.at("legs/1/settlement_txn"), "0x" + to_hex(Bytes(32, 112)));
  EXPECT_EQ(trade.at("transitions/0/phase"), "preparing");
  EXPECT_EQ(trade.at("transitions/1/phase"), "deciding");
  EXPECT_EQ(trade.at("transitions/2/phase"), "releasing");
  EXPECT_EQ(trade.at("transitions/3/phase"), "settled");
  EXPECT_EQ(trade.at("transitions/3/at"), "2026-11-21T10:00:07.000Z");
  EXPECT_EQ(trade.at("history/7/seq"), "8");
}

TEST_F(GatewayRoutes, a_refused_hold_shows_why_the_trade_was_aborted) {
  const std::string id = post(payment()).at("id");
  const TradeId trade = *parse_trade_id(id);
  const Timestamp at = clock_.now() + Millis(1000);
  const MovementRefused refused{0, MovementKind::hold, ErrorCode::insufficient_funds, "alice has 3"};
  engine_->record({{at, evidence::TradeEvent{trade, Started{}}},
                   {at, evidence::TradeEvent{trade, refused}},
                   {at, evidence::TradeEvent{trade, Decided{Decision::abort}}}});
  const Answer shown = get("/v1/trades/" + id);
  EXPECT_EQ(shown.at("phase"), "rejected") << shown.http.body;
  EXPECT_EQ(shown.at("abort_reason"), "hold_refused");
  EXPECT_EQ(shown.at("legs/0/steps/0/status"), "refused");
  EXPECT_EQ(shown.at("legs/0/steps/0/code"), "insufficient_funds");
  EXPECT_EQ(shown.at("legs/0/settlement_txn"), "null");
  EXPECT_EQ(shown.at("decision/outcome"), "abort");
}

TEST_F(GatewayRoutes, a_list_is_walked_page_by_page_without_gap_or_repeat) {
  std::set<std::string> created;
  for (int i = 0; i < 7; ++i) created.insert(post(i % 2 == 0 ? payment() : pvp()).at("id"));
  std::set<std::string> listed;
  std::string target = "/v1/trades?limit=3";
  int pages = 0;
  while (pages < 10) {
    const Answer page = get(target);
    ASSERT_EQ(page.status, 200) << page.http.body;
    ++pages;
    for (int i = 0; page.at("trades/" + std::to_string(i) + "/id") != "(none)"; ++i) {
      EXPECT_TRUE(listed.insert(page.at("trades/" + std::to_string(i) + "/id")).second);
    }
    if (page.at("next_cursor") == "null") break;
    target = "/v1/trades?limit=3&cursor=" + page.at("next_cursor");
  }
  EXPECT_EQ(listed, created);
  EXPECT_EQ(get("/v1/trades?scenario=pvp").at("trades/2/scenario"), "pvp");
  EXPECT_EQ(get("/v1/trades?scenario=pvp").at("trades/3/id"), "(none)");
  EXPECT_EQ(get("/v1/trades?phase=settled").at("trades/0/id"), "(none)");
  EXPECT_EQ(get("/v1/trades?phase=preparing&ledger=a-coin&account=alice").status, 200);
  EXPECT_EQ(get("/v1/trades?created_before=2026-11-21T10:00:00Z").at("trades/0/id"), "(none)");
  EXPECT_NE(get("/v1/trades?created_after=2026-11-21T10:00:00Z").at("trades/0/id"), "(none)");
}

TEST_F(GatewayRoutes, bad_list_parameters_are_named) {
  EXPECT_EQ(get("/v1/trades?phase=happy").problem(), "400 invalid_value phase");
  EXPECT_EQ(get("/v1/trades?colour=red").problem(), "400 unknown_field colour");
  EXPECT_EQ(get("/v1/trades?phase=settled&phase=settled").problem(), "400 duplicate_key phase");
  EXPECT_EQ(get("/v1/trades?scenario=lottery").problem(), "422 unknown_scenario scenario");
  EXPECT_EQ(get("/v1/trades?ledger=c-coin").problem(), "422 unknown_ledger ledger");
  EXPECT_EQ(get("/v1/trades?ledger=a-coin&account=a%20b").problem(), "422 unknown_account account");
  EXPECT_EQ(get("/v1/trades?created_after=yesterday").problem(), "400 invalid_value created_after");
  EXPECT_EQ(get("/v1/trades?limit=0").problem(), "400 out_of_range limit");
  EXPECT_EQ(get("/v1/trades?limit=501").problem(), "400 out_of_range limit");
  EXPECT_EQ(get("/v1/trades?limit=ten").problem(), "400 invalid_value limit");
  EXPECT_EQ(get("/v1/trades?cursor=zzz").problem().substr(0, 18), "400 invalid_cursor");
}

TEST_F(GatewayRoutes, cancelling_answers_with_the_phase_or_why_not) {
  const std::string id = post(payment()).at("id");
  transport::HttpRequest request = create_request("", {});
  request.target = "/v1/trades/" + id + "/cancel";
  const Answer taken = send(request);
  EXPECT_EQ(taken.status, 202) << taken.http.body;
  EXPECT_EQ(taken.at("phase"), "preparing");
  engine_->cancel_answer = make_error(ErrorCode::already_decided);
  EXPECT_EQ(send(request).problem(), "409 already_decided");
  engine_->cancel_answer = make_error(ErrorCode::unknown_trade);  // it is over, and has left the engine
  EXPECT_EQ(send(request).problem(), "409 already_decided");
  request.target = "/v1/trades/00112233445566778899aabbccddeeff/cancel";
  EXPECT_EQ(send(request).problem(), "404 unknown_trade");
  request.body = R"({"force":true})";
  EXPECT_EQ(send(request).problem(), "400 unknown_field");
}

TEST_F(GatewayRoutes, ledgers_and_profiles_are_shown) {
  const Answer ledgers = get("/v1/ledgers");
  EXPECT_EQ(ledgers.at("ledgers/0/ledger"), "a-coin");
  EXPECT_EQ(ledgers.at("ledgers/0/final_height"), "1000");
  EXPECT_EQ(ledgers.at("ledgers/0/lag_blocks"), "10");
  EXPECT_EQ(ledgers.at("ledgers/0/lag_ms"), "1000");
  EXPECT_EQ(ledgers.at("ledgers/0/bytes_verified"), "123456");
  EXPECT_EQ(ledgers.at("ledgers/1/frozen"), "false");
  EXPECT_EQ(ledgers.at("ledgers/1/assets/0/asset"), "BCN");
  const Answer profiles = get("/v1/profiles");
  EXPECT_EQ(profiles.at("profiles/0/profile"), "carol");
  EXPECT_EQ(profiles.at("profiles/0/amount_max/units"), "1000000");
}

TEST_F(GatewayRoutes, a_ledger_whose_books_differ_is_an_alarm) {
  const auto figure = [this](const std::string& name) {
    const std::string text = get("/metrics").http.body;
    const std::size_t at = text.find("\n" + name + "{ledger=\"b-coin\"} ");
    return at == std::string::npos ? "none" : text.substr(text.find(' ', at) + 1, 1);
  };
  EXPECT_EQ(figure("clearspan_ledger_insolvent"), "0");
  LedgerStatus braked = status_of(1);
  braked.frozen = braked.braked = true;
  braked.problem = "account escrow holds 4 BCN at height 7, and the blocks say 5";
  engine_->set_ledger(1, braked);
  EXPECT_EQ(figure("clearspan_ledger_insolvent"), "1");
  EXPECT_EQ(figure("clearspan_ledger_frozen"), "1");
  const Answer ledgers = get("/v1/ledgers");
  EXPECT_EQ(ledgers.at("ledgers/1/frozen"), "true");
  EXPECT_EQ(ledgers.at("ledgers/1/problem"), braked.problem);
}

TEST_F(GatewayRoutes, figures_are_valid_prometheus_text) {
  post(payment());
  post(payment("-1"));
  const std::string text = get("/metrics").http.body;
  std::set<std::string> names;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line[0] == '#') continue;
    const std::size_t space = line.rfind(' ');
    ASSERT_NE(space, std::string::npos) << line;
    EXPECT_NO_THROW((void)std::stod(line.substr(space + 1))) << line;
    names.insert(line.substr(0, space));
  }
  EXPECT_TRUE(names.contains("clearspan_trades_created_total"));
  EXPECT_TRUE(names.contains("clearspan_trades_ended_total{phase=\"settled\"}"));
  int count = 0;  // as the engine of these tests counts them
  for (const char* part : {"trades", "listeners", "awaits", "legs"}) {
    const std::string line =
        "clearspan_in_memory{part=\"" + std::string(part) + "\"} " + std::to_string(++count) + "\n";
    EXPECT_NE(text.find(line), std::string::npos) << line;
  }
  const auto figure_of_writes = [&text](const std::string& name) {  // those of the engine of these tests, too
    const std::string begin = "\nclearspan_group_write_seconds_" + name + " ";
    const std::size_t at = text.find(begin);
    return at == std::string::npos ? -1.0 : std::stod(text.substr(at + begin.size()));
  };
  EXPECT_EQ(figure_of_writes("bucket{le=\"3.2e-05\"}"), 5);
  EXPECT_EQ(figure_of_writes("bucket{le=\"0.000128\"}"), 5);
  EXPECT_EQ(figure_of_writes("bucket{le=\"0.000256\"}"), 7);
  EXPECT_EQ(figure_of_writes("bucket{le=\"+Inf\"}"), 8);
  EXPECT_EQ(figure_of_writes("sum"), 2.5);
  EXPECT_EQ(figure_of_writes("count"), 8);
  EXPECT_TRUE(names.contains("clearspan_ledger_lag_blocks{ledger=\"a-coin\"}"));
  EXPECT_TRUE(names.contains("clearspan_ledger_bytes_verified_total{ledger=\"b-coin\"}"));
  EXPECT_TRUE(names.contains("clearspan_http_requests_total{route=\"create_trades\",status=\"201\"}"));
  EXPECT_TRUE(names.contains("clearspan_http_requests_total{route=\"create_trades\",status=\"422\"}"));
  EXPECT_TRUE(names.contains("clearspan_http_request_seconds_count{route=\"create_trades\"}"));
  EXPECT_EQ(text.find(kTestKey), std::string::npos);
}

TEST_F(GatewayRoutes, a_profile_that_names_what_no_ledger_has_refuses_the_start) {
  GatewayOptions options;
  options.bearer_key = kTestKey;
  options.ledgers = connectors_;
  Profile profile;
  profile.name = "daisy";
  profile.source_ledger = {"a-coin"};
  profile.source_asset = {"ACN"};
  profile.source_account = {"exchanger"};
  profile.destination_ledger = {"nowhere"};
  options.profiles = {profile};
  const auto gateway = Gateway::start(*engine_, clock_, options);
  ASSERT_FALSE(gateway.ok());
  EXPECT_EQ(gateway.error().code, ErrorCode::config_invalid);
}

TEST(Problems, every_code_for_users_is_a_4xx_and_retryable_ones_say_when) {
  for (const ErrorCode code :
       {ErrorCode::malformed_json, ErrorCode::unknown_asset, ErrorCode::margin_not_promisable,
        ErrorCode::idempotency_conflict, ErrorCode::unauthorized, ErrorCode::unsupported_media_type}) {
    EXPECT_GE(status_of(code), 400);
    EXPECT_LT(status_of(code), 500);
  }
  EXPECT_EQ(status_of(ErrorCode::log_corrupt), 500);
}

}  // namespace
}  // namespace clearspan::gateway
