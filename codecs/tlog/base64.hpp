// Base64 with the standard alphabet and padding, RFC 4648 section 4. A byte string has exactly one accepted text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.hpp"

namespace clearspan::tlog {

std::string to_base64(ByteView bytes);

// None for any text that to_base64 does not write: missing padding, white space, unused bits that are not zero.
std::optional<Bytes> from_base64(std::string_view text);

}  // namespace clearspan::tlog
