// 32 secret bytes: a secp256k1 scalar, an Ed25519 seed, or a symmetric key. They are wiped when the value dies, are
// moved but never copied by accident, and have no way into a stream, a log or a formatter.
#pragma once

#include <array>
#include <cstdint>
#include <iosfwd>
#include <span>
#include <string_view>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"

namespace clearspan::crypto {

class SecretKey {
 public:
  static constexpr std::size_t kSize = 32;

  explicit SecretKey(std::span<const std::uint8_t, kSize> bytes);
  ~SecretKey();

  SecretKey(SecretKey&& other) noexcept;
  SecretKey& operator=(SecretKey&& other) noexcept;
  SecretKey(const SecretKey&) = delete;
  SecretKey& operator=(const SecretKey&) = delete;

  // Fresh random bytes.
  static SecretKey random();

  // 64 hexadecimal digits with or without "0x". Error: key_invalid, which does not repeat the text.
  static Result<SecretKey> from_hex_digits(std::string_view digits);

  // A second owner of the same secret, where one is really needed.
  [[nodiscard]] SecretKey clone() const;

  // For the algorithms in this folder and key files; the span lives as long as this value.
  [[nodiscard]] std::span<const std::uint8_t, kSize> expose() const { return bytes_; }

 private:
  void wipe();

  std::array<std::uint8_t, kSize> bytes_{};
};

std::ostream& operator<<(std::ostream& out, const SecretKey& key) = delete;

}  // namespace clearspan::crypto
