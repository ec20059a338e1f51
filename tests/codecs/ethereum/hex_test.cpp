#include "codecs/ethereum/hex.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace clearspan::ethereum {
namespace {

TEST(EthereumHex, decodes_any_length_as_the_plain_decoder_does) {
  for (std::size_t size = 0; size < 140; ++size) {
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * 59 + size);
    std::string digits = to_hex(bytes);
    for (std::size_t i = 0; i < digits.size(); i += 3) digits[i] = static_cast<char>(std::toupper(digits[i]));
    Bytes decoded(size);
    ASSERT_TRUE(decode_hex(digits.data(), size, decoded.data())) << size;
    EXPECT_EQ(decoded, bytes) << size;
  }
}

TEST(EthereumHex, refuses_every_character_that_is_no_digit_at_every_place) {
  const std::string valid(96, 'a');
  Bytes out(48);
  for (int c = 0; c < 256; ++c) {
    const bool is_digit = std::isxdigit(c) != 0;
    for (std::size_t place = 0; place < valid.size(); place += 5) {
      std::string digits = valid;
      digits[place] = static_cast<char>(c);
      EXPECT_EQ(decode_hex(digits.data(), out.size(), out.data()), is_digit) << c << " at " << place;
    }
  }
}

std::string quantity_rlp(std::string_view text, std::size_t size_max = 32) {
  Buffer out;
  return append_quantity(out, text, size_max) ? to_hex(out.view()) : "refused";
}

std::string data_rlp(std::string_view text) {
  Buffer out;
  return append_data(out, text) ? to_hex(out.view()) : "refused";
}

TEST(EthereumHex, turns_quantities_into_numbers) {
  EXPECT_EQ(quantity_rlp("0x0"), "80");
  EXPECT_EQ(quantity_rlp("0x"), "80");
  EXPECT_EQ(quantity_rlp("0x00"), "80");
  EXPECT_EQ(quantity_rlp("0x7f"), "7f");
  EXPECT_EQ(quantity_rlp("0x80"), "8180");
  EXPECT_EQ(quantity_rlp("0x400"), "820400");
  EXPECT_EQ(quantity_rlp("0x0400"), "820400");
  EXPECT_EQ(quantity_rlp("0x" + std::string(64, 'f')), "a0" + std::string(64, 'f'));
  EXPECT_EQ(quantity_rlp("0x" + std::string(63, 'f')), "a00" + std::string(63, 'f'));
  EXPECT_EQ(quantity_rlp("0x00" + std::string(64, 'f')), "a0" + std::string(64, 'f'));
}

TEST(EthereumHex, refuses_what_is_no_quantity) {
  for (const std::string_view text : {"", "0", "x0", "12", "0x1g", "0xg", "0X1", " 0x1", "0x 1", "-0x1"}) {
    EXPECT_EQ(quantity_rlp(text), "refused") << text;
  }
  EXPECT_EQ(quantity_rlp("0x1" + std::string(64, '0')), "refused");
  EXPECT_EQ(quantity_rlp("0x10000000000000000", 8), "refused");
  EXPECT_EQ(quantity_rlp("0xffffffffffffffff", 8), "88ffffffffffffffff");
}

TEST(EthereumHex, turns_data_into_strings) {
  EXPECT_EQ(data_rlp("0x"), "80");
  EXPECT_EQ(data_rlp("0x00"), "00");
  EXPECT_EQ(data_rlp("0x7f"), "7f");
  EXPECT_EQ(data_rlp("0x80"), "8180");
  EXPECT_EQ(data_rlp("0x0000"), "820000");
  for (const std::string_view text : {"", "0", "0x0", "0x1g", "00", "0x0000z0"})
    EXPECT_EQ(data_rlp(text), "refused") << text;
}

TEST(EthereumHex, leaves_the_buffer_as_it_was_when_it_refuses) {
  Buffer out;
  out.append(Bytes{1, 2, 3});
  EXPECT_FALSE(append_data(out, "0x12345z"));
  EXPECT_FALSE(append_data(out, "0x1z"));
  EXPECT_FALSE(append_data_of(out, "0x1234", 3));
  EXPECT_FALSE(append_quantity(out, "0xzz", 8));
  EXPECT_EQ(to_hex(out.view()), "010203");
}

TEST(EthereumHex, parses_fixed_values) {
  EXPECT_TRUE(parse_data<Address>("0x" + std::string(40, 'a')).has_value());
  EXPECT_FALSE(parse_data<Address>("0x" + std::string(38, 'a')).has_value());
  EXPECT_FALSE(parse_data<Address>(std::string(42, 'a')).has_value());
  EXPECT_EQ(parse_quantity_u64("0x10"), 16U);
  EXPECT_EQ(parse_quantity_u64("0x10000000000000000"), std::nullopt);
}

}  // namespace
}  // namespace clearspan::ethereum
