// Reads an object whose fields are all known: each field is asked for once, and finish() refuses what nobody asked for.
//
//   CLEARSPAN_TRY(auto reader, json::ObjectReader::open(value));
//   CLEARSPAN_TRY(const std::string_view ledger, reader.string("ledger"));
//   const std::optional<json::Value> note = reader.optional("note");
//   CLEARSPAN_CHECK_OK(reader.finish());
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "codecs/json/value.hpp"

namespace clearspan::json {

class ObjectReader {
 public:
  // Errors: wrong_type when the value is no object, too_large for more than kFieldsMax fields.
  static Result<ObjectReader> open(Value value);

  // The field; missing_field when there is none. A field that is null is there.
  Result<Value> required(std::string_view key);
  std::optional<Value> optional(std::string_view key);

  // A required field of one kind. Errors: missing_field, wrong_type, out_of_range.
  Result<std::string_view> string(std::string_view key);
  Result<std::uint64_t> u64(std::string_view key);
  Result<bool> boolean(std::string_view key);
  Result<Array> array(std::string_view key);
  Result<Object> object(std::string_view key);

  // An optional field of one kind: none when absent, an error when it is there with another kind.
  Result<std::optional<std::string_view>> optional_string(std::string_view key);
  Result<std::optional<std::uint64_t>> optional_u64(std::string_view key);
  Result<std::optional<bool>> optional_boolean(std::string_view key);

  // unknown_field with the pointer of the first field that was not asked for.
  [[nodiscard]] Status finish() const;

  // An error about the field of that key, whether it is there or not.
  [[nodiscard]] Error error(std::string_view key, ErrorCode code, std::string detail = {}) const;

  static constexpr std::size_t kFieldsMax = 64;  // fields; one bit each

 private:
  explicit ObjectReader(Object object) : object_(object), next_(object.begin()) {}

  // Looks from one field, whose bit that is, up to another one.
  std::optional<Value> find(Object::Iterator at, Object::Iterator end, std::uint64_t bit, std::string_view key);

  Object object_;
  Object::Iterator next_;       // behind the field that was found last
  std::uint64_t next_bit_ = 1;  // its bit
  std::uint64_t read_ = 0;      // bit i: field i of the text was asked for
};

}  // namespace clearspan::json
