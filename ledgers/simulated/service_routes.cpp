#include "ledgers/simulated/service_routes.hpp"

#include <charconv>
#include <limits>

#include "codecs/json/document.hpp"
#include "codecs/json/object_reader.hpp"
#include "codecs/json/writer.hpp"

namespace clearspan::simulated {
namespace {

using Body = Result<std::string>;  // of a successful answer

constexpr std::uint64_t kProduceMax = 10'000;  // blocks per request
constexpr std::size_t kBodyDepthMax = 3;
constexpr Millis kNow{0};  // the server's thread must not wait, a silent node answers 504 at once
const char kEmpty[] = "{}";

int status_of(ErrorCode code) {
  if (code == ErrorCode::not_found || code == ErrorCode::block_unavailable || code == ErrorCode::unknown_account ||
      code == ErrorCode::unknown_asset) {
    return 404;
  }
  if (code == ErrorCode::method_not_allowed) return 405;
  if (code == ErrorCode::too_large) return 413;
  if (code == ErrorCode::timed_out) return 504;
  if (code == ErrorCode::unreachable || code == ErrorCode::overloaded) return 503;
  return 422;
}

// The segments of "/v1/blocks/7" without the first, "v1"; none when it is another.
std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  while (path.starts_with('/')) {
    path.remove_prefix(1);
    const std::size_t end = std::min(path.find('/'), path.size());
    segments.push_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  if (segments.empty() || segments.front() != "v1") return {};
  segments.erase(segments.begin());
  return segments;
}

std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Body no_such_thing() {
  return make_error(ErrorCode::not_found, "there is nothing at this path");
}

std::string number_json(Height number) {
  json::Writer out;
  out.begin_object().field("number", number.value).end_object();
  return out.take();
}

// Clients

Body get_head(Ledger& ledger) {
  CLEARSPAN_TRY(const Head head, ledger.head(kNow));
  return head_json(ledger, head);
}

Body get_block(Ledger& ledger, std::string_view segment) {
  const auto number = number_of(segment);
  if (!number) return make_error(ErrorCode::not_found, "a block has a number");
  CLEARSPAN_TRY(const auto json, ledger.block({*number}, kNow));
  return *json;
}

Body get_balance(Ledger& ledger, std::string_view account, std::string_view asset, const transport::Request& request) {
  CLEARSPAN_TRY(const transport::Query query, request.query());
  CLEARSPAN_CHECK_OK(query.expect_only({"height"}));
  CLEARSPAN_TRY(const auto height, query.number("height", std::numeric_limits<std::uint64_t>::max()));
  if (!height) return make_error(ErrorCode::missing_field, "at which height?", "height");
  CLEARSPAN_TRY(const Amount amount, ledger.balance(account, asset, {*height}, kNow));
  json::Writer out;
  out.begin_object().field("amount", to_string(amount)).end_object();
  return out.take();
}

Body post_txn(Ledger& ledger, json::ObjectReader& body) {
  CLEARSPAN_TRY(const std::string_view digits, body.string("raw"));
  CLEARSPAN_CHECK_OK(body.finish());
  Bytes raw(digits.size() / 2);
  if (!from_hex(digits, raw)) return make_error(ErrorCode::invalid_hex, "must be hexadecimal digits", "raw");
  CLEARSPAN_CHECK_OK(ledger.submit(raw, kNow));
  return std::string(kEmpty);
}

// The script

Body post_blocks(Ledger& ledger, json::ObjectReader& body) {
  CLEARSPAN_TRY(const std::uint64_t count, body.u64("count"));
  CLEARSPAN_CHECK_OK(body.finish());
  if (count == 0 || count > kProduceMax) return body.error("count", ErrorCode::out_of_range, "must be 1 to 10000");
  for (std::uint64_t i = 0; i < count; ++i) ledger.produce();
  return number_json(ledger.true_head().number);
}

Body post_reorganisation(Ledger& ledger, json::ObjectReader& body) {
  CLEARSPAN_TRY(const std::uint64_t depth, body.u64("depth"));
  CLEARSPAN_TRY(const std::string_view fate, body.string("txns"));
  CLEARSPAN_CHECK_OK(body.finish());
  if (fate != "returned" && fate != "dropped") {
    return body.error("txns", ErrorCode::invalid_value, "must be returned or dropped");
  }
  CLEARSPAN_CHECK_OK(
      ledger.reorganise(depth, fate == "returned" ? ReorganisedTxns::returned : ReorganisedTxns::dropped));
  return number_json(ledger.true_head().number);
}

Result<std::optional<MovementKind>> optional_kind(json::ObjectReader& body) {
  CLEARSPAN_TRY(const auto text, body.optional_string("kind"));
  if (!text) return std::optional<MovementKind>();
  for (const MovementKind kind :
       {MovementKind::hold, MovementKind::release, MovementKind::refund, MovementKind::payment}) {
    if (*text == to_string(kind)) return std::optional(kind);
  }
  return body.error("kind", ErrorCode::invalid_value, "no such kind");
}

Body post_fault(Ledger& ledger, json::ObjectReader& body) {
  FaultRule rule;
  CLEARSPAN_TRY(const std::string_view action, body.string("action"));
  const auto known = parse_fault_action(action);
  if (!known) return body.error("action", ErrorCode::invalid_value, "must be drop, delay or fail");
  rule.action = *known;
  CLEARSPAN_TRY(const auto account, body.optional_string("account"));
  rule.account.text = account.value_or("");
  CLEARSPAN_TRY(rule.kind, optional_kind(body));
  CLEARSPAN_TRY(const auto per_mille, body.optional_u64("per_mille"));
  rule.per_mille = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(per_mille.value_or(rule.per_mille), std::numeric_limits<std::uint32_t>::max()));
  CLEARSPAN_TRY(const auto delay, body.optional_u64("delay_blocks"));
  rule.delay_blocks = delay.value_or(0);
  CLEARSPAN_TRY(const auto reason, body.optional_string("reason"));
  if (reason) rule.reason = *reason;
  CLEARSPAN_TRY(const auto first, body.optional_u64("first"));
  rule.first.value = first.value_or(rule.first.value);
  CLEARSPAN_TRY(const auto last, body.optional_u64("last"));
  rule.last.value = last.value_or(rule.last.value);
  CLEARSPAN_CHECK_OK(body.finish());
  CLEARSPAN_CHECK_OK(ledger.add_fault(std::move(rule)));
  return std::string(kEmpty);
}

Body post_node(Ledger& ledger, json::ObjectReader& body) {
  CLEARSPAN_TRY(const std::string_view name, body.string("fault"));
  CLEARSPAN_TRY(const auto blocks, body.optional_u64("blocks"));
  CLEARSPAN_CHECK_OK(body.finish());
  const auto fault = parse_node_fault(name);
  if (!fault) return body.error("fault", ErrorCode::invalid_value, "no such fault");
  ledger.set_node_fault(*fault, blocks.value_or(0));
  return std::string(kEmpty);
}

// Routes

Body get(Ledger& ledger, const std::vector<std::string_view>& at, const transport::Request& request) {
  if (at.size() == 3 && at[0] == "balances") return get_balance(ledger, at[1], at[2], request);
  if (at.size() == 2 && at[0] == "blocks") return get_block(ledger, at[1]);
  if (at.size() != 1) return no_such_thing();
  if (at[0] == "head") return get_head(ledger);
  if (at[0] == "books") return to_json(ledger.books());
  if (at[0] == "effects") return to_json(ledger.effects());
  return no_such_thing();
}

Body post(Ledger& ledger, const std::vector<std::string_view>& at, const transport::Request& request) {
  using Route = Body (*)(Ledger&, json::ObjectReader&);
  Route route = nullptr;
  if (at.size() == 1 && at[0] == "txns") route = post_txn;
  if (at.size() == 2 && at[0] == "admin") {
    if (at[1] == "blocks") route = post_blocks;
    if (at[1] == "reorganisations") route = post_reorganisation;
    if (at[1] == "faults") route = post_fault;
    if (at[1] == "node") route = post_node;
  }
  if (route == nullptr) return no_such_thing();
  json::Document document{json::Limits{.size_bytes_max = request.body().size() + 1, .depth_max = kBodyDepthMax}};
  CLEARSPAN_TRY(const json::Value root, document.parse(request.body()));
  CLEARSPAN_TRY(auto body, json::ObjectReader::open(root));
  return route(ledger, body);
}

Body remove(Ledger& ledger, const std::vector<std::string_view>& at) {
  if (at.size() != 2 || at[0] != "admin" || at[1] != "faults") return no_such_thing();
  ledger.clear_faults();
  return std::string(kEmpty);
}

Body route(Ledger& ledger, const transport::Request& request) {
  const auto segments = segments_of(request.path());
  if (request.method() == "GET") return get(ledger, segments, request);
  if (request.method() == "POST") return post(ledger, segments, request);
  if (request.method() == "DELETE") return remove(ledger, segments);
  return make_error(ErrorCode::method_not_allowed, "GET, POST and DELETE only");
}

}  // namespace

std::string head_json(const Ledger& ledger, const Head& head) {
  json::Writer out;
  out.begin_object().field("ledger", ledger.genesis().ledger.text).field("number", head.number.value);
  out.field("hash", to_hex(head.hash.view())).end_object();
  return out.take();
}

transport::Response answer(Ledger& ledger, const transport::Request& request) {
  Body body = route(ledger, request);
  if (!body.ok()) return transport::problem(status_of(body.error().code), body.error());
  transport::Response response;
  response.body = std::move(body).value();
  return response;
}

}  // namespace clearspan::simulated
