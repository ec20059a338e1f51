// Strict JSON (RFC 8259): one value in valid UTF-8, no duplicate keys, bounded depth and size, integers exact. What a
// Document accepts is well formed in every part, whether or not anybody reads that part.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "codecs/json/value.hpp"
#include "core/base/result.hpp"

namespace clearspan::json {

struct Limits {
  std::size_t size_bytes_max = std::size_t{64} << 20;  // the largest Ethereum blocks with receipts are below 20 MB
  std::size_t depth_max = 64;  // containers in containers, a last empty one not counted; real documents stay below 12
};

// Owns the parser and its memory and reuses both: keep one per thread and parse into it again. Not thread-safe.
class Document {
 public:
  Document();
  explicit Document(const Limits& limits);
  ~Document();
  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;

  // The root of `text`, which is copied; views of the last document end here. Errors: malformed_json, duplicate_key
  // (the field is the second one's pointer), too_deep, too_large.
  Result<Value> parse(std::string_view text);

  // The same without the copy: strings are views into `text`, which must live as long as the values.
  Result<Value> parse_in_place(std::string_view text);

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace clearspan::json
