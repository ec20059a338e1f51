// Writes JSON that is valid by construction: commas, colons and escapes are the writer's business, and a misuse (a key
// outside an object, a value without its key, an end that does not fit) ends the process as a bug.
//
//   json::Writer out;
//   out.begin_object().field("id", id).key("legs").begin_array().value(1).end_array().end_object();
//   send(out.take());
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace clearspan::json {

// Appends `text` as a JSON string with its quotes. Bytes that are not valid UTF-8 become U+FFFD, so that the output is
// valid JSON whatever the input.
void append_string(std::string& out, std::string_view text);

class Writer {
 public:
  Writer() = default;

  // Keeps the capacity of `buffer`, whose content is dropped.
  explicit Writer(std::string buffer);

  Writer& begin_object();
  Writer& end_object();
  Writer& begin_array();
  Writer& end_array();
  Writer& key(std::string_view name);

  Writer& value(std::string_view text);

  Writer& value(const char* text) { return value(std::string_view(text)); }

  Writer& value(const std::string& text) { return value(std::string_view(text)); }

  Writer& value(bool truth);
  Writer& null();

  template <std::integral T>

  requires(!std::same_as<T, bool> && !std::same_as<T, char>) Writer& value(T number) {
    if constexpr (std::signed_integral<T>) {
      return signed_number(static_cast<std::int64_t>(number));
    } else {
      return unsigned_number(static_cast<std::uint64_t>(number));
    }
  }

  // For measurements only, never for money. What is not a finite number becomes null.
  Writer& value(double number);

  // One JSON value that is already valid, such as the result of another Writer.
  Writer& raw(std::string_view json);

  template <class T>
  Writer& field(std::string_view name, const T& content) {
    return key(name).value(content);
  }

  // How many bytes are written so far.
  [[nodiscard]] std::size_t size() const { return size_; }

  // The finished text; the writer is empty afterwards. Asking before the outermost value has ended is a bug.
  [[nodiscard]] std::string take();

 private:
  enum class Scope : std::uint8_t { object, array };

  Writer& signed_number(std::int64_t number);
  Writer& unsigned_number(std::uint64_t number);
  void before_value();
  void end(Scope scope, char bracket);
  char* room(std::size_t bytes);
  void put(char c);
  void put(std::string_view text);
  void put_quoted(std::string_view text);

  std::string out_;  // the buffer; what lies behind size_ is not written yet
  std::size_t size_ = 0;
  std::vector<Scope> open_;
  bool has_key_ = false;     // a key was written and its value is due
  bool has_member_ = false;  // the innermost open container has a member already
  bool is_done_ = false;     // the outermost value was begun; it is complete once nothing is open
};

}  // namespace clearspan::json
