// Bearer keys (RFC 6750) compared so that the time taken tells nothing about them.
#pragma once

#include <optional>
#include <string_view>

namespace clearspan::transport {

// Whether both texts are the same; the time depends on the lengths alone.
bool equals_in_constant_time(std::string_view a, std::string_view b);

// Whether an Authorization field is "Bearer " and the key. An empty key matches nothing.
bool is_bearer_of(std::optional<std::string_view> authorization, std::string_view key);

}  // namespace clearspan::transport
