// The strict gate in front of every server: it reads the raw bytes of a request's head and accepts one form only. What
// two programs could read in two ways is refused, not repaired, since such forms are how requests are smuggled (RFC
// 9112, section 11.2).
//
//   head    = method SP path [ "?" query ] SP "HTTP/1.1" CRLF *( name ":" OWS value OWS CRLF ) CRLF
//   method  = "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS"
//   path    = 1*( "/" segment ), origin-form only; no empty segment but the last, no "." or "..", in no encoding
//   name    = token, directly followed by ":"; one line per field, no folding
//   value   = visible ASCII, spaces and tabs
//
// Exactly one Host; no Transfer-Encoding; a body only with exactly one Content-Length, and only for POST, PUT and
// PATCH, which must state one; no field twice except the lists of kRepeatable in the .cpp file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

#include "core/base/error.hpp"
#include "ledgers/transport/request.hpp"

namespace clearspan::transport {

struct GateLimits {
  std::uint32_t head_bytes_max = 16U << 10;  // request line and fields together; what browsers send is below 8 kB
  std::uint32_t target_bytes_max = 4U << 10;
  std::uint32_t fields_max = 64;
  std::uint32_t body_bytes_max = 4U << 20;  // an array of trades
};

// Why a request is not let through; the connection closes after it is answered.
struct Refusal {
  int status;
  Error error;
};

// The head is not complete. `scanned` is where the next search may start once more bytes have come.
struct Incomplete {
  std::size_t scanned;
};

// Reads the head at the start of `bytes`. `scanned` is 0 for a new request, or what the Incomplete of the call before
// said. Bytes after the head are not looked at.
std::variant<RequestHead, Incomplete, Refusal> read_head(std::string_view bytes, std::size_t scanned,
                                                         const GateLimits& limits);

}  // namespace clearspan::transport
