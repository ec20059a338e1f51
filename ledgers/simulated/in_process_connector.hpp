// The connector to a simulated ledger in the same process.
#pragma once

#include "ledgers/simulated/connector_base.hpp"
#include "ledgers/simulated/ledger.hpp"

namespace clearspan::simulated {

class InProcessConnector final : public ConnectorBase {
 public:
  // `options` have passed check_options.
  InProcessConnector(std::shared_ptr<Ledger> ledger, const ConnectorOptions& options,
                     std::shared_ptr<const Keyring> keys);

  Result<Tip> tip(CallTimeout timeout) override;
  void wait_for_block(Height height, CallTimeout timeout) override;
  Result<RawBlock> block(Height height, CallTimeout timeout) override;
  Result<Amount> balance(const AccountId& account, const AssetId& asset, Height height, CallTimeout timeout) override;
  Status submit(const SignedTxn& txn, CallTimeout timeout) override;

 private:
  std::shared_ptr<Ledger> ledger_;
};

}  // namespace clearspan::simulated
