// Request smuggling (RFC 9112, section 11.2), byte for byte over real sockets. Each form makes some server or proxy see
// another end of the request than its neighbour does, or another field. Behind each stands a second request: whatever
// the first one is taken for, the second must never be handled.
#include <gtest/gtest.h>

#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "ledgers/transport/http_server.hpp"
#include "tests/ledgers/transport/raw_socket.hpp"

namespace clearspan::transport {
namespace {

// A server that notes what it was asked.
class NotingServer {
 public:
  NotingServer() {
    WebSocketHandler websocket;
    websocket.admit = [](const Request&) { return std::optional<Response>(); };
    const auto handle = [this](const Request& request, const Respond& respond) {
      note(request);
      Response response;
      response.content_type = "text/plain";
      response.body = "handled";
      respond(std::move(response));
    };
    server_ = HttpServer::start({}, handle, websocket).value();
  }

  [[nodiscard]] std::uint16_t port() const { return server_->port(); }

  std::vector<std::string> take_seen() {
    const std::lock_guard lock(mutex_);
    return std::exchange(seen_, {});
  }

 private:
  void note(const Request& request) {
    const std::lock_guard lock(mutex_);
    seen_.push_back(std::string(request.method()) + " " + std::string(request.path()) + " [" +
                    std::string(request.body()) + "]");
  }

