#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>
#include <vector>

#include "ledgers/transport/http_gate.hpp"

namespace clearspan::transport {
namespace {

using Outcome = std::variant<RequestHead, Incomplete, Refusal>;

int status_of(const Outcome& outcome) {
  if (const auto* refusal = std::get_if<Refusal>(&outcome)) return refusal->status;
  return std::holds_alternative<RequestHead>(outcome) ? 200 : 0;
}

int status_of(std::string_view bytes) {
  return status_of(read_head(bytes, 0, GateLimits{}));
}

std::string with_field(std::string_view line) {
  return "GET / HTTP/1.1\r\nHost: a\r\n" + std::string(line) + "\r\n\r\n";
}

std::string with_target(std::string_view target) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n\r\n";
}

TEST(http_gate, reads_the_parts_of_a_head) {
  const std::string bytes =
      "POST /v1/trades?state=held&limit=5 HTTP/1.1\r\nHost: localhost:8080\r\nContent-Length: 12\r\n"
      "X-Empty:\r\nX-Spaced: \t two words \t\r\nConnection: Keep-Alive, Close\r\n\r\nbody";
  const Outcome outcome = read_head(bytes, 0, GateLimits{});
  ASSERT_EQ(status_of(outcome), 200);
  const auto& head = std::get<RequestHead>(outcome);
  EXPECT_EQ(head.method.of(bytes), "POST");
  EXPECT_EQ(head.path.of(bytes), "/v1/trades");
  EXPECT_EQ(head.query.of(bytes), "state=held&limit=5");
  EXPECT_EQ(head.body_size, 12U);
  EXPECT_EQ(head.size, bytes.size() - 4);
  EXPECT_TRUE(head.wants_close);
  ASSERT_EQ(head.fields.size(), 5U);
  EXPECT_EQ(head.fields[2].value.of(bytes), "");
  EXPECT_EQ(head.fields[3].value.of(bytes), "two words");
}

TEST(http_gate, accepts_the_forms_that_clients_send) {
  EXPECT_EQ(status_of(with_field("Accept: a\r\nAccept: b")), 200);
  EXPECT_EQ(status_of(with_field("Content-Length: 0")), 200);
  EXPECT_EQ(status_of(with_field("Expect: 100-continue")), 200);
  EXPECT_EQ(status_of(with_target("/a/b%20c/?x=%2F/?&y")), 200);
  EXPECT_EQ(status_of(with_target("/v1/trades/")), 200);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n"), 200);
  EXPECT_EQ(status_of("HEAD / HTTP/1.1\r\nhOsT: a_b-c.d\r\n\r\n"), 200);
  EXPECT_EQ(status_of("DELETE /x HTTP/1.1\r\nHost: a\r\n\r\n"), 200);
}

struct Reject {
  const char* what;
  std::string bytes;
  int status;
};

TEST(http_gate, refuses_what_can_be_read_in_two_ways) {
  const std::string nul("GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n", 35);
  const std::vector<Reject> rejects = {
      {"version 1.0", "GET / HTTP/1.0\r\nHost: a\r\n\r\n", 505},
      {"version 2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
      {"preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"version in lower case", "GET / http/1.1\r\nHost: a\r\n\r\n", 400},
      {"no version (HTTP/0.9)", "GET /\r\n\r\n", 400},
      {"trailing space", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400},
      {"two spaces before the target", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"tab between the parts", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"space in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"empty line in front", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"space in front", " GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"TLS hello", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11), 400},
      {"endless method", std::string(64, 'A'), 400},
      {"unknown method", "BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
      {"method in lower case", "get / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
      {"TRACE", "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
      {"CONNECT", "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", 501},
      {"LF alone", "GET / HTTP/1.1\nHost: a\n\n", 400},
      {"LF alone after a field", "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", 400},
      {"CR alone in a value", with_field("X: a\rTransfer-Encoding: chunked"), 400},
      {"CR alone in the target", with_target("/a\rb"), 400},
      {"absolute-form", with_target("http://a/"), 400},
      {"authority-form", with_target("a:80"), 400},
      {"asterisk-form", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"fragment", with_target("/a#b"), 400},
      {"backslash", with_target("/a\\b"), 400},
      {"byte outside ASCII", with_target("/\xc3\xa9"), 400},
      {"DEL in the target", with_target("/\x7f"), 400},
      {"quote in the query", with_target("/?a=\""), 400},
      {"dot segment", with_target("/a/./b"), 400},
      {"two dots", with_target("/a/../b"), 400},
      {"two dots at the end", with_target("/a/.."), 400},
      {"empty segment", with_target("/a//b"), 400},
      {"network path", with_target("//b"), 400},
      {"encoded dot", with_target("/%2e%2E/b"), 400},
      {"encoded slash", with_target("/a%2Fb"), 400},
      {"encoded backslash", with_target("/a%5cb"), 400},
      {"encoded NUL", with_target("/a%00"), 400},
      {"encoded LF", with_target("/a%0a"), 400},
      {"cut %-sequence", with_target("/a%2"), 400},
      {"wrong %-sequence", with_target("/a%zz"), 400},
      {"no Host", "GET / HTTP/1.1\r\nX: a\r\n\r\n", 400},
      {"no field at all", "GET / HTTP/1.1\r\n\r\n", 400},
      {"Host twice", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400},
      {"Host twice in other letters", "GET / HTTP/1.1\r\nHost: a\r\nHOST: b\r\n\r\n", 400},
      {"Host empty", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400},
      {"Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
      {"Host with a user", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400},
      {"Host list", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", 400},
      {"Host with a bad port", "GET / HTTP/1.1\r\nHost: a:8x\r\n\r\n", 400},
      {"Host with an empty port", "GET / HTTP/1.1\r\nHost: a:\r\n\r\n", 400},
      {"chunked", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"xchunked", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\nContent-Length: 5\r\n\r\n", 400},
      {"identity", with_field("Transfer-Encoding: identity"), 400},
      {"tab before chunked", with_field("transfer-encoding:\tchunked"), 400},
      {"chunked and length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n",
       400},
      {"folded field", "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n", 400},
      {"folded with a tab", "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n\tchunked\r\n\r\n", 400},
      {"folded first field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400},
      {"space before the colon", with_field("Transfer-Encoding : chunked"), 400},
      {"tab before the colon", with_field("X\t: a"), 400},
      {"no colon", with_field("Transfer-Encoding"), 400},
      {"no name", with_field(": a"), 400},
      {"NUL in a value", nul, 400},
      {"control in a value", with_field("X: a\x01"), 400},
      {"DEL in a value", with_field("X: a\x7f"), 400},
      {"byte outside ASCII in a value", with_field("X: \xe9"), 400},
      {"byte outside ASCII in a name", with_field("X\xe9: a"), 400},
      {"length twice, equal", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\n", 400},
      {"length twice, other", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\ncontent-length: 5\r\n\r\n", 400},
      {"length list", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4, 4\r\n\r\n", 400},
      {"length with a sign", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +4\r\n\r\n", 400},
      {"negative length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -4\r\n\r\n", 400},
      {"length in hexadecimal", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x4\r\n\r\n", 400},
      {"length with zeros in front", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 04\r\n\r\n", 400},
      {"empty length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", 400},
      {"length beyond 2^64", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551620\r\n\r\n", 413},
      {"length above the limit", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4194305\r\n\r\n", 413},
      {"no length", "POST / HTTP/1.1\r\nHost: a\r\n\r\n", 411},
      {"body on GET", with_field("Content-Length: 1"), 400},
      {"body on DELETE", "DELETE / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n", 400},
      {"other expectation", with_field("Expect: tea"), 417},
      {"key twice", with_field("Authorization: Bearer a\r\nAuthorization: Bearer b"), 400},
      {"unknown field twice", with_field("X-Mine: a\r\nx-mine: a"), 400},
      {"endless request line", "GET /" + std::string(20'000, 'a'), 414},
      {"long target", with_target("/" + std::string(4'096, 'a')), 414},
      {"endless field", "GET / HTTP/1.1\r\nX: " + std::string(20'000, 'a'), 431},
  };
  for (const Reject& reject : rejects) EXPECT_EQ(status_of(reject.bytes), reject.status) << reject.what;
}

TEST(http_gate, refuses_more_fields_than_the_limit) {
  std::string fields;
  for (int i = 0; i < 63; ++i) fields += "X" + std::to_string(i) + ": a\r\n";
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n"), 200);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: a\r\n" + fields + "Y: a\r\n\r\n"), 431);
}

TEST(http_gate, refuses_a_head_that_is_one_byte_too_long) {
  GateLimits limits;
  const std::string bytes = with_field("X: a");
  limits.head_bytes_max = static_cast<std::uint32_t>(bytes.size());
  EXPECT_EQ(status_of(read_head(bytes, 0, limits)), 200);
  limits.head_bytes_max -= 1;
  EXPECT_EQ(status_of(read_head(bytes, 0, limits)), 431);
}

TEST(http_gate, reads_the_same_head_however_the_bytes_arrive) {
  const std::string bytes = with_target("/a?b=c");
  std::size_t scanned = 0;
  for (std::size_t size = 1; size < bytes.size(); ++size) {
    const Outcome outcome = read_head(std::string_view(bytes).substr(0, size), scanned, GateLimits{});
    const auto* incomplete = std::get_if<Incomplete>(&outcome);
    ASSERT_NE(incomplete, nullptr) << size;
    scanned = incomplete->scanned;
  }
  EXPECT_EQ(status_of(read_head(bytes, scanned, GateLimits{})), 200);
}

TEST(http_gate, never_reads_beyond_its_bytes_whatever_they_are) {
  rc::check("random edits of a valid head", [] {
    std::string bytes =
        "POST /v1/trades?a=b HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nX: y\r\nAccept: z\r\n\r\n{}";
    const auto edits = *rc::gen::inRange(1, 6);
    const std::string pieces = " \t\r\n:;,%/.?#\\0AzHTP1\x7f\x80";
    for (int i = 0; i < edits; ++i) {
      const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
      const char piece = pieces[*rc::gen::inRange<std::size_t>(0, pieces.size())];
      if (*rc::gen::arbitrary<bool>())
        bytes[at] = piece;
      else
        bytes.insert(at, 1, piece);
    }
    const std::vector<char> exact(bytes.begin(), bytes.end());  // so that a sanitizer sees a byte too many
    const Outcome outcome = read_head({exact.data(), exact.size()}, 0, GateLimits{});
    if (const auto* head = std::get_if<RequestHead>(&outcome)) {
      const std::string_view text(exact.data(), exact.size());
      RC_ASSERT(head->size <= text.size());
      RC_ASSERT(text.substr(0, head->size).ends_with("\r\n\r\n"));
      RC_ASSERT(head->path.of(text).starts_with("/"));
      int hosts = 0;
      for (const auto& field : head->fields) hosts += is_same_name(field.name.of(text), "host") ? 1 : 0;
      RC_ASSERT(hosts == 1);
    }
  });
}

TEST(query, decodes_each_parameter) {
  const auto query = parse_query("a=1&b=x%20y+z&c=&d&e=%C3%A9%3D%26");
  ASSERT_TRUE(query.ok());
  EXPECT_EQ(query->find("a"), "1");
  EXPECT_EQ(query->find("b"), "x y z");
  EXPECT_EQ(query->find("c"), "");
  EXPECT_EQ(query->find("d"), "");
  EXPECT_EQ(query->find("e"), "\xc3\xa9=&");
  EXPECT_EQ(query->find("f"), std::nullopt);
  EXPECT_TRUE(parse_query("")->all().empty());
}

TEST(query, names_the_parameter_that_is_wrong) {
  const auto expect = [](std::string_view text, ErrorCode code, std::string_view field) {
    const auto query = parse_query(text);
    ASSERT_FALSE(query.ok()) << text;
    EXPECT_EQ(query.error().code, code) << text;
    EXPECT_EQ(query.error().field, field) << text;
  };
  expect("a=1&b=%4", ErrorCode::bad_request, "b");
  expect("b=%zz", ErrorCode::bad_request, "b");
  expect("b=%ff", ErrorCode::bad_request, "b");
  expect("b=%c0%80", ErrorCode::bad_request, "b");
  expect("b=%ed%a0%80", ErrorCode::bad_request, "b");
  expect("a=1&a=2", ErrorCode::duplicate_key, "a");
  expect("a=1&%61=2", ErrorCode::duplicate_key, "a");
  expect("=1", ErrorCode::bad_request, "");
  expect("a=1&", ErrorCode::bad_request, "");
  expect("a=1&&b=2", ErrorCode::bad_request, "");
  std::string many = "a0";
  for (int i = 1; i < 33; ++i) many += "&a" + std::to_string(i);
  expect(many, ErrorCode::bad_request, "");
}

TEST(query, reads_whole_numbers_within_bounds) {
  const auto query = parse_query("a=10&b=11&c=-1&d=&e=1.5&f=99999999999999999999");
  ASSERT_TRUE(query.ok());
  EXPECT_EQ(query->number("a", 10).value(), 10U);
  EXPECT_EQ(query->number("z", 10).value(), std::nullopt);
  EXPECT_EQ(query->number("b", 10).error().code, ErrorCode::out_of_range);
  EXPECT_EQ(query->number("c", 10).error().code, ErrorCode::invalid_value);
  EXPECT_EQ(query->number("d", 10).error().code, ErrorCode::invalid_value);
  EXPECT_EQ(query->number("e", 10).error().code, ErrorCode::invalid_value);
  EXPECT_EQ(query->number("f", 10).error().code, ErrorCode::out_of_range);
}

TEST(query, names_a_parameter_that_the_resource_does_not_know) {
  const auto query = parse_query("limit=1&stat=x");
  EXPECT_TRUE(query->expect_only({"limit", "stat"}).ok());
  const Status status = query->expect_only({"limit", "state"});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().field, "stat");
}

}  // namespace
}  // namespace clearspan::transport
