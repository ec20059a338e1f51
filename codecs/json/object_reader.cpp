#include "codecs/json/object_reader.hpp"

namespace clearspan::json {
namespace {

template <class T>
Result<std::optional<T>> as_optional(Result<T> result) {
  if (!result.ok()) return std::move(result).error();
  return std::optional<T>(*result);
}

}  // namespace

Result<ObjectReader> ObjectReader::open(Value value) {
  CLEARSPAN_TRY(const Object object, value.object());
  if (object.size() > kFieldsMax) return value.error(ErrorCode::too_large, "too many fields");
  return ObjectReader(object);
}

// Most texts have their fields in the order in which they are asked for.
std::optional<Value> ObjectReader::optional(std::string_view key) {
  if (const auto value = find(next_, object_.end(), next_bit_, key)) return value;
  return find(object_.begin(), next_, 1, key);
}

std::optional<Value> ObjectReader::find(Object::Iterator at, Object::Iterator end, std::uint64_t bit,
                                        std::string_view key) {
  for (; at != end; bit <<= 1) {
    const Field field = *at;
    ++at;
    if (field.key != key) continue;
    read_ |= bit;
    next_ = at;
    next_bit_ = bit << 1;
    return field.value;
  }
  return std::nullopt;
}

Result<Value> ObjectReader::required(std::string_view key) {
  if (const auto value = optional(key)) return *value;
  return error(key, ErrorCode::missing_field, "the field is required");
}

Error ObjectReader::error(std::string_view key, ErrorCode code, std::string detail) const {
  return {code, std::move(detail), object_.pointer_to(key)};
}

Result<std::string_view> ObjectReader::string(std::string_view key) {
  CLEARSPAN_TRY(const Value value, required(key));
  return value.string();
}

Result<std::uint64_t> ObjectReader::u64(std::string_view key) {
  CLEARSPAN_TRY(const Value value, required(key));
  return value.u64();
}

Result<bool> ObjectReader::boolean(std::string_view key) {
  CLEARSPAN_TRY(const Value value, required(key));
  return value.boolean();
}

Result<Array> ObjectReader::array(std::string_view key) {
  CLEARSPAN_TRY(const Value value, required(key));
  return value.array();
}

Result<Object> ObjectReader::object(std::string_view key) {
  CLEARSPAN_TRY(const Value value, required(key));
  return value.object();
}

Result<std::optional<std::string_view>> ObjectReader::optional_string(std::string_view key) {
  const auto value = optional(key);
  if (!value) return std::optional<std::string_view>();
  return as_optional(value->string());
}

Result<std::optional<std::uint64_t>> ObjectReader::optional_u64(std::string_view key) {
  const auto value = optional(key);
  if (!value) return std::optional<std::uint64_t>();
  return as_optional(value->u64());
}

Result<std::optional<bool>> ObjectReader::optional_boolean(std::string_view key) {
  const auto value = optional(key);
  if (!value) return std::optional<bool>();
  return as_optional(value->boolean());
}

Status ObjectReader::finish() const {
  std::uint64_t bit = 1;
  for (const Field field : object_) {
    if ((read_ & bit) == 0) return field.value.error(ErrorCode::unknown_field, "no such field here");
    bit <<= 1;
  }
  return Done{};
}

}  // namespace clearspan::json
