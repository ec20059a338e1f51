#include "codecs/json/document.hpp"

#include <simdjson.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <string>

#include "codecs/json/duplicate_keys.hpp"
#include "codecs/json/tape_writer.hpp"

namespace clearspan::json {
namespace {

constexpr std::size_t kOffsetMax = 0xffff'ffff;  // of a string on the tape
constexpr std::size_t kCapacityMin = 256;        // bytes of text that every parser has room for

// The places where tokens start. simdjson offers them to its own second stage only, as these members of its public
// header; the rest of its interface would copy every string.
using Starts = std::unique_ptr<simdjson::internal::dom_parser_implementation>;

Error to_error(simdjson::error_code code, const Limits& limits) {
  if (code == simdjson::DEPTH_ERROR) {
    return make_error(ErrorCode::too_deep, "nested deeper than " + std::to_string(limits.depth_max));
  }
  if (code == simdjson::CAPACITY) return make_error(ErrorCode::too_large);
  return make_error(ErrorCode::malformed_json, simdjson::error_message(code));
}

}  // namespace

struct Document::Parser : RareTokens {
  explicit Parser(const Limits& given) : limits(given), writer(given.depth_max) {}

  // Room to find the tokens of `size` bytes of text; grows by doubling, so that many documents settle on one
  // allocation.
  bool reserve_starts(std::size_t size) {
    if (starts != nullptr && starts->capacity() >= size) return true;
    const std::size_t before = starts != nullptr ? 2 * starts->capacity() : kCapacityMin;
    const std::size_t wanted = std::max(size, std::min(before, limits.size_bytes_max));
    return simdjson::get_active_implementation()->create_dom_parser_implementation(wanted, 1, starts) ==
           simdjson::SUCCESS;
  }

  // A copy of the text with the zero bytes behind it that simdjson may read, and with room behind those for decoded
  // strings, which are not longer than the text.
  std::string_view copy(std::string_view text, bool has_escapes) {
    decoded_end = text.size() + simdjson::SIMDJSON_PADDING;
    const std::size_t wanted = has_escapes ? 2 * decoded_end : decoded_end;
    if (copy_capacity < wanted) {
      copy_capacity = std::max(wanted, 2 * copy_capacity);
      copied = std::make_unique_for_overwrite<char[]>(copy_capacity);
    }
    if (!text.empty()) std::memcpy(copied.get(), text.data(), text.size());
    std::memset(copied.get() + text.size(), 0, simdjson::SIMDJSON_PADDING);
    return {copied.get(), text.size()};
  }

  TapeNumber number(std::string_view token) override {
    simdjson::dom::element element;
    if (token_parser.parse(token.data(), token.size(), true).get(element) != simdjson::SUCCESS) return {};
    switch (element.type()) {
      case simdjson::dom::element_type::INT64:
        return {'l', static_cast<std::uint64_t>(std::int64_t(element))};
      case simdjson::dom::element_type::UINT64:
        return {'u', std::uint64_t(element)};
      case simdjson::dom::element_type::DOUBLE:
        return {'d', std::bit_cast<std::uint64_t>(double(element))};
      case simdjson::dom::element_type::ARRAY:
      case simdjson::dom::element_type::OBJECT:
      case simdjson::dom::element_type::STRING:
      case simdjson::dom::element_type::BOOL:
      case simdjson::dom::element_type::NULL_VALUE:
        break;
    }
    return {};
  }

  bool unescape(std::string_view between_quotes, std::size_t& offset, std::size_t& length) override {
    auto* begin = reinterpret_cast<std::uint8_t*>(copied.get()) + decoded_end;
    const auto* source = reinterpret_cast<const std::uint8_t*>(between_quotes.data());
    const std::uint8_t* end = starts->parse_string(source, begin);
    if (end == nullptr) return false;
    offset = decoded_end;
    length = static_cast<std::size_t>(end - begin);
    decoded_end += length;
    return decoded_end <= kOffsetMax && length < kStringLengthMax;
  }

  // Why the text is refused, in simdjson's words.
  Error refuse(std::string_view text) {
    const std::string_view padded = text.data() == copied.get() ? text : copy(text, false);
    // The parser counts the document itself as one level, and fails on reaching its limit.
    simdjson::dom::parser whole(std::max(limits.size_bytes_max, kCapacityMin));
    if (whole.allocate(std::max(text.size(), kCapacityMin), limits.depth_max + 1) != simdjson::SUCCESS) {
      return make_error(ErrorCode::too_large, "no memory for the document");
    }
    const auto parsed = whole.parse(padded.data(), padded.size(), false);
    // A string with escapes of 16 MB or more has no place on the tape, and nothing real has one.
    return to_error(parsed.error() != simdjson::SUCCESS ? parsed.error() : simdjson::CAPACITY, limits);
  }

  // The text lives as long as the values, and is the copy when it has escapes.
  Result<Value> parse(std::string_view text, bool has_escapes) {
    if (!reserve_starts(std::max(text.size(), kCapacityMin))) {
      return make_error(ErrorCode::too_large, "no memory for the document");
    }
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    if (starts->stage1(bytes, text.size(), simdjson::stage1_mode::regular) != simdjson::SUCCESS) return refuse(text);
    const std::size_t count = starts->n_structural_indexes;
    starts->structural_indexes[count] = static_cast<std::uint32_t>(text.size());
    if (!writer.write(text, {starts->structural_indexes.get(), count}, has_escapes, *this)) return refuse(text);
    tape = {writer.words(), text.data()};
    if (writer.may_have_duplicates()) {
      if (const auto duplicate = duplicates.find(tape, writer.length())) {
        return duplicate->value.error(ErrorCode::duplicate_key, "the key occurs twice in this object");
      }
    }
    return Value(&tape, 1);
  }

  Limits limits;
  Starts starts;
  TapeWriter writer;
  DuplicateKeys duplicates;
  simdjson::dom::parser token_parser;
  std::unique_ptr<char[]> copied;
  std::size_t copy_capacity = 0;
  std::size_t decoded_end = 0;
  Tape tape;
};

Document::Document() : Document(Limits{}) {}

Document::Document(const Limits& limits) : parser_(std::make_unique<Parser>(limits)) {}

Document::~Document() = default;
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;

Result<Value> Document::parse(std::string_view text) {
  const std::size_t size_max = parser_->limits.size_bytes_max;
  if (text.size() > size_max) {
    return make_error(ErrorCode::too_large, "larger than " + std::to_string(size_max) + " bytes");
  }
  const bool has_escapes = text.find('\\') != std::string_view::npos;
  return parser_->parse(parser_->copy(text, has_escapes), has_escapes);
}

Result<Value> Document::parse_in_place(std::string_view text) {
  const bool can_stay = !text.empty() && text.size() <= parser_->limits.size_bytes_max;
  if (!can_stay || text.find('\\') != std::string_view::npos) return parse(text);
  return parser_->parse(text, false);
}

}  // namespace clearspan::json
