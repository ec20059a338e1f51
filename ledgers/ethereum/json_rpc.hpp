// JSON-RPC 2.0 over HTTP to one EVM node: ids are checked, sizes are limited, and what a node answers is data, not
// truth. Source: JSON-RPC 2.0 specification; Ethereum execution APIs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "codecs/json/document.hpp"
#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "ledgers/transport/http_client.hpp"

namespace clearspan::ethereum {

struct RpcCall {
  std::string method;
  std::string params;  // a JSON array
};

// A result as the text in the node's answer: one JSON value, "null" when there is none.
using RpcResult = std::string;

class JsonRpc {
 public:
  JsonRpc(transport::Url url, const transport::ClientLimits& limits);

  // The result of one call. Errors: remote_refused with the node's code and message (the field is the code), those of
  // HttpClient, remote_malformed for what is no answer to this call.
  Result<RpcResult> call(const RpcCall& call, Millis timeout);

  // The same with a result that is a string, without its quotes. Errors: also remote_malformed for another kind.
  Result<std::string> call_text(const RpcCall& call, Millis timeout);

  // Several calls in one request, at most kBatchMax; the answers in the order of the calls.
  std::vector<Result<RpcResult>> batch(const std::vector<RpcCall>& calls, Millis timeout);

  [[nodiscard]] std::string name() const { return http_.url().authority(); }

  static constexpr std::size_t kBatchMax = 100;  // calls; nodes commonly refuse more than a few hundred

 private:
  [[nodiscard]] std::string render(const RpcCall& call, std::uint64_t id) const;
  Result<std::vector<Result<RpcResult>>> batch_whole(const std::vector<RpcCall>& calls, Millis timeout);

  transport::HttpClient http_;
  json::Document document_;
  std::uint64_t next_id_ = 1;
};

// The string in a JSON string without escapes, as all of the node's quantities and data are. Errors: remote_malformed.
Result<std::string> unquote(std::string_view json);

// `"text"` for text that needs no escapes: hexadecimal, tags.
std::string quote(std::string_view text);

// ["a","b",true]: parameters that are JSON values already.
std::string params(std::initializer_list<std::string_view> values);

}  // namespace clearspan::ethereum
