#include "ledgers/transport/url.hpp"

#include <gtest/gtest.h>

#include "ledgers/transport/bearer.hpp"

namespace clearspan::transport {
namespace {

TEST(url, reads_each_part) {
  EXPECT_EQ(parse_url("http://localhost").value(), (Url{"http", "localhost", 80, "/"}));
  EXPECT_EQ(parse_url("HTTPS://node.example/v3/key?x=1").value(), (Url{"https", "node.example", 443, "/v3/key?x=1"}));
  EXPECT_EQ(parse_url("ws://127.0.0.1:8546").value(), (Url{"ws", "127.0.0.1", 8546, "/"}));
  EXPECT_EQ(parse_url("wss://[::1]:9/a").value(), (Url{"wss", "::1", 9, "/a"}));
  EXPECT_EQ(parse_url("http://a?b").value(), (Url{"http", "a", 80, "/?b"}));
}

TEST(url, writes_what_it_has_read) {
  for (const char* text : {"http://localhost/", "https://a:444/b?c", "wss://[::1]/", "ws://127.0.0.1:8546/"}) {
    EXPECT_EQ(parse_url(text)->text(), text);
  }
}

TEST(url, refuses_every_other_form) {
  for (const char* text : {"",
                           "localhost",
                           "localhost:80",
                           "ftp://a",
                           "http:/a",
                           "http://",
                           "http:///a",
                           "http://:80",
                           "http://a:",
                           "http://a:0",
                           "http://a:65536",
                           "http://a:8x",
                           "http://a:-1",
                           "http://a:80:80",
                           "http://u:p@a",
                           "http://a/#f",
                           "http://a b",
                           "http://a/b c",
                           "http://a\r\nX: y",
                           "http://[::1",
                           "http://[::1]x",
                           "http://[]",
                           "http://[g]",
                           "http://a,b",
                           "http://\xc3\xa9"}) {
    const auto url = parse_url(text);
    ASSERT_FALSE(url.ok()) << text;
    EXPECT_EQ(url.error().code, ErrorCode::invalid_value) << text;
  }
}

TEST(bearer, knows_the_key_and_nothing_else) {
  EXPECT_TRUE(is_bearer_of("Bearer secret", "secret"));
  EXPECT_FALSE(is_bearer_of("Bearer secreT", "secret"));
  EXPECT_FALSE(is_bearer_of("Bearer secret ", "secret"));
  EXPECT_FALSE(is_bearer_of("Bearer ", "secret"));
  EXPECT_FALSE(is_bearer_of("Basic secret", "secret"));
  EXPECT_FALSE(is_bearer_of("secret", "secret"));
  EXPECT_FALSE(is_bearer_of(std::nullopt, "secret"));
  EXPECT_FALSE(is_bearer_of("Bearer ", ""));
}

}  // namespace
}  // namespace clearspan::transport
