#include "codecs/crypto/key_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <string>
#include <type_traits>
#include <vector>

namespace clearspan::crypto {
namespace {

const std::string kDigits = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

class KeyFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "clearspan-key-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }

  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path write(const std::string& content, mode_t mode) {
    std::filesystem::path path = folder_ / "key";
    std::ofstream(path, std::ios::binary) << content;
    ::chmod(path.c_str(), mode);
    return path;
  }

  std::filesystem::path folder_;
};

TEST_F(KeyFile, reads_digits_with_and_without_prefix_and_line_end) {
  for (const std::string& content : {kDigits, "0x" + kDigits, kDigits + "\n", "0x" + kDigits + " \r\n"}) {
    const auto key = read_key_file(write(content, 0600));
    ASSERT_TRUE(key.ok()) << content;
    EXPECT_EQ(to_hex(key->expose()), kDigits);
  }
  EXPECT_TRUE(read_key_file(write(kDigits, 0400)).ok());
}

TEST_F(KeyFile, refuses_a_file_that_others_have_any_right_on) {
  for (const mode_t mode : {0640, 0604, 0610, 0601, 0620, 0602, 0644, 0660, 0777}) {
    const auto key = read_key_file(write(kDigits, mode));
    ASSERT_FALSE(key.ok()) << mode;
    EXPECT_EQ(key.error().code, ErrorCode::key_file_insecure);
  }
}

TEST_F(KeyFile, refuses_other_content_without_repeating_it) {
  const std::vector<std::string> table = {"",
                                          kDigits.substr(1),
                                          kDigits + "0",
                                          kDigits + "\nmore",
                                          " " + kDigits,
                                          "0X" + kDigits,
                                          "zz" + kDigits.substr(2),
                                          kDigits + std::string(200, '\n')};
  for (const std::string& content : table) {
    const auto key = read_key_file(write(content, 0600));
    ASSERT_FALSE(key.ok()) << content;
    EXPECT_EQ(key.error().code, ErrorCode::key_invalid) << content;
    EXPECT_EQ(describe(key.error()).find("8899aabb"), std::string::npos);
  }
}

TEST_F(KeyFile, refuses_what_is_no_file) {
  EXPECT_EQ(read_key_file(folder_ / "absent").error().code, ErrorCode::storage_failed);
  EXPECT_EQ(read_key_file(folder_).error().code, ErrorCode::key_file_insecure);
  ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(read_key_file(folder_ / "pipe").error().code, ErrorCode::key_file_insecure);
}

TEST_F(KeyFile, writes_a_file_that_only_its_owner_can_read) {
  const SecretKey key = SecretKey::random();
  ASSERT_TRUE(write_new_key_file(folder_ / "new", key).ok());

  struct stat status {};

  ASSERT_EQ(::stat((folder_ / "new").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600U);
  const auto read = read_key_file(folder_ / "new");
  ASSERT_TRUE(read.ok());
  EXPECT_TRUE(std::ranges::equal(read->expose(), key.expose()));
}

TEST_F(KeyFile, never_overwrites_a_file) {
  ASSERT_TRUE(write_new_key_file(folder_ / "new", SecretKey::random()).ok());
  EXPECT_EQ(write_new_key_file(folder_ / "new", SecretKey::random()).error().code, ErrorCode::storage_failed);
}

template <class T>
concept Printable = requires(std::ostream& out, const T& value) {
  out << value;
};

TEST(SecretKey, cannot_be_printed_or_copied) {
  static_assert(!Printable<SecretKey>);
  static_assert(!std::is_copy_constructible_v<SecretKey>);
  static_assert(std::is_nothrow_move_constructible_v<SecretKey>);
}

TEST(SecretKey, leaves_nothing_behind_when_moved) {
  SecretKey key = SecretKey::from_hex_digits(kDigits).value();
  const SecretKey moved = std::move(key);
  EXPECT_EQ(to_hex(moved.expose()), kDigits);
  // The moved-from bytes are the point of this test. NOLINTNEXTLINE(bugprone-use-after-move)
  EXPECT_EQ(to_hex(key.expose()), std::string(64, '0'));
}

TEST(SecretKey, is_wiped_when_it_dies) {
  alignas(SecretKey) std::array<std::uint8_t, sizeof(SecretKey)> place{};
  auto* key = new (place.data()) SecretKey(SecretKey::from_hex_digits(kDigits).value());
  key->~SecretKey();
  EXPECT_TRUE(std::all_of(place.begin(), place.end(), [](std::uint8_t byte) { return byte == 0; }));
}

TEST(SecretKey, differs_each_time_it_is_made_at_random) {
  EXPECT_FALSE(std::ranges::equal(SecretKey::random().expose(), SecretKey::random().expose()));
}

}  // namespace
}  // namespace clearspan::crypto
