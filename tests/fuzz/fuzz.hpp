// What the fuzz targets share. A target is one function over bytes that strangers chose. It ends the process when a
// property does not hold; everything else that is wrong, the sanitizers see.
//
//   preset fuzz        libFuzzer looks for such bytes (tools/fuzz)
//   every other one    replay.cpp runs the corpus and mutations of it, as the tests fuzz.*
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <initializer_list>

#include "core/base/bytes.hpp"
#include "core/base/error.hpp"
#include "core/base/verify.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace clearspan::fuzz {

// A refusal must be one of those that the decoder's header names.
inline void expect_one_of(const Error& error, std::initializer_list<ErrorCode> allowed) {
  if (std::find(allowed.begin(), allowed.end(), error.code) != allowed.end()) return;
  std::fprintf(stderr, "an error that the decoder does not promise: %s\n", describe(error).c_str());
  CLEARSPAN_VERIFY(false);
}

// Whether `part` lies inside `whole`, so that a view is known not to dangle.
inline bool is_within(ByteView part, ByteView whole) {
  return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

inline bool is_same(ByteView a, ByteView b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin());
}

// Cuts an input into the parts that a target needs. Past its end, numbers are zero and pieces are empty.
class Pieces {
 public:
  explicit Pieces(ByteView input) : rest_(input) {}

  [[nodiscard]] bool empty() const { return rest_.empty(); }

  std::uint8_t byte() {
    const ByteView one = take(1);
    return one.empty() ? std::uint8_t{0} : one[0];
  }

  // Two bytes, little-endian.
  std::size_t number() {
    const std::size_t low = byte();
    return low | static_cast<std::size_t>(byte()) << 8;
  }

  // Bytes behind their length in two bytes.
  ByteView piece() { return take(number()); }

  ByteView take(std::size_t count) {
    const ByteView part = rest_.first(std::min(count, rest_.size()));
    rest_ = rest_.subspan(part.size());
    return part;
  }

  ByteView rest() { return take(rest_.size()); }

 private:
  ByteView rest_;
};

// The parts of an input of several texts: they end with the record separator (0x1e), which no JSON text has in it.
class Texts {
 public:
  explicit Texts(ByteView input) : rest_(as_text(input)) {}

  std::string_view next() {
    const std::size_t end = std::min(rest_.find('\x1e'), rest_.size());
    const std::string_view text = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    return text;
  }

  [[nodiscard]] bool empty() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

}  // namespace clearspan::fuzz
