#include "codecs/json/value.hpp"

#include <limits>

namespace clearspan::json {

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::null:
      return "null";
    case Kind::boolean:
      return "a boolean";
    case Kind::integer:
      return "an integer";
    case Kind::real:
      return "a number that is not an integer";
    case Kind::string:
      return "a string";
    case Kind::array:
      return "an array";
    case Kind::object:
      return "an object";
  }
  return "a value";
}

void append_pointer_token(std::string& pointer, std::string_view key) {
  pointer += '/';
  for (const char c : key) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
}

std::size_t Value::count_members() const {
  const std::uint64_t stored = (word() >> 32) & kMembersMax;
  if (stored != kMembersMax) return stored;
  std::size_t count = 0;
  if (is_array()) {
    for ([[maybe_unused]] const Value element : Array(*this)) ++count;
  } else {
    for ([[maybe_unused]] const Field field : Object(*this)) ++count;
  }
  return count;
}

std::optional<std::uint64_t> Value::if_u64() const {
  const std::uint64_t number = tape_->words[index_ + 1];
  if (type() == 'u') return number;
  if (type() == 'l' && static_cast<std::int64_t>(number) >= 0) return number;
  return std::nullopt;
}

std::optional<bool> Value::if_boolean() const {
  if (type() == 't') return true;
  if (type() == 'f') return false;
  return std::nullopt;
}

Error Value::error(ErrorCode code, std::string detail) const {
  return {code, std::move(detail), pointer()};
}

namespace {

Error wrong_kind(const Value& value, std::string_view wanted) {
  return value.error(ErrorCode::wrong_type,
                     std::string("must be ").append(wanted).append(", not ").append(to_string(value.kind())));
}

}  // namespace

Result<std::string_view> Value::string() const {
  if (!is_string()) return wrong_kind(*this, "a string");
  return text();
}

Result<std::uint64_t> Value::u64() const {
  if (const auto number = if_u64()) return *number;
  if (kind() == Kind::integer) return error(ErrorCode::out_of_range, "must not be negative");
  return wrong_kind(*this, "an integer");
}

Result<std::int64_t> Value::i64() const {
  const std::uint64_t number = tape_->words[index_ + 1];
  if (type() == 'l') return static_cast<std::int64_t>(number);
  if (type() == 'u') return error(ErrorCode::out_of_range, "must be at most 9223372036854775807");
  return wrong_kind(*this, "an integer");
}

Result<bool> Value::boolean() const {
  if (const auto truth = if_boolean()) return *truth;
  return wrong_kind(*this, "a boolean");
}

Result<Array> Value::array() const {
  if (const auto elements = if_array()) return *elements;
  return wrong_kind(*this, "an array");
}

Result<Object> Value::object() const {
  if (const auto fields = if_object()) return *fields;
  return wrong_kind(*this, "an object");
}

// Descends from the root into the one member at each level whose words contain this value.
std::string Value::pointer() const {
  std::string path;
  Value at(tape_, 1);  // word 0 is the document itself
  while (at.index_ < index_) {
    if (at.is_object()) {
      for (const Field field : Object(at)) {
        if (index_ >= field.value.end_index()) continue;
        append_pointer_token(path, field.key);
        at = field.value;
        break;
      }
    } else {
      std::size_t position = 0;
      for (const Value element : Array(at)) {
        if (index_ < element.end_index()) {
          path.append("/").append(std::to_string(position));
          at = element;
          break;
        }
        ++position;
      }
    }
  }
  return path;
}

std::optional<Value> Object::find(std::string_view key) const {
  for (const Field field : *this) {
    if (field.key == key) return field.value;
  }
  return std::nullopt;
}

std::string Object::pointer_to(std::string_view key) const {
  std::string path = value_.pointer();
  append_pointer_token(path, key);
  return path;
}

Result<Value> Object::require(std::string_view key) const {
  if (const auto value = find(key)) return *value;
  return Error{ErrorCode::missing_field, "the field is required", pointer_to(key)};
}

}  // namespace clearspan::json
