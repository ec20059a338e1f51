#include "ledgers/ethereum/abi.hpp"

#include <gtest/gtest.h>

#include "core/chain/movement.hpp"
#include "ledgers/ethereum/escrow_contract.hpp"
#include "ledgers/ethereum/notation.hpp"
#include "ledgers/ethereum/token_contract.hpp"

namespace clearspan::ethereum {
namespace {

Bytes bytes(const std::string& digits) {
  return read_data("0x" + digits).value();
}

std::string zeros(std::size_t count) {
  return std::string(2 * count, '0');
}

const Address kAccount{{0x11, 0x22}};

// The examples of the Solidity documentation, "Contract ABI Specification", section "Examples".
TEST(Abi, encodes_the_documented_examples) {
  EXPECT_EQ(to_hex(abi::selector_of("baz(uint32,bool)").view()), "cdcd77c0");
  EXPECT_EQ(to_hex(abi::selector_of("sam(bytes,bool,uint256[])").view()), "a5643bf2");
  abi::Words numbers;
  numbers.u64(1).u64(2).u64(3);
  const Bytes call = abi::encode_call(abi::selector_of("sam(bytes,bool,uint256[])"),
                                      {abi::string_argument("dave"), abi::static_argument(abi::Words{}.boolean(true)),
                                       abi::array_argument(3, numbers)});
  const auto word = [](std::uint64_t number) { return to_hex(word_of(number).view()); };
  EXPECT_EQ(to_hex(call), "a5643bf2" + word(0x60) + word(1) + word(0xa0) + word(4) + "64617665" + zeros(28) + word(3) +
                              word(1) + word(2) + word(3));
}

TEST(Abi, reads_what_it_writes) {
  abi::Words words;
  words.address(kAccount).u64(7).boolean(true).amount(Amount(U256(1) << 255));
  abi::Reader reader(words.bytes());
  EXPECT_EQ(reader.address(), kAccount);
  EXPECT_EQ(reader.u64(), 7u);
  EXPECT_TRUE(reader.boolean());
  EXPECT_EQ(reader.amount(), Amount(U256(1) << 255));
  EXPECT_TRUE(reader.finish().ok());
}

TEST(Abi, refuses_every_other_form) {
  const auto refused = [](const std::string& digits, auto read) {
    const Bytes input = bytes(digits);
    abi::Reader reader(input);
    read(reader);
    return !reader.finish().ok();
  };
  const auto address = [](abi::Reader& reader) { EXPECT_EQ(reader.address(), Address{}); };
  const auto u64 = [](abi::Reader& reader) { EXPECT_EQ(reader.u64(), 0u); };
  const auto boolean = [](abi::Reader& reader) { reader.boolean(); };
  const auto selector = [](abi::Reader& reader) { reader.selector(); };
  EXPECT_TRUE(refused("", address));
  EXPECT_TRUE(refused(zeros(31), address));
  EXPECT_TRUE(refused(zeros(33), address));
  EXPECT_TRUE(refused(zeros(64), address));
  EXPECT_TRUE(refused(zeros(11) + "01" + zeros(20), address));
  EXPECT_TRUE(refused("01" + zeros(31), address));
  EXPECT_TRUE(refused(zeros(23) + "01" + zeros(8), u64));
  EXPECT_TRUE(refused(zeros(31) + "02", boolean));
  EXPECT_TRUE(refused(zeros(31) + "01", selector));
  EXPECT_FALSE(refused("11223344" + zeros(28), selector));
}

struct BadLog {
  const char* what;
  std::vector<Hash32> topics;
  Bytes data;
};

TEST(EscrowLogs, refuses_logs_that_the_contract_cannot_have_written) {
  const Hash32 paid = abi::topic_of("Paid(bytes32,address,address,address,uint256)");
  const Hash32 failed = abi::topic_of("Failed(bytes32,bytes32,address,uint8,address,bytes4)");
  const Hash32 held = abi::topic_of("Held(bytes32,bytes32,address,address,address,uint256,uint64)");
  Hash32 dirty;
  dirty.bytes[0] = 1;
  const Hash32 clean;
  const Bytes three(96, 0);
  Bytes kind_four(96, 0);
  kind_four[31] = 4;
  Bytes late_bytes4(96, 0);
  late_bytes4[95] = 1;
  Bytes wide_time(128, 0);
  wide_time[96] = 1;
  ASSERT_TRUE(decode_log(std::vector<Hash32>{paid, clean, clean}, three).ok());
  ASSERT_TRUE(decode_log(std::vector<Hash32>{failed, clean, clean, clean}, three).ok());
  ASSERT_TRUE(decode_log(std::vector<Hash32>{held, clean, clean, clean}, Bytes(128, 0)).ok());
  const BadLog cases[] = {
      {"no topics", {}, three},
      {"a topic too few", {paid, clean}, Bytes(128, 0)},
      {"a topic too many", {paid, clean, clean, clean}, Bytes(64, 0)},
      {"data too short", {paid, clean, clean}, Bytes(95, 0)},
      {"data too long", {paid, clean, clean}, Bytes(97, 0)},
      {"a word more", {paid, clean, clean}, Bytes(128, 0)},
      {"an address that is none", {paid, clean, dirty}, three},
      {"an unknown kind", {failed, clean, clean, clean}, kind_four},
      {"a reason that is no bytes4", {failed, clean, clean, clean}, late_bytes4},
      {"a time beyond 64 bits", {held, clean, clean, clean}, wide_time},
  };
  for (const BadLog& bad : cases) {
    const auto event = decode_log(bad.topics, bad.data);
    ASSERT_FALSE(event.ok()) << bad.what;
    EXPECT_EQ(event.error().code, ErrorCode::remote_malformed) << bad.what;
  }
}

TEST(EscrowLogs, reads_an_anchor_strictly) {
  const Hash32 topic = abi::topic_of("Anchored(address,bytes32)");
  Hash32 by;
  by.bytes.back() = 9;
  Hash32 digest;
  digest.bytes.fill(0xd1);
  const auto anchor = decode_anchor(std::vector{topic, by, digest}, {});
  ASSERT_TRUE(anchor.ok() && anchor->has_value());
  EXPECT_EQ((*anchor)->by.bytes.back(), 9);
  EXPECT_EQ((*anchor)->digest, digest);
  EXPECT_FALSE(decode_anchor(std::vector{digest, by, digest}, {}).value().has_value());
  Hash32 dirty = by;
  dirty.bytes.front() = 1;
  EXPECT_FALSE(decode_anchor(std::vector{topic, dirty, digest}, {}).ok());
  EXPECT_FALSE(decode_anchor(std::vector{topic, by}, digest.view()).ok());
  EXPECT_FALSE(decode_anchor(std::vector{topic, by, digest}, digest.view()).ok());
}

TEST(EscrowLogs, passes_over_events_that_move_no_value) {
  const auto event =
      decode_log(std::vector<Hash32>{abi::topic_of("Anchored(address,bytes32)"), Hash32{}, Hash32{}}, {});
  ASSERT_TRUE(event.ok());
  EXPECT_FALSE(event->has_value());
}

TEST(Notation, accounts_have_one_canonical_form_and_a_checksum) {
  // EIP-55, "Test Cases".
  const std::string checksummed = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
  const auto account = parse_account(checksummed);
  ASSERT_TRUE(account.ok());
  EXPECT_EQ(to_text(*account), "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed");
  EXPECT_EQ(to_checksum_text(*account), checksummed);
  EXPECT_TRUE(parse_account(to_text(*account)).ok());
  for (const char* bad :
       {"", "0x", "0x12", "5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD",
        "0x0000000000000000000000000000000000000000", "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaeg",
        "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed0", " 0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"}) {
    const auto refused = parse_account(bad);
    ASSERT_FALSE(refused.ok()) << bad;
    EXPECT_EQ(refused.error().code, ErrorCode::unknown_account);
  }
}

TEST(Notation, quantities_and_data_are_strict) {
  EXPECT_EQ(to_quantity(0), "0x0");
  EXPECT_EQ(to_quantity(31), "0x1f");
  EXPECT_EQ(read_quantity_u64("0x1f").value(), 31u);
  for (const char* bad : {"", "0x", "1f", "0xg", "-0x1", "0x10000000000000000", "0x 1"}) {
    EXPECT_FALSE(read_quantity_u64(bad).ok()) << bad;
  }
  EXPECT_TRUE(read_data("0x").value().empty());
  for (const char* bad : {"", "00", "0x0", "0xgg"}) EXPECT_FALSE(read_data(bad).ok()) << bad;
  EXPECT_FALSE(read_hash("0x00").ok());
}

}  // namespace
}  // namespace clearspan::ethereum
