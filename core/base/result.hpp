// Result<T>: a value or an Error. Functions that can fail for reasons outside the program return it; exceptions do not
// cross folders. [[nodiscard]] makes an ignored failure a compile error.
#pragma once

#include <type_traits>
#include <utility>
#include <variant>

#include "core/base/error.hpp"
#include "core/base/verify.hpp"

namespace clearspan {

template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  Result(T value) : content_(std::in_place_index<0>, std::move(value)) {}

  Result(Error error) : content_(std::in_place_index<1>, std::move(error)) {}

  [[nodiscard]] bool ok() const { return content_.index() == 0; }

  explicit operator bool() const { return ok(); }

  // The value; asking for it when there is an error is a bug and ends the process.
  T& value() & {
    CLEARSPAN_VERIFY(ok());
    return *std::get_if<0>(&content_);
  }

  const T& value() const& {
    CLEARSPAN_VERIFY(ok());
    return *std::get_if<0>(&content_);
  }

  T&& value() && {
    CLEARSPAN_VERIFY(ok());
    return std::move(*std::get_if<0>(&content_));
  }

  T& operator*() & { return value(); }

  const T& operator*() const& { return value(); }

  T&& operator*() && { return std::move(*this).value(); }

  T* operator->() { return &value(); }

  const T* operator->() const { return &value(); }

  // The error; asking for it when there is a value is a bug and ends the process.
  const Error& error() const& {
    CLEARSPAN_VERIFY(!ok());
    return *std::get_if<1>(&content_);
  }

  Error&& error() && {
    CLEARSPAN_VERIFY(!ok());
    return std::move(*std::get_if<1>(&content_));
  }

 private:
  std::variant<T, Error> content_;
};

// The result of an action that yields nothing but its success.
struct Done {
  bool operator==(const Done&) const = default;
};

using Status = Result<Done>;

inline Error make_error(ErrorCode code, std::string detail = {}, std::string field = {}) {
  return Error{code, std::move(detail), std::move(field)};
}

}  // namespace clearspan

// CLEARSPAN_TRY(auto block, decode(bytes)): declares block from the value, or returns the error from this function.
#define CLEARSPAN_TRY(declaration, expression) \
  CLEARSPAN_TRY_NAMED(CLEARSPAN_TRY_JOIN(clearspan_result_, __LINE__), declaration, expression)
#define CLEARSPAN_TRY_JOIN(a, b) CLEARSPAN_TRY_JOIN_AGAIN(a, b)
#define CLEARSPAN_TRY_JOIN_AGAIN(a, b) a##b
#define CLEARSPAN_TRY_NAMED(name, declaration, expression) \
  auto name = (expression);                                \
  if (!name.ok()) return std::move(name).error();          \
  declaration = std::move(name).value()

// CLEARSPAN_CHECK_OK(status_call()): returns the error from this function, if there is one.
#define CLEARSPAN_CHECK_OK(expression)                                      \
  do {                                                                      \
    auto clearspan_status = (expression);                                   \
    if (!clearspan_status.ok()) return std::move(clearspan_status).error(); \
  } while (false)
