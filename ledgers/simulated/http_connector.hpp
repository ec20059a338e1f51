// The connector to a simulated ledger that another process serves (service.hpp). New heads come over its WebSocket;
// while that cannot be opened, they are polled for.
#pragma once

#include <chrono>
#include <string>

#include "codecs/json/document.hpp"
#include "ledgers/simulated/connector_base.hpp"
#include "ledgers/simulated/node_client.hpp"
#include "ledgers/transport/websocket_client.hpp"

namespace clearspan::simulated {

class HttpConnector final : public ConnectorBase {
 public:
  // `url` is that of the node, "http://127.0.0.1:8545"; nothing is sent to it yet. Errors: those of parse_url and
  // check_options.
  static Result<std::unique_ptr<HttpConnector>> make(std::string_view url, const ConnectorOptions& options,
                                                     std::shared_ptr<const Keyring> keys);

  Result<Tip> tip(CallTimeout timeout) override;
  void wait_for_block(Height height, CallTimeout timeout) override;
  Result<RawBlock> block(Height height, CallTimeout timeout) override;
  Result<Amount> balance(const AccountId& account, const AssetId& asset, Height height, CallTimeout timeout) override;
  Status submit(const SignedTxn& txn, CallTimeout timeout) override;

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;

  HttpConnector(const transport::Url& url, const ConnectorOptions& options, std::shared_ptr<const Keyring> keys);

  bool wait_on_websocket(Height height, SteadyTime deadline);
  void poll(Height height, SteadyTime deadline);

  transport::Url heads_url_;
  NodeClient reader_;  // of the block follower
  NodeClient writer_;  // of the sender
  transport::WebSocketClient heads_;
  json::Document document_;          // of the block follower
  json::Document balance_document_;  // of the sender
  SteadyTime next_websocket_{};      // when to try to open it again
};

}  // namespace clearspan::simulated
