#include "ledgers/ethereum/abi.hpp"

#include "codecs/crypto/keccak.hpp"

namespace clearspan::ethereum::abi {

Selector selector_of(std::string_view signature) {
  const Hash32 hash = topic_of(signature);
  Selector selector;
  std::copy_n(hash.bytes.begin(), Selector::kSize, selector.bytes.begin());
  return selector;
}

Hash32 topic_of(std::string_view signature) {
  return crypto::keccak256(as_bytes(signature));
}

Words& Words::raw(ByteView words) {
  CLEARSPAN_VERIFY(words.size() % kWordBytes == 0);
  bytes_.insert(bytes_.end(), words.begin(), words.end());
  return *this;
}

Words& Words::address(const Address& account) {
  bytes_.resize(bytes_.size() + kWordBytes - Address::kSize);
  bytes_.insert(bytes_.end(), account.bytes.begin(), account.bytes.end());
  return *this;
}

Words& Words::amount(const Amount& number) {
  return raw(to_word(number).view());
}

Words& Words::u64(std::uint64_t number) {
  return raw(word_of(number).view());
}

Words& Words::text(std::string_view content) {
  u64(content.size());
  bytes_.insert(bytes_.end(), content.begin(), content.end());
  bytes_.resize((bytes_.size() + kWordBytes - 1) / kWordBytes * kWordBytes);
  return *this;
}

Argument static_argument(const Words& words) {
  return {false, words.bytes()};
}

Argument string_argument(std::string_view text) {
  return {true, Words{}.text(text).bytes()};
}

Argument array_argument(std::size_t count, const Words& items) {
  return {true, Words{}.u64(count).raw(items.bytes()).bytes()};
}

Bytes encode(const std::vector<Argument>& arguments) {
  std::size_t head_size = 0;
  for (const Argument& argument : arguments) head_size += argument.is_dynamic ? kWordBytes : argument.content.size();
  Words head;
  Words tail;
  for (const Argument& argument : arguments) {
    if (argument.is_dynamic) {
      head.u64(head_size + tail.bytes().size());
      tail.raw(argument.content);
    } else {
      head.raw(argument.content);
    }
  }
  return head.raw(tail.bytes()).bytes();
}

Bytes encode_call(const Selector& selector, const std::vector<Argument>& arguments) {
  Bytes call(selector.bytes.begin(), selector.bytes.end());
  const Bytes body = encode(arguments);
  call.insert(call.end(), body.begin(), body.end());
  return call;
}

ByteView Reader::next() {
  if (failure_ == nullptr && left_.size() < kWordBytes) failure_ = "a word is missing";
  if (failure_ != nullptr) return {};
  const ByteView word = left_.first(kWordBytes);
  left_ = left_.subspan(kWordBytes);
  return word;
}

ByteView Reader::low_bytes(std::size_t size) {
  const ByteView word = next();
  if (word.empty()) return {};
  const ByteView padding = word.first(kWordBytes - size);
  if (std::any_of(padding.begin(), padding.end(), [](std::uint8_t byte) { return byte != 0; })) {
    failure_ = "a value is larger than its type";
    return {};
  }
  return word.last(size);
}

Address Reader::address() {
  Address account;
  const ByteView bytes = low_bytes(Address::kSize);
  std::copy(bytes.begin(), bytes.end(), account.bytes.begin());
  return account;
}

Amount Reader::amount() {
  const ByteView word = next();
  return word.empty() ? Amount() : from_word(word);
}

std::uint64_t Reader::u64() {
  std::uint64_t number = 0;
  for (const std::uint8_t byte : low_bytes(sizeof(number))) number = number << 8 | byte;
  return number;
}

bool Reader::boolean() {
  const std::uint64_t number = u64();
  if (number > 1 && failure_ == nullptr) failure_ = "a truth value is neither 0 nor 1";
  return number == 1;
}

Selector Reader::selector() {
  Selector value;
  const ByteView word = next();
  if (word.empty()) return value;
  const ByteView padding = word.subspan(Selector::kSize);
  if (std::any_of(padding.begin(), padding.end(), [](std::uint8_t byte) { return byte != 0; })) {
    failure_ = "four bytes are followed by others";
    return value;
  }
  std::copy_n(word.begin(), Selector::kSize, value.bytes.begin());
  return value;
}

Status Reader::finish() const {
  if (failure_ != nullptr) return make_error(ErrorCode::remote_malformed, failure_);
  if (!left_.empty()) return make_error(ErrorCode::remote_malformed, "there are more words than expected");
  return Done{};
}

}  // namespace clearspan::ethereum::abi
