#include "ledgers/ethereum/keyring.hpp"

#include "codecs/crypto/key_file.hpp"
#include "codecs/crypto/secp256k1.hpp"

namespace clearspan::ethereum {

Result<Address> address_of_key(const crypto::SecretKey& key) {
  CLEARSPAN_TRY(const crypto::PublicKey point, crypto::public_key_of(key));
  return address_of(point);
}

Result<Address> Keyring::add(crypto::SecretKey key) {
  CLEARSPAN_TRY(const Address account, address_of_key(key));
  keys_.insert_or_assign(account, std::move(key));
  return account;
}

Result<Address> Keyring::add_file(const std::filesystem::path& path) {
  CLEARSPAN_TRY(crypto::SecretKey key, crypto::read_key_file(path));
  return add(std::move(key));
}

const crypto::SecretKey* Keyring::find(const Address& account) const {
  const auto it = keys_.find(account);
  return it == keys_.end() ? nullptr : &it->second;
}

std::set<Address> Keyring::accounts() const {
  std::set<Address> all;
  for (const auto& [account, key] : keys_) all.insert(account);
  return all;
}

}  // namespace clearspan::ethereum
