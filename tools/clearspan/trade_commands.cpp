#include "tools/clearspan/trade_commands.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <thread>
#include <utility>

#include "codecs/crypto/random.hpp"
#include "codecs/json/writer.hpp"
#include "core/trade/state.hpp"
#include "tools/clearspan/present.hpp"

namespace clearspan::tools {
namespace {

constexpr Millis kWatchInterval{200};
constexpr std::size_t kBodyBytesMax = 4U << 20;  // what the server takes

void show_trade(const json::Value& trade) {
  fmt::print("{}", trade_text(trade));
}

Result<std::string> read_body(const std::string& file) {
  std::ifstream stream;
  if (file != "-") stream.open(file, std::ios::binary);
  std::istream& in = file == "-" ? std::cin : stream;
  std::string body{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (in.bad() || (file != "-" && !stream.is_open()))
    return make_error(ErrorCode::invalid_value, "cannot read " + file, "--file");
  if (body.size() > kBodyBytesMax) return make_error(ErrorCode::too_large, file + " is larger than 4 MB", "--file");
  return body;
}

std::string payment_body(const TradeSubmitOptions& options) {
  json::Writer out;
  out.begin_object().field("scenario", "payment").field("payer", options.payer).field("merchant", options.merchant);
  out.field("profile", options.profile).key("amount").begin_object();
  out.field("units", options.units).field("scale", options.scale).end_object();
  out.field("placed_by", options.placed_by);
  if (!options.deadline.empty()) out.field("deadline", options.deadline);
  if (!options.reclaim_after.empty()) out.field("reclaim_after", options.reclaim_after);
  out.end_object();
  return out.take();
}

std::string fresh_key() {
  std::array<std::uint8_t, 16> bytes{};
  crypto::random_bytes(bytes);
  return "cli-" + to_hex(bytes);
}

std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '_' || c == '.' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::string trade_target(const std::string& id) {
  return "/v1/trades/" + percent_encoded(id);
}

// Progress for people: the way of a trade with the part that lies behind it filled in.
void print_progress(const std::string& id, Phase phase) {
  constexpr std::array kWay{Phase::preparing, Phase::deciding, Phase::releasing, Phase::settled};
  const bool aborted = phase == Phase::refunding || phase == Phase::refunded || phase == Phase::rejected;
  std::size_t done = 0;
  while (done < kWay.size() && kWay[done] != phase) ++done;
  if (aborted) done = phase == Phase::refunding ? 2 : 3;
  if (phase == Phase::suspended) done = 0;
  std::string bar;
  for (std::size_t i = 0; i < kWay.size(); ++i) bar += i <= done ? "####" : "....";
  const bool is_terminal_output = isatty(STDOUT_FILENO) != 0;
  fmt::print("{}{}  [{}] {:<10}{}", is_terminal_output ? "\r" : "", id, bar, to_string(phase),
             is_terminal_output ? "" : "\n");
  std::fflush(stdout);
}

int watch(ApiClient& client, const ApiOptions& api, const std::string& id) {
  std::optional<Phase> shown;
  while (true) {
    const Result<ApiAnswer> answer = client.get(trade_target(id));
    if (!answer.ok() || !answer->is_success()) return present(answer, api.json, show_trade);
    const std::optional<Phase> phase = trade_phase_in(answer->body);
    if (!phase) return fail(make_error(ErrorCode::remote_malformed, "the server's answer has no phase"), api.json);
    if (phase != shown && !api.json) print_progress(id, *phase);
    shown = phase;
    if (is_terminal(*phase) || *phase == Phase::suspended) {
      if (!api.json) fmt::print("\n");
      const int shown_code = present(answer, api.json, show_trade);
      if (shown_code != kExitOk) return shown_code;
      return *phase == Phase::settled ? kExitOk : kExitNegative;
    }
    std::this_thread::sleep_for(kWatchInterval);
  }
}

}  // namespace

int run_trade_submit(const TradeSubmitOptions& options) {
  Result<ApiClient> client = ApiClient::open(options.api);
  if (!client.ok()) return fail(client.error(), options.api.json);
  Result<std::string> body =
      options.file.empty() ? Result<std::string>(payment_body(options)) : read_body(options.file);
  if (!body.ok()) return fail(body.error(), options.api.json);
  // With a key, the client may send again when the connection broke, and nothing is created twice.
  const std::string key = options.idempotency_key.empty() ? fresh_key() : options.idempotency_key;
  const Result<ApiAnswer> answer = client->post("/v1/trades", std::move(*body), key);
  const bool follow = options.watch && answer.ok() && answer->is_success();
  if (!follow) {
    const auto show = [](const json::Value& root) {
      const auto object = root.if_object();
      const auto trades = object ? object->find("trades") : std::nullopt;
      if (trades) {
        fmt::print("{}", trade_table(root));
      } else {
        show_trade(root);
      }
    };
    return present(answer, options.api.json, show);
  }
  int exit_code = kExitOk;
  for (const std::string& id : trade_ids_in(answer->body))
    exit_code = std::max(exit_code, watch(*client, options.api, id));
  return exit_code;
}

int run_trade_show(const TradeOptions& options) {
  Result<ApiClient> client = ApiClient::open(options.api);
  if (!client.ok()) return fail(client.error(), options.api.json);
  return present(client->get(trade_target(options.id)), options.api.json, show_trade);
}

int run_trade_list(const TradeListOptions& options) {
  Result<ApiClient> client = ApiClient::open(options.api);
  if (!client.ok()) return fail(client.error(), options.api.json);
  std::string target = "/v1/trades";
  const auto add = [&](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    target += fmt::format("{}{}={}", target.find('?') == std::string::npos ? '?' : '&', name, percent_encoded(value));
  };
  add("phase", options.phase);
  add("scenario", options.scenario);
  add("ledger", options.ledger);
  add("account", options.account);
  add("created_after", options.created_after);
  add("created_before", options.created_before);
  if (options.limit != 0) add("limit", std::to_string(options.limit));
  add("cursor", options.cursor);
  return present(client->get(target), options.api.json,
                 [](const json::Value& page) { fmt::print("{}", trade_table(page)); });
}

int run_trade_watch(const TradeOptions& options) {
  Result<ApiClient> client = ApiClient::open(options.api);
  if (!client.ok()) return fail(client.error(), options.api.json);
  return watch(*client, options.api, options.id);
}

int run_trade_cancel(const TradeOptions& options) {
  Result<ApiClient> client = ApiClient::open(options.api);
  if (!client.ok()) return fail(client.error(), options.api.json);
  return present(client->post(trade_target(options.id) + "/cancel", "", ""), options.api.json, show_trade);
}

}  // namespace clearspan::tools
