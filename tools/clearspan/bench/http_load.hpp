// A load of HTTP requests over loopback: several keep-alive connections, each with several requests under way, served
// by one thread that does nothing but move bytes, so that what is measured is the server. The requests are bytes that
// were made before; each answer is looked at as far as its status and its length.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "tools/clearspan/bench/latency.hpp"

namespace clearspan::tools {

struct HttpLoad {
  std::uint16_t port = 0;             // on 127.0.0.1
  std::vector<std::string> requests;  // whole, with their heads
  std::size_t connections = 1;
  std::size_t pipeline = 1;     // requests of one connection that wait for their answers
  std::size_t keep_every = 64;  // of the answers' bodies, to be looked at afterwards
};

struct KeptAnswer {
  std::size_t request = 0;
  std::string body;
};

struct HttpLoadResult {
  double seconds = 0;         // from the first byte sent to the last answer's last byte
  double client_seconds = 0;  // processor time of the client's thread
  std::uint64_t answers = 0;
  std::uint64_t created = 0;  // answers of status 201
  std::uint64_t answer_bytes = 0;
  Latencies latencies;  // of each answer, from its request's turn to be written to its last byte
  std::vector<KeptAnswer> kept;
  std::string first_refusal;  // the first answer that was not 201, as it came
};

// Errors: unreachable when a connection fails or ends early, remote_malformed for an answer without a stated length.
Result<HttpLoadResult> run_http_load(const HttpLoad& load);

}  // namespace clearspan::tools
