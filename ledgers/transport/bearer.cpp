#include "ledgers/transport/bearer.hpp"

#include <openssl/crypto.h>

namespace clearspan::transport {

bool equals_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

bool is_bearer_of(std::optional<std::string_view> authorization, std::string_view key) {
  constexpr std::string_view kScheme = "Bearer ";
  if (key.empty() || !authorization || !authorization->starts_with(kScheme)) return false;
  return equals_in_constant_time(authorization->substr(kScheme.size()), key);
}

}  // namespace clearspan::transport
