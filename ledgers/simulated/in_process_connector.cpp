#include "ledgers/simulated/in_process_connector.hpp"

namespace clearspan::simulated {

InProcessConnector::InProcessConnector(std::shared_ptr<Ledger> ledger, const ConnectorOptions& options,
                                       std::shared_ptr<const Keyring> keys)
    : ConnectorBase(options, std::move(keys)), ledger_(std::move(ledger)) {}

Result<Tip> InProcessConnector::tip(CallTimeout timeout) {
  CLEARSPAN_TRY(const Head head, ledger_->head(timeout));
  return tip_at(head.number);
}

void InProcessConnector::wait_for_block(Height height, CallTimeout timeout) {
  ledger_->wait_for_block(height, timeout);
}

Result<RawBlock> InProcessConnector::block(Height height, CallTimeout timeout) {
  CLEARSPAN_TRY(const auto json, ledger_->block(height, timeout));
  return RawBlock{height, *json, {}};
}

Result<Amount> InProcessConnector::balance(const AccountId& account, const AssetId& asset, Height height,
                                           CallTimeout timeout) {
  return ledger_->balance(account.text, asset.text, height, timeout);
}

Status InProcessConnector::submit(const SignedTxn& txn, CallTimeout timeout) {
  return ledger_->submit(txn.raw, timeout);
}

}  // namespace clearspan::simulated
