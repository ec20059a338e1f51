#include "codecs/crypto/secret_key.hpp"

#include <openssl/crypto.h>

#include <algorithm>

#include "codecs/crypto/random.hpp"

namespace clearspan::crypto {

SecretKey::SecretKey(std::span<const std::uint8_t, kSize> bytes) {
  std::copy(bytes.begin(), bytes.end(), bytes_.begin());
}

SecretKey::~SecretKey() {
  wipe();
}

SecretKey::SecretKey(SecretKey&& other) noexcept : bytes_(other.bytes_) {
  other.wipe();
}

SecretKey& SecretKey::operator=(SecretKey&& other) noexcept {
  if (this != &other) {
    bytes_ = other.bytes_;
    other.wipe();
  }
  return *this;
}

void SecretKey::wipe() {
  OPENSSL_cleanse(bytes_.data(), bytes_.size());
}

SecretKey SecretKey::clone() const {
  return SecretKey(bytes_);
}

SecretKey SecretKey::random() {
  std::array<std::uint8_t, kSize> bytes{};
  random_bytes(bytes);
  SecretKey key(bytes);
  OPENSSL_cleanse(bytes.data(), bytes.size());
  return key;
}

Result<SecretKey> SecretKey::from_hex_digits(std::string_view digits) {
  if (digits.starts_with("0x")) digits.remove_prefix(2);
  std::array<std::uint8_t, kSize> bytes{};
  const bool is_valid = from_hex(digits, bytes);
  SecretKey key(bytes);
  OPENSSL_cleanse(bytes.data(), bytes.size());
  if (!is_valid) return make_error(ErrorCode::key_invalid, "a secret key is 64 hexadecimal digits");
  return key;
}

}  // namespace clearspan::crypto
