// Puts the heads of answers into bytes. Private to this folder.
#pragma once

#include <string>
#include <string_view>

#include "ledgers/transport/response.hpp"

namespace clearspan::transport {

// Whether every part of the answer can stand in a head: what a handler copies from its input must not begin a new line.
bool is_writable(const Response& response);

struct AnswerOptions {
  std::string_view date_field;   // a whole line
  bool is_last = false;          // the connection closes after it
  bool is_head_request = false;  // the answer to HEAD: the fields without the body
};

// Appends the head of a writable answer. True when the answer's body is to follow.
bool write_head(std::string& out, const Response& response, const AnswerOptions& options);

}  // namespace clearspan::transport
