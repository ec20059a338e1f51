// What the commands that talk to the REST API print, and the exit status that goes with it.
#pragma once

#include <fmt/format.h>

#include <cstdio>

#include "codecs/json/document.hpp"
#include "tools/clearspan/api_client.hpp"
#include "tools/clearspan/exit_codes.hpp"
#include "tools/clearspan/trade_tables.hpp"

namespace clearspan::tools {

// Prints the error, as JSON where that is asked for, and returns the exit status.
int fail(const Error& error, bool json);

// Shows an answer: the body itself for machines; for people, what `show` makes of it, or the problem.
template <class Show>
int present(const Result<ApiAnswer>& answer, bool json, Show show) {
  if (!answer.ok()) return fail(answer.error(), json);
  const int exit_code = answer->is_success() ? kExitOk : kExitNegative;
  if (json) {
    fmt::print("{}\n", answer->body);
    return exit_code;
  }
  json::Document document;
  const Result<json::Value> root = document.parse(answer->body);
  if (!root.ok()) return fail(make_error(ErrorCode::remote_malformed, "the server's answer is not JSON"), json);
  if (answer->is_success()) {
    show(*root);
  } else {
    fmt::print(stderr, "{}\n", problem_text(*root));
  }
  return exit_code;
}

}  // namespace clearspan::tools
