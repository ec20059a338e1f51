// Bytes from hexadecimal text in tests.
#pragma once

#include <gtest/gtest.h>

#include <string_view>

#include "core/base/bytes.hpp"

namespace clearspan::tests {

inline Bytes bytes_of(std::string_view hex) {
  if (hex.starts_with("0x")) hex.remove_prefix(2);
  Bytes bytes(hex.size() / 2);
  EXPECT_TRUE(from_hex(hex, bytes)) << hex;
  return bytes;
}

template <class T>
T fixed_of(std::string_view hex) {
  T value;
  const Bytes bytes = bytes_of(hex);
  EXPECT_EQ(bytes.size(), T::kSize) << hex;
  if (bytes.size() == T::kSize) std::copy(bytes.begin(), bytes.end(), value.bytes.begin());
  return value;
}

}  // namespace clearspan::tests
