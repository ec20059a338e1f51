#include "codecs/ethereum/rlp.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

#include "codecs/ethereum/hex.hpp"
#include "tests/codecs/crypto/bytes_of.hpp"

namespace clearspan::ethereum::rlp {
namespace {

using clearspan::tests::bytes_of;

std::string encoded(ByteView bytes) {
  Buffer out;
  append_bytes(out, bytes);
  return to_hex(out.view());
}

// The examples of the Yellow Paper's companion page on RLP.
TEST(Rlp, encodes_the_published_examples) {
  EXPECT_EQ(encoded(as_bytes("dog")), "83646f67");
  EXPECT_EQ(encoded({}), "80");
  EXPECT_EQ(encoded(Bytes{0x00}), "00");
  EXPECT_EQ(encoded(Bytes{0x0f}), "0f");
  EXPECT_EQ(encoded(Bytes{0x7f}), "7f");
  EXPECT_EQ(encoded(Bytes{0x80}), "8180");
  EXPECT_EQ(encoded(Bytes{0x04, 0x00}), "820400");
  EXPECT_EQ(encoded(as_bytes("Lorem ipsum dolor sit amet, consectetur adipisicing elit")),
            "b8384c6f72656d20697073756d20646f6c6f722073697420616d65742c20636f6e7365637465747572206164697069736963696e67"
            "20656c6974");
  Buffer out;
  const std::size_t list = begin_list(out);
  append_bytes(out, as_bytes("cat"));
  append_bytes(out, as_bytes("dog"));
  end_list(out, list);
  EXPECT_EQ(to_hex(out.view()), "c88363617483646f67");
}

TEST(Rlp, encodes_numbers_without_leading_zeros) {
  Buffer out;
  for (const std::uint64_t number : {0ULL, 1ULL, 127ULL, 128ULL, 1024ULL, ~0ULL}) append_u64(out, number);
  append_word(out, word_of(0));
  append_word(out, word_of(256));
  EXPECT_EQ(to_hex(out.view()),
            "80017f8180820400"
            "88ffffffffffffffff"
            "80"
            "820100");
}

// Lists around every size at which the header grows, also inside another list.
TEST(Rlp, reads_back_lists_of_every_size_class) {
  for (const std::size_t size : {0U, 1U, 55U, 56U, 57U, 255U, 256U, 257U, 65535U, 65536U, 70000U}) {
    Buffer out;
    const std::size_t outer = begin_list(out);
    const std::size_t inner = begin_list(out);
    for (std::size_t i = 0; i < size; ++i) append_u64(out, i % 128);
    end_list(out, inner);
    append_bytes(out, as_bytes("end"));
    end_list(out, outer);
    Reader whole(out.view());
    Reader fields = whole.list();
    Reader numbers = fields.list();
    std::size_t count = 0;
    while (!numbers.at_end()) {
      EXPECT_EQ(numbers.u64(), count % 128);
      ++count;
    }
    EXPECT_EQ(count, size);
    EXPECT_EQ(as_text(fields.bytes()), "end");
    fields.expect_end();
    fields.adopt(numbers);
    whole.adopt(fields);
    EXPECT_TRUE(whole.status().ok());
    EXPECT_TRUE(check(out.view()).ok());
  }
}

TEST(Rlp, refuses_every_encoding_that_is_not_canonical) {
  const std::vector<std::string> table = {
      "",  // nothing
      "8100",
      "817f",        // a single byte in the long form
      "81",          // the payload is missing
      "83646f",      // the payload is too short
      "83646f6767",  // something follows
      "b800",
      "b83700",                          // a short payload with a length
      "b90038" + std::string(112, '1'),  // a length with a leading zero
      "b8",
      "b9ff",                  // the input ends within the length
      "bfffffffffffffffff00",  // longer than memory
      "c1",
      "c283",    // a list that is too short
      "c18100",  // not canonical inside a list
      "f800",
      "f90038" + std::string(112, '1'),
      "ffffffffffffffffff",
      "c0c0",
  };
  for (const std::string& hex : table) {
    const auto status = check(bytes_of(hex));
    ASSERT_FALSE(status.ok()) << hex;
    EXPECT_EQ(status.error().code, ErrorCode::rlp_malformed) << hex;
  }
}

TEST(Rlp, refuses_lists_nested_beyond_the_limit) {
  Bytes deep;
  for (std::size_t i = 0; i < 3000; ++i) {
    Buffer out;
    const std::size_t list = begin_list(out);
    out.append(deep);
    end_list(out, list);
    deep.assign(out.view().begin(), out.view().end());
  }
  EXPECT_EQ(check(deep).error().code, ErrorCode::too_deep);
}

TEST(Rlp, refuses_numbers_and_fields_of_the_wrong_form) {
  const auto refuses = [](const std::string& hex, auto read) {
    const Bytes bytes = bytes_of(hex);
    Reader reader(bytes);
    read(reader);
    return !reader.ok() && reader.at_end() && reader.status().error().code == ErrorCode::rlp_malformed;
  };
  EXPECT_TRUE(refuses("00", [](Reader& r) { r.u64(); }));
  EXPECT_TRUE(refuses("820001", [](Reader& r) { r.u64(); }));
  EXPECT_TRUE(refuses("89010000000000000000", [](Reader& r) { r.u64(); }));
  EXPECT_TRUE(refuses("c0", [](Reader& r) { r.u64(); }));
  EXPECT_TRUE(refuses("a1" + std::string(66, '1'), [](Reader& r) { r.word(); }));
  EXPECT_TRUE(refuses("a000" + std::string(62, '1'), [](Reader& r) { r.word(); }));
  EXPECT_TRUE(refuses("93" + std::string(38, '1'), [](Reader& r) { r.fixed<Address>(); }));
  EXPECT_TRUE(refuses("80", [](Reader& r) { r.list(); }));
  EXPECT_TRUE(refuses("80", [](Reader& r) {
    r.bytes();
    r.bytes();
  }));
  EXPECT_TRUE(refuses("8080", [](Reader& r) {
    r.bytes();
    r.expect_end();
  }));
}

RC_GTEST_PROP(Rlp, reads_back_what_it_wrote, (const std::vector<std::vector<std::uint8_t>>& strings)) {
  Buffer out;
  const std::size_t list = begin_list(out);
  for (const auto& string : strings) append_bytes(out, string);
  end_list(out, list);
  RC_ASSERT(check(out.view()).ok());
  Reader members = Reader(out.view()).list();
  for (const auto& string : strings) {
    const ByteView read = members.bytes();
    RC_ASSERT(std::equal(read.begin(), read.end(), string.begin(), string.end()));
  }
  members.expect_end();
  RC_ASSERT(members.ok());
}

RC_GTEST_PROP(Rlp, never_reads_outside_arbitrary_bytes, (const std::vector<std::uint8_t>& bytes)) {
  (void)check(bytes);
}

}  // namespace
}  // namespace clearspan::ethereum::rlp
