// The errors of Clearspan. There is one enumeration for the whole project: each enumerator is one thing that a person
// can act on, and its name is the code that REST, the CLI and the logs show. The list is error_codes.def.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace clearspan {

enum class ErrorCode : std::uint8_t {
#define CLEARSPAN_ERROR(name, retryable, meaning) name,
#include "core/base/error_codes.def"
#undef CLEARSPAN_ERROR
};

// The code as it is written in JSON and logs, such as "transactions_root_mismatch".
std::string_view to_string(ErrorCode code);

// The code of that name; none when there is no such code.
std::optional<ErrorCode> parse_error_code(std::string_view name);

// One sentence for people.
std::string_view meaning_of(ErrorCode code);

// Whether the same call can succeed later without any change to its input.
bool is_retryable(ErrorCode code);

struct Error {
  ErrorCode code;
  std::string detail;  // what was found, for people; never a secret
  std::string field;   // the offending input as a JSON pointer (RFC 6901) or a name; empty when there is none

  bool operator==(const Error&) const = default;
};

// "code: detail (field)", for logs and terminals.
std::string describe(const Error& error);

}  // namespace clearspan
