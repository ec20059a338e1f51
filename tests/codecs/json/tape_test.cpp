// The tape against simdjson's own second stage: the same documents, the same values, the same refusals.
#include <gtest/gtest.h>
#include <simdjson.h>

#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "codecs/json/document.hpp"
#include "tests/codecs/corpus.hpp"

namespace clearspan::json {
namespace {

using simdjson::dom::element_type;

bool is_same(Value ours, simdjson::dom::element theirs);

bool is_same_array(Value ours, simdjson::dom::array theirs) {
  if (!ours.is_array() || Array(ours).size() != theirs.size()) return false;
  auto their = theirs.begin();
  for (const Value value : Array(ours)) {
    if (!is_same(value, *their)) return false;
    ++their;
  }
  return true;
}

bool is_same_object(Value ours, simdjson::dom::object theirs) {
  if (!ours.is_object() || Object(ours).size() != theirs.size()) return false;
  auto their = theirs.begin();
  for (const Field field : Object(ours)) {
    if (field.key != their.key() || !is_same(field.value, their.value())) return false;
    ++their;
  }
  return true;
}

bool is_same(Value ours, simdjson::dom::element theirs) {
  switch (theirs.type()) {
    case element_type::ARRAY:
      return is_same_array(ours, theirs.get_array().value());
    case element_type::OBJECT:
      return is_same_object(ours, theirs.get_object().value());
    case element_type::INT64:
      return ours.kind() == Kind::integer && ours.i64().ok() && *ours.i64() == theirs.get_int64().value();
    case element_type::UINT64:
      return ours.kind() == Kind::integer && ours.if_u64() == theirs.get_uint64().value();
    case element_type::DOUBLE:
      return ours.kind() == Kind::real;
    case element_type::STRING:
      return ours.if_string() == theirs.get_string().value();
    case element_type::BOOL:
      return ours.if_boolean() == theirs.get_bool().value();
    case element_type::NULL_VALUE:
      return ours.is_null();
  }
  return false;
}

bool has_twins(simdjson::dom::element value) {
  if (value.is_array()) {
    const simdjson::dom::array members = value.get_array().value();
    for (const auto member : members) {
      if (has_twins(member)) return true;
    }
  }
  if (!value.is_object()) return false;
  std::set<std::string_view> keys;
  const simdjson::dom::object fields = value.get_object().value();
  for (const auto field : fields) {
    if (!keys.insert(field.key).second || has_twins(field.value)) return true;
  }
  return false;
}

ErrorCode code_of(simdjson::error_code error) {
  return error == simdjson::DEPTH_ERROR ? ErrorCode::too_deep : ErrorCode::malformed_json;
}

class TapeJudge {
 public:
  TapeJudge() { EXPECT_EQ(parser_.allocate(1 << 20, Limits{}.depth_max + 1), simdjson::SUCCESS); }

  // Parses the text, as a copy and in place, where nothing stands behind it.
  void expect_same(const std::string& text) {
    simdjson::dom::element theirs;
    const simdjson::error_code error = parser_.parse(text).get(theirs);
    const std::unique_ptr<char[]> tight(new char[text.size()]);
    text.copy(tight.get(), text.size());
    judge(document_.parse(text), error, theirs, text);
    judge(document_.parse_in_place({tight.get(), text.size()}), error, theirs, text);
  }

  [[nodiscard]] std::size_t accepted() const { return accepted_; }

  [[nodiscard]] std::size_t refused() const { return refused_; }

 private:
  void judge(const Result<Value>& ours, simdjson::error_code error, simdjson::dom::element theirs,
             const std::string& text) {
    if (error != simdjson::SUCCESS) {
      ASSERT_FALSE(ours.ok()) << text;
      ASSERT_EQ(ours.error().code, code_of(error)) << text;
      ++refused_;
    } else if (has_twins(theirs)) {
      ASSERT_FALSE(ours.ok()) << text;
      ASSERT_EQ(ours.error().code, ErrorCode::duplicate_key) << text;
    } else {
      ASSERT_TRUE(ours.ok()) << text;
      ASSERT_TRUE(is_same(*ours, theirs)) << text;
      ++accepted_;
    }
  }

  Document document_;
  simdjson::dom::parser parser_;
  std::size_t accepted_ = 0;
  std::size_t refused_ = 0;
};

std::string mutated(std::string text, std::mt19937& random) {
  static const std::vector<std::string> pieces = {"\"",
                                                  "\\",
                                                  "{",
                                                  "}",
                                                  "[",
                                                  "]",
                                                  ":",
                                                  ",",
                                                  " ",
                                                  "\n",
                                                  "1",
                                                  "-",
                                                  "0",
                                                  "e",
                                                  "true",
                                                  "null",
                                                  "\"a\"",
                                                  "\\u0041",
                                                  "\xff",
                                                  "1.5",
                                                  "{}",
                                                  "[]",
                                                  "12345678901234567890",
                                                  "\"a\":1,",
                                                  "\t"};
  for (std::size_t edits = 1 + random() % 4; edits > 0; --edits) {
    const std::size_t place = random() % (text.size() + 1);
    switch (random() % 3) {
      case 0:
        text.insert(place, pieces[random() % pieces.size()]);
        break;
      case 1:
        text.erase(place, 1 + random() % 3);
        break;
      case 2:
        if (place < text.size()) text[place] = static_cast<char>(random());
        break;
    }
  }
  return text;
}

const std::vector<std::string> kSeeds = {
    R"({"jsonrpc":"2.0","id":1,"result":{"hash":"0x12","logs":[{"topics":["0x1","0x2"],"data":"0x"},{}],"n":null}})",
    R"([["hold","00ff",12,-7,1.5e3,true,false,null,"a\"b\\c\u00e9"],{"a":{"a":{"b":[]}}},18446744073709551615])",
    "{\n  \"key\" : \"value\" ,\n  \"other\" : [ 1 , 2 , { } , [ ] ]\n}\n",
    "\"alone\"",
    "12345",
    "  true "};

TEST(JsonTape, is_what_simdjson_makes_of_the_same_text) {
  TapeJudge judge;
  std::mt19937 random(11);
  for (const std::string& seed : kSeeds) judge.expect_same(seed);
  for (int round = 0; round < 30'000 && !testing::Test::HasFatalFailure(); ++round) {
    judge.expect_same(mutated(kSeeds[static_cast<std::size_t>(round) % kSeeds.size()], random));
  }
  EXPECT_GT(judge.accepted(), 1000U);
  EXPECT_GT(judge.refused(), 1000U);
}

TEST(JsonTape, holds_strings_that_are_longer_than_its_words_can_say) {
  const std::string longest = "[\"" + std::string((std::size_t{1} << 24) + 17, 'x') + "\",\"\"]";
  Document document;
  const auto parsed = document.parse(longest);
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ((*Array(*parsed).begin()).if_string()->size(), (std::size_t{1} << 24) + 17);
  std::string escaped = longest;
  escaped.replace(5, 2, "\\n");
  EXPECT_EQ(document.parse(escaped).error().code, ErrorCode::too_large);
}

TEST(Json_corpus, has_the_tape_that_simdjson_makes_of_every_document) {
  CLEARSPAN_CORPUS_FOLDER(folder, "json-suite");
  TapeJudge judge;
  for (const auto& path : tests::files_below(folder, ".json")) judge.expect_same(tests::read_text(path));
  EXPECT_GT(judge.accepted(), 100U);
  EXPECT_GT(judge.refused(), 100U);
}

}  // namespace
}  // namespace clearspan::json
