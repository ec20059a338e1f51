#include "codecs/json/object_reader.hpp"

#include <gtest/gtest.h>

#include <string>

#include "codecs/json/document.hpp"

namespace clearspan::json {
namespace {

TEST(JsonObjectReader, accepts_an_object_whose_fields_were_all_asked_for) {
  Document document;
  auto reader = ObjectReader::open(*document.parse(R"({"name":"x","count":3,"on":false,"list":[],"map":{}})"));
  ASSERT_TRUE(reader.ok());
  EXPECT_EQ(*reader->string("name"), "x");
  EXPECT_EQ(*reader->u64("count"), 3U);
  EXPECT_FALSE(*reader->boolean("on"));
  EXPECT_TRUE(reader->array("list").ok());
  EXPECT_TRUE(reader->object("map").ok());
  EXPECT_EQ(*reader->optional_u64("absent"), std::nullopt);
  EXPECT_TRUE(reader->finish().ok());
}

TEST(JsonObjectReader, reports_the_first_field_that_nobody_asked_for) {
  Document document;
  const auto root = document.parse(R"({"trade":{"a":1,"surprise":2,"b":3}})");
  auto reader = ObjectReader::open(*root->object()->require("trade"));
  ASSERT_TRUE(reader.ok());
  EXPECT_TRUE(reader->u64("a").ok());
  EXPECT_TRUE(reader->u64("b").ok());
  const auto finished = reader->finish();
  ASSERT_FALSE(finished.ok());
  EXPECT_EQ(finished.error().code, ErrorCode::unknown_field);
  EXPECT_EQ(finished.error().field, "/trade/surprise");
}

TEST(JsonObjectReader, finds_fields_in_any_order_and_more_than_once) {
  Document document;
  auto reader = ObjectReader::open(*document.parse(R"({"a":1,"b":2,"c":3,"d":4})"));
  ASSERT_TRUE(reader.ok());
  EXPECT_FALSE(reader->optional("absent"));
  EXPECT_EQ(*reader->u64("c"), 3U);
  EXPECT_EQ(*reader->u64("a"), 1U);
  EXPECT_FALSE(reader->optional("absent"));
  EXPECT_EQ(*reader->u64("d"), 4U);
  EXPECT_EQ(*reader->u64("d"), 4U);
  EXPECT_EQ(reader->finish().error().field, "/b");
  EXPECT_EQ(*reader->u64("b"), 2U);
  EXPECT_TRUE(reader->finish().ok());
}

TEST(JsonObjectReader, names_the_field_that_is_missing_or_wrong) {
  Document document;
  auto reader = ObjectReader::open(*document.parse(R"({"a":null,"b":"x"})"));
  ASSERT_TRUE(reader.ok());
  EXPECT_EQ(reader->string("missing").error(), (Error{ErrorCode::missing_field, "the field is required", "/missing"}));
  EXPECT_EQ(reader->string("a").error().code, ErrorCode::wrong_type);
  EXPECT_EQ(reader->optional_string("a").error().field, "/a");
  EXPECT_EQ(reader->optional_boolean("b").error().code, ErrorCode::wrong_type);
}

TEST(JsonObjectReader, refuses_what_is_no_object_or_has_too_many_fields) {
  Document document;
  EXPECT_EQ(ObjectReader::open(*document.parse("[]")).error().code, ErrorCode::wrong_type);
  std::string text = "{";
  for (int i = 0; i < 65; ++i) text += (i > 0 ? ",\"k" : "\"k") + std::to_string(i) + "\":0";
  EXPECT_EQ(ObjectReader::open(*document.parse(text + "}")).error().code, ErrorCode::too_large);
}

}  // namespace
}  // namespace clearspan::json
