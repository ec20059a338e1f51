// Assertions on our own bugs. They stay on in production and end the process: a settlement engine that has found itself
// wrong must not go on. Bad input is never an assertion; it is an Error.
#pragma once

namespace clearspan {

[[noreturn]] void verify_failed(const char* condition, const char* file, int line);

}  // namespace clearspan

#define CLEARSPAN_VERIFY(condition)                                               \
  do {                                                                            \
    if (!(condition)) ::clearspan::verify_failed(#condition, __FILE__, __LINE__); \
  } while (false)
