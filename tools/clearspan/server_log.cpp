#include "tools/clearspan/server_log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdio>

namespace clearspan::tools {

void log_to_standard_error(const std::string& level) {
  spdlog::set_default_logger(spdlog::stderr_logger_mt("clearspan"));
  spdlog::set_level(spdlog::level::from_str(level));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
}

void announce(const std::string& address, std::uint16_t port) {
  const bool is_ipv6 = address.find(':') != std::string::npos;
  const std::string host = is_ipv6 ? "[" + address + "]" : address;
  std::printf("listening on http://%s:%u\n", host.c_str(), unsigned{port});
  std::fflush(stdout);
}

bool is_loopback(const std::string& address) {
  return address.starts_with("127.") || address == "::1";
}

}  // namespace clearspan::tools
