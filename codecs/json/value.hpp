// A read-only view of one value in a parsed JSON document, valid until its Document parses again or is destroyed. It
// reads the parser's tape directly, so that no includer needs the parser's own header and every step is inline.
//
// The tape is an array of 64-bit words: a type character in the top byte, a payload in the other 56 bits.
//   {  [      payload: low 32 bits, the index just past the container; next 24 bits, its number of members (saturating)
//   }  ]      payload: the index of the opening word
//   "         payload: low 32 bits, the offset of the string's decoded bytes; next 24 bits, their number (saturating)
//   l  u  d   the next word is the signed, unsigned or floating-point number
//   t  f  n   true, false, null
// This is simdjson's tape (doc/tape.md), except for strings: those without escapes stay where they are in the text.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace clearspan::json {

enum class Kind : std::uint8_t { null, boolean, integer, real, string, array, object };

// "an object", for messages.
std::string_view to_string(Kind kind);

// What a Document lends to its values.
struct Tape {
  const std::uint64_t* words = nullptr;
  const char* strings = nullptr;
};

inline constexpr std::uint64_t kStringLengthMax = 0xff'ffff;  // a longer one has no escapes, and ends at the next quote

inline constexpr std::uint64_t kMembersMax = 0xff'ffff;  // a container that states as many has them or more

// The text of a string's word.
inline std::string_view string_of(const char* strings, std::uint64_t word) {
  const char* start = strings + static_cast<std::uint32_t>(word);
  std::size_t length = word >> 32 & kStringLengthMax;
  if (length == kStringLengthMax) length = static_cast<std::size_t>(std::strchr(start + length, '"') - start);
  return {start, length};
}

// The index of the word after the value that starts at `index`.
inline std::size_t end_of_value(const std::uint64_t* words, std::size_t index) {
  switch (static_cast<char>(words[index] >> 56)) {
    case '{':
    case '[':
      return static_cast<std::uint32_t>(words[index]);
    case 'l':
    case 'u':
    case 'd':
      return index + 2;
    default:
      return index + 1;
  }
}

class Array;
class Object;

class Value {
 public:
  Value() = default;

  Value(const Tape* tape, std::size_t index) : tape_(tape), index_(index) {}

  [[nodiscard]] Kind kind() const {
    switch (type()) {
      case '{':
        return Kind::object;
      case '[':
        return Kind::array;
      case '"':
        return Kind::string;
      case 'l':
      case 'u':
        return Kind::integer;
      case 'd':
        return Kind::real;
      case 't':
      case 'f':
        return Kind::boolean;
      default:
        return Kind::null;  // the tape has no other type of value
    }
  }

  [[nodiscard]] bool is_null() const { return type() == 'n'; }

  [[nodiscard]] bool is_object() const { return type() == '{'; }

  [[nodiscard]] bool is_array() const { return type() == '['; }

  [[nodiscard]] bool is_string() const { return type() == '"'; }

  // The quick forms: none when the value is of another kind or does not fit. A number with a fraction or an exponent is
  // never an integer, whatever its value.
  [[nodiscard]] std::optional<std::string_view> if_string() const {
    if (!is_string()) return std::nullopt;
    return text();
  }

  [[nodiscard]] std::optional<std::uint64_t> if_u64() const;
  [[nodiscard]] std::optional<bool> if_boolean() const;
  [[nodiscard]] std::optional<Array> if_array() const;
  [[nodiscard]] std::optional<Object> if_object() const;

  // The same with a precise error: wrong_type, or out_of_range for an integer that does not fit; the field is
  // pointer().
  [[nodiscard]] Result<std::string_view> string() const;
  [[nodiscard]] Result<std::uint64_t> u64() const;
  [[nodiscard]] Result<std::int64_t> i64() const;
  [[nodiscard]] Result<bool> boolean() const;
  [[nodiscard]] Result<Array> array() const;
  [[nodiscard]] Result<Object> object() const;

