// The second half of parsing: from the places where the tokens of a text start, which simdjson has found, to the tape
// of value.hpp. Every token is checked, whether or not anybody reads it; what is wrong with a text that is refused is
// not said here (see document.cpp).
//
// Where tokens start, one after the other, tells where strings end: between the closing quote of one and the start of
// the next token there is only white space.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "codecs/json/key_words.hpp"
#include "codecs/json/value.hpp"

namespace clearspan::json {

// A number that is not a short natural one, as the tape has it.
struct TapeNumber {
  char type = 0;  // 'l', 'u' or 'd'; 0: no number
  std::uint64_t bits = 0;
};

// What is rare in real documents is left to the parser.
class RareTokens {
 public:
  virtual ~RareTokens() = default;

  // The number that is written so.
  virtual TapeNumber number(std::string_view token) = 0;

  // The decoded form of what stands between quotes and has escapes, as an offset and a length in `strings`; false when
  // an escape is wrong.
  virtual bool unescape(std::string_view between_quotes, std::size_t& offset, std::size_t& length) = 0;
};

// Keeps its memory from text to text.
class TapeWriter {
 public:
  explicit TapeWriter(std::size_t depth_max);

  // Writes the tape of `text`; `starts` are the offsets of its tokens, and there is one more entry behind them, which
  // is the text's size. False when it is no JSON, or deeper than allowed.
  bool write(std::string_view text, std::span<const std::uint32_t> starts, bool has_escapes, RareTokens& rare);

  [[nodiscard]] const std::uint64_t* words() const { return words_.get(); }

  [[nodiscard]] std::size_t length() const { return length_; }

  // Whether a key occurs twice in an object, or may do so in one that is too large to tell.
  [[nodiscard]] bool may_have_duplicates() const { return may_have_duplicates_; }

 private:
  static constexpr std::size_t kMarkWords = (std::size_t{1} << kKeyMarkBits) / 64;
  static constexpr std::uint32_t kSmallFields = 64;  // in larger objects, too many keys share a mark

  struct Open {
    std::uint32_t index = 0;  // of its first word
    std::uint32_t count = 0;  // of members so far
    bool is_object = false;
    std::array<std::uint64_t, kMarkWords> marks;  // of an object's keys
  };

  bool value();
  bool member();
  bool key(Open& open);
  bool open_container(bool is_object);
  void close_container();
  bool string();
  bool number();
  bool word(std::string_view expected);
  [[nodiscard]] bool occurs(const Open& open, std::string_view key) const;
  [[nodiscard]] std::string_view token() const;

  void put(char type, std::uint64_t payload) {
    words_[length_++] = static_cast<std::uint64_t>(static_cast<unsigned char>(type)) << 56 | payload;
  }

  std::string_view text_;
  const std::uint32_t* at_ = nullptr;
  const std::uint32_t* end_ = nullptr;
  bool has_escapes_ = false;
  RareTokens* rare_ = nullptr;
  std::unique_ptr<std::uint64_t[]> words_;
  std::size_t capacity_ = 0;
  std::size_t length_ = 0;
  std::vector<Open> open_;
  std::size_t depth_ = 0;
  bool may_have_duplicates_ = false;
};

}  // namespace clearspan::json
