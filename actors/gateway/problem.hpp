// Errors as HTTP answers: problem details (RFC 9457) with our code, and the offending field where there is one.
#pragma once

#include <string_view>
#include <vector>

#include "codecs/json/writer.hpp"
#include "core/base/error.hpp"
#include "ledgers/transport/response.hpp"

namespace clearspan::gateway {

// The status that stands for the code. A code that no request can cause is 500.
int status_of(ErrorCode code);

// Writes the problem object. `instance` is the path of the request.
void write_problem(json::Writer& out, const Error& error, std::string_view instance);

// The whole answer; with Retry-After where trying again can help.
transport::Response problem_answer(const Error& error, std::string_view instance);

// The same for a request with several faults: the first one's problem, and all of them as its `problems`.
transport::Response problems_answer(const std::vector<Error>& errors, std::string_view instance);

}  // namespace clearspan::gateway
