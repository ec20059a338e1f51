#include "tools/clearspan/bench/http_orders.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace clearspan::tools {
namespace {

constexpr std::string_view kKeyStem = "order-";

std::uint64_t units_of(std::uint32_t trade) {
  return 100 + trade * 7919ULL % 9'000;
}

std::string payer_of(const HttpOrders& orders, std::uint32_t trade) {
  return fmt::format("alice-{}", trade % orders.payers);
}

std::string merchant_of(const HttpOrders& orders, std::uint32_t trade) {
  return fmt::format("bob-{}", trade % orders.merchants);
}

}  // namespace

std::string HttpOrders::body(std::uint32_t request) const {
  const std::uint32_t first = request * per_request;
  const std::uint32_t end = std::min(first + per_request, trades);
  std::string text = per_request == 1 ? "" : "[";
  for (std::uint32_t trade = first; trade < end; ++trade) {
    if (trade != first) text += ',';
    text += fmt::format(
        R"({{"scenario":"payment","payer":"{}","merchant":"{}","profile":"{}","amount":{{"units":"{}","scale":2}},"placed_by":"payer"}})",
        payer_of(*this, trade), merchant_of(*this, trade), profile, units_of(trade));
  }
  if (per_request != 1) text += ']';
  return text;
}

std::string HttpOrders::idempotency_key(std::uint32_t request) const {
  return fmt::format("{}{}", kKeyStem, request);
}

std::string HttpOrders::bytes(std::uint32_t request) const {
  const std::string content = body(request);
  return fmt::format(
      "POST /v1/trades HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n"
      "Idempotency-Key: {}\r\nContent-Length: {}\r\n\r\n{}",
      bearer_key, idempotency_key(request), content.size(), content);
}

Result<std::uint32_t> HttpOrders::number_of(const evidence::TradeCreated& created) const {
  const std::string_view key = created.idempotency_key;
  const Plan& plan = created.plan;
  std::uint32_t request = 0;
  const bool is_ours =
      key.starts_with(kKeyStem) &&
      std::from_chars(key.data() + kKeyStem.size(), key.data() + key.size(), request).ptr == key.data() + key.size();
  const std::uint64_t trade = std::uint64_t{request} * per_request + created.request_item;
  if (!is_ours || created.request_item >= per_request || trade >= trades || plan.legs.size() != 2) {
    return make_error(ErrorCode::invalid_value, "the log holds a trade that nobody asked for");
  }
  const auto number = static_cast<std::uint32_t>(trade);
  const bool is_right =
      plan.legs[0].payer.text == payer_of(*this, number) && plan.legs[1].payee.text == merchant_of(*this, number) &&
      plan.legs[1].amount == Amount(units_of(number)) && plan.payment && plan.payment->profile == profile;
  if (!is_right) return make_error(ErrorCode::invalid_value, "the log holds another trade than was asked for");
  return number;
}

}  // namespace clearspan::tools
