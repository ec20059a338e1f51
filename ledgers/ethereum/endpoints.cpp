#include "ledgers/ethereum/endpoints.hpp"

#include <algorithm>
#include <map>

#include "ledgers/ethereum/notation.hpp"

namespace clearspan::ethereum {
namespace {

// Requests of one call share its time, so that a node that hangs does not take the others' turns; the last one gets all
// that is left.
Millis share(const Deadline& deadline, std::size_t turns_left) {
  constexpr Millis kLeast{1};
  return std::max(deadline.left() / static_cast<int>(std::max<std::size_t>(turns_left, 1)), kLeast);
}

}  // namespace

Endpoints::Endpoints(const std::vector<transport::Url>& urls, const transport::ClientLimits& limits,
                     std::size_t agreement_min)
    : agreement_min_(agreement_min) {
  for (const transport::Url& url : urls) endpoints_.push_back({JsonRpc(url, limits), {}});
}

bool Endpoints::is_avoided(std::size_t endpoint) const {
  const auto failed_at = endpoints_[endpoint].failed_at;
  return failed_at.time_since_epoch().count() != 0 && std::chrono::steady_clock::now() - failed_at < kAvoidedFor;
}

std::vector<std::size_t> Endpoints::order() const {
  std::vector<std::size_t> all(endpoints_.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  std::stable_partition(all.begin(), all.end(), [this](std::size_t i) { return !is_avoided(i); });
  return all;
}

void Endpoints::note(std::size_t endpoint, const Error* error) {
  const bool lost = error != nullptr && (error->code == ErrorCode::unreachable || error->code == ErrorCode::timed_out);
  endpoints_[endpoint].failed_at = lost ? std::chrono::steady_clock::now() : std::chrono::steady_clock::time_point{};
}

Result<RpcResult> Endpoints::call(std::size_t endpoint, const RpcCall& rpc_call, Millis timeout) {
  auto result = endpoints_[endpoint].rpc.call(rpc_call, timeout);
  note(endpoint, result.ok() ? nullptr : &result.error());
  return result;
}

std::vector<Result<RpcResult>> Endpoints::batch(std::size_t endpoint, const std::vector<RpcCall>& calls,
                                                Millis timeout) {
  return endpoints_[endpoint].rpc.batch(calls, timeout);
}

Error Endpoints::not_enough(std::size_t answered, const Error& last) const {
  if (answered == 0) return last;
  return make_error(ErrorCode::endpoints_disagree,
                    std::to_string(answered) + " of " + std::to_string(endpoints_.size()) + " endpoints answered, " +
                        std::to_string(agreement_min_) + " must agree",
                    last.detail);
}

Result<Endpoints::Agreed> Endpoints::agree(const RpcCall& rpc_call, const Reading& reading, const Deadline& deadline) {
  std::map<std::string, std::vector<std::size_t>> said;
  std::size_t answered = 0;
  Error last = make_error(ErrorCode::timed_out, rpc_call.method);
  const auto turns = order();
  for (std::size_t turn = 0; turn < turns.size(); ++turn) {
    const std::size_t endpoint = turns[turn];
    auto result = call(endpoint, rpc_call, share(deadline, turns.size() - turn));
    auto read = result.ok() ? reading(*result) : Result<std::string>(result.error());
    if (!read.ok()) {
      last = read.error();
      continue;
    }
    ++answered;
    auto& those = said[*read];
    those.push_back(endpoint);
    if (those.size() >= agreement_min_) return Agreed{*read, those};
  }
  return not_enough(answered, last);
}

Result<std::uint64_t> Endpoints::reached_by_enough(const RpcCall& rpc_call, const NumberReading& reading,
                                                   const Deadline& deadline) {
  std::vector<std::uint64_t> numbers;
  Error last = make_error(ErrorCode::timed_out, rpc_call.method);
  const auto turns = order();
  for (std::size_t turn = 0; turn < turns.size(); ++turn) {
    if (is_avoided(turns[turn]) && numbers.size() >= agreement_min_) break;
    auto result = call(turns[turn], rpc_call, share(deadline, turns.size() - turn));
    auto read = result.ok() ? reading(*result) : Result<std::uint64_t>(result.error());
    if (read.ok()) {
      numbers.push_back(*read);
    } else {
      last = read.error();
    }
  }
  if (numbers.size() < agreement_min_) return not_enough(numbers.size(), last);
  std::sort(numbers.rbegin(), numbers.rend());
  return numbers[agreement_min_ - 1];
}

Result<std::string> read_text(const RpcResult& result) {
  return unquote(result);
}

Result<std::string> read_as_quantity(const RpcResult& result) {
  CLEARSPAN_TRY(const std::string text, unquote(result));
  constexpr std::size_t kWordDigits = 66;  // a call's answer is a word of data
  if (text.size() == kWordDigits) {
    CLEARSPAN_TRY(const Hash32 word, read_hash(text));
    return to_quantity(from_word(word.view()));
  }
  CLEARSPAN_TRY(const Amount amount, read_quantity(text));
  return to_quantity(amount);
}

}  // namespace clearspan::ethereum
