#include "core/base/error.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace clearspan {
namespace {

struct Row {
  ErrorCode code;
  std::string name;
  bool retryable;
  std::string meaning;
};

const std::vector<Row>& table() {
  static const std::vector<Row> rows = {
#define CLEARSPAN_ERROR(name, retryable, meaning) {ErrorCode::name, #name, retryable, meaning},
#include "core/base/error_codes.def"
#undef CLEARSPAN_ERROR
  };
  return rows;
}

TEST(ErrorCodes, are_more_than_none) {
  EXPECT_GT(table().size(), 50u);
}

TEST(ErrorCodes, fit_the_enumeration_s_underlying_type) {
  EXPECT_LE(table().size(), 256u);
}

TEST(ErrorCodes, have_a_name_that_parses_back_to_the_code) {
  for (const Row& row : table()) {
    EXPECT_EQ(to_string(row.code), row.name);
    EXPECT_EQ(parse_error_code(row.name), row.code) << row.name;
  }
}

TEST(ErrorCodes, have_names_that_differ) {
  std::set<std::string> names;
  for (const Row& row : table()) EXPECT_TRUE(names.insert(row.name).second) << row.name;
}

TEST(ErrorCodes, have_names_in_snake_case) {
  for (const Row& row : table()) {
    EXPECT_TRUE(std::all_of(row.name.begin(), row.name.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || c == '_';
    })) << row.name;
    EXPECT_NE(row.name, "unknown");
  }
}

TEST(ErrorCodes, mean_something_of_their_own_to_a_person) {
  std::set<std::string> meanings;
  for (const Row& row : table()) {
    EXPECT_EQ(meaning_of(row.code), row.meaning) << row.name;
    EXPECT_GE(row.meaning.size(), 12u) << row.name;
    EXPECT_FALSE(row.meaning.ends_with('.')) << row.name << " is a clause, not a full sentence";
    EXPECT_TRUE(meanings.insert(row.meaning).second) << row.name;
  }
}

TEST(ErrorCodes, say_whether_trying_again_can_help) {
  for (const Row& row : table()) EXPECT_EQ(is_retryable(row.code), row.retryable) << row.name;
  EXPECT_TRUE(is_retryable(ErrorCode::timed_out));
  EXPECT_TRUE(is_retryable(ErrorCode::overloaded));
  EXPECT_FALSE(is_retryable(ErrorCode::duplicate_key));
  EXPECT_FALSE(is_retryable(ErrorCode::block_hash_mismatch));
}

TEST(ErrorCodes, refuse_names_that_are_not_in_the_table) {
  for (const char* name : {"", "unknown", "Malformed_json", "malformed_json ", " malformed_json", "malform"}) {
    EXPECT_EQ(parse_error_code(name), std::nullopt) << name;
  }
}

TEST(ErrorCodes, outside_the_table_are_unknown_and_not_retryable) {
  const auto beyond = static_cast<ErrorCode>(255);
  EXPECT_EQ(to_string(beyond), "unknown");
  EXPECT_EQ(meaning_of(beyond), "unknown");
  EXPECT_FALSE(is_retryable(beyond));
}

TEST(Describe, shows_code_detail_and_field) {
  EXPECT_EQ(describe({ErrorCode::wrong_type, "a number, not a string", "/legs/0/amount"}),
            "wrong_type: a number, not a string (/legs/0/amount)");
}

TEST(Describe, shows_the_meaning_where_there_is_no_detail) {
  EXPECT_EQ(describe({ErrorCode::amount_zero, "", ""}), "amount_zero: the amount is zero");
  EXPECT_EQ(describe({ErrorCode::amount_zero, "", "/amount"}), "amount_zero: the amount is zero (/amount)");
}

}  // namespace
}  // namespace clearspan
