#include "codecs/tlog/key.hpp"

#include <algorithm>
#include <array>

#include "codecs/crypto/sha256.hpp"
#include "codecs/tlog/base64.hpp"

namespace clearspan::tlog {
namespace {

constexpr std::string_view kLogPrefix = "log ";
constexpr std::string_view kWitnessPrefix = "witness ";

Error invalid(std::string detail) {
  return make_error(ErrorCode::key_invalid, std::move(detail));
}

using TypedKey = std::array<std::uint8_t, 1 + crypto::Ed25519PublicKey::kSize>;

TypedKey typed_key(KeyType type, const crypto::Ed25519PublicKey& key) {
  TypedKey bytes;
  bytes[0] = static_cast<std::uint8_t>(type);
  std::copy(key.bytes.begin(), key.bytes.end(), bytes.begin() + 1);
  return bytes;
}

// The key of a line of a trust file, which says in words what the key's type says in a byte.
Result<PublicKey> parse_line(std::string_view line) {
  const bool is_log = line.starts_with(kLogPrefix);
  if (!is_log && !line.starts_with(kWitnessPrefix)) return invalid("a line starts with 'log ' or 'witness '");
  CLEARSPAN_TRY(PublicKey key, parse_public_key(line.substr((is_log ? kLogPrefix : kWitnessPrefix).size())));
  if (is_log != (key.type == KeyType::log)) return invalid("the key is of the other type");
  return key;
}

}  // namespace

bool is_key_name(std::string_view name) {
  return !name.empty() && name.size() <= kKeyNameBytesMax &&
         std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c <= '~' && c != '+'; });
}

KeyHash key_hash(std::string_view name, KeyType type, const crypto::Ed25519PublicKey& key) {
  const std::string prefix = std::string(name) + '\n';
  const Hash32 hash = crypto::sha256(as_bytes(prefix), typed_key(type, key));
  KeyHash first;
  std::copy_n(hash.bytes.begin(), KeyHash::kSize, first.bytes.begin());
  return first;
}

std::string to_string(const PublicKey& key) {
  return key.name + '+' + to_hex(key_hash(key.name, key.type, key.key).view()) + '+' +
         to_base64(typed_key(key.type, key.key));
}

Result<PublicKey> parse_public_key(std::string_view text) {
  const std::size_t name_end = text.find('+');
  if (name_end == std::string_view::npos) return invalid("a public key is <name>+<key hash>+<base64>");
  const std::size_t hash_end = text.find('+', name_end + 1);  // base64 may hold further ones
  if (hash_end == std::string_view::npos) return invalid("a public key is <name>+<key hash>+<base64>");
  if (!is_key_name(text.substr(0, name_end))) return invalid("the name is not one of a key");

  const std::optional<Bytes> bytes = from_base64(text.substr(hash_end + 1));
  if (!bytes || bytes->size() != 1 + crypto::Ed25519PublicKey::kSize) {
    return invalid("behind the key hash stands the base64 of 33 bytes");
  }
  PublicKey key;
  key.name = text.substr(0, name_end);
  key.type = static_cast<KeyType>(bytes->front());
  if (key.type != KeyType::log && key.type != KeyType::witness) return invalid("the type is neither 1 nor 4");
  std::copy(bytes->begin() + 1, bytes->end(), key.key.bytes.begin());
  if (crypto::is_weak(key.key)) return invalid("by such a key everybody can sign, or its y is not canonical");
  const std::string expected = to_hex(key_hash(key.name, key.type, key.key).view());
  if (text.substr(name_end + 1, hash_end - name_end - 1) != expected) {
    return invalid("the key hash is " + expected);
  }
  return key;
}

Status TrustedKeys::add(PublicKey key) {
  const auto refuse = [](std::string detail) { return make_error(ErrorCode::config_invalid, std::move(detail)); };
  const KeyHash hash = key_hash(key.name, key.type, key.key);
  if (keys_.size() == kTrustedKeysMax) return refuse("more than " + std::to_string(kTrustedKeysMax) + " keys");
  if (find(key.name, hash) != nullptr) return refuse("the key stands there already");
  const bool signs_otherwise = std::any_of(keys_.begin(), keys_.end(), [&](const Entry& entry) {
    return entry.key.key == key.key && (key.type == KeyType::witness || entry.key.type == KeyType::witness);
  });
  if (signs_otherwise) return refuse("a witness's key is the key of somebody else, too");
  keys_.push_back({hash, std::move(key)});
  return Done{};
}

Result<TrustedKeys> TrustedKeys::parse(std::string_view file) {
  TrustedKeys keys;
  for (std::size_t number = 1; !file.empty(); ++number) {
    const std::size_t end = std::min(file.find('\n'), file.size());
    const std::string_view line = file.substr(0, end);
    file.remove_prefix(std::min(end + 1, file.size()));
    if (line.empty() || line.starts_with('#')) continue;
    const auto refuse = [&](const Error& error) {
      return make_error(ErrorCode::config_invalid, "line " + std::to_string(number) + ": " + error.detail);
    };
    auto key = parse_line(line);
    if (!key.ok()) return refuse(key.error());
    const Status added = keys.add(std::move(key).value());
    if (!added.ok()) return refuse(added.error());
  }
  return keys;
}

const PublicKey* TrustedKeys::find(std::string_view name, const KeyHash& hash) const {
  const auto found = std::find_if(keys_.begin(), keys_.end(),
                                  [&](const Entry& entry) { return entry.hash == hash && entry.key.name == name; });
  return found == keys_.end() ? nullptr : &found->key;
}

}  // namespace clearspan::tlog
