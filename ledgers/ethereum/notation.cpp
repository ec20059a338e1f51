#include "ledgers/ethereum/notation.hpp"

#include <algorithm>
#include <cctype>

#include "codecs/crypto/keccak.hpp"
#include "codecs/ethereum/hex.hpp"

namespace clearspan::ethereum {
namespace {

Error malformed(std::string_view what, std::string_view text) {
  constexpr std::size_t kShownMax = 80;
  return make_error(ErrorCode::remote_malformed,
                    "not " + std::string(what) + ": \"" + std::string(text.substr(0, kShownMax)) + "\"");
}

// "0x" is what a call of a contract that does not exist answers: nothing, not zero.
bool has_digits(std::string_view text) {
  return text.size() > 2;
}

bool has_prefix(std::string_view text) {
  return text.starts_with("0x");
}

}  // namespace

std::string to_quantity(const Amount& amount) {
  const std::string digits = to_hex(to_word(amount).view());
  const std::size_t first = std::min(digits.find_first_not_of('0'), digits.size() - 1);
  return "0x" + digits.substr(first);
}

std::string to_quantity(std::uint64_t number) {
  return to_quantity(Amount(number));
}

Result<Amount> read_quantity(std::string_view text) {
  const auto word = parse_quantity(text);
  if (!word || !has_digits(text)) return malformed("a quantity", text);
  return from_word(word->view());
}

Result<std::uint64_t> read_quantity_u64(std::string_view text) {
  const auto number = parse_quantity_u64(text);
  if (!number || !has_digits(text)) return malformed("a quantity below 2^64", text);
  return *number;
}

Result<Bytes> read_data(std::string_view text) {
  if (!has_prefix(text) || text.size() % 2 != 0) return malformed("data", text);
  Bytes bytes(text.size() / 2 - 1);
  if (!from_hex(text.substr(2), bytes)) return malformed("data", text);
  return bytes;
}

Result<Hash32> read_hash(std::string_view text) {
  const auto hash = parse_data<Hash32>(text);
  if (!hash) return malformed("a hash", text);
  return *hash;
}

std::string to_text(const Address& address) {
  return to_hex_prefixed(address.view());
}

AccountId account_of(const Address& address) {
  return {to_text(address)};
}

std::string to_checksum_text(const Address& address) {
  std::string digits = to_hex(address.view());
  const std::string hash = to_hex(crypto::keccak256(as_bytes(digits)).view());
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (hash[i] >= '8') digits[i] = static_cast<char>(std::toupper(static_cast<unsigned char>(digits[i])));
  }
  return "0x" + digits;
}

Result<Address> parse_account(std::string_view text) {
  const auto refused = [&](const char* why) {
    return make_error(ErrorCode::unknown_account, std::string(why) + ": " + std::string(text.substr(0, 64)));
  };
  const auto address = parse_data<Address>(text);
  if (!address) return refused("an account is 0x and 40 hexadecimal digits");
  if (address->is_zero()) return refused("the zero address is nobody's account");
  const std::string_view digits = text.substr(2);
  const bool has_upper = std::any_of(digits.begin(), digits.end(), [](char c) { return c >= 'A' && c <= 'F'; });
  const bool has_lower = std::any_of(digits.begin(), digits.end(), [](char c) { return c >= 'a' && c <= 'f'; });
  if (has_upper && has_lower && to_checksum_text(*address) != text)
    return refused("the checksum (EIP-55) does not fit");
  return *address;
}

}  // namespace clearspan::ethereum
