// The REST API as the command line uses it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "core/trade/state.hpp"
#include "ledgers/transport/http_client.hpp"

namespace clearspan::tools {

// How to reach a running `clearspan serve`.
struct ApiOptions {
  std::string url = "http://127.0.0.1:8480";
  std::filesystem::path key_file;  // as written by `clearspan serve`
  bool json = false;               // answers as JSON, for machines
  Millis timeout{60'000};          // of one request
};

struct ApiAnswer {
  int status = 0;
  std::string body;

  [[nodiscard]] bool is_success() const { return status >= 200 && status < 300; }
};

class ApiClient {
 public:
  // Reads the key. Errors: invalid_value (the URL), and those of crypto::read_key_file.
  static Result<ApiClient> open(const ApiOptions& options);

  // Errors: those of HttpClient::request; whatever status the server answers is a success of this call.
  Result<ApiAnswer> get(const std::string& target);

  // `idempotency_key` may be empty.
  Result<ApiAnswer> post(const std::string& target, std::string body, const std::string& idempotency_key);

 private:
  ApiClient(transport::HttpClient client, std::string authorization, Millis timeout);

  Result<ApiAnswer> send(const transport::HttpRequest& request);

  transport::HttpClient client_;
  std::string authorization_;
  Millis timeout_;
};

// The ids in the answer to a creation; none of items that are a problem.
std::vector<std::string> trade_ids_in(const std::string& body);

// Of a trade as the API shows it; none for any other text.
std::optional<Phase> trade_phase_in(const std::string& body);

// The bearer key of an API key file, as text. Errors: those of crypto::read_key_file.
Result<std::string> read_bearer_key(const std::filesystem::path& file);

}  // namespace clearspan::tools
