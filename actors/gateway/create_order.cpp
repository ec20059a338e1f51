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

constexpr std::string_view kTextBegin = "{\"trades\":[";  // of an array's answer
constexpr std::string_view kTextEnd = "]}";

// The same error, of a trade that stands there in the body.
Error at_pointer(Error error, const std::string& pointer) {
  error.field = pointer + error.field;
  return error;
}

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

Status CreateOrder::plan(Tools& tools, PlanningRound& round) {
  CLEARSPAN_TRY(const json::Value root, tools.document.parse_in_place(request_->body()));
  CLEARSPAN_TRY(const BodyShape shape, shape_of(root));
  for (const auto& [item, known] : known_) {
    if (item < shape.trades) continue;
    return make_error(ErrorCode::storage_failed, "the index names a trade that the request does not have");
  }
  is_array_ = shape.is_array;
  items_.resize(shape.trades);
  planned_.reserve(shape.trades);
  text_.reserve(shape.trades * kAnswerBytesTypical);
  return plan_all(root, tools, round);
}

Status CreateOrder::plan_all(const json::Value& root, Tools& tools, PlanningRound& round) {
  const auto take = [&](std::size_t index, const json::Value& value) {
    const Status planned = plan_item(index, value, tools.forms, round);
    if (planned.ok()) return;
    errors_.emplace_back(index, planned.error());
    if (problems_.size() < kProblemsMax) problems_.push_back(planned.error());
  };
  if (is_array_) {
    text_ += kTextBegin;
    std::size_t index = 0;
    const json::Array values = *root.if_array();
    for (const json::Value value : values) take(index++, value);
    text_ += kTextEnd;
  } else {
    take(0, root);
    if (!problems_.empty()) return problems_.front();
  }
  if (!problems_.empty() && !was_known()) return problems_.front();
  return Done{};
}

Status CreateOrder::plan_item(std::size_t index, const json::Value& value, CreatedTradeForms& forms,
                              PlanningRound& round) {
  Item& item = items_[index];
  const PlanPtr known = find_known(index);  // nothing was known of most requests
  if (!known) {
    CLEARSPAN_TRY(const TradeBody body, read_trade_body(value));
    Result<Plan> plan = round.plan(body);
    if (!plan.ok()) return at_pointer(std::move(plan).error(), value.pointer());
    planned_.push_back({std::move(plan).value(), key_, digest_, static_cast<std::uint32_t>(index)});
    item.is_new = true;
    ++new_trades_;
  }
  const Plan& plan = known ? *known : planned_.back().plan;
  item.id = plan.id;
  if (text_.size() > kTextBegin.size()) text_ += ',';  // the first one of an array stands behind the text's beginning
  item.begin = static_cast<std::uint32_t>(text_.size());
  forms.write(plan, round.board(), text_);
  item.end = static_cast<std::uint32_t>(text_.size());
  return Done{};
}

void CreateOrder::hand_over(std::vector<NewTrade>& trades) {
  is_handed_over_ = new_trades_ != 0;
  if (trades.empty()) {
    trades = std::exchange(planned_, {});
    return;
  }
  std::move(planned_.begin(), planned_.end(), std::back_inserter(trades));
  planned_.clear();
}

const Error* CreateOrder::error_of(std::size_t item) const {
  const auto found =
      std::find_if(errors_.begin(), errors_.end(), [item](const auto& error) { return error.first == item; });
  return found == errors_.end() ? nullptr : &found->second;
}

void CreateOrder::refuse(std::size_t nth, Error error) {
  for (std::size_t item = 0; item < items_.size(); ++item) {
    if (!items_[item].is_new || nth-- != 0) continue;
    errors_.emplace_back(item, std::move(error));
    ++refused_;
    return;
  }
}

std::string CreateOrder::text_with_problems() const {
  json::Writer out;
  out.begin_object().key("trades").begin_array();
  for (std::size_t item = 0; item < items_.size(); ++item) {
    const Error* error = error_of(item);
    if (error == nullptr) {
      out.raw(std::string_view(text_).substr(items_[item].begin, items_[item].end - items_[item].begin));
      continue;
    }
    out.begin_object().key("problem");
    write_problem(out, *error, kTradesPath);
    out.end_object();
  }
  out.end_array().end_object();
  return out.take();
}

transport::Response CreateOrder::answer() {
  if (errors_.size() == items_.size()) return problem_answer(*error_of(0), kTradesPath);
  transport::Response response;
  response.status = errors_.empty() ? 201 : 207;
  if (!errors_.empty()) {
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
