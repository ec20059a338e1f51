#include "ledgers/simulated/node_client.hpp"

#include "codecs/json/document.hpp"
#include "codecs/simulated/block.hpp"

namespace clearspan::simulated {
namespace {

constexpr std::size_t kDetailMax = 200;  // characters of a node's words that are repeated

transport::ClientLimits client_limits() {
  transport::ClientLimits limits;
  limits.answer_bytes_max = kBlockJsonMax;
  return limits;
}

// The error that a problem document (RFC 9457) states.
Error error_of(const transport::HttpResponse& response) {
  json::Document document;
  const auto root = document.parse(response.body);
  const auto object = root.ok() ? root->if_object() : std::nullopt;
  const auto text_at = [&](std::string_view key) {
    const auto value = object ? object->find(key) : std::nullopt;
    return std::string(value ? value->if_string().value_or("") : "").substr(0, kDetailMax);
  };
  const auto code = parse_error_code(text_at("code"));
  if (!code) return make_error(ErrorCode::remote_refused, "status " + std::to_string(response.status));
  return make_error(*code, text_at("detail"), text_at("field"));
}

}  // namespace

NodeClient::NodeClient(const transport::Url& url) : client_(url, client_limits()) {}

Result<std::string> NodeClient::get(std::string path, Millis timeout) {
  return request({.method = "GET", .target = std::move(path), .headers = {}, .body = {}, .idempotent = true}, timeout);
}

Result<std::string> NodeClient::post(std::string path, std::string body, Millis timeout) {
  return request({.method = "POST",
                  .target = std::move(path),
                  .headers = {{"Content-Type", "application/json"}},
                  .body = std::move(body),
                  .idempotent = false},
                 timeout);
}

Result<std::string> NodeClient::remove(std::string path, Millis timeout) {
  return request({.method = "DELETE", .target = std::move(path), .headers = {}, .body = {}, .idempotent = true},
                 timeout);
}

Result<std::string> NodeClient::request(const transport::HttpRequest& request, Millis timeout) {
  CLEARSPAN_TRY(transport::HttpResponse response, client_.request(request, timeout));
  if (response.status < 200 || response.status > 299) return error_of(response);
  return std::move(response.body);
}

}  // namespace clearspan::simulated
