#include "ledgers/ethereum/json_span.hpp"

#include <cstddef>

namespace clearspan::ethereum {
namespace {

// Walks over values without looking into them. Every step is bounded by the text, so that even a text that is not valid
// only gives a wrong span, never a read outside.
class Walker {
 public:
  explicit Walker(std::string_view text) : text_(text) {}

  [[nodiscard]] char peek() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  // Whether the next character is `c`; it is passed then.
  bool pass(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }

  // The next value.
  std::string_view value() {
    const char first = peek();
    const std::size_t start = at_;
    if (first == '"') {
      skip_string();
    } else if (first == '{' || first == '[') {
      skip_container();
    } else {
      while (at_ < text_.size() && !is_end_of_scalar(text_[at_])) ++at_;
    }
    return text_.substr(start, at_ - start);
  }

 private:
  static bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

  static bool is_end_of_scalar(char c) { return is_space(c) || c == ',' || c == '}' || c == ']'; }

  void skip_string() {
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\') ++at_;
    }
    at_ = at_ < text_.size() ? at_ + 1 : text_.size();
  }

  void skip_container() {
    std::size_t depth = 0;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        skip_string();
        continue;
      }
      ++at_;
      if (c == '{' || c == '[') ++depth;
      if ((c == '}' || c == ']') && --depth == 0) return;
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::optional<std::string_view> member_text(std::string_view valid_json, std::string_view key) {
  Walker walker(valid_json);
  if (!walker.pass('{')) return std::nullopt;
  while (walker.peek() == '"') {
    const std::string_view quoted = walker.value();
    if (!walker.pass(':')) return std::nullopt;
    const std::string_view value = walker.value();
    if (quoted.size() == key.size() + 2 && quoted.substr(1, key.size()) == key) return value;
    if (!walker.pass(',')) return std::nullopt;
  }
  return std::nullopt;
}

std::vector<std::string_view> element_texts(std::string_view valid_json) {
  std::vector<std::string_view> elements;
  Walker walker(valid_json);
  if (!walker.pass('[')) return elements;
  while (walker.peek() != ']' && walker.peek() != '\0') {
    elements.push_back(walker.value());
    if (!walker.pass(',')) break;
  }
  return elements;
}

}  // namespace clearspan::ethereum
