#include "codecs/ethereum/rlp.hpp"

#include <cstring>
#include <vector>

namespace clearspan::ethereum::rlp {
std::size_t write_header(std::uint8_t* out, std::size_t payload, std::uint8_t base) {
  if (payload <= kShortMax) {
    *out = static_cast<std::uint8_t>(base + payload);
    return 1;
  }
  const std::size_t count = header_size_of(payload) - 1;
  *out++ = static_cast<std::uint8_t>(base + kShortMax + count);
  for (std::size_t i = count; i > 0; --i) *out++ = static_cast<std::uint8_t>(payload >> (8 * (i - 1)));
  return 1 + count;
}

void append_bytes(Buffer& out, ByteView bytes) {
  if (bytes.size() != 1 || bytes[0] >= kEmptyString) append_string_header(out, bytes.size());
  out.append(bytes);
}

void append_u64(Buffer& out, std::uint64_t number) {
  if (number > 0 && number < kEmptyString) {
    *out.extend(1) = static_cast<std::uint8_t>(number);
    return;
  }
  const std::size_t count = (static_cast<std::size_t>(std::bit_width(number)) + 7) / 8;
  std::uint8_t* room = out.extend(1 + count);
  *room++ = static_cast<std::uint8_t>(kEmptyString + count);
  for (std::size_t i = count; i > 0; --i) *room++ = static_cast<std::uint8_t>(number >> (8 * (i - 1)));
}

void append_word(Buffer& out, const Word& number) {
  append_bytes(out, trimmed(number));
}

std::size_t begin_list(Buffer& out, std::size_t room) {
  out.extend(room);
  return out.size() - room;
}

void end_list(Buffer& out, std::size_t mark, std::size_t room) {
  const std::size_t payload = out.size() - mark - room;
  const std::size_t header = header_size_of(payload);
  if (header > room) out.extend(header - room);
  std::uint8_t* start = out.data() + mark;
  if (header != room) std::memmove(start + header, start + room, payload);
  write_header(start, payload, kEmptyList);
  out.truncate(mark + header + payload);
}

Reader::Header Reader::header() {
  if (left_.empty()) {
    fail("an item is missing");
    return {};
  }
  const std::uint8_t first = left_[0];
  Header found;
  if (first < kEmptyString) {
    found = {false, 0, 1};
  } else {
    found.is_list = first >= kEmptyList;
    const std::size_t code = first - (found.is_list ? kEmptyList : kEmptyString);
    found.header_size = 1;
    found.payload_size = code;
    if (code > kShortMax) {
      const std::size_t count = code - kShortMax;
      if (left_.size() < 1 + count) {
        fail("the input ends within a length");
        return {};
      }
      if (left_[1] == 0) {
        fail("a length has leading zeros");
        return {};
      }
      std::size_t length = 0;
      for (std::size_t i = 1; i <= count; ++i) length = (length << 8) | left_[i];
      if (length <= kShortMax) {
        fail("a short item has the long form");
        return {};
      }
      found.header_size = 1 + count;
      found.payload_size = length;
    }
  }
  if (found.payload_size > left_.size() - found.header_size) {
    fail("an item is longer than the input");
    return {};
  }
  if (first == kEmptyString + 1 && left_[1] < kEmptyString) {
    fail("a single byte has the long form");
    return {};
  }
  return found;
}

ByteView Reader::item() {
  const Header next = header();
  const ByteView whole = left_.first(next.header_size + next.payload_size);
  left_ = left_.subspan(whole.size());
  return whole;
}

ByteView Reader::take(bool want_list) {
  const Header next = header();
  if (!ok()) return {};
  if (next.is_list != want_list) {
    fail(want_list ? "a string stands where a list must be" : "a list stands where a string must be");
    return {};
  }
  const ByteView payload = left_.subspan(next.header_size, next.payload_size);
  left_ = left_.subspan(next.header_size + next.payload_size);
  return payload;
}

ByteView Reader::bytes() {
  return take(false);
}

Reader Reader::list() {
  Reader members(take(true));
  members.failure_ = failure_;
  return members;
}

std::uint64_t Reader::u64() {
  const ByteView digits = bytes();
  if (digits.size() > 8) {
    fail("a number does not fit in 64 bits");
    return 0;
  }
  if (!digits.empty() && digits[0] == 0) {
    fail("a number has leading zeros");
    return 0;
  }
  std::uint64_t number = 0;
  for (const std::uint8_t byte : digits) number = (number << 8) | byte;
  return number;
}

Word Reader::word() {
  const ByteView digits = bytes();
  Word number;
  if (digits.size() > Word::kSize) {
    fail("a number does not fit in 256 bits");
  } else if (!digits.empty() && digits[0] == 0) {
    fail("a number has leading zeros");
  } else {
    std::copy(digits.begin(), digits.end(), number.bytes.end() - static_cast<std::ptrdiff_t>(digits.size()));
  }
  return number;
}

Status Reader::status() const {
  if (failure_ != nullptr) return make_error(ErrorCode::rlp_malformed, failure_);
  return Done{};
}

Status check(ByteView input) {
  Reader whole(input);
  std::vector<Reader> open;
  if (whole.is_list()) {
    open.push_back(whole.list());
  } else {
    whole.bytes();
  }
  whole.expect_end();
  CLEARSPAN_CHECK_OK(whole.status());
  while (!open.empty()) {
    Reader& members = open.back();
    CLEARSPAN_CHECK_OK(members.status());
    if (members.at_end()) {
      open.pop_back();
    } else if (members.is_list()) {
      if (open.size() >= kDepthMax) return make_error(ErrorCode::too_deep, "lists are nested too deep");
      open.push_back(members.list());
    } else {
      members.bytes();
    }
  }
  return Done{};
}

}  // namespace clearspan::ethereum::rlp
