// Hexadecimal text straight into RLP: the two notations of Ethereum's JSON-RPC ("0x" with digits of either case).
//   data      two digits per byte, exactly as many as there are bytes: "0x", "0x00ff"
//   quantity  a number without a fixed length: "0x0", "0x5208"; leading zeros, which some nodes write, are dropped
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "codecs/crypto/hex_text.hpp"
#include "codecs/ethereum/buffer.hpp"
#include "codecs/ethereum/types.hpp"

namespace clearspan::ethereum {

using crypto::decode_hex;  // without prefix

// The value in `text` with prefix, of exactly T::kSize bytes.
template <class T>
std::optional<T> parse_data(std::string_view text) {
  T value;
  if (text.size() != 2 + 2 * T::kSize || !text.starts_with("0x")) return std::nullopt;
  if (!decode_hex(text.data() + 2, T::kSize, value.data())) return std::nullopt;
  return value;
}

// The number in `text`; none when it is no quantity or does not fit.
std::optional<Word> parse_quantity(std::string_view text);
std::optional<std::uint64_t> parse_quantity_u64(std::string_view text);

// Append one RLP item, or nothing and false when the text is not of that notation.
bool append_data(Buffer& out, std::string_view text);                            // any number of bytes
bool append_data_of(Buffer& out, std::string_view text, std::size_t size);       // exactly that many
bool append_quantity(Buffer& out, std::string_view text, std::size_t size_max);  // at most that many bytes

}  // namespace clearspan::ethereum
