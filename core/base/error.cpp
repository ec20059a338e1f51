#include "core/base/error.hpp"

namespace clearspan {

std::string_view to_string(ErrorCode code) {
  switch (code) {
#define CLEARSPAN_ERROR(name, retryable, meaning) \
  case ErrorCode::name:                           \
    return #name;
#include "core/base/error_codes.def"
#undef CLEARSPAN_ERROR
  }
  return "unknown";
}

std::optional<ErrorCode> parse_error_code(std::string_view name) {
#define CLEARSPAN_ERROR(code, retryable, meaning) \
  if (name == #code) return ErrorCode::code;
#include "core/base/error_codes.def"
#undef CLEARSPAN_ERROR
  return std::nullopt;
}

std::string_view meaning_of(ErrorCode code) {
  switch (code) {
#define CLEARSPAN_ERROR(name, retryable, meaning) \
  case ErrorCode::name:                           \
    return meaning;
#include "core/base/error_codes.def"
#undef CLEARSPAN_ERROR
  }
  return "unknown";
}

bool is_retryable(ErrorCode code) {
  switch (code) {
#define CLEARSPAN_ERROR(name, retryable, meaning) \
  case ErrorCode::name:                           \
    return retryable;
#include "core/base/error_codes.def"
#undef CLEARSPAN_ERROR
  }
  return false;
}

std::string describe(const Error& error) {
  std::string text(to_string(error.code));
  text += ": ";
  text += error.detail.empty() ? std::string(meaning_of(error.code)) : error.detail;
  if (!error.field.empty()) text += " (" + error.field + ")";
  return text;
}

}  // namespace clearspan
