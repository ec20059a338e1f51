// Several nodes of one ledger, of which a fixed number must say the same. A node that is lost, slow or lying makes the
// agreement harder, never easier: the number needed does not depend on how many answer.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "ledgers/ethereum/json_rpc.hpp"

namespace clearspan::ethereum {

// The time left of a call, shared by the requests that it takes.
class Deadline {
 public:
  explicit Deadline(Millis timeout) : end_(std::chrono::steady_clock::now() + timeout) {}

  [[nodiscard]] Millis left() const {
    const auto left = std::chrono::duration_cast<Millis>(end_ - std::chrono::steady_clock::now());
    return std::max(left, Millis{0});
  }

  [[nodiscard]] bool has_passed() const { return left() == Millis{0}; }

 private:
  std::chrono::steady_clock::time_point end_;
};

class Endpoints {
 public:
  Endpoints(const std::vector<transport::Url>& urls, const transport::ClientLimits& limits, std::size_t agreement_min);

  // What matters of a result; answers agree when it is the same text. An error counts as no answer.
  using Reading = std::function<Result<std::string>(const RpcResult&)>;

  struct Agreed {
    std::string reading;
    std::vector<std::size_t> endpoints;  // that said so
  };

  // Asks until enough endpoints agree. Errors: endpoints_disagree when some answered and not enough agreed; when none
  // answered, the error of the last one.
  Result<Agreed> agree(const RpcCall& call, const Reading& reading, const Deadline& deadline);

  // The largest number that enough endpoints have reached: each of them says it or a larger one. Errors: as agree().
  using NumberReading = std::function<Result<std::uint64_t>(const RpcResult&)>;
  Result<std::uint64_t> reached_by_enough(const RpcCall& call, const NumberReading& reading, const Deadline& deadline);

  // One call to one endpoint, which is remembered to have failed when it cannot be reached.
  Result<RpcResult> call(std::size_t endpoint, const RpcCall& call, Millis timeout);
  std::vector<Result<RpcResult>> batch(std::size_t endpoint, const std::vector<RpcCall>& calls, Millis timeout);

  [[nodiscard]] std::size_t size() const { return endpoints_.size(); }

  [[nodiscard]] std::size_t agreement_min() const { return agreement_min_; }

  [[nodiscard]] std::string name(std::size_t endpoint) const { return endpoints_[endpoint].rpc.name(); }

  // An endpoint that could not be reached is asked after all others for this long.
  static constexpr Millis kAvoidedFor{3000};

 private:
  struct Endpoint {
    JsonRpc rpc;
    std::chrono::steady_clock::time_point failed_at{};
  };

  [[nodiscard]] bool is_avoided(std::size_t endpoint) const;
  // All endpoints, those that failed lately at the end.
  [[nodiscard]] std::vector<std::size_t> order() const;
  void note(std::size_t endpoint, const Error* error);
  [[nodiscard]] Error not_enough(std::size_t answered, const Error& last) const;

  std::vector<Endpoint> endpoints_;
  std::size_t agreement_min_;
};

// The usual readings.
Result<std::string> read_text(const RpcResult& result);         // a JSON string as it is
Result<std::string> read_as_quantity(const RpcResult& result);  // a quantity, or a word of data, in one notation

}  // namespace clearspan::ethereum
