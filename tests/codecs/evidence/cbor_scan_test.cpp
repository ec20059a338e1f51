// The first look at CBOR from strangers says which rule it breaks.
#include "codecs/evidence/cbor_scan.hpp"

#include <gtest/gtest.h>

namespace clearspan::evidence::cbor {
namespace {

std::string fault_of(const std::string& hex) {
  Bytes bytes(hex.size() / 2);
  EXPECT_TRUE(from_hex(hex, bytes)) << hex;
  const Status status = scan(bytes);
  return status.ok() ? "accepted" : std::string(to_string(status.error().code));
}

std::string nested(std::size_t arrays) {
  std::string hex;
  for (std::size_t i = 0; i < arrays; ++i) hex += "81";
  return hex + "00";
}

TEST(CborScanTest, accepts_each_kind_of_item_that_evidence_uses) {
  for (const char* hex : {"00", "17", "1818", "1901ff", "1a00010000", "1b0000000100000000", "20", "3863", "40",
                          "4401020304", "60", "6161", "80", "83010203", "f4", "f5", "f6", "c249010000000000000000"}) {
    EXPECT_EQ(fault_of(hex), "accepted") << hex;
  }
  EXPECT_EQ(fault_of(nested(kDepthMax)), "accepted");
}

TEST(CborScanTest, names_what_is_wrong) {
  const std::vector<std::pair<const char*, const char*>> rejects = {
      {"", "truncated"},
      {"18", "truncated"},
      {"19ff", "truncated"},
      {"4201", "truncated"},
      {"6261", "truncated"},
      {"8201", "truncated"},
      {"9affffffff", "truncated"},
      {"5b7fffffffffffffff00", "truncated"},
      {"0000", "leftover_bytes"},
      {"8000", "leftover_bytes"},
      {"1817", "not_canonical"},
      {"190017", "not_canonical"},
      {"1a0000ffff", "not_canonical"},
      {"1b00000000ffffffff", "not_canonical"},
      {"1c", "not_canonical"},
      {"5801ff", "not_canonical"},
      {"5f4101ff", "not_canonical"},
      {"9f00ff", "not_canonical"},
      {"a0", "not_canonical"},
      {"a10000", "not_canonical"},
      {"c000", "not_canonical"},
      {"c3490100000000000000ff", "not_canonical"},
      {"c24101", "not_canonical"},
      {"c2490000000000000000ff", "not_canonical"},
      {"c200", "not_canonical"},
      {"f7", "not_canonical"},
      {"f93e00", "not_canonical"},
      {"ff", "not_canonical"},
      {"61ff", "not_canonical"},
  };
  for (const auto& [hex, code] : rejects) EXPECT_EQ(fault_of(hex), code) << hex;
  EXPECT_EQ(fault_of(nested(kDepthMax + 1)), "too_deep");
  EXPECT_EQ(fault_of(nested(100'000)), "too_deep");
}

}  // namespace
}  // namespace clearspan::evidence::cbor