  std::mutex mutex_;
  std::vector<std::string> seen_;
  std::unique_ptr<HttpServer> server_;
};

struct Form {
  const char* what;
  std::string bytes;
  int status = 400;
};

const std::string kInner = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string kChunks = "0\r\n\r\n";

std::string post(const std::string& fields, const std::string& body = {}) {
  return "POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n\r\n" + body;
}

std::string get(const std::string& fields) {
  return "GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n\r\n";
}

// Two fields that each say where the body ends, in either order.
std::vector<Form> two_lengths() {
  return {
      {"length, then chunked", post("Content-Length: 6\r\nTransfer-Encoding: chunked", kChunks + "G")},
      {"chunked, then length", post("Transfer-Encoding: chunked\r\nContent-Length: 4", "5c\r\n" + kChunks)},
      {"chunked twice", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", kChunks)},
      {"chunked and identity", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", kChunks)},
      {"two lengths", post("Content-Length: 0\r\nContent-Length: 35")},
      {"two equal lengths", post("Content-Length: 0\r\nContent-Length: 0")},
      {"two lengths in other letters", post("Content-Length: 0\r\ncONTENT-lENGTH: 35")},
      {"a list of lengths", post("Content-Length: 0, 35")},
      {"a length on GET", get("Content-Length: 35")},
      {"a length on HEAD", "HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: 35\r\n\r\n"},
      {"a length on DELETE", "DELETE / HTTP/1.1\r\nHost: a\r\nContent-Length: 35\r\n\r\n"},
      {"chunked on GET", get("Transfer-Encoding: chunked")},
      {"no length at all", "POST / HTTP/1.1\r\nHost: a\r\n\r\n", 411},
      {"a length that wraps 32 bits", post("Content-Length: 4294967296"), 413},
      {"a length that wraps 64 bits", post("Content-Length: 18446744073709551616"), 413},
  };
}

// Spellings of Transfer-Encoding that one side reads and the other does not.
std::vector<Form> hidden_codings() {
  const std::string zero = "\r\nContent-Length: 0";
  std::vector<Form> forms = {
      {"space before the colon", post("Transfer-Encoding : chunked" + zero)},
      {"tab before the colon", post("Transfer-Encoding\t: chunked" + zero)},
      {"no space behind the colon", post("Transfer-Encoding:chunked" + zero)},
      {"tab behind the colon", post("Transfer-Encoding:\tchunked" + zero)},
      {"other letters", post("tRANSFER-eNCODING: chunked" + zero)},
      {"space in front of the field", post(" Transfer-Encoding: chunked" + zero)},
      {"folded value", post("Transfer-Encoding:\r\n chunked" + zero)},
      {"folded with a tab", post("X: a\r\n\tTransfer-Encoding: chunked" + zero)},
      {"behind a CR alone", post("X: a\rTransfer-Encoding: chunked" + zero)},
      {"behind a LF alone", post("X: a\nTransfer-Encoding: chunked" + zero)},
      {"vertical tab", post("Transfer-Encoding: \x0b"
                            "chunked" +
                            zero)},
      {"form feed", post("Transfer-Encoding: \x0c"
                         "chunked" +
                         zero)},
      {"NUL in the value", post("Transfer-Encoding: chunked" + std::string(1, '\0') + zero)},
      {"NUL in the name", post("Transfer-Encoding" + std::string(1, '\0') + ": chunked" + zero)},
      {"byte outside ASCII in the name", post("Transfer-Encoding\xa0: chunked" + zero)},
      {"no-break space in front of the value", post("Transfer-Encoding:\xc2\xa0"
                                                    "chunked" +
                                                    zero)},
      {"quotes", post("Transfer-Encoding: \"chunked\"" + zero)},
      {"parameters", post("Transfer-Encoding: chunked;q=1" + zero)},
      {"a coding in front", post("Transfer-Encoding: gzip, chunked" + zero)},
      {"a coding behind", post("Transfer-Encoding: chunked, identity" + zero)},
      {"an empty value", post("Transfer-Encoding:" + zero)},
      {"a comma in front", post("Transfer-Encoding: ,chunked" + zero)},
      {"a prefix", post("Transfer-Encoding: xchunked" + zero)},
      {"named in Connection", post("Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked" + zero)},
      {"no colon", post("Transfer-Encoding chunked" + zero)},
  };
  return forms;
}

// Spellings of one length that not everybody reads as the same number.
std::vector<Form> odd_lengths() {
  std::vector<Form> forms;
  for (const char* text : {"+0",   "-0",    "-1",   "00", "0x0", "0x23",  "0b0",      "3_5",   "0.0",   "0e0",
                           "0 35", "0\t35", "0;35", "0,", ",0",  "\"0\"", "\xd9\xa0", "0\x0b", "0\x01", ""}) {
    forms.push_back({text, post("Content-Length: " + std::string(text))});
  }
  forms.push_back({"space before the colon", post("Content-Length : 0")});
  forms.push_back({"folded", post("Content-Length:\r\n 0")});
  forms.push_back({"folded to two numbers", post("Content-Length: 0\r\n 35")});
  return forms;
}

// Ends of lines and of the head that not everybody sees.
std::vector<Form> odd_lines() {
  return {
      {"LF alone throughout", "GET / HTTP/1.1\nHost: a\n\n"},
      {"LF alone behind the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n"},
      {"LF alone at the end", "GET / HTTP/1.1\r\nHost: a\r\n\n"},
      {"CR alone behind the request line", "GET / HTTP/1.1\rHost: a\r\n\r\n"},
      {"CR CR LF", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", 505},
      {"an end with a space in it", "GET / HTTP/1.1\r\nHost: a\r\n \r\n\r\n"},
      {"an end with a tab in it", "GET / HTTP/1.1\r\nHost: a\r\n\t\r\n\r\n"},
      {"an empty line in front", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"a NUL in front", std::string(1, '\0') + "GET / HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"no fields", "GET / HTTP/1.1\r\n\r\n"},
      {"version 0.9", "GET /\r\n\r\n"},
      {"version 1.0", "GET / HTTP/1.0\r\nHost: a\r\n\r\n", 505},
      {"version 1.0 with keep-alive", "GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n", 505},
      {"version 1.10", "GET / HTTP/1.10\r\nHost: a\r\n\r\n", 505},
      {"version 2 by words", "GET / HTTP/2\r\nHost: a\r\n\r\n", 505},
      {"a second version", "GET / HTTP/1.1 HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"a version in the target", "GET /?a HTTP/1.1\r\n HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"a field of HTTP/2", "GET / HTTP/1.1\r\n:authority: a\r\nHost: a\r\n\r\n"},
      {"a second method", "GET / HTTP/1.1\r\nPOST / HTTP/1.1\r\nHost: a\r\n\r\n"},
  };
}

// Which resource, and on whose behalf.
std::vector<Form> odd_targets() {
  return {
      {"another host in the target", "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"},
      {"a folded host", "GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n"},
      {"a list of hosts", "GET / HTTP/1.1\r\nHost: a,b\r\n\r\n"},
      {"a user in the host", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n"},
      {"a path in the host", "GET / HTTP/1.1\r\nHost: a/../b\r\n\r\n"},
      {"no host", "GET / HTTP/1.1\r\nX-Forwarded-Host: a\r\n\r\n"},
      {"a space before the host's colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n"},
      {"a tunnel", "CONNECT b:443 HTTP/1.1\r\nHost: a\r\n\r\n", 501},
      {"an echo", "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
      {"two keys", get("Authorization: Bearer a\r\nAuthorization: Bearer b")},
      {"two idempotency keys", post("Content-Length: 0\r\nIdempotency-Key: a\r\nIdempotency-Key: b")},
      {"a line end in the path", "GET /a%0d%0aX: HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"a path that climbs", "GET /a/../v1/trades HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"a path that climbs in code", "GET /a/%2e%2e/v1/trades HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"two Connection fields", get("Connection: close\r\nConnection: keep-alive")},
      {"two Upgrade fields", get("Connection: Upgrade\r\nUpgrade: websocket\r\nUpgrade: h2c")},
      {"an expectation that is none", post("Content-Length: 0\r\nExpect: 100-continue, 200-ok"), 417},
  };
}

std::string answer_to(NotingServer& server, const std::string& bytes, std::size_t cut) {
  RawSocket socket(server.port());
  socket.send(std::string_view(bytes).substr(0, cut));
  if (cut < bytes.size()) {
    std::this_thread::sleep_for(Millis{2});
    socket.send(std::string_view(bytes).substr(cut));  // fails when the first part has been refused
  }
  return socket.read_to_end();
}

void expect_refused(const std::vector<Form>& forms) {
  NotingServer server;
  for (const Form& form : forms) {
    const std::string bytes = form.bytes + kInner;
    // In one piece, in two with the cut in the request line, in the fields, and right before the second request.
    for (const std::size_t cut : {bytes.size(), std::size_t{3}, form.bytes.size() / 2, form.bytes.size()}) {
      const std::string answer = answer_to(server, bytes, cut);
      EXPECT_TRUE(answer.starts_with("HTTP/1.1 " + std::to_string(form.status) + " ")) << form.what << ": " << answer;
      EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos) << form.what;
      EXPECT_EQ(answer.find("HTTP/1.1 ", 1), std::string::npos) << form.what << ": a second answer";
      EXPECT_TRUE(server.take_seen().empty()) << form.what << ", cut at " << cut;
    }
  }
}

TEST(smuggling, refuses_two_statements_of_where_a_body_ends) {
  expect_refused(two_lengths());
}

TEST(smuggling, refuses_a_transfer_coding_in_every_disguise) {
  expect_refused(hidden_codings());
}

TEST(smuggling, refuses_a_length_that_is_not_one_plain_number) {
  expect_refused(odd_lengths());
}

TEST(smuggling, refuses_lines_that_end_in_two_ways) {
  expect_refused(odd_lines());
}

TEST(smuggling, refuses_a_target_or_an_identity_that_can_be_read_in_two_ways) {
  expect_refused(odd_targets());
}

TEST(smuggling, takes_a_request_inside_a_body_as_the_body) {
  NotingServer server;
  const std::string bytes =
      post("Content-Length: " + std::to_string(kInner.size()), kInner) + "GET /last HTTP/1.1\r\nHost: a\r\n\r\n";
  RawSocket socket(server.port());
  ASSERT_TRUE(socket.send(bytes));
  socket.read_until("handled", 2);
  EXPECT_EQ(server.take_seen(), (std::vector<std::string>{"POST / [" + kInner + "]", "GET /last []"}));
}

TEST(smuggling, handles_nothing_of_a_body_that_does_not_come_whole) {
  NotingServer server;
  RawSocket socket(server.port());
  ASSERT_TRUE(socket.send(post("Content-Length: " + std::to_string(kInner.size() + 1), kInner)));
  socket.end_sending();
  socket.read_to_end();
  EXPECT_TRUE(server.take_seen().empty());
}

TEST(smuggling, reads_the_same_requests_wherever_the_bytes_are_cut) {
  NotingServer server;
  const std::string bytes = post("Content-Length: 3\r\nX: a", "x\r\n") + "GET /b?c HTTP/1.1\r\nHost: a\r\n\r\n" +
                            post("Content-Length: 0") + "GET /e HTTP/1.1\r\nHost: a\r\n\r\n";
  const std::vector<std::string> expected = {"POST / [x\r\n]", "GET /b []", "POST / []", "GET /e []"};
  for (std::size_t cut = 1; cut < bytes.size(); cut += 2) {
    RawSocket socket(server.port());
    ASSERT_TRUE(socket.send(std::string_view(bytes).substr(0, cut)));
    std::this_thread::sleep_for(Millis{1});
    ASSERT_TRUE(socket.send(std::string_view(bytes).substr(cut)));
    socket.read_until("handled", expected.size());
    ASSERT_EQ(server.take_seen(), expected) << "cut at " << cut;
  }
}

TEST(smuggling, keeps_bytes_behind_an_upgrade_from_both_protocols) {
  NotingServer server;
  const std::string upgrade =
      get("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
  const std::string together = answer_to(server, upgrade + kInner, upgrade.size() + kInner.size());
  EXPECT_TRUE(together.starts_with("HTTP/1.1 400 ")) << together;
  const std::string apart = answer_to(server, upgrade + kInner, upgrade.size());
  EXPECT_EQ(apart.find("handled"), std::string::npos) << apart;
  EXPECT_TRUE(server.take_seen().empty());
}

}  // namespace
}  // namespace clearspan::transport
