// From one JSON field to one RLP item: the tables of headers, txns, receipts and withdrawals are made of these.
#pragma once

#include <cstdint>
#include <string>

#include "codecs/ethereum/buffer.hpp"
#include "codecs/ethereum/field_table.hpp"
#include "codecs/ethereum/hex.hpp"
#include "codecs/json/value.hpp"

namespace clearspan::ethereum {

enum class Notation : std::uint8_t { data, quantity };

inline constexpr std::uint16_t kAnySize = 0xffff;

// A field, how it is written in JSON, and its size in bytes: exact for data, at most for a quantity.
template <class Index>
struct ItemSpec {
  Index field;
  Notation notation;
  std::uint16_t size;
};

// Appends the item; false when the value is no string of that notation and size.
inline bool append_item(Buffer& out, json::Value value, Notation notation, std::uint16_t size) {
  const auto text = value.if_string();
  if (!text) return false;
  if (notation == Notation::quantity) return append_quantity(out, *text, size);
  return size == kAnySize ? append_data(out, *text) : append_data_of(out, *text, size);
}

// What append_item wants, for messages.
inline std::string describe_item(Notation notation, std::uint16_t size) {
  if (notation == Notation::quantity) {
    return "must be a hexadecimal number of at most " + std::to_string(size) + " bytes";
  }
  if (size == kAnySize) return "must be hexadecimal bytes";
  return "must be " + std::to_string(size) + " hexadecimal bytes";
}

}  // namespace clearspan::ethereum
