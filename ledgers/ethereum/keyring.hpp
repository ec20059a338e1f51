// The accounts that this engine signs for. Keys come from files that only their owner can read, and never leave here.
#pragma once

#include <filesystem>
#include <map>
#include <set>

#include "codecs/crypto/secret_key.hpp"
#include "codecs/ethereum/types.hpp"
#include "core/base/result.hpp"

namespace clearspan::ethereum {

class Keyring {
 public:
  // The account of the key. Errors: key_invalid.
  Result<Address> add(crypto::SecretKey key);

  // Errors: those of crypto::read_key_file, key_invalid.
  Result<Address> add_file(const std::filesystem::path& path);

  // The account's key; null when it is not here.
  [[nodiscard]] const crypto::SecretKey* find(const Address& account) const;

  [[nodiscard]] std::set<Address> accounts() const;

  [[nodiscard]] bool has(const Address& account) const { return find(account) != nullptr; }

 private:
  std::map<Address, crypto::SecretKey> keys_;
};

// Errors: key_invalid.
Result<Address> address_of_key(const crypto::SecretKey& key);

}  // namespace clearspan::ethereum
