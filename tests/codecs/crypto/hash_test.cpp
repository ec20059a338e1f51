#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "codecs/crypto/keccak.hpp"
#include "codecs/crypto/sha256.hpp"
#include "tests/codecs/crypto/bytes_of.hpp"

namespace clearspan::crypto {
namespace {

// FIPS 180-4's example messages, as published in NIST's example values.
TEST(Sha256, gives_the_published_hashes) {
  EXPECT_EQ(to_hex(sha256({}).view()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(sha256(as_bytes("abc")).view()), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(sha256(as_bytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")).view()),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

// "The Keccak reference" with rate 1088 and capacity 512; the first two are Ethereum's well-known constants.
TEST(Keccak256, gives_the_published_hashes) {
  EXPECT_EQ(to_hex(keccak256({}).view()), "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
  EXPECT_EQ(to_hex(keccak256(Bytes{0x80}).view()), "56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421");
  EXPECT_EQ(to_hex(keccak256(as_bytes("abc")).view()),
            "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45");
}

Bytes message_of(std::size_t size) {
  Bytes message(size);
  for (std::size_t i = 0; i < size; ++i) message[i] = static_cast<std::uint8_t>(i * 7 + 3);
  return message;
}

TEST(Sha256, gives_the_same_for_any_split_of_the_message) {
  Sha256 streaming;
  for (std::size_t size = 0; size < 300; size += 7) {
    const Bytes message = message_of(size);
    const ByteView view = message;
    for (std::size_t split = 0; split <= size; ++split) {
      EXPECT_EQ(streaming.update(view.first(split)).update(view.subspan(split)).finish(), sha256(message));
      EXPECT_EQ(sha256(view.first(split), view.subspan(split)), sha256(message));
    }
  }
}

TEST(Keccak256, gives_the_same_for_any_split_of_the_message) {
  Keccak256 streaming;
  for (std::size_t size = 0; size < 420; ++size) {
    const Bytes message = message_of(size);
    const ByteView view = message;
    for (const std::size_t split : {std::size_t{0}, size / 3, size}) {
      EXPECT_EQ(streaming.update(view.first(split)).update(view.subspan(split)).finish(), keccak256(message)) << size;
    }
  }
}

TEST(Keccak256, hashes_many_messages_as_it_hashes_each) {
  std::vector<Bytes> messages;
  for (std::size_t size = 0; size < 300; size += 3) messages.push_back(message_of(size));
  const std::vector<ByteView> views(messages.begin(), messages.end());
  std::vector<Hash32> hashes(views.size());
  keccak256_many(views, hashes);
  for (std::size_t i = 0; i < views.size(); ++i) EXPECT_EQ(hashes[i], keccak256(views[i]));
}

}  // namespace
}  // namespace clearspan::crypto
