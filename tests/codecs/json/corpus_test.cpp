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

}  // namespace
}  // namespace clearspan::json
