#include "tools/clearspan/api_client.hpp"

#include <utility>

#include "codecs/crypto/key_file.hpp"
#include "codecs/json/document.hpp"
#include "ledgers/transport/url.hpp"

namespace clearspan::tools {

Result<std::string> read_bearer_key(const std::filesystem::path& file) {
  CLEARSPAN_TRY(const crypto::SecretKey key, crypto::read_key_file(file));
  return to_hex(key.expose());
}

Result<ApiClient> ApiClient::open(const ApiOptions& options) {
  CLEARSPAN_TRY(const transport::Url url, transport::parse_url(options.url));
  CLEARSPAN_TRY(const std::string key, read_bearer_key(options.key_file));
  return ApiClient(transport::HttpClient(url, {}), "Bearer " + key, options.timeout);
}

ApiClient::ApiClient(transport::HttpClient client, std::string authorization, Millis timeout)
    : client_(std::move(client)), authorization_(std::move(authorization)), timeout_(timeout) {}

Result<ApiAnswer> ApiClient::get(const std::string& target) {
  transport::HttpRequest request;
  request.target = target;
  request.idempotent = true;
  return send(request);
}

Result<ApiAnswer> ApiClient::post(const std::string& target, std::string body, const std::string& idempotency_key) {
  transport::HttpRequest request;
  request.method = "POST";
  request.target = target;
  request.headers.emplace_back("Content-Type", "application/json");
  if (!idempotency_key.empty()) request.headers.emplace_back("Idempotency-Key", idempotency_key);
  request.body = std::move(body);
  request.idempotent = !idempotency_key.empty();
  return send(request);
}

Result<ApiAnswer> ApiClient::send(const transport::HttpRequest& request) {
  transport::HttpRequest authorized = request;
  authorized.headers.emplace_back("Authorization", authorization_);
  CLEARSPAN_TRY(transport::HttpResponse response, client_.request(authorized, timeout_));
  return ApiAnswer{response.status, std::move(response.body)};
}

std::vector<std::string> trade_ids_in(const std::string& body) {
  std::vector<std::string> ids;
  json::Document document;
  const Result<json::Value> root = document.parse(body);
  const auto object = root.ok() ? root->if_object() : std::nullopt;
  if (!object) return ids;
  const auto add = [&](const json::Value& trade) {
    const auto fields = trade.if_object();
    const auto id = fields ? fields->find("id") : std::nullopt;
    if (id && id->is_string()) ids.emplace_back(*id->if_string());
  };
  const auto trades = object->find("trades");
  if (!trades || !trades->is_array()) {
    add(*root);
    return ids;
  }
  const json::Array list = *trades->if_array();
  for (const json::Value trade : list) add(trade);
  return ids;
}

std::optional<Phase> trade_phase_in(const std::string& body) {
  json::Document document;
  const Result<json::Value> root = document.parse(body);
  const auto object = root.ok() ? root->if_object() : std::nullopt;
  const auto phase = object ? object->find("phase") : std::nullopt;
  const auto name = phase ? phase->if_string() : std::nullopt;
  return name ? parse_phase(*name) : std::nullopt;
}

}  // namespace clearspan::tools
