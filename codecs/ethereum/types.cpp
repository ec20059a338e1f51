#include "codecs/ethereum/types.hpp"

#include <algorithm>

#include "codecs/crypto/keccak.hpp"
#include "codecs/ethereum/rlp.hpp"

namespace clearspan::ethereum {
namespace {

Address last_20_bytes(const Hash32& hash) {
  Address address;
  std::copy(hash.bytes.begin() + 12, hash.bytes.end(), address.bytes.begin());
  return address;
}

}  // namespace

Word word_of(std::uint64_t number) {
  Word word;
  for (std::size_t i = 0; i < 8; ++i) word.bytes[31 - i] = static_cast<std::uint8_t>(number >> (8 * i));
  return word;
}

std::optional<std::uint64_t> as_u64(const Word& word) {
  const ByteView digits = trimmed(word);
  if (digits.size() > 8) return std::nullopt;
  std::uint64_t number = 0;
  for (const std::uint8_t byte : digits) number = (number << 8) | byte;
  return number;
}

ByteView trimmed(const Word& word) {
  const auto first = std::find_if(word.bytes.begin(), word.bytes.end(), [](std::uint8_t byte) { return byte != 0; });
  return {first, word.bytes.end()};
}

Address address_of(const crypto::PublicKey& key) {
  return last_20_bytes(crypto::keccak256(key.view()));
}

Address contract_address(const Address& creator, std::uint64_t nonce) {
  Buffer buffer;
  const std::size_t list = rlp::begin_list(buffer);
  rlp::append_bytes(buffer, creator.view());
  rlp::append_u64(buffer, nonce);
  rlp::end_list(buffer, list);
  return last_20_bytes(crypto::keccak256(buffer.view()));
}

}  // namespace clearspan::ethereum
