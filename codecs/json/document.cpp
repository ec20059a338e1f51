#include "codecs/json/document.hpp"

#include <simdjson.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "codecs/json/duplicate_keys.hpp"

namespace clearspan::json {
namespace {

constexpr std::size_t kCapacityMin = 256;  // bytes of text that every parser has room for

Error to_error(simdjson::error_code code, const Limits& limits) {
  if (code == simdjson::DEPTH_ERROR) {
    return make_error(ErrorCode::too_deep, "nested deeper than " + std::to_string(limits.depth_max));
  }
  if (code == simdjson::CAPACITY) return make_error(ErrorCode::too_large);
  return make_error(ErrorCode::malformed_json, simdjson::error_message(code));
}

}  // namespace

struct Document::Parser {
  explicit Parser(const Limits& given) : limits(given), parser(std::max(given.size_bytes_max, kCapacityMin)) {}

  Limits limits;
  simdjson::dom::parser parser;
  std::unique_ptr<char[]> padded;  // the text and the zero bytes behind it that the parser may read
  std::size_t padded_capacity = 0;
  Tape tape;
  DuplicateKeys duplicates;

  // Memory for `size` bytes of text; grows by doubling, so that many documents settle on one allocation.
  bool reserve(std::size_t size) {
    if (padded_capacity < size) {
      const std::size_t wanted = std::max<std::size_t>(size, std::min(padded_capacity * 2, limits.size_bytes_max));
      padded = std::make_unique<char[]>(wanted + simdjson::SIMDJSON_PADDING);
      padded_capacity = wanted;
      // The parser counts the document itself as one level, and fails on reaching its limit.
      if (parser.allocate(wanted, limits.depth_max + 1) != simdjson::SUCCESS) return false;
    }
    return true;
  }
};

Document::Document() : Document(Limits{}) {}

Document::Document(const Limits& limits) : parser_(std::make_unique<Parser>(limits)) {}

Document::~Document() = default;
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;

Result<Value> Document::parse(std::string_view text) {
  Parser& own = *parser_;
  if (text.size() > own.limits.size_bytes_max) {
    return make_error(ErrorCode::too_large, "larger than " + std::to_string(own.limits.size_bytes_max) + " bytes");
  }
  if (!own.reserve(std::max(text.size(), kCapacityMin))) {
    return make_error(ErrorCode::too_large, "no memory for the document");
  }
  if (!text.empty()) std::memcpy(own.padded.get(), text.data(), text.size());
  std::memset(own.padded.get() + text.size(), 0, simdjson::SIMDJSON_PADDING);

  const auto parsed = own.parser.parse(own.padded.get(), text.size(), false);
  if (parsed.error() != simdjson::SUCCESS) return to_error(parsed.error(), own.limits);

  const simdjson::dom::document& document = own.parser.doc;
  own.tape = {document.tape.get(), document.string_buf.get()};
  const auto length = static_cast<std::uint32_t>(document.tape[0]);
  if (const auto duplicate = own.duplicates.find(own.tape, length)) {
    return duplicate->value.error(ErrorCode::duplicate_key, "the key occurs twice in this object");
  }
  return Value(&own.tape, 1);
}

}  // namespace clearspan::json
