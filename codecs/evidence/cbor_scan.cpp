#include "codecs/evidence/cbor_scan.hpp"

#include <array>

#include "codecs/evidence/cbor.hpp"

namespace clearspan::evidence::cbor {
namespace {

constexpr std::uint8_t kInlineMax = 23;        // arguments up to here stand in the first byte
constexpr std::uint8_t kOneByteArgument = 24;  // 25, 26 and 27: of two, four and eight bytes
constexpr std::uint8_t kEightByteArgument = 27;
constexpr std::size_t kBignumBytesMin = 9;  // smaller numbers are integers
constexpr std::size_t kBignumBytesMax = 32;

struct Head {
  Major major = Major::simple;
  std::uint64_t argument = 0;
  std::uint8_t first = 0;
};

class Scan {
 public:
  explicit Scan(ByteView bytes) : bytes_(bytes) {}

  // Items one after the other; `open_` counts what is left of each array that is being read.
  Status run() {
    std::size_t depth = 0;
    open_[0] = 1;
    while (true) {
      while (open_[depth] == 0) {
        if (depth == 0) return at_ == bytes_.size() ? Status(Done{}) : wrong(ErrorCode::leftover_bytes, "bytes follow");
        --depth;
      }
      --open_[depth];
      CLEARSPAN_TRY(const Head head, read_head());
      if (head.major == Major::array) {
        if (depth == kDepthMax) return wrong(ErrorCode::too_deep, "arrays are nested too deeply");
        open_[++depth] = head.argument;
      } else {
        CLEARSPAN_CHECK_OK(read_content(head));
      }
    }
  }

 private:
  [[nodiscard]] Error wrong(ErrorCode code, const char* what) const {
    return make_error(code, std::string(what) + " at byte " + std::to_string(at_));
  }

  [[nodiscard]] std::size_t left() const { return bytes_.size() - at_; }

  Result<Head> read_head() {
    if (left() == 0) return wrong(ErrorCode::truncated, "an item is missing");
    Head head;
    head.first = bytes_[at_++];
    head.major = static_cast<Major>(head.first >> 5);
    const std::uint8_t low = head.first & 0x1f;
    if (head.major == Major::simple) return head;
    if (low > kEightByteArgument) return wrong(ErrorCode::not_canonical, "an indefinite or reserved length");
    head.argument = low;
    if (low <= kInlineMax) return head;
    const std::size_t width = std::size_t{1} << (low - kOneByteArgument);
    if (left() < width) return wrong(ErrorCode::truncated, "a head is cut short");
    head.argument = 0;
    for (std::size_t i = 0; i < width; ++i) head.argument = head.argument << 8 | bytes_[at_++];
    const std::uint64_t smallest = width == 1 ? kInlineMax + 1u : std::uint64_t{1} << (4 * width);
    if (head.argument < smallest) return wrong(ErrorCode::not_canonical, "a number in a longer form than it needs");
    return head;
  }

  Result<ByteView> take(std::uint64_t size) {
    if (size > left()) return wrong(ErrorCode::truncated, "a string is cut short");
    const ByteView taken = bytes_.subspan(at_, static_cast<std::size_t>(size));
    at_ += taken.size();
    return taken;
  }

  Status read_content(const Head& head) {
    switch (head.major) {
      case Major::unsigned_integer:
      case Major::negative_integer:
        return Done{};
      case Major::byte_string:
        CLEARSPAN_CHECK_OK(take(head.argument));
        return Done{};
      case Major::text: {
        CLEARSPAN_TRY(const ByteView text, take(head.argument));
        if (!is_utf8(text)) return wrong(ErrorCode::not_canonical, "a text that is not UTF-8");
        return Done{};
      }
      case Major::tag:
        return read_bignum(head);
      case Major::simple:
        if (head.first == kFalse || head.first == kTrue || head.first == kNull) return Done{};
        return wrong(ErrorCode::not_canonical, "an item of a kind that is not used");
      case Major::array:
      case Major::map:
        break;
    }
    return wrong(ErrorCode::not_canonical, "a map");
  }

  Status read_bignum(const Head& tag) {
    if (tag.first != kBignumTag) return wrong(ErrorCode::not_canonical, "a tag that is not used");
    CLEARSPAN_TRY(const Head head, read_head());
    if (head.major != Major::byte_string) return wrong(ErrorCode::not_canonical, "a bignum that is no byte string");
    CLEARSPAN_TRY(const ByteView digits, take(head.argument));
    const bool fits = digits.size() >= kBignumBytesMin && digits.size() <= kBignumBytesMax && digits.front() != 0;
    if (!fits) return wrong(ErrorCode::not_canonical, "a bignum in another form than its own");
    return Done{};
  }

  ByteView bytes_;
  std::size_t at_ = 0;
  std::array<std::uint64_t, kDepthMax + 1> open_{};
};

}  // namespace

Status scan(ByteView bytes) {
  return Scan(bytes).run();
}

}  // namespace clearspan::evidence::cbor
