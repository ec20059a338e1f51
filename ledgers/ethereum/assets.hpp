// Which asset a token contract is. A token that nobody configured is named by its address, so that a deposit of it is
// seen and can be sent back.
#pragma once

#include <map>
#include <vector>

#include "core/base/result.hpp"
#include "core/chain/ids.hpp"
#include "ledgers/ethereum/options.hpp"

namespace clearspan::ethereum {

class Assets {
 public:
  explicit Assets(const std::vector<EvmAsset>& assets);

  [[nodiscard]] AssetId id_of(const Address& token) const;

  // The token's address; zero for the native coin. Errors: unknown_asset.
  [[nodiscard]] Result<Address> token_of(const AssetId& asset) const;

  [[nodiscard]] bool is_configured(const Address& token) const { return ids_.contains(token); }

 private:
  std::map<Address, AssetId> ids_;
  std::map<AssetId, Address> tokens_;
};

}  // namespace clearspan::ethereum
