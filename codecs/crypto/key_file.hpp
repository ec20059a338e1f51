// Secret keys at rest: a file of 64 hexadecimal digits that only its owner can read.
#pragma once

#include <filesystem>

#include "codecs/crypto/secret_key.hpp"
#include "core/base/result.hpp"

namespace clearspan::crypto {

// The key in the file: 64 hexadecimal digits, "0x" in front and white space behind are allowed. Errors: storage_failed
// when it cannot be read, key_file_insecure when group or others have any right on it or it is no regular file,
// key_invalid for other content.
Result<SecretKey> read_key_file(const std::filesystem::path& path);

// The same, after making a file with a new random key, and the folders above it, when there is none. Tells whether it
// did.
struct OwnKey {
  SecretKey key;
  bool is_new = false;
};

Result<OwnKey> read_or_make_key_file(const std::filesystem::path& path);

// Writes the key to a new file with mode 0600 and makes it durable. Error: storage_failed, also when the file exists.
Status write_new_key_file(const std::filesystem::path& path, const SecretKey& key);

}  // namespace clearspan::crypto
