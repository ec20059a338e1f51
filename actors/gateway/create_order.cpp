#include "actors/gateway/create_order.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "actors/gateway/limits.hpp"
#include "actors/gateway/problem.hpp"
#include "actors/gateway/recent_keys.hpp"
#include "actors/gateway/trade_json.hpp"
#include "codecs/crypto/sha256.hpp"

namespace clearspan::gateway {
namespace {

constexpr std::size_t kAnswerBytesTypical = 1024;  // of one trade

Status check_content_type(const transport::Request& request) {
  constexpr std::string_view kJson = "application/json";
  const std::optional<std::string_view> stated = request.header("content-type");
  const std::string_view media_type = stated ? stated->substr(0, stated->find_first_of("; \t")) : std::string_view{};
  if (transport::is_same_name(media_type, kJson)) return Done{};
  return make_error(ErrorCode::unsupported_media_type, "send Content-Type: application/json", "Content-Type");
}

Result<std::string> idempotency_key(const transport::Request& request) {
  const std::optional<std::string_view> key = request.header("idempotency-key");
  if (!key) return std::string{};
  const bool visible = std::all_of(key->begin(), key->end(), [](char c) { return c > ' ' && c < '\x7f'; });
  if (!key->empty() && key->size() <= kIdempotencyKeyBytesMax && visible) return std::string(*key);
  return make_error(ErrorCode::invalid_value,
                    "a key has 1 to " + std::to_string(kIdempotencyKeyBytesMax) + " visible ASCII characters",
                    "Idempotency-Key");
}

}  // namespace

Result<CreateOrder> CreateOrder::open(RequestPtr request) {
  CreateOrder order;
  CLEARSPAN_CHECK_OK(check_content_type(*request));
  CLEARSPAN_TRY(order.key_, idempotency_key(*request));
  order.digest_ = crypto::sha256(as_bytes(request->body()));
  order.request_ = std::move(request);
  return order;
}

PlanPtr CreateOrder::find_known(std::size_t item) const {
  for (const auto& [index, plan] : known_) {
    if (index == item) return plan;
  }
  return nullptr;
}

Status CreateOrder::plan(json::Document& document, const Planner& planner, const LedgerBoard& board, Timestamp now) {
  CLEARSPAN_TRY(const json::Value root, document.parse(request_->body()));
  CLEARSPAN_TRY(const BodyShape shape, shape_of(root));
  for (const auto& [item, known] : known_) {
    if (item < shape.trades) continue;
    return make_error(ErrorCode::storage_failed, "the index names a trade that the request does not have");
  }
  is_array_ = shape.is_array;
  items_.resize(shape.trades);
  planned_.reserve(shape.trades);
  std::string buffer;
  buffer.reserve(shape.trades * kAnswerBytesTypical);
  json::Writer out(std::move(buffer));
  const auto take = [&](std::size_t index, const json::Value& value) {
    const Status planned = plan_item(index, value, planner, board, now, out);
    if (planned.ok()) return;
    items_[index].error = planned.error();
    if (problems_.size() < kProblemsMax) problems_.push_back(planned.error());
  };
  if (is_array_) {
    out.begin_object().key("trades").begin_array();
    std::size_t index = 0;
    const json::Array values = *root.if_array();
    for (const json::Value value : values) take(index++, value);
    out.end_array().end_object();
  } else {
    take(0, root);
    if (!problems_.empty()) return problems_.front();
  }
  if (!problems_.empty() && !was_known()) return problems_.front();
  text_ = out.take();
  return Done{};
}

Status CreateOrder::plan_item(std::size_t index, const json::Value& value, const Planner& planner,
                              const LedgerBoard& board, Timestamp now, json::Writer& out) {
  Item& item = items_[index];
  const PlanPtr known = find_known(index);  // nothing was known of most requests
  if (!known) {
    CLEARSPAN_TRY(const TradeBody body, read_trade_body(value, is_array_ ? "/" + std::to_string(index) : ""));
    CLEARSPAN_TRY(Plan plan, planner.plan(body, board, now));
    planned_.push_back({std::move(plan), key_, digest_, static_cast<std::uint32_t>(index)});
    item.is_new = true;
    ++new_trades_;
  }
  const Plan& plan = known ? *known : planned_.back().plan;
  item.id = plan.id;
  // The comma before a member is not part of it.
  const bool has_member_before = is_array_ && std::any_of(items_.begin(), items_.begin() + static_cast<long>(index),
                                                          [](const Item& one) { return one.end != 0; });
  item.begin = static_cast<std::uint32_t>(out.size() + (has_member_before ? 1 : 0));
  write_created_trade(out, plan, board);
  item.end = static_cast<std::uint32_t>(out.size());
  return Done{};
}

void CreateOrder::hand_over(std::vector<NewTrade>& trades) {
  is_handed_over_ = new_trades_ != 0;
  std::move(planned_.begin(), planned_.end(), std::back_inserter(trades));
  planned_.clear();
}

void CreateOrder::refuse(std::size_t nth, Error error) {
  for (Item& item : items_) {
    if (!item.is_new || nth-- != 0) continue;
    item.error = std::move(error);
    ++refused_;
    return;
  }
}

std::string CreateOrder::text_with_problems() const {
  json::Writer out;
  out.begin_object().key("trades").begin_array();
  for (const Item& item : items_) {
    if (!item.error) {
      out.raw(std::string_view(text_).substr(item.begin, item.end - item.begin));
      continue;
    }
    out.begin_object().key("problem");
    write_problem(out, *item.error, kTradesPath);
    out.end_object();
  }
  out.end_array().end_object();
  return out.take();
}

transport::Response CreateOrder::answer() {
  const auto failed = static_cast<std::size_t>(
      std::count_if(items_.begin(), items_.end(), [](const Item& item) { return item.error; }));
  if (failed == items_.size()) return problem_answer(*items_.front().error, kTradesPath);
  transport::Response response;
  response.status = failed == 0 ? 201 : 207;
  if (failed != 0) {
    response.body = text_with_problems();
    return response;
  }
  response.body = std::move(text_);
  if (!is_array_) {
    response.headers.emplace_back("Location", std::string(kTradesPath) + "/" + to_string(items_.front().id));
  }
  return was_known() ? replayed(std::move(response)) : response;
}

}  // namespace clearspan::gateway
