#include "ledgers/transport/answer_writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace clearspan::transport {
namespace {

void append_number(std::string& out, std::size_t number) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

}  // namespace

bool is_writable(const Response& response) {
  return response.status >= 200 && response.status <= 599 && !has_control_character(response.content_type) &&
         std::none_of(response.headers.begin(), response.headers.end(), [](const auto& field) {
           return field.first.empty() || has_control_character(field.first) || has_control_character(field.second);
         });
}

bool write_head(std::string& out, const Response& response, const AnswerOptions& options) {
  const bool has_length = !response.stream && response.status != 204 && response.status != 304;
  out += "HTTP/1.1 ";
  append_number(out, static_cast<std::size_t>(response.status));
  out += ' ';
  out += reason_phrase(response.status);
  out += "\r\n";
  out += options.date_field;
  if (has_length || response.stream) {
    out += "Content-Type: ";
    out += response.content_type.empty() ? std::string_view("application/json") : response.content_type;
    out += "\r\n";
  }
  if (has_length) {
    out += "Content-Length: ";
    append_number(out, response.body.size());
    out += "\r\n";
  }
  for (const auto& [name, value] : response.headers) {
    out += name;
    out += ": ";
    out += value;
    out += "\r\n";
  }
  if (options.is_last) out += "Connection: close\r\n";
  out += "\r\n";
  return has_length && !options.is_head_request;
}

}  // namespace clearspan::transport
