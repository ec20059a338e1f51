#include "codecs/json/document.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

namespace clearspan::json {
namespace {

struct Reject {
  std::string text;
  ErrorCode code;
  std::string field;
};

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + "1" + std::string(depth, ']');
}

TEST(JsonDocument, refuses_what_is_not_strict_json) {
  const std::vector<Reject> table = {
      {"", ErrorCode::malformed_json, ""},
      {" ", ErrorCode::malformed_json, ""},
      {"{", ErrorCode::malformed_json, ""},
      {"[1,]", ErrorCode::malformed_json, ""},
      {"{\"a\":1,}", ErrorCode::malformed_json, ""},
      {"{a:1}", ErrorCode::malformed_json, ""},
      {"{'a':1}", ErrorCode::malformed_json, ""},
      {"01", ErrorCode::malformed_json, ""},
      {"+1", ErrorCode::malformed_json, ""},
      {"1.", ErrorCode::malformed_json, ""},
      {".5", ErrorCode::malformed_json, ""},
      {"NaN", ErrorCode::malformed_json, ""},
      {"nul", ErrorCode::malformed_json, ""},
      {"1 2", ErrorCode::malformed_json, ""},
      {"{} {}", ErrorCode::malformed_json, ""},
      {"// x\n1", ErrorCode::malformed_json, ""},
      {"\"\x01\"", ErrorCode::malformed_json, ""},
      {"\"\\x\"", ErrorCode::malformed_json, ""},
      {"\"\xff\"", ErrorCode::malformed_json, ""},
      {"\"\xed\xa0\x80\"", ErrorCode::malformed_json, ""},
      {"\xef\xbb\xbf{}", ErrorCode::malformed_json, ""},
      {std::string("{}\0", 3), ErrorCode::malformed_json, ""},
      {"18446744073709551616", ErrorCode::malformed_json, ""},
      {"{\"a\":1,\"a\":2}", ErrorCode::duplicate_key, "/a"},
      {"{\"a\":1,\"\\u0061\":2}", ErrorCode::duplicate_key, "/a"},
      {"[{\"x\":{\"b/c\":1,\"~\":0,\"b/c\":2}}]", ErrorCode::duplicate_key, "/0/x/b~1c"},
      {"{\"\":1,\"\":2}", ErrorCode::duplicate_key, "/"},
      {nested(65), ErrorCode::too_deep, ""},
      {nested(5000), ErrorCode::too_deep, ""},
  };
  Document document;
  for (const Reject& reject : table) {
    const auto parsed = document.parse(reject.text);
    ASSERT_FALSE(parsed.ok()) << reject.text;
    EXPECT_EQ(to_string(parsed.error().code), to_string(reject.code)) << reject.text;
    EXPECT_EQ(parsed.error().field, reject.field) << reject.text;
  }
}

TEST(JsonDocument, accepts_the_depth_limit_exactly) {
  Document document;
  EXPECT_TRUE(document.parse(nested(64)).ok());
  Document shallow(Limits{1024, 2});
  EXPECT_TRUE(shallow.parse("[[1]]").ok());
  EXPECT_TRUE(shallow.parse("{\"a\":[]}").ok());
  EXPECT_EQ(shallow.parse("[[{\"a\":1}]]").error().code, ErrorCode::too_deep);
}

TEST(JsonDocument, keeps_its_depth_limit_when_it_grows) {
  Document document(Limits{1 << 20, 3});
  ASSERT_TRUE(document.parse("[1]").ok());
  ASSERT_TRUE(document.parse("[\"" + std::string(100000, 'x') + "\"]").ok());
  EXPECT_TRUE(document.parse("[[[1]]]").ok());
  EXPECT_EQ(document.parse("[[[[1]]]]").error().code, ErrorCode::too_deep);
}

TEST(JsonDocument, accepts_the_size_limit_exactly) {
  Document document(Limits{8, 4});
  EXPECT_TRUE(document.parse("[123456]").ok());
  EXPECT_EQ(document.parse("[1234567]").error().code, ErrorCode::too_large);
}

TEST(JsonDocument, finds_a_duplicate_wherever_it_stands_in_objects_of_any_size) {
  Document document;
  for (const std::size_t count : {2U, 3U, 20U, 63U, 64U, 65U, 66U, 500U}) {
    for (const std::size_t position : {std::size_t{0}, (count - 2) / 2, count - 2}) {
      std::string text = "{";
      for (std::size_t i = 0; i + 1 < count; ++i) text += "\"key" + std::to_string(i) + "\":" + std::to_string(i) + ",";
      const std::string unique = text + "\"other\":0}";
      text += "\"key" + std::to_string(position) + "\":0}";
      EXPECT_TRUE(document.parse(unique).ok()) << count;
      const auto parsed = document.parse(text);
      ASSERT_FALSE(parsed.ok()) << count << " " << position;
      EXPECT_EQ(parsed.error().code, ErrorCode::duplicate_key);
    }
  }
}

TEST(JsonDocument, lets_the_same_key_stand_in_different_objects) {
  Document document;
  EXPECT_TRUE(document.parse(R"([{"a":{"a":[{"a":1},{"a":1}]}},{"a":1}])").ok());
}

TEST(JsonDocument, reads_every_kind) {
  Document document;
  const auto root =
      document.parse(R"({"s":"a\u00e9\n","u":18446744073709551615,"i":-5,"d":1.5,"t":true,"n":null,"a":[1,[2],3]})");
  ASSERT_TRUE(root.ok());
  const Object object = *root->object();
  EXPECT_EQ(object.size(), 7U);
  EXPECT_EQ(*object.require("s")->string(), "a\xc3\xa9\n");
  EXPECT_EQ(*object.require("u")->u64(), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(*object.require("i")->i64(), -5);
  EXPECT_EQ(object.require("d")->kind(), Kind::real);
  EXPECT_TRUE(*object.require("t")->boolean());
  EXPECT_TRUE(object.require("n")->is_null());
  std::vector<Kind> kinds;
  const Array elements = *object.require("a")->array();
  for (const Value element : elements) kinds.push_back(element.kind());
  EXPECT_EQ(kinds, (std::vector<Kind>{Kind::integer, Kind::array, Kind::integer}));
}

TEST(JsonDocument, never_takes_a_number_with_a_fraction_or_an_exponent_for_an_integer) {
  Document document;
  for (const std::string text : {"1.0", "1e3", "-0.0", "0e0"}) {
    const auto root = document.parse(text);
    ASSERT_TRUE(root.ok()) << text;
    EXPECT_EQ(root->u64().error().code, ErrorCode::wrong_type) << text;
    EXPECT_FALSE(root->if_u64().has_value()) << text;
  }
}

TEST(JsonDocument, says_where_a_wrong_value_stands) {
  Document document;
  const auto root = document.parse(R"({"legs":[{"amount":"5"},{"amount":-7}],"a/b":{"~x":true}})");
  ASSERT_TRUE(root.ok());
  const Object object = *root->object();
  const Array legs = *object.require("legs")->array();
  std::vector<Value> elements;
  for (const Value leg : legs) elements.push_back(leg);
  const Value negative = *elements[1].object()->require("amount");
  EXPECT_EQ(negative.u64().error().code, ErrorCode::out_of_range);
  EXPECT_EQ(negative.u64().error().field, "/legs/1/amount");
  EXPECT_EQ(negative.string().error().code, ErrorCode::wrong_type);
  EXPECT_EQ(elements[0].object()->require("asset").error().code, ErrorCode::missing_field);
  EXPECT_EQ(elements[0].object()->require("asset").error().field, "/legs/0/asset");
  EXPECT_EQ(object.require("a/b")->object()->require("~x")->u64().error().field, "/a~1b/~0x");
  EXPECT_EQ(root->array().error().field, "");
}

TEST(JsonDocument, parses_again_after_a_failure) {
  Document document;
  EXPECT_FALSE(document.parse("{").ok());
  const auto root = document.parse("[1,2]");
  ASSERT_TRUE(root.ok());
  EXPECT_EQ(root->array()->size(), 2U);
}

}  // namespace
}  // namespace clearspan::json
