// What a log asks of a witness: one form, and everything else is refused.
#include "codecs/tlog/add_checkpoint.hpp"

#include <gtest/gtest.h>

#include "codecs/tlog/base64.hpp"

namespace clearspan::tlog {
namespace {

const std::string kNote = "origin\n5\nroot\n\n\xe2\x80\x94 origin c2ln\n";

Hash32 hash_of(std::uint8_t fill) {
  Hash32 hash;
  hash.bytes.fill(fill);
  return hash;
}

TEST(AddCheckpoint, reads_what_it_writes) {
  for (const std::size_t hashes : {0U, 1U, 63U}) {
    const AddCheckpoint request{hashes == 0 ? 0U : 20'852'014U, Proof(hashes, hash_of(7)), kNote};
    const auto read = parse_add_checkpoint(to_string(request));
    ASSERT_TRUE(read.ok()) << describe(read.error());
    EXPECT_EQ(*read, request);
  }
}

TEST(AddCheckpoint, has_the_form_of_the_protocol) {
  const AddCheckpoint request{3, {hash_of(0)}, kNote};
  EXPECT_EQ(to_string(request), "old 3\n" + to_base64(hash_of(0).view()) + "\n\n" + kNote);
}

TEST(AddCheckpoint, refuses_every_other_form) {
  const std::string hash = to_base64(hash_of(1).view()) + "\n";
  std::string many = "old 1\n";
  for (int i = 0; i < 64; ++i) many += hash;
  const std::string rejects[] = {
      "",
      "old 1",
      "old 1\n",
      "old 1\n\n",
      "old\n\n" + kNote,
      "old \n\n" + kNote,
      "old  1\n\n" + kNote,
      "old 01\n\n" + kNote,
      "old -1\n\n" + kNote,
      "old +1\n\n" + kNote,
      "old 1 \n\n" + kNote,
      "old 18446744073709551616\n\n" + kNote,
      "Old 1\n\n" + kNote,
      "1\n\n" + kNote,
      "old 1\nxyz\n\n" + kNote,
      "old 1\n" + to_base64(Bytes(31)) + "\n\n" + kNote,
      "old 1\n" + to_base64(Bytes(33)) + "\n\n" + kNote,
      "old 1\n " + hash + "\n" + kNote,
      "old 1\n" + hash.substr(0, hash.size() - 1) + "\r\n\n" + kNote,
      "old 1\n" + hash,
      "old 1\n" + hash + "\n",
      many + "\n" + kNote,
  };
  for (const std::string& reject : rejects) {
    const auto read = parse_add_checkpoint(reject);
    ASSERT_FALSE(read.ok()) << reject;
    EXPECT_EQ(read.error().code, ErrorCode::malformed) << reject;
  }
}

}  // namespace
}  // namespace clearspan::tlog
