// Every bad input gets a 4xx with a code and the offending field, and nothing is created.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "actors/gateway/limits.hpp"
#include "tests/actors/gateway/gateway_world.hpp"

namespace clearspan::gateway {
namespace {

struct Refusal {
  const char* what;
  std::string body;
  std::string expected;  // "<status> <code> <field>"
};

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

// The good payment with one part replaced.
std::string with(const std::string& from, const std::string& to) {
  return replaced(payment(), from, to);
}

// The good payment with a member more.
std::string and_also(const std::string& member) {
  return with(R"("placed_by")", member + R"(,"placed_by")");
}

// The good exchange with one part replaced.
std::string pvp_with(const std::string& from, const std::string& to) {
  return replaced(pvp(), from, to);
}

std::string pvp_with_legs(std::size_t count) {
  const std::string leg =
      R"({"ledger":"a-coin","asset":"ACN","amount":{"units":"5","scale":2},"from":"alice","to":"bob","placed_by":"engine"})";
  std::string body = R"({"scenario":"pvp","legs":[)";
  for (std::size_t i = 0; i < count; ++i) body += (i == 0 ? "" : ",") + leg;
  return body + "]}";
}

std::vector<Refusal> payment_refusals() {
  const std::string amount = R"({"units":"1250","scale":2})";
  return {
      {"empty body", "", "400 malformed_json"},
      {"cut short", payment().substr(0, 40), "400 malformed_json"},
      {"two values", payment() + payment(), "400 malformed_json"},
      {"comment", "// hi\n" + payment(), "400 malformed_json"},
      {"invalid UTF-8", with("alice", "al\xff"), "400 malformed_json"},
      {"trailing comma", with(R"("engine"})", R"("engine",})"), "400 malformed_json"},
      {"a text", R"("payment")", "400 wrong_type"},
      {"a number", "7", "400 wrong_type"},
      {"null", "null", "400 wrong_type"},
      {"empty array", "[]", "400 missing_field"},
      {"array of arrays", "[[]]", "400 wrong_type /0"},
      {"empty object", "{}", "400 missing_field /scenario"},
      {"duplicate key", and_also(R"("payer":"bob")"), "400 duplicate_key /payer"},
      {"duplicate nested key", with(R"("scale":2)", R"("scale":2,"scale":2)"), "400 duplicate_key /amount/scale"},
      {"unknown field", and_also(R"("tip":"5")"), "400 unknown_field /tip"},
      {"unknown nested field", with(R"("scale":2)", R"("scale":2,"currency":"x")"),
       "400 unknown_field /amount/currency"},
      {"pvp field in payment", and_also(R"("legs":[])"), "400 unknown_field /legs"},
      {"scenario is a number", with(R"("payment")", "1"), "400 wrong_type /scenario"},
      {"unknown scenario", with(R"("payment")", R"("lottery")"), "422 unknown_scenario /scenario"},
      {"scenario of the engine's own", with(R"("payment")", R"("return")"), "422 unknown_scenario /scenario"},
      {"no payer", with(R"("payer":"alice",)", ""), "400 missing_field /payer"},
      {"payer is null", with(R"("alice")", "null"), "400 wrong_type /payer"},
      {"payer is empty", with(R"("alice")", R"("")"), "400 invalid_value /payer"},
      {"payer too long", with("alice", std::string(257, 'a')), "413 too_large /payer"},
      {"payer malformed", with("alice", "al ice"), "422 unknown_account /payer"},
      {"payer that the engine has no key for", with("alice", "stranger"), "422 unknown_account /payer"},
      {"payer is the escrow", with("alice", "escrow"), "422 unknown_account /payer"},
      {"payer is the exchanger", with("alice", "exchanger"), "400 invalid_value /payer"},
      {"no merchant", with(R"("merchant":"bob",)", ""), "400 missing_field /merchant"},
      {"merchant is an object", with(R"("bob")", "{}"), "400 wrong_type /merchant"},
      {"merchant malformed", with("bob", "b\\u0000b"), "422 unknown_account /merchant"},
      {"merchant is the exchanger", with(R"("bob")", R"("exchanger")"), "400 invalid_value /merchant"},
      {"no profile", with(R"("profile":"carol",)", ""), "400 missing_field /profile"},
      {"unknown profile", with("carol", "daisy"), "422 unknown_profile /profile"},
      {"no amount", with(R"("amount":)" + amount + ",", ""), "400 missing_field /amount"},
      {"amount is a text", with(amount, R"("1250")"), "400 wrong_type /amount"},
      {"amount is a number", with(amount, "1250"), "400 wrong_type /amount"},
      {"no units", with(R"("units":"1250",)", ""), "400 missing_field /amount/units"},
      {"units are a number", with(R"("1250")", "1250"), "400 wrong_type /amount/units"},
      {"units are a negative number", with(R"("1250")", "-1250"), "422 amount_negative /amount/units"},
      {"units are a fractional number", with(R"("1250")", "12.5"), "422 amount_fractional /amount/units"},
      {"units are a number with an exponent", with(R"("1250")", "1e3"), "422 amount_fractional /amount/units"},
      {"units are null", with(R"("1250")", "null"), "400 wrong_type /amount/units"},
      {"units are empty", payment(""), "422 amount_malformed /amount/units"},
      {"units negative", payment("-5"), "422 amount_negative /amount/units"},
      {"units fractional", payment("12.50"), "422 amount_fractional /amount/units"},
      {"units with a plus", payment("+5"), "422 amount_malformed /amount/units"},
      {"units with a space", payment(" 5"), "422 amount_malformed /amount/units"},
      {"units with leading zeros", payment("005"), "422 amount_malformed /amount/units"},
      {"units in hexadecimal", payment("0x10"), "422 amount_malformed /amount/units"},
      {"units with an exponent", payment("1e3"), "422 amount_malformed /amount/units"},
      {"units above 2^256", payment("115792089237316195423570985008687907853269984665640564039457584007913129639936"),
       "422 amount_too_large /amount/units"},
      {"units of a thousand digits", payment(std::string(1000, '9')), "422 amount_too_large /amount/units"},
      {"zero", payment("0"), "422 amount_zero /amount"},
      {"below the profile", payment("1"), "422 limit_exceeded /amount"},
      {"above the profile", payment("1000001"), "422 limit_exceeded /amount"},
      {"largest amount", payment("115792089237316195423570985008687907853269984665640564039457584007913129639935"),
       "422 limit_exceeded /amount"},
      {"no scale", with(R"(,"scale":2)", ""), "400 missing_field /amount/scale"},
      {"scale is a text", with(R"("scale":2)", R"("scale":"2")"), "400 wrong_type /amount/scale"},
      {"scale negative", with(R"("scale":2)", R"("scale":-2)"), "400 out_of_range /amount/scale"},
      {"scale fractional", with(R"("scale":2)", R"("scale":2.0)"), "400 wrong_type /amount/scale"},
      {"wrong scale", with(R"("scale":2)", R"("scale":18)"), "422 amount_scale_mismatch /amount/scale"},
      {"no placement", with(R"(,"placed_by":"engine")", ""), "400 missing_field /placed_by"},
      {"unknown placement", with(R"("engine")", R"("nobody")"), "400 invalid_value /placed_by"},
      {"asset unknown", and_also(R"("asset":"XYZ")"), "422 unknown_asset /asset"},
      {"asset is a number", and_also(R"("asset":1)"), "400 wrong_type /asset"},
      {"deadline is a number", and_also(R"("deadline":1795255200)"), "400 wrong_type /deadline"},
      {"deadline malformed", and_also(R"("deadline":"tomorrow")"), "400 invalid_value /deadline"},
      {"deadline of another zone", and_also(R"("deadline":"2026-11-21T10:10:00+01:00")"),
       "400 invalid_value /deadline"},
      {"deadline on a day that does not exist", and_also(R"("deadline":"2026-02-30T10:10:00Z")"),
       "400 invalid_value /deadline"},
      {"deadline passed", and_also(R"("deadline":"2026-11-21T09:59:59Z")"), "422 deadline_expired /deadline"},
      {"deadline now", and_also(R"("deadline":"2026-11-21T10:00:00Z")"), "422 deadline_expired /deadline"},
      {"deadline too soon for the holds", and_also(R"("deadline":"2026-11-21T10:00:30Z")"),
       "422 margin_not_promisable /deadline"},
      {"deadline beyond the horizon", and_also(R"("deadline":"2046-11-21T10:00:00Z")"), "400 out_of_range /deadline"},
      {"reclaim before the release can be final", and_also(R"("reclaim_after":"2026-11-21T10:02:05Z")"),
       "422 margin_not_promisable /reclaim_after"},
      {"reclaim malformed", and_also(R"("reclaim_after":"")"), "400 invalid_value /reclaim_after"},
  };
}

std::vector<Refusal> pvp_refusals() {
  return {
      {"no legs", R"({"scenario":"pvp"})", "400 missing_field /legs"},
      {"legs are an object", R"({"scenario":"pvp","legs":{}})", "400 wrong_type /legs"},
      {"one leg", pvp_with_legs(1), "400 invalid_value /legs"},
      {"too many legs", pvp_with_legs(17), "400 invalid_value /legs"},
      {"one ledger only", pvp_with_legs(2), "400 invalid_value /legs"},
      {"leg is a text", R"({"scenario":"pvp","legs":["a","b"]})", "400 wrong_type /legs/0"},
      {"payment field in pvp", pvp_with(R"("legs")", R"("payer":"alice","legs")"), "400 unknown_field /payer"},
      {"unknown leg field", pvp_with(R"("to":"alice")", R"("to":"alice","fee":"1")"), "400 unknown_field /legs/1/fee"},
      {"unknown ledger", pvp_with("b-coin", "c-coin"), "422 unknown_ledger /legs/1/ledger"},
      {"unknown asset", pvp_with("BCN", "ACN"), "422 unknown_asset /legs/1/asset"},
      {"wrong scale", pvp_with(R"("700","scale":2)", R"("700","scale":3)"),
       "422 amount_scale_mismatch /legs/1/amount/scale"},
      {"zero", pvp_with(R"("700")", R"("0")"), "422 amount_zero /legs/1/amount"},
      {"units are a number", pvp_with(R"("700")", "700"), "400 wrong_type /legs/1/amount/units"},
      {"from malformed", pvp_with(R"("from":"bob")", R"("from":"b o b")"), "422 unknown_account /legs/1/from"},
      {"to malformed", pvp_with(R"("to":"alice")", R"("to":"al/ice")"), "422 unknown_account /legs/1/to"},
      {"from without a key", pvp_with(R"("from":"alice")", R"("from":"stranger")"), "422 unknown_account /legs/0/from"},
      {"pays itself", pvp_with(R"("to":"alice")", R"("to":"bob")"), "400 invalid_value /legs/1/to"},
      {"unknown placement", pvp_with(R"("payer"})", R"("both"})"), "400 invalid_value /legs/1/placed_by"},
      {"deadline passed", pvp_with(R"("legs")", R"("deadline":"2020-01-01T00:00:00Z","legs")"),
       "422 deadline_expired /deadline"},
      {"reclaim too early", pvp_with(R"("legs")", R"("reclaim_after":"2026-11-21T10:00:01Z","legs")"),
       "422 margin_not_promisable /reclaim_after"},
  };
}

class Refusals : public GatewayWorld {
 protected:
  void expect_all_refused(const std::vector<Refusal>& refusals) {
    for (const Refusal& refusal : refusals) {
      const Answer answer = post(refusal.body);
      EXPECT_EQ(answer.problem(), refusal.expected) << refusal.what << "\n" << answer.http.body;
      EXPECT_EQ(answer.header("Content-Type"), "application/problem+json") << refusal.what;
    }
    EXPECT_EQ(engine_->calls, 0U);
  }
};

TEST_F(Refusals, bad_payments_name_the_code_and_the_field_and_create_nothing) {
  expect_all_refused(payment_refusals());
}

TEST_F(Refusals, bad_exchanges_name_the_code_and_the_field_and_create_nothing) {
  expect_all_refused(pvp_refusals());
}

TEST_F(Refusals, the_same_payment_with_nothing_wrong_is_created) {
  EXPECT_EQ(post(payment()).status, 201);
  EXPECT_EQ(post(pvp()).status, 201);
  EXPECT_EQ(engine_->created, 2U);
}

TEST_F(Refusals, every_bad_item_of_an_array_gets_its_own_error) {
  const std::string body = "[" + payment() + "," + with("carol", "daisy") + "," + payment("-1") + "," + payment() + "]";
  const Answer answer = post(body);
  EXPECT_EQ(answer.problem(), "422 unknown_profile /1/profile");
  EXPECT_EQ(answer.at("problems/0/code"), "unknown_profile");
  EXPECT_EQ(answer.at("problems/0/field"), "/1/profile");
  EXPECT_EQ(answer.at("problems/1/code"), "amount_negative");
  EXPECT_EQ(answer.at("problems/1/field"), "/2/amount/units");
  EXPECT_EQ(answer.at("problems/2/code"), "(none)");
  EXPECT_EQ(engine_->calls, 0U);
}

TEST_F(Refusals, one_bad_item_of_an_array_refuses_the_whole_array) {
  const std::string body = "[" + payment() + "," + pvp() + "," + payment() + "," + payment("-1") + "]";
  EXPECT_EQ(post(body).problem(), "422 amount_negative /3/amount/units");
  EXPECT_EQ(post("[" + payment() + "," + with("carol", "daisy") + "]").problem(), "422 unknown_profile /1/profile");
  EXPECT_EQ(post("[" + payment() + "," + pvp_with("BCN", "ACN") + "]").problem(), "422 unknown_asset /1/legs/1/asset");
  EXPECT_EQ(engine_->calls, 0U);
}

TEST_F(Refusals, an_array_above_the_limit_is_refused) {
  std::string body = "[";
  for (std::size_t i = 0; i <= kTradesPerRequestMax; ++i) body += (i == 0 ? "" : ",") + payment();
  EXPECT_EQ(post(body + "]").problem(), "413 too_large");
  EXPECT_EQ(engine_->calls, 0U);
}

TEST_F(Refusals, a_body_that_is_nested_too_deep_is_refused) {
  EXPECT_EQ(post(std::string(20, '[') + std::string(20, ']')).problem().substr(0, 12), "400 too_deep");
  EXPECT_EQ(engine_->calls, 0U);
}

TEST_F(Refusals, a_ledger_that_cannot_be_planned_on_gives_no_promise) {
  LedgerStatus unseen = status_of(1);
  unseen.seen = Timestamp{};
  engine_->set_ledger(1, unseen);
  const Answer answer = post(payment());
  EXPECT_EQ(answer.problem(), "503 not_ready /profile");
  EXPECT_EQ(answer.header("Retry-After"), "1");
  LedgerStatus frozen = status_of(1);
  frozen.frozen = true;
  engine_->set_ledger(1, frozen);
  EXPECT_EQ(post(payment()).problem(), "503 ledger_frozen /profile");
  EXPECT_EQ(post(pvp()).problem(), "503 ledger_frozen /legs/1/ledger");
  EXPECT_EQ(engine_->calls, 0U);
}

TEST_F(Refusals, a_profile_whose_payments_the_engine_cannot_sign_gives_no_promise) {
  profiles_.front().destination_account = {"stranger"};
  restart();
  EXPECT_EQ(post(payment()).problem(), "422 unknown_account /profile");
  const Answer answer = post("[" + payment() + "," + payment() + "]");
  EXPECT_EQ(answer.at("problems/0/field"), "/0/profile");
  EXPECT_EQ(answer.at("problems/1/field"), "/1/profile");
  EXPECT_EQ(engine_->calls, 0U);
}

TEST_F(Refusals, another_media_type_than_json_is_refused) {
  transport::HttpRequest request = create_request(payment(), {});
  request.headers[1].second = "text/plain";
  EXPECT_EQ(send(request).problem(), "415 unsupported_media_type Content-Type");
  request.headers.pop_back();
  EXPECT_EQ(send(request).problem(), "415 unsupported_media_type Content-Type");
  EXPECT_EQ(engine_->calls, 0U);
}

TEST_F(Refusals, a_payer_that_places_its_own_hold_needs_no_key_here) {
  const std::string body = replaced(with("alice", "stranger"), R"("engine")", R"("payer")");
  EXPECT_EQ(post(body).status, 201);
}

}  // namespace
}  // namespace clearspan::gateway
