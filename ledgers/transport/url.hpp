// Addresses of servers: "scheme://host[:port][/path[?query]]" with scheme http, https, ws or wss (RFC 3986, section 3).
// User information and fragments are refused: keys come from files, and a fragment never reaches a server.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace clearspan::transport {

struct Url {
  std::string scheme;  // in lower case
  std::string host;    // a name or an address; an IPv6 address without its brackets
  std::uint16_t port = 0;
  std::string target;  // path and query, always starting with "/"

  bool operator==(const Url&) const = default;

  [[nodiscard]] bool is_secure() const { return scheme == "https" || scheme == "wss"; }

  // The value of the Host field: the port is left out where it is the scheme's own.
  [[nodiscard]] std::string authority() const;

  // The whole address again, for people.
  [[nodiscard]] std::string text() const;
};

// Errors: invalid_value, with what is wrong.
Result<Url> parse_url(std::string_view text);

}  // namespace clearspan::transport
