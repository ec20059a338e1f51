#include "actors/gateway/problem.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "actors/gateway/limits.hpp"

namespace clearspan::gateway {
namespace {

struct CodeStatus {
  ErrorCode code;
  int status;
};

// 400: the request is not of the expected form. 422: it is, but what it asks for is not acceptable.
constexpr std::array kStatuses{
    CodeStatus{ErrorCode::malformed_json, 400},
    CodeStatus{ErrorCode::duplicate_key, 400},
    CodeStatus{ErrorCode::unknown_field, 400},
    CodeStatus{ErrorCode::missing_field, 400},
    CodeStatus{ErrorCode::wrong_type, 400},
    CodeStatus{ErrorCode::too_deep, 400},
    CodeStatus{ErrorCode::too_large, 413},
    CodeStatus{ErrorCode::out_of_range, 400},
    CodeStatus{ErrorCode::invalid_value, 400},
    CodeStatus{ErrorCode::invalid_hex, 400},
    CodeStatus{ErrorCode::amount_malformed, 422},
    CodeStatus{ErrorCode::amount_negative, 422},
    CodeStatus{ErrorCode::amount_fractional, 422},
    CodeStatus{ErrorCode::amount_zero, 422},
    CodeStatus{ErrorCode::amount_too_large, 422},
    CodeStatus{ErrorCode::amount_scale_mismatch, 422},
    CodeStatus{ErrorCode::unknown_ledger, 422},
    CodeStatus{ErrorCode::unknown_asset, 422},
    CodeStatus{ErrorCode::unknown_profile, 422},
    CodeStatus{ErrorCode::unknown_account, 422},
    CodeStatus{ErrorCode::unknown_scenario, 422},
    CodeStatus{ErrorCode::unknown_trade, 404},
    CodeStatus{ErrorCode::limit_exceeded, 422},
    CodeStatus{ErrorCode::deadline_expired, 422},
    CodeStatus{ErrorCode::margin_not_promisable, 422},
    CodeStatus{ErrorCode::idempotency_conflict, 409},
    CodeStatus{ErrorCode::already_decided, 409},
    CodeStatus{ErrorCode::invalid_cursor, 400},
    CodeStatus{ErrorCode::insufficient_funds, 422},
    CodeStatus{ErrorCode::unauthorized, 401},
    CodeStatus{ErrorCode::not_found, 404},
    CodeStatus{ErrorCode::method_not_allowed, 405},
    CodeStatus{ErrorCode::bad_request, 400},
    CodeStatus{ErrorCode::unsupported_media_type, 415},
    CodeStatus{ErrorCode::checkpoint_malformed, 400},
    CodeStatus{ErrorCode::untrusted_key, 422},
    CodeStatus{ErrorCode::signature_invalid, 422},
    CodeStatus{ErrorCode::wrong_log_name, 409},
    CodeStatus{ErrorCode::proof_missing, 409},
    CodeStatus{ErrorCode::overloaded, 429},
    CodeStatus{ErrorCode::not_ready, 503},
    CodeStatus{ErrorCode::timed_out, 503},
    CodeStatus{ErrorCode::ledger_frozen, 503},
};

// The members of a problem, in the object that is open.
void write_members(json::Writer& out, const Error& error, std::string_view instance) {
  out.field("type", "urn:clearspan:problem:" + std::string(to_string(error.code)))
      .field("title", meaning_of(error.code))
      .field("status", status_of(error.code))
      .field("detail", error.detail.empty() ? meaning_of(error.code) : std::string_view(error.detail))
      .field("instance", instance)
      .field("code", to_string(error.code));
  if (!error.field.empty()) out.field("field", error.field);
}

}  // namespace

int status_of(ErrorCode code) {
  const auto* found =
      std::find_if(kStatuses.begin(), kStatuses.end(), [&](const CodeStatus& row) { return row.code == code; });
  return found == kStatuses.end() ? 500 : found->status;
}

void write_problem(json::Writer& out, const Error& error, std::string_view instance) {
  out.begin_object();
  write_members(out, error, instance);
  out.end_object();
}

transport::Response problem_answer(const Error& error, std::string_view instance) {
  return problems_answer({error}, instance);
}

transport::Response problems_answer(const std::vector<Error>& errors, std::string_view instance) {
  const Error& first = errors.front();
  json::Writer out;
  out.begin_object();
  write_members(out, first, instance);
  if (errors.size() > 1) {
    out.key("problems").begin_array();
    for (const Error& error : errors) write_problem(out, error, instance);
    out.end_array();
  }
  out.end_object();
  transport::Response answer;
  answer.status = status_of(first.code);
  answer.body = out.take();
  answer.content_type = "application/problem+json";
  if (is_retryable(first.code)) answer.headers.emplace_back("Retry-After", std::to_string(kRetryAfterSeconds));
  if (first.code == ErrorCode::unauthorized) answer.headers.emplace_back("WWW-Authenticate", "Bearer");
  return answer;
}

}  // namespace clearspan::gateway