  // Where the value stands in its document (RFC 6901): "" for the root, "/legs/0/amount". It walks the document from
  // its root, so it is for error messages.
  [[nodiscard]] std::string pointer() const;

  // An error about this value, with its pointer as the field.
  [[nodiscard]] Error error(ErrorCode code, std::string detail = {}) const;

 private:
  friend class Array;
  friend class Object;

  [[nodiscard]] std::uint64_t word() const { return tape_->words[index_]; }

  [[nodiscard]] char type() const { return static_cast<char>(word() >> 56); }

  // The string at this word; only for strings.
  [[nodiscard]] std::string_view text() const { return string_of(tape_->strings, word()); }

  // The index of the word after this value.
  [[nodiscard]] std::size_t end_index() const { return end_of_value(tape_->words, index_); }

  // The number of members of a container; only for containers.
  [[nodiscard]] std::size_t count_members() const;

  const Tape* tape_ = nullptr;
  std::size_t index_ = 0;
};

// The elements of an array, in order.
class Array {
 public:
  explicit Array(Value value) : value_(value) {}

  class Iterator {
   public:
    explicit Iterator(Value at) : at_(at) {}

    Value operator*() const { return at_; }

    Iterator& operator++() {
      at_.index_ = at_.end_index();
      return *this;
    }

    bool operator!=(const Iterator& other) const { return at_.index_ != other.at_.index_; }

   private:
    Value at_;
  };

  [[nodiscard]] Iterator begin() const { return Iterator(Value(value_.tape_, value_.index_ + 1)); }

  [[nodiscard]] Iterator end() const { return Iterator(Value(value_.tape_, value_.end_index() - 1)); }

  [[nodiscard]] std::size_t size() const { return value_.count_members(); }

  [[nodiscard]] bool empty() const { return !(begin() != end()); }

  [[nodiscard]] Value value() const { return value_; }

 private:
  Value value_;
};

struct Field {
  std::string_view key;
  Value value;
};

// The fields of an object, in the order of the text. No key occurs twice: Document has checked that.
class Object {
 public:
  explicit Object(Value value) : value_(value) {}

  class Iterator {
   public:
    explicit Iterator(Value at) : at_(at) {}

    Field operator*() const { return {at_.text(), Value(at_.tape_, at_.index_ + 1)}; }

    Iterator& operator++() {
      ++at_.index_;
      at_.index_ = at_.end_index();
      return *this;
    }

    bool operator!=(const Iterator& other) const { return at_.index_ != other.at_.index_; }

   private:
    Value at_;
  };

  [[nodiscard]] Iterator begin() const { return Iterator(Value(value_.tape_, value_.index_ + 1)); }

  [[nodiscard]] Iterator end() const { return Iterator(Value(value_.tape_, value_.end_index() - 1)); }

  [[nodiscard]] std::size_t size() const { return value_.count_members(); }

  [[nodiscard]] bool empty() const { return !(begin() != end()); }

  // The field of that key. It looks through the fields in order: for objects with many fields, iterate instead.
  [[nodiscard]] std::optional<Value> find(std::string_view key) const;

  // The same; missing_field when there is none.
  [[nodiscard]] Result<Value> require(std::string_view key) const;

  // Where a field of that key stands or would stand.
  [[nodiscard]] std::string pointer_to(std::string_view key) const;

  [[nodiscard]] Value value() const { return value_; }

 private:
  Value value_;
};

inline std::optional<Array> Value::if_array() const {
  if (!is_array()) return std::nullopt;
  return Array(*this);
}

inline std::optional<Object> Value::if_object() const {
  if (!is_object()) return std::nullopt;
  return Object(*this);
}

// Appends one reference token of a JSON pointer to `pointer`: "/" and the key with "~" and "/" escaped.
void append_pointer_token(std::string& pointer, std::string_view key);

}  // namespace clearspan::json
