#include "ledgers/simulated/http_connector.hpp"

#include <algorithm>
#include <thread>

#include "codecs/json/object_reader.hpp"

namespace clearspan::simulated {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr Millis kWebSocketRetry{5'000};    // between two attempts to open it
constexpr Millis kWebSocketConnect{1'000};  // for one attempt
constexpr Millis kPollMax{1'000};           // between two questions for the head

Millis left_until(SteadyClock::time_point deadline) {
  return std::max(Millis(0), std::chrono::duration_cast<Millis>(deadline - SteadyClock::now()));
}

transport::Url heads_url(transport::Url url) {
  url.scheme = url.is_secure() ? "wss" : "ws";
  url.target = "/v1/heads";
  return url;
}

// A node's answer that has not the form that it should have.
Error malformed(const Error& error) {
  return make_error(ErrorCode::remote_malformed, describe(error));
}

Result<Height> height_in(json::Document& document, std::string_view text) {
  const auto root = document.parse(text);
  if (!root.ok()) return malformed(root.error());
  auto reader = json::ObjectReader::open(*root);
  if (!reader.ok()) return malformed(reader.error());
  const auto number = reader->u64("number");
  if (!number.ok()) return malformed(number.error());
  return Height{*number};
}

Result<Amount> amount_in(json::Document& document, std::string_view text) {
  const auto root = document.parse(text);
  if (!root.ok()) return malformed(root.error());
  auto reader = json::ObjectReader::open(*root);
  if (!reader.ok()) return malformed(reader.error());
  const auto digits = reader->string("amount");
  if (!digits.ok()) return malformed(digits.error());
  auto amount = parse_amount(*digits);
  if (!amount.ok()) return malformed(amount.error());
  return amount;
}

}  // namespace

Result<std::unique_ptr<HttpConnector>> HttpConnector::make(std::string_view url, const ConnectorOptions& options,
                                                           std::shared_ptr<const Keyring> keys) {
  CLEARSPAN_TRY(const transport::Url parsed, transport::parse_url(url));
  CLEARSPAN_CHECK_OK(check_options(options));
  return std::unique_ptr<HttpConnector>(new HttpConnector(parsed, options, std::move(keys)));
}

HttpConnector::HttpConnector(const transport::Url& url, const ConnectorOptions& options,
                             std::shared_ptr<const Keyring> keys)
    : ConnectorBase(options, std::move(keys)),
      heads_url_(heads_url(url)),
      reader_(url),
      writer_(url),
      heads_(transport::ClientLimits{}) {}

Result<Tip> HttpConnector::tip(CallTimeout timeout) {
  CLEARSPAN_TRY(const std::string body, reader_.get("/v1/head", timeout));
  CLEARSPAN_TRY(const Height latest, height_in(document_, body));
  return tip_at(latest);
}

Result<RawBlock> HttpConnector::block(Height height, CallTimeout timeout) {
  CLEARSPAN_TRY(std::string body, reader_.get("/v1/blocks/" + std::to_string(height.value), timeout));
  return RawBlock{height, std::move(body), {}};
}

Result<Amount> HttpConnector::balance(const AccountId& account, const AssetId& asset, Height height,
                                      CallTimeout timeout) {
  if (!is_account_name(account.text)) return make_error(ErrorCode::unknown_account, "this is no name of an account");
  if (!is_asset_name(asset.text)) return make_error(ErrorCode::unknown_asset, "this is no name of an asset");
  CLEARSPAN_TRY(const std::string body, writer_.get("/v1/balances/" + account.text + "/" + asset.text +
                                                        "?height=" + std::to_string(height.value),
                                                    timeout));
  return amount_in(balance_document_, body);
}

Status HttpConnector::submit(const SignedTxn& txn, CallTimeout timeout) {
  CLEARSPAN_TRY(const std::string body, writer_.post("/v1/txns", R"({"raw":")" + to_hex(txn.raw) + R"("})", timeout));
  return Done{};
}

void HttpConnector::wait_for_block(Height height, CallTimeout timeout) {
  const auto deadline = SteadyClock::now() + timeout;
  if (!wait_on_websocket(height, deadline)) poll(height, deadline);
}

// False when there is no WebSocket.
bool HttpConnector::wait_on_websocket(Height height, SteadyTime deadline) {
  if (!heads_.is_open()) {
    if (SteadyClock::now() < next_websocket_) return false;
    next_websocket_ = SteadyClock::now() + kWebSocketRetry;
    if (!heads_.connect(heads_url_, {}, std::min(kWebSocketConnect, left_until(deadline))).ok()) return false;
  }
  while (true) {
    const auto message = heads_.receive(left_until(deadline));
    if (!message.ok()) return message.error().code == ErrorCode::timed_out;
    const auto number = height_in(document_, *message);
    if (!number.ok()) {
      heads_.close(Millis(0));
      return false;
    }
    if (*number > height) return true;
  }
}

void HttpConnector::poll(Height height, SteadyTime deadline) {
  const Millis pause = std::min(kPollMax, traits().block_interval);
  while (left_until(deadline) > Millis(0)) {
    const auto latest = tip(left_until(deadline));
    if (latest.ok() && latest->latest > height) return;
    std::this_thread::sleep_for(std::min(pause, left_until(deadline)));
  }
}

}  // namespace clearspan::simulated
