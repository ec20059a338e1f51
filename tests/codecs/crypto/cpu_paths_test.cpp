// Every form that the machine can run gives the answers of the portable one.
#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>
#include <vector>

#include "codecs/crypto/cpu.hpp"
#include "codecs/crypto/hex_text.hpp"
#include "codecs/crypto/keccak.hpp"
#include "codecs/crypto/sha256.hpp"

namespace clearspan::crypto {
namespace {

class CpuPaths : public testing::TestWithParam<CpuPath> {};

std::vector<Bytes> random_messages(std::mt19937& random, std::size_t count, std::size_t size_max) {
  std::vector<Bytes> messages(count);
  for (Bytes& message : messages) {
    message.resize(random() % (size_max + 1));
    for (std::uint8_t& byte : message) byte = static_cast<std::uint8_t>(random());
  }
  return messages;
}

// Hashes of each message by itself, the portable way.
template <class Hash>
std::vector<Hash32> portable_hashes(const std::vector<Bytes>& messages, Hash&& hash) {
  const CpuPathGuard guard(CpuPath::portable);
  std::vector<Hash32> hashes;
  hashes.reserve(messages.size());
  for (const Bytes& message : messages) hashes.push_back(hash(message));
  return hashes;
}

// Counts around the number of lanes and beyond one batch; sizes around the edges of one block and of several.
template <class Hash, class HashMany>
void expect_same_hashes(CpuPath path, Hash&& hash, HashMany&& hash_many) {
  std::mt19937 random(7);
  for (const std::size_t count : {0U, 1U, 2U, 3U, 4U, 5U, 7U, 8U, 9U, 31U, 200U, 1100U}) {
    for (const std::size_t size_max : {std::size_t{70}, std::size_t{300}, std::size_t{5000}}) {
      const std::vector<Bytes> messages = random_messages(random, count, size_max);
      const std::vector<ByteView> views(messages.begin(), messages.end());
      const std::vector<Hash32> expected = portable_hashes(messages, hash);
      std::vector<Hash32> hashes(count);
      const CpuPathGuard guard(path);
      hash_many(views, hashes);
      ASSERT_EQ(hashes, expected) << count << " messages of at most " << size_max;
      for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(hash(views[i]), expected[i]);
    }
  }
}

TEST_P(CpuPaths, hashes_with_keccak_what_the_portable_form_hashes) {
  expect_same_hashes(GetParam(), keccak256, keccak256_many);
}

TEST_P(CpuPaths, hashes_with_sha256_what_the_portable_form_hashes) {
  const auto one = [](ByteView message) { return sha256(message); };
  expect_same_hashes(GetParam(), one, sha256_many);
}

TEST_P(CpuPaths, hashes_messages_of_every_size_around_the_blocks) {
  std::vector<Bytes> messages;
  for (std::size_t size = 0; size < 420; ++size) messages.emplace_back(size, static_cast<std::uint8_t>(size));
  const std::vector<ByteView> views(messages.begin(), messages.end());
  std::vector<Hash32> hashes(views.size());
  const CpuPathGuard guard(GetParam());
  keccak256_many(views, hashes);
  EXPECT_EQ(hashes, portable_hashes(messages, keccak256));
  sha256_many(views, hashes);
  EXPECT_EQ(hashes, portable_hashes(messages, [](ByteView message) { return sha256(message); }));
}

TEST_P(CpuPaths, decodes_what_it_encodes_and_nothing_behind_it) {
  const CpuPathGuard guard(GetParam());
  for (std::size_t size = 0; size < 200; ++size) {
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * 59 + size);
    std::string digits(2 * size + 1, '#');
    encode_hex(bytes.data(), size, digits.data());
    ASSERT_EQ(digits, to_hex(bytes) + '#');
    for (std::size_t i = 0; i < 2 * size; i += 3) digits[i] = static_cast<char>(std::toupper(digits[i]));
    Bytes decoded(size + 1, 0x77);
    ASSERT_TRUE(decode_hex(digits.data(), size, decoded.data())) << size;
    ASSERT_EQ(decoded.back(), 0x77) << size;
    decoded.pop_back();
    ASSERT_EQ(decoded, bytes);
  }
}

TEST_P(CpuPaths, refuses_every_character_that_is_no_digit_at_every_place) {
  const CpuPathGuard guard(GetParam());
  Bytes out(50);
  for (int c = 0; c < 256; ++c) {
    const std::string_view all = "0123456789abcdefABCDEF";
    const bool is_digit = all.find(static_cast<char>(c)) != std::string_view::npos;
    for (std::size_t place = 0; place < 2 * out.size(); ++place) {
      std::string digits(2 * out.size(), 'a');
      digits[place] = static_cast<char>(c);
      ASSERT_EQ(decode_hex(digits.data(), out.size(), out.data()), is_digit) << c << " at " << place;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(OnThisMachine, CpuPaths, testing::ValuesIn(available_cpu_paths()),
                         [](const auto& tested) { return std::string(to_string(tested.param)); });

TEST(CpuPathGuard, gives_back_the_path_that_was_in_use) {
  const CpuPath before = cpu_path();
  {
    const CpuPathGuard guard(CpuPath::portable);
    EXPECT_EQ(cpu_path(), CpuPath::portable);
    EXPECT_FALSE(has_sha_instructions());
  }
  EXPECT_EQ(cpu_path(), before);
}

}  // namespace
}  // namespace clearspan::crypto
