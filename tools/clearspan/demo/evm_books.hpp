// What an EVM chain says of an escrow contract and of everybody who trades, from a moment on: read from a node, block
// by verified block, and from nobody else.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "ledgers/ethereum/connector.hpp"
#include "tools/clearspan/demo/world.hpp"

namespace clearspan::tools {

using EvmPeople = std::map<std::string, ethereum::Address>;

class EvmBooks {
 public:
  // Notes what everybody has now. `options` name the node itself as their only endpoint, and no operators. Errors:
  // those of EvmConnector and JsonRpc.
  static Result<std::unique_ptr<EvmBooks>> begin(const ethereum::EvmOptions& options, const EvmPeople& people);

  // From the begin to the newest final block.
  Result<LedgerBooks> read();

  // Those of the blocks that were read and had not ended in them.
  [[nodiscard]] std::vector<Outcome> open_holds() const;

 private:
  using Fees = std::map<AccountId, Amount>;  // paid for gas

  EvmBooks(ethereum::EvmOptions options, EvmPeople people, ethereum::JsonRpc rpc)
      : options_(std::move(options)), people_(std::move(people)), rpc_(std::move(rpc)) {}

  Status note_balances();
  Status read_block(Height height, LedgerBooks& books, Fees& fees);
  void count_outcome(const Outcome& outcome, LedgerBooks& books);
  static Status count_fees(const std::string& receipts_json, Fees& fees);
  Status read_asset(const ethereum::EvmAsset& asset, Height height, const Fees& fees, LedgerBooks& books);

  const ethereum::EvmOptions options_;
  const EvmPeople people_;
  ethereum::JsonRpc rpc_;
  std::unique_ptr<ethereum::EvmConnector> reader_;
  Height start_;
  std::map<std::pair<AccountId, AssetId>, Amount> before_;
  std::map<HoldKey, Outcome> holds_;
  std::set<HoldKey> ended_;
};

}  // namespace clearspan::tools
