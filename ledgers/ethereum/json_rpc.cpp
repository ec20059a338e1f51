#include "ledgers/ethereum/json_rpc.hpp"

#include <algorithm>

#include "codecs/json/writer.hpp"
#include "ledgers/ethereum/json_span.hpp"

namespace clearspan::ethereum {
namespace {

constexpr std::size_t kMessageShownMax = 200;  // characters of a node's error message that are passed on

// An answer: {"jsonrpc":"2.0","id":N,"result":...} or with "error":{"code":N,"message":"..."}.
Result<RpcResult> read_answer(const json::Value& answer, std::string_view text, const std::string& method) {
  const auto object = answer.if_object();
  if (!object) return make_error(ErrorCode::remote_malformed, method + ": the answer is not an object");
  if (const auto error = object->find("error"); error && !error->is_null()) {
    const auto fields = error->if_object();
    if (!fields) return make_error(ErrorCode::remote_malformed, method + ": the error is not an object");
    const auto code = fields->find("code");
    const auto message = fields->find("message");
    const auto number = code ? code->i64() : Result<std::int64_t>(std::int64_t{0});
    const std::string code_text = std::to_string(number.ok() ? *number : 0);
    const std::string_view words = message ? message->if_string().value_or("") : "";
    // A contract's own error comes as data; the words next to it are each node's own attempt at reading it.
    const auto data = fields->find("data");
    const std::string_view bytes = data ? data->if_string().value_or("") : "";
    std::string detail = method + ": " + std::string(words.substr(0, kMessageShownMax));
    if (!bytes.empty()) detail += " " + std::string(bytes.substr(0, kMessageShownMax));
    return make_error(ErrorCode::remote_refused, detail + " (" + code_text + ")", code_text);
  }
  const auto result = member_text(text, "result");
  if (!result) return make_error(ErrorCode::remote_malformed, method + ": the answer has neither result nor error");
  return RpcResult(*result);
}

std::optional<std::uint64_t> id_of(const json::Value& answer) {
  const auto object = answer.if_object();
  const auto id = object ? object->find("id") : std::nullopt;
  return id ? id->if_u64() : std::nullopt;
}

}  // namespace

JsonRpc::JsonRpc(transport::Url url, const transport::ClientLimits& limits)
    : http_(std::move(url), limits), document_(json::Limits{limits.answer_bytes_max, json::Limits{}.depth_max}) {}

std::string JsonRpc::render(const RpcCall& call, std::uint64_t id) const {
  json::Writer out;
  out.begin_object().field("jsonrpc", "2.0").field("id", id).field("method", call.method);
  out.key("params").raw(call.params).end_object();
  return out.take();
}

Result<RpcResult> JsonRpc::call(const RpcCall& call, Millis timeout) {
  const std::uint64_t id = next_id_++;
  // Every call is idempotent: queries, and signed bytes that have one effect however often they are sent.
  CLEARSPAN_TRY(const std::string text, http_.post_json(render(call, id), true, timeout));
  auto answer = document_.parse(text);
  if (!answer.ok()) return make_error(ErrorCode::remote_malformed, call.method + ": " + describe(answer.error()));
  if (id_of(*answer) != id) {
    // A node that could not read the request answers an error with the id null.
    if (auto refused = read_answer(*answer, text, call.method); !refused.ok()) return refused;
    return make_error(ErrorCode::remote_malformed, call.method + ": the answer has another id");
  }
  return read_answer(*answer, text, call.method);
}

Result<std::string> JsonRpc::call_text(const RpcCall& rpc_call, Millis timeout) {
  CLEARSPAN_TRY(const RpcResult result, call(rpc_call, timeout));
  return unquote(result);
}

std::vector<Result<RpcResult>> JsonRpc::batch(const std::vector<RpcCall>& calls, Millis timeout) {
  auto results = batch_whole(calls, timeout);
  if (results.ok()) return std::move(results).value();
  return std::vector<Result<RpcResult>>(calls.size(), Result<RpcResult>(results.error()));
}

Result<std::vector<Result<RpcResult>>> JsonRpc::batch_whole(const std::vector<RpcCall>& calls, Millis timeout) {
  CLEARSPAN_VERIFY(calls.size() <= kBatchMax);
  const std::uint64_t first_id = next_id_;
  next_id_ += calls.size();
  std::string body = "[";
  for (std::size_t i = 0; i < calls.size(); ++i) {
    if (i > 0) body += ',';
    body += render(calls[i], first_id + i);
  }
  body += ']';
  CLEARSPAN_TRY(const std::string text, http_.post_json(std::move(body), true, timeout));
  auto parsed = document_.parse(text);
  if (!parsed.ok()) return make_error(ErrorCode::remote_malformed, "batch: " + describe(parsed.error()));
  const auto answers = parsed->if_array();
  if (!answers) {
    if (auto refused = read_answer(*parsed, text, "batch"); !refused.ok()) return std::move(refused).error();
    return make_error(ErrorCode::remote_malformed, "batch: the answer is not an array");
  }
  std::vector<Result<RpcResult>> results(
      calls.size(), Result<RpcResult>(make_error(ErrorCode::remote_malformed, "batch: an answer is missing")));
  std::vector<bool> answered(calls.size(), false);
  const auto texts = element_texts(text);
  std::size_t position = 0;
  for (const json::Value answer : *answers) {
    const auto id = id_of(answer);
    if (!id || *id < first_id || *id - first_id >= calls.size() || answered[*id - first_id] ||
        position >= texts.size()) {
      return make_error(ErrorCode::remote_malformed, "batch: an answer has an id that was not asked for");
    }
    const std::size_t index = static_cast<std::size_t>(*id - first_id);
    answered[index] = true;
    results[index] = read_answer(answer, texts[position++], calls[index].method);
  }
  return results;
}

Result<std::string> unquote(std::string_view json) {
  if (json.size() < 2 || json.front() != '"' || json.back() != '"' || json.find('\\') != std::string_view::npos) {
    return make_error(ErrorCode::remote_malformed,
                      "not a plain string: " + std::string(json.substr(0, kMessageShownMax)));
  }
  return std::string(json.substr(1, json.size() - 2));
}

std::string quote(std::string_view text) {
  return '"' + std::string(text) + '"';
}

std::string params(std::initializer_list<std::string_view> values) {
  std::string out = "[";
  for (const std::string_view value : values) {
    if (out.size() > 1) out += ',';
    out += value;
  }
  return out + "]";
}

}  // namespace clearspan::ethereum
