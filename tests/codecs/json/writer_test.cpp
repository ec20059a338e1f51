#include "codecs/json/writer.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>
#include <string>

#include "codecs/json/document.hpp"

namespace clearspan::json {
namespace {

TEST(JsonWriter, writes_nested_values_with_their_commas) {
  Writer out;
  out.begin_object().field("a", 1).key("b").begin_array().value("x").value(true).null().begin_object().end_object();
  out.end_array()
      .field("c", std::numeric_limits<std::uint64_t>::max())
      .field("d", std::int64_t{-3})
      .key("e")
      .raw("[1,2]");
  out.end_object();
  EXPECT_EQ(out.take(), R"({"a":1,"b":["x",true,null,{}],"c":18446744073709551615,"d":-3,"e":[1,2]})");
}

TEST(JsonWriter, writes_a_value_that_stands_alone) {
  Writer out;
  out.value("x");
  EXPECT_EQ(out.take(), "\"x\"");
  out.begin_array().end_array();
  EXPECT_EQ(out.take(), "[]");
}

TEST(JsonWriter, escapes_what_json_does_not_allow) {
  std::string out;
  append_string(out, std::string("a\"b\\c\b\f\n\r\t\x01\x1f/\x7f\0z", 16));
  EXPECT_EQ(out, std::string("\"a\\\"b\\\\c\\b\\f\\n\\r\\t\\u0001\\u001f/\x7f\\u0000z\""));
}

TEST(JsonWriter, replaces_bytes_that_are_not_utf8) {
  for (const std::string bad :
       {"\xff", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\x80", "\xf0\x80\x80\x80"}) {
    std::string out;
    append_string(out, bad);
    Document document;
    ASSERT_TRUE(document.parse(out).ok());
    EXPECT_NE(out.find("\xef\xbf\xbd"), std::string::npos);
  }
  std::string out;
  append_string(out, "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
  EXPECT_EQ(out, "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"");
}

TEST(JsonWriter, writes_no_number_that_json_lacks) {
  Writer out;
  out.begin_array().value(std::numeric_limits<double>::infinity()).value(1.5).end_array();
  EXPECT_EQ(out.take(), "[null,1.5]");
}

RC_GTEST_PROP(JsonWriter, gives_back_every_text_of_valid_characters, (const std::string& text)) {
  std::string ascii = text;
  for (char& c : ascii) c = static_cast<char>(c & 0x7f);
  std::string out;
  append_string(out, ascii);
  Document document;
  const auto root = document.parse(out);
  RC_ASSERT(root.ok());
  RC_ASSERT(*root->string() == ascii);
}

RC_GTEST_PROP(JsonWriter, writes_valid_json_whatever_the_bytes, (const std::string& text)) {
  std::string out;
  append_string(out, text);
  Document document;
  RC_ASSERT(document.parse(out).ok());
}

TEST(JsonWriterDeathTest, ends_the_process_on_misuse) {
  const auto value_without_key = [] { Writer().begin_object().value(1); };
  const auto key_in_array = [] { Writer().begin_array().key("a"); };
  const auto wrong_end = [] { Writer().begin_array().end_object(); };
  const auto second_value = [] { Writer().value(1).value(2); };
  const auto unfinished = [] { (void)Writer().begin_array().take(); };
  EXPECT_DEATH(value_without_key(), "");
  EXPECT_DEATH(key_in_array(), "");
  EXPECT_DEATH(wrong_end(), "");
  EXPECT_DEATH(second_value(), "");
  EXPECT_DEATH(unfinished(), "");
}

}  // namespace
}  // namespace clearspan::json
