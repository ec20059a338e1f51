// What the decoder must refuse, and with which error.
#include <gtest/gtest.h>

#include "tests/codecs/simulated/sample.hpp"

namespace clearspan::simulated::testing {
namespace {

struct Reject {
  const char* name;
  const char* find;     // the first occurrence of this
  const char* replace;  // becomes that
  ErrorCode expected;
};

const Reject kRejects[] = {
    {"other_ledger", R"("ledger":"a-coin")", R"("ledger":"b-coin")", ErrorCode::not_a_block},
    {"other_number", R"("number":42)", R"("number":43)", ErrorCode::not_a_block},
    {"negative_number", R"("number":42)", R"("number":-42)", ErrorCode::not_a_block},
    {"number_as_text", R"("number":42)", R"("number":"42")", ErrorCode::not_a_block},
    {"other_branch", R"("branch":1)", R"("branch":2)", ErrorCode::block_hash_mismatch},
    {"other_timestamp", R"("timestamp":1760000000123)", R"("timestamp":1760000000124)", ErrorCode::block_hash_mismatch},
    {"endless_timestamp", R"("timestamp":1760000000123)", R"("timestamp":18446744073709551615)",
     ErrorCode::not_a_block},
    {"other_parent", R"("parent":"9999)", R"("parent":"9998)", ErrorCode::block_hash_mismatch},
    {"short_parent", R"("parent":"99)", R"("parent":")", ErrorCode::not_a_block},
    {"hash_not_hex", R"("parent":"99)", R"("parent":"9g)", ErrorCode::not_a_block},
    {"surplus_field", R"({"ledger")", R"({"extra":1,"ledger")", ErrorCode::not_a_block},
    {"missing_field", R"("branch":1,)", "", ErrorCode::not_a_block},
    {"duplicate_field", R"("branch":1,)", R"("branch":1,"branch":1,)", ErrorCode::duplicate_key},
    {"not_json", R"("branch":1,)", R"("branch":1)", ErrorCode::malformed_json},
    {"txn_no_object", R"("txns":[{)", R"("txns":[1,{)", ErrorCode::txn_malformed},
    {"nested_too_deep", R"(,90,null])", R"(,90,[[]]])", ErrorCode::too_deep},
    {"altered_amount", R"("1250")", R"("1251")", ErrorCode::txn_hash_mismatch},
    {"amount_as_number", R"("1250")", "1250", ErrorCode::txn_malformed},
    {"amount_with_leading_zero", R"("1250")", R"("01250")", ErrorCode::txn_malformed},
    {"amount_negative", R"("1250")", R"("-1250")", ErrorCode::txn_malformed},
    {"amount_too_large", R"("1250")",
     R"("115792089237316195423570985008687907853269984665640564039457584007913129639936")", ErrorCode::txn_malformed},
    {"altered_asset", R"("ACN")", R"("ACM")", ErrorCode::txn_hash_mismatch},
    {"altered_payer", R"("alice")", R"("alicf")", ErrorCode::txn_hash_mismatch},
    {"altered_payee", R"("bob")", R"("bab")", ErrorCode::txn_hash_mismatch},
    {"account_with_capital", R"("bob")", R"("Bob")", ErrorCode::txn_malformed},
    {"altered_ref", R"("0101)", R"("0102)", ErrorCode::txn_hash_mismatch},
    {"altered_kind", R"(["payment")", R"(["hold")", ErrorCode::txn_malformed},
    {"unknown_kind", R"(["payment")", R"(["gift")", ErrorCode::txn_malformed},
    {"refund_for_release", R"(["release")", R"(["refund")", ErrorCode::txn_hash_mismatch},
    {"altered_time", ",90,null]", ",91,null]", ErrorCode::txn_hash_mismatch},
    {"endless_time_spelt_out", ",90,null]", ",90,18446744073709551615]", ErrorCode::txn_malformed},
    {"time_as_fraction", ",90,null]", ",90.0,null]", ErrorCode::txn_malformed},
    {"operation_too_short", ",90,null]", ",90]", ErrorCode::txn_malformed},
    {"operation_too_long", ",90,null]", ",90,null,null]", ErrorCode::txn_malformed},
    {"altered_hold_key", "0404040404\",95]", "0404040405\",95]", ErrorCode::txn_hash_mismatch},
    {"altered_salt", R"("salt":7)", R"("salt":6)", ErrorCode::txn_hash_mismatch},
    {"altered_validity", R"("not_after":100)", R"("not_after":101)", ErrorCode::txn_hash_mismatch},
    {"altered_signer", R"("signer":")", R"("signer":"00)", ErrorCode::txn_malformed},
    {"failure_made_success", R"("insufficient_funds")", "1", ErrorCode::transactions_root_mismatch},
    {"success_made_failure", "[1,1,", R"(["expired",1,)", ErrorCode::transactions_root_mismatch},
    {"success_made_two", "[1,1,", "[2,1,", ErrorCode::txn_malformed},
    {"altered_reason", R"("insufficient_funds")", R"("insufficient_fundz")", ErrorCode::transactions_root_mismatch},
    {"reason_with_capital", R"("insufficient_funds")", R"("Insufficient")", ErrorCode::txn_malformed},
    {"empty_reason", R"("insufficient_funds")", R"("")", ErrorCode::txn_malformed},
    {"altered_released_amount", R"("77")", R"("78")", ErrorCode::transactions_root_mismatch},
    {"altered_receiver", R"("dave",0])", R"("eave",0])", ErrorCode::transactions_root_mismatch},
    {"reclaimed_made_ordered", R"("dave",1])", R"("dave",0])", ErrorCode::transactions_root_mismatch},
    {"reclaimed_neither", R"("dave",1])", R"("dave",2])", ErrorCode::txn_malformed},
    {"result_missing", "[1,1,", "[1,", ErrorCode::txn_malformed},
    {"result_surplus", "[1,1,", "[1,1,1,", ErrorCode::txn_malformed},
};

class SimulatedBlockReject : public ::testing::TestWithParam<Reject> {};

TEST_P(SimulatedBlockReject, is_refused_with_the_right_error) {
  const Reject& reject = GetParam();
  std::string json = sample_json();
  const std::size_t at = json.find(reject.find);
  ASSERT_NE(at, std::string::npos) << json;
  json.replace(at, std::string_view(reject.find).size(), reject.replace);
  const auto decoded = decode(json);
  ASSERT_FALSE(decoded.ok());
  EXPECT_EQ(to_string(decoded.error().code), to_string(reject.expected)) << describe(decoded.error());
}

std::string name_of(const ::testing::TestParamInfo<Reject>& reject) {
  return reject.param.name;
}

INSTANTIATE_TEST_SUITE_P(table, SimulatedBlockReject, ::testing::ValuesIn(kRejects), name_of);

ErrorCode code_of(const std::vector<std::unique_ptr<SampleTxn>>& txns, const std::string& root_from) {
  // A header that belongs to other txns: what a node serves that leaves out, adds or repeats some.
  std::string json = render(txns).json;
  const std::string_view key = R"("root":")";
  const std::size_t here = json.find(key);
  const std::size_t there = root_from.find(key);
  json.replace(here + key.size(), 64, root_from.substr(there + key.size(), 64));
  const auto decoded = decode(json);
  return decoded.ok() ? ErrorCode::not_found : decoded.error().code;
}

TEST(SimulatedBlockLists, refuses_a_missing_txn) {
  auto txns = sample_txns();
  const std::string whole = render(txns).json;
  txns.pop_back();
  EXPECT_EQ(code_of(txns, whole), ErrorCode::transactions_root_mismatch);
}

TEST(SimulatedBlockLists, refuses_txns_in_another_order) {
  auto txns = sample_txns();
  const std::string whole = render(txns).json;
  std::swap(txns[0], txns[1]);
  EXPECT_EQ(code_of(txns, whole), ErrorCode::transactions_root_mismatch);
}

TEST(SimulatedBlockLists, refuses_a_surplus_txn_that_repeats_the_last_one) {
  auto txns = sample_txns();
  std::swap(txns[1], txns[2]);  // the last one is ours
  const std::string whole = render(txns).json;
  txns.push_back(std::make_unique<SampleTxn>(*txns.back()));
  EXPECT_EQ(code_of(txns, whole), ErrorCode::txn_malformed);
}

TEST(SimulatedBlockLists, refuses_one_of_our_txns_twice_even_in_a_block_with_the_right_hash) {
  auto txns = sample_txns();
  txns.push_back(std::move(sample_txns()[0]));
  const auto decoded = decode(render(txns).json);
  ASSERT_FALSE(decoded.ok());
  EXPECT_EQ(decoded.error().code, ErrorCode::txn_malformed);
  EXPECT_EQ(decoded.error().field, "/txns/3");
}

TEST(SimulatedBlockLists, refuses_a_signature_that_the_root_does_not_cover) {
  std::string json = sample_json();
  const std::size_t at = json.find(R"("signature":")") + 13;
  json[at] = json[at] == '0' ? '1' : '0';
  const auto decoded = decode(json);
  ASSERT_FALSE(decoded.ok());
  EXPECT_EQ(decoded.error().code, ErrorCode::transactions_root_mismatch);
}

std::string replaced(std::string text, std::string_view find, std::string_view replace) {
  const std::size_t at = text.find(find);
  EXPECT_NE(at, std::string::npos) << find;
  return text.replace(at, find.size(), replace);
}

// All txns are hashed together at the end, but what is wrong with the block is still what is wrong first.
TEST(SimulatedBlockLists, reports_a_wrong_id_before_what_is_malformed_behind_it) {
  const std::string altered = replaced(sample_json(), R"("1250")", R"("1251")");
  const auto decoded = decode(replaced(altered, R"("dave",1])", R"("dave",2])"));
  ASSERT_FALSE(decoded.ok());
  EXPECT_EQ(decoded.error().code, ErrorCode::txn_hash_mismatch);
  EXPECT_EQ(decoded.error().field, "/txns/0/id");
}

TEST(SimulatedBlockLists, reports_what_is_malformed_before_a_wrong_id_behind_it) {
  const std::string altered = replaced(sample_json(), R"("dave",0])", R"("dave",2])");
  const auto decoded = decode(replaced(altered, R"("salt":8)", R"("salt":9)"));
  ASSERT_FALSE(decoded.ok());
  EXPECT_EQ(decoded.error().code, ErrorCode::txn_malformed);
  EXPECT_EQ(decoded.error().field, "/txns/1/results/0");
}

// Every single byte, replaced by each of a few others: either it is refused, or it still means exactly the same.
TEST(SimulatedBlockBytes, no_altered_byte_changes_the_meaning) {
  const std::string json = sample_json();
  const auto original = decode(json);
  ASSERT_TRUE(original.ok());
  std::size_t accepted = 0;
  for (std::size_t i = 0; i < json.size(); ++i) {
    for (const char other : {'0', '7', 'a', 'F', '"', ',', ']', ' ', '\0'}) {
      if (json[i] == other) continue;
      std::string altered = json;
      altered[i] = other;
      const auto decoded = decode(altered);
      if (!decoded.ok()) continue;
      ++accepted;
      EXPECT_EQ(decoded->hash, original->hash) << i;
      EXPECT_EQ(decoded->outcomes, original->outcomes) << i;
      EXPECT_EQ(decoded->txns, original->txns) << i;
    }
  }
  // Only an "f" of a hash can become "F".
  EXPECT_LT(accepted, json.size() / 10);
}

TEST(SimulatedBlockBytes, refuses_every_truncation) {
  const std::string json = sample_json();
  for (std::size_t size = 0; size < json.size(); ++size) EXPECT_FALSE(decode(json.substr(0, size)).ok()) << size;
}

TEST(SimulatedBlockBytes, refuses_what_is_no_block_at_all) {
  for (const std::string_view text : {"", "null", "[]", "{}", "1", "\"block\"", "[[[[[[[[]]]]]]]]"}) {
    EXPECT_FALSE(decode(text).ok()) << text;
  }
}

}  // namespace
}  // namespace clearspan::simulated::testing
