// What the servers of the command line write: their log to standard error, and the address on standard output once they
// take requests.
#pragma once

#include <cstdint>
#include <string>

namespace clearspan::tools {

// `level`: trace, debug, info, warn or error.
void log_to_standard_error(const std::string& level);

// "listening on http://127.0.0.1:8480".
void announce(const std::string& address, std::uint16_t port);

bool is_loopback(const std::string& address);

}  // namespace clearspan::tools
