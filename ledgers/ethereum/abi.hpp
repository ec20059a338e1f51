// The contract ABI, as far as the escrow contract and ERC-20 need it: words of 32 bytes, static tuples, dynamic strings
// and arrays of static items. The reader takes one form only: no bytes left over, no dirty padding.
//   call  = selector(4) head tail        head = one word per argument; for a dynamic one the offset of its content
//   array = count, items                 string = size, bytes, zeros up to a whole word
// Source: Solidity documentation, "Contract ABI Specification".
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "codecs/ethereum/types.hpp"
#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/money/amount.hpp"

namespace clearspan::ethereum::abi {

inline constexpr std::size_t kWordBytes = 32;

struct SelectorTag;
using Selector = FixedBytes<SelectorTag, 4>;

// The first four bytes of the hash of a signature such as "transfer(address,uint256)". Also of errors.
Selector selector_of(std::string_view signature);

// The first topic of an event's logs.
Hash32 topic_of(std::string_view signature);

// Words one after the other: the arguments of a call whose types are all static, or part of one.
class Words {
 public:
  Words& address(const Address& account);
  Words& amount(const Amount& number);
  Words& u64(std::uint64_t number);

  Words& boolean(bool truth) { return u64(truth ? 1 : 0); }

  template <class Tag>
  Words& fixed(const FixedBytes<Tag, kWordBytes>& value) {
    return raw(value.view());
  }

  // Bytes that are whole words already.
  Words& raw(ByteView words);

  // The content of a dynamic string: its size, its bytes and the padding.
  Words& text(std::string_view content);

  [[nodiscard]] const Bytes& bytes() const { return bytes_; }

 private:
  Bytes bytes_;
};

// An argument of a call: the words of a static value, or the content of a dynamic one.
struct Argument {
  bool is_dynamic = false;
  Bytes content;
};

Argument static_argument(const Words& words);
Argument string_argument(std::string_view text);

// An array of `count` static items whose words follow each other in `items`.
Argument array_argument(std::size_t count, const Words& items);

// Heads and tails; what follows a contract's bytecode in its creation.
Bytes encode(const std::vector<Argument>& arguments);

Bytes encode_call(const Selector& selector, const std::vector<Argument>& arguments);

// Reads words from the front. The first failure sticks: from then on every value is zero, and finish() tells what was
// wrong.
class Reader {
 public:
  explicit Reader(ByteView words) : left_(words) {}

  Address address();
  Amount amount();
  std::uint64_t u64();
  bool boolean();
  Selector selector();  // a bytes4, at the front of its word

  template <class T>
  T fixed() {
    T value;
    const ByteView word = next();
    if (!word.empty()) std::copy(word.begin(), word.end(), value.bytes.begin());
    return value;
  }

  // Errors: remote_malformed, with what was wrong, also when words are left.
  [[nodiscard]] Status finish() const;

 private:
  ByteView next();
  // The next word's last `size` bytes; those in front must be zero.
  ByteView low_bytes(std::size_t size);

  ByteView left_;
  const char* failure_ = nullptr;
};

}  // namespace clearspan::ethereum::abi
