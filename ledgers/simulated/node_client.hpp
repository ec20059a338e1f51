// JSON over HTTP to the node of a simulated ledger (service.hpp). One owner at a time.
#pragma once

#include <string>
#include <string_view>

#include "ledgers/transport/http_client.hpp"

namespace clearspan::simulated {

class NodeClient {
 public:
  // `url` is that of the node, without a path.
  explicit NodeClient(const transport::Url& url);

  // The body of a successful answer. Errors: those of HttpClient; the node's own, by its code; remote_refused when it
  // states none that is known.
  Result<std::string> get(std::string path, Millis timeout);
  Result<std::string> post(std::string path, std::string body, Millis timeout);
  Result<std::string> remove(std::string path, Millis timeout);

 private:
  Result<std::string> request(const transport::HttpRequest& request, Millis timeout);

  transport::HttpClient client_;
};

}  // namespace clearspan::simulated
