#include "tools/clearspan/bench/http_checks.hpp"

#include <fmt/format.h>

#include "codecs/json/document.hpp"
#include "ledgers/evidence/disk.hpp"
#include "ledgers/evidence/reader.hpp"
#include "ledgers/transport/http_client.hpp"

namespace clearspan::tools {
namespace {

constexpr Millis kTimeout{60'000};

transport::HttpRequest request_of(const HttpOrders& orders, std::uint32_t number) {
  transport::HttpRequest request;
  request.method = "POST";
  request.target = "/v1/trades";
  request.headers = {{"Authorization", "Bearer " + orders.bearer_key},
                     {"Content-Type", "application/json"},
                     {"Idempotency-Key", orders.idempotency_key(number)}};
  request.body = orders.body(number);
  return request;
}

// "<status> <code> <field>" of a refusal.
std::string refusal_of(const transport::HttpResponse& answer) {
  json::Document document;
  const auto root = document.parse(answer.body);
  const auto member = [&](std::string_view key) -> std::string {
    const auto object = root ? root->if_object() : std::nullopt;
    const auto value = object ? object->find(key) : std::nullopt;
    return std::string(value ? value->if_string().value_or("") : "");
  };
  return fmt::format("{} {} {}", answer.status, member("code"), member("field"));
}

class Prober {
 public:
  Prober(const HttpOrders& orders, std::uint16_t port, HttpChecks& checks)
      : orders_(orders),
        client_(transport::parse_url(fmt::format("http://127.0.0.1:{}", port)).value(), {}),
        checks_(checks) {}

  void expect_same(const KeptAnswer& kept) {
    const auto answer = client_.request(request_of(orders_, static_cast<std::uint32_t>(kept.request)), kTimeout);
    if (answer && answer->status == 201 && answer->body == kept.body && answer->header("Idempotent-Replayed")) {
      ++checks_.repeats;
    } else {
      checks_.wrong.push_back(fmt::format("the repeat of request {} got another answer", kept.request));
    }
  }

  void expect_refused(const transport::HttpRequest& request, const std::string& expected) {
    const auto answer = client_.request(request, kTimeout);
    const std::string got = answer ? refusal_of(*answer) : describe(answer.error());
    if (got == expected) {
      ++checks_.refusals;
    } else {
      checks_.wrong.push_back(fmt::format("a bad request was answered \"{}\", not \"{}\"", got, expected));
    }
  }

 private:
  const HttpOrders& orders_;
  transport::HttpClient client_;
  HttpChecks& checks_;
};

// The last request's array with the amount of its last trade spoilt.
transport::HttpRequest with_a_bad_trade(const HttpOrders& orders, std::string& field) {
  transport::HttpRequest request = request_of(orders, 0);
  request.headers[2].second = "bad";
  constexpr std::string_view kUnits = R"("units":")";
  const std::size_t at = request.body.rfind(kUnits) + kUnits.size();
  request.body.insert(at, "-");
  const std::uint32_t last = std::min(orders.per_request, orders.trades) - 1;
  field = orders.per_request == 1 ? "/amount/units" : fmt::format("/{}/amount/units", last);
  return request;
}

}  // namespace

void check_answers(const HttpOrders& orders, const HttpLoadResult& load, std::uint16_t port, HttpChecks& checks) {
  if (load.created != orders.requests()) {
    checks.wrong.push_back(fmt::format("{} of {} requests were not answered with 201; the first of them: {}",
                                       orders.requests() - load.created, orders.requests(), load.first_refusal));
    return;
  }
  Prober prober(orders, port, checks);
  for (const KeptAnswer& kept : load.kept) prober.expect_same(kept);

  transport::HttpRequest other_body = request_of(orders, 0);
  other_body.body += ' ';
  prober.expect_refused(other_body, "409 idempotency_conflict Idempotency-Key");
  transport::HttpRequest other_key = request_of(orders, 0);
  other_key.headers[0].second.back() = 'x';
  prober.expect_refused(other_key, "401 unauthorized Authorization");
  std::string field;
  const transport::HttpRequest bad_trade = with_a_bad_trade(orders, field);
  prober.expect_refused(bad_trade, "422 amount_negative " + field);
}

void check_logs(const HttpOrders& orders, const std::string& data_dir, const EngineTag& tag, std::uint16_t shards,
                HttpChecks& checks) {
  std::vector<bool> seen(orders.trades);
  const auto disk = evidence::make_posix_disk();
  const auto look_at = [&](const evidence::RecordRef& ref) -> Status {
    CLEARSPAN_TRY(const evidence::Record record, evidence::decode(ref.bytes));
    const auto* created = std::get_if<evidence::TradeCreated>(&record.body);
    if (created == nullptr) return Done{};
    CLEARSPAN_TRY(const std::uint32_t number, orders.number_of(*created));
    if (seen[number]) checks.wrong.push_back(fmt::format("trade {} was created twice", number));
    seen[number] = true;
    ++checks.in_logs;
    return Done{};
  };
  for (std::uint16_t shard = 0; shard < shards; ++shard) {
    const std::string name = fmt::format("shard-{}", shard);
    const auto end = evidence::read_log(*disk, data_dir + "/" + name, {name, tag}, {}, look_at);
    if (!end) checks.wrong.push_back(describe(end.error()));
  }
  if (checks.in_logs != orders.trades) {
    checks.wrong.push_back(fmt::format("{} trades were asked for, the logs hold {}", orders.trades, checks.in_logs));
  }
}

}  // namespace clearspan::tools
