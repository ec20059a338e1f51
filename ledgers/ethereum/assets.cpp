#include "ledgers/ethereum/assets.hpp"

#include "ledgers/ethereum/notation.hpp"

namespace clearspan::ethereum {

Assets::Assets(const std::vector<EvmAsset>& assets) {
  for (const EvmAsset& asset : assets) {
    ids_.emplace(asset.token, asset.id);
    tokens_.emplace(asset.id, asset.token);
  }
}

AssetId Assets::id_of(const Address& token) const {
  const auto it = ids_.find(token);
  return it != ids_.end() ? it->second : AssetId{to_text(token)};
}

Result<Address> Assets::token_of(const AssetId& asset) const {
  if (const auto it = tokens_.find(asset); it != tokens_.end()) return it->second;
  // Also the native coin where it is not configured: its address is zero, which is no account.
  if (asset.text == to_text(Address{})) return Address{};
  auto token = parse_account(asset.text);
  if (!token.ok()) return make_error(ErrorCode::unknown_asset, "not configured for this ledger", asset.text);
  return *token;
}

}  // namespace clearspan::ethereum
