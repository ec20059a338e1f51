// A request that has passed the gate. It owns one copy of its bytes; every view below points into it and lives as long
// as the request stays where it is or is moved (never after it is destroyed).
//
//   bytes_:  GET /v1/trades?state=settled HTTP/1.1\r\nHost: ...\r\n\r\n{...}
//            ^method ^path      ^query text            ^fields         ^body
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.hpp"

namespace clearspan::transport {

// A part of a byte string.
struct Slice {
  std::uint32_t offset = 0;
  std::uint32_t size = 0;

  [[nodiscard]] std::string_view of(std::string_view bytes) const { return bytes.substr(offset, size); }
};

// What the gate read from the bytes in front of a body. All slices count from the first byte of the request.
struct RequestHead {
  struct Field {
    Slice name;
    Slice value;
  };

  Slice method;
  Slice path;
  Slice query;  // without the "?"
  std::vector<Field> fields;
  std::uint32_t size = 0;  // bytes up to and with the empty line
  std::uint32_t body_size = 0;
  bool wants_close = false;
  bool expects_continue = false;
  bool wants_websocket = false;
};

// The decoded parameters of a query, each name at most once.
class Query {
 public:
  explicit Query(std::vector<std::pair<std::string, std::string>> parameters) : parameters_(std::move(parameters)) {}

  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;

  // Errors: unknown_field, naming the first parameter that is not among `names`.
  [[nodiscard]] Status expect_only(std::initializer_list<std::string_view> names) const;

  // A parameter as a whole number; none when it is absent. Errors: invalid_value, out_of_range above `max`.
  [[nodiscard]] Result<std::optional<std::uint64_t>> number(std::string_view name, std::uint64_t max) const;

  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& all() const { return parameters_; }

 private:
  std::vector<std::pair<std::string, std::string>> parameters_;
};

// Decodes application/x-www-form-urlencoded pairs ("a=1&b=x%20y", "+" is a space). Errors, each with the parameter's
// name as field: bad_request for a broken %-sequence, an empty name or text that is not UTF-8; duplicate_key.
Result<Query> parse_query(std::string_view text);

// Replaces %XX by the byte that it stands for; none when a % is not followed by two hexadecimal digits.
std::optional<std::string> decode_percent(std::string_view text);

class Request {
 public:
  Request(RequestHead head, std::string bytes, std::shared_ptr<const std::string> peer);
  Request(Request&&) = default;
  Request& operator=(Request&&) = default;
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

  [[nodiscard]] std::string_view method() const { return head_.method.of(bytes_); }

  // As sent, still %-encoded. It has no empty, "." or ".." segment and no encoded "/", "\", "." or control character.
  [[nodiscard]] std::string_view path() const { return head_.path.of(bytes_); }

  [[nodiscard]] std::string_view query_text() const { return head_.query.of(bytes_); }

  [[nodiscard]] Result<Query> query() const { return parse_query(query_text()); }

  // The value of the field of that name, in any case of letters, without the spaces around it.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;

  [[nodiscard]] std::string_view body() const { return std::string_view(bytes_).substr(head_.size); }

  // "address:port" of the other end.
  [[nodiscard]] const std::string& peer() const { return *peer_; }

  [[nodiscard]] const RequestHead& head() const { return head_; }

 private:
  RequestHead head_;
  std::string bytes_;
  std::shared_ptr<const std::string> peer_;
};

// Whether two field names are the same (RFC 9110, section 5.1: letters of either case).
bool is_same_name(std::string_view a, std::string_view b);

}  // namespace clearspan::transport
