// A node between a connector and a real one that changes the answers it likes: the lying, outdated or limited node.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "ledgers/transport/http_client.hpp"
#include "ledgers/transport/http_server.hpp"

namespace clearspan::ethereum::testing {

class Proxy {
 public:
  // From the request's and the true answer's text to the answer that is given.
  using Change = std::function<std::string(const std::string& request, std::string answer)>;

  Proxy(const std::string& target, Change change)
      : client_(transport::parse_url(target).value(), {}), change_(std::move(change)) {
    server_ = transport::HttpServer::start({}, [this](transport::Request request, const transport::Respond& respond) {
                const std::string body(request.body());
                auto answer = client_.post_json(body, true, Millis{10'000});
                transport::Response response;
                response.status = answer.ok() ? 200 : 502;
                if (answer.ok()) response.body = change_(body, *std::move(answer));
                respond(std::move(response));
              }).value();
  }

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }

  void stop() { server_->stop(); }

 private:
  transport::HttpClient client_;  // used on the server's thread alone
  Change change_;
  std::unique_ptr<transport::HttpServer> server_;
};

inline std::string unchanged(const std::string& /*request*/, std::string answer) {
  return answer;
}

// Replaces the value of every "key":"..." by another.
inline std::string with_member(std::string answer, const std::string& key, const std::string& value) {
  const std::string mark = '"' + key + "\":\"";
  for (std::size_t at = answer.find(mark); at != std::string::npos; at = answer.find(mark, at + mark.size())) {
    const std::size_t start = at + mark.size();
    answer.replace(start, answer.find('"', start) - start, value);
  }
  return answer;
}

// Without a method, as nodes of that kind answer.
inline std::string method_not_found(const std::string& request) {
  const std::size_t at = request.find("\"id\":") + 5;
  const std::string id = request.substr(at, request.find(',', at) - at);
  return R"({"jsonrpc":"2.0","id":)" + id + R"(,"error":{"code":-32601,"message":"method not found"}})";
}

}  // namespace clearspan::ethereum::testing
