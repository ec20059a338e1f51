#include "tests/codecs/corpus.hpp"

#include <gtest/gtest.h>

#include <string>

#include "codecs/json/document.hpp"

namespace clearspan::json {
namespace {

TEST(Json_corpus, accepts_and_refuses_as_the_json_test_suite_says) {
  CLEARSPAN_CORPUS_FOLDER(folder, "json-suite/test_parsing");
  Document document;
  std::size_t must_parse = 0;
  std::size_t must_not_parse = 0;
  for (const auto& path : tests::files_below(folder, ".json")) {
    const std::string name = path.filename().string();
    const auto parsed = document.parse(tests::read_text(path));
    if (name.starts_with("y_")) {
      // RFC 8259 lets names repeat; a document that is trusted with money may not, so these two are refused by rule.
      if (!parsed.ok() && parsed.error().code == ErrorCode::duplicate_key) {
        EXPECT_TRUE(name.starts_with("y_object_duplicated_key")) << name;
      } else {
        EXPECT_TRUE(parsed.ok()) << name << ": " << parsed.error().detail;
      }
      ++must_parse;
    } else if (name.starts_with("n_")) {
      EXPECT_FALSE(parsed.ok()) << name;
      ++must_not_parse;
    }
  }
  EXPECT_GT(must_parse, 0U);
  EXPECT_GT(must_not_parse, 0U);
}

// The suite leaves open what becomes of these: broken Unicode, numbers beyond what machines hold, deep nesting. Here
// they are refused, and a number with an exponent is never an integer.
TEST(Json_corpus, refuses_or_never_counts_what_the_suite_leaves_open) {
  CLEARSPAN_CORPUS_FOLDER(folder, "json-suite/test_parsing");
  Document document;
  std::size_t refused = 0;
  for (const auto& path : tests::files_below(folder, ".json")) {
    const std::string name = path.filename().string();
    if (!name.starts_with("i_")) continue;
    const auto parsed = document.parse(tests::read_text(path));
    if (!parsed.ok()) {
      ++refused;
      continue;
    }
    ASSERT_TRUE(parsed->is_array()) << name;
    for (const Value value : Array(*parsed)) EXPECT_EQ(value.kind(), Kind::real) << name;
  }
  EXPECT_GT(refused, 0U);
}

// Texts that other readers turn into something else: an integer is its digits, or it is none.
TEST(Json_corpus, reads_every_integer_exactly) {
  CLEARSPAN_CORPUS_FOLDER(folder, "json-suite/test_transform");
  Document document;
  std::size_t integers = 0;
  for (const auto& path : tests::files_below(folder, ".json")) {
    if (!path.filename().string().starts_with("number_")) continue;
    const std::string text = tests::read_text(path);
    const auto parsed = document.parse(text);
    ASSERT_TRUE(parsed.ok()) << path;
    const Value number = *Array(*parsed).begin();
    if (number.kind() != Kind::integer) continue;
    ++integers;
    const std::string digits = number.if_u64() ? std::to_string(*number.if_u64()) : std::to_string(*number.i64());
    EXPECT_NE(text.find("[" + digits + "]"), std::string::npos) << path;
  }
  EXPECT_GT(integers, 0U);
}

}  // namespace
}  // namespace clearspan::json
