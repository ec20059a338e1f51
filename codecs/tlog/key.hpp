// The keys of signed notes (C2SP signed-note): a name, what the key signs, and the key itself.
//
//   <name>+<key hash, 8 hexadecimal digits>+<base64(type (1) ‖ public key (32))>
//   key hash = first 4 bytes of SHA-256(name ‖ "\n" ‖ type ‖ public key)
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "codecs/crypto/ed25519.hpp"
#include "core/base/result.hpp"

namespace clearspan::tlog {

struct KeyHashTag;
using KeyHash = FixedBytes<KeyHashTag, 4>;

enum class KeyType : std::uint8_t {
  log = 0x01,      // Ed25519 over the text
  witness = 0x04,  // Ed25519 over the time and the text: cosignature/v1
};

// Bytes of a name, which becomes part of lines and paths. An origin has at most 103.
inline constexpr std::size_t kKeyNameBytesMax = 255;

// Keys of one trust file: logs of a large engine, and more witnesses than a note may carry.
inline constexpr std::size_t kTrustedKeysMax = 4096;

// Whether that can be the name of a key: 1 to kKeyNameBytesMax printable ASCII characters, no space, no '+'.
bool is_key_name(std::string_view name);

KeyHash key_hash(std::string_view name, KeyType type, const crypto::Ed25519PublicKey& key);

struct PublicKey {
  std::string name;
  KeyType type = KeyType::log;
  crypto::Ed25519PublicKey key;

  bool operator==(const PublicKey&) const = default;
};

std::string to_string(const PublicKey& key);

// Accepts what to_string writes for a key that is not weak (codecs/crypto/ed25519.hpp), and nothing else. Error:
// key_invalid.
Result<PublicKey> parse_public_key(std::string_view text);

// Whom a verifier believes.
class TrustedKeys {
 public:
  // A trust file: lines `log <public key>` and `witness <public key>`, empty lines, and comments that start with '#'.
  // No key stands in it twice under one name, and what signs as a witness signs as nothing else: its signature would
  // count for two. Error: config_invalid, with the line's number.
  static Result<TrustedKeys> parse(std::string_view file);

  // Error: config_invalid.
  Status add(PublicKey key);

  // The key that a signature line names; null when it is not trusted.
  [[nodiscard]] const PublicKey* find(std::string_view name, const KeyHash& hash) const;

  [[nodiscard]] std::size_t size() const { return keys_.size(); }

 private:
  struct Entry {
    KeyHash hash;
    PublicKey key;
  };

  std::vector<Entry> keys_;
};

}  // namespace clearspan::tlog
