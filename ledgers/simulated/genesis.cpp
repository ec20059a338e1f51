#include "ledgers/simulated/genesis.hpp"

#include <set>

#include "codecs/crypto/sha256.hpp"
#include "codecs/simulated/wire.hpp"

namespace clearspan::simulated {
namespace {

// A chain of one block per millisecond is as fast as the clock can tell apart; slower than a day is a mistake.
constexpr Millis kIntervalMax{86'400'000};
constexpr std::uint64_t kFinalityDepthMax = 10'000;
constexpr std::uint64_t kReorganisableMax = 1024;

Error invalid(std::string field, std::string detail) {
  return make_error(ErrorCode::config_invalid, std::move(detail), std::move(field));
}

Status check_assets(const Genesis& genesis) {
  if (genesis.assets.empty()) return invalid("asset", "a ledger has at least one asset");
  if (genesis.assets.size() > kAssetsMax) return invalid("asset", "at most 64 assets");
  std::set<AssetId> seen;
  for (std::size_t i = 0; i < genesis.assets.size(); ++i) {
    const std::string field = "asset[" + std::to_string(i) + "]";
    const Asset& asset = genesis.assets[i];
    if (!is_asset_name(asset.id.text)) return invalid(field + ".name", "must be 1 to 32 of A-Z a-z 0-9 . _ -");
    if (!seen.insert(asset.id).second) return invalid(field + ".name", "the asset is there twice");
    if (asset.scale > kScaleMax) return invalid(field + ".scale", "at most 36");
  }
  return Done{};
}

Status check_balances(const GenesisAccount& account, const std::string& field, std::map<AssetId, Amount>& totals) {
  for (const auto& [asset, amount] : account.balances) {
    const auto total = totals.find(asset);
    if (total == totals.end()) return invalid(field + ".balances." + asset.text, "the ledger has no such asset");
    const auto sum = add(total->second, amount);
    if (!sum.ok()) return invalid(field + ".balances." + asset.text, "the total of the asset exceeds 2^256 - 1");
    total->second = *sum;
  }
  return Done{};
}

// The totals bound every balance for ever, so that no later addition can overflow.
Status check_accounts(const Genesis& genesis) {
  if (genesis.accounts.size() > kAccountsMax) return invalid("account", "at most 1000000 accounts");
  std::map<AssetId, Amount> totals;
  for (const Asset& asset : genesis.assets) totals[asset.id] = Amount();
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < genesis.accounts.size(); ++i) {
    const std::string field = "account[" + std::to_string(i) + "]";
    const GenesisAccount& account = genesis.accounts[i];
    if (!is_account_name(account.id.text)) return invalid(field + ".name", "must be 1 to 64 of a-z 0-9 . _ -");
    if (account.id.text == kEscrowAccount) return invalid(field + ".name", "the name escrow is the ledger's own");
    if (!seen.insert(account.id.text).second) return invalid(field + ".name", "the account is there twice");
    if (account.key.is_zero()) return invalid(field + ".public_key", "the key is zero");
    CLEARSPAN_CHECK_OK(check_balances(account, field, totals));
  }
  if (!seen.contains(genesis.escrow_operator.text)) {
    return invalid("escrow_operator", "there is no account of that name");
  }
  return Done{};
}

}  // namespace

Status check_genesis(const Genesis& genesis) {
  if (!is_ledger_name(genesis.ledger.text)) return invalid("ledger", "must be 1 to 64 of a-z 0-9 . _ -");
  if (genesis.block_interval < Millis(1) || genesis.block_interval > kIntervalMax) {
    return invalid("block_interval_ms", "must be 1 to 86400000");
  }
  if (genesis.finality_depth > kFinalityDepthMax) return invalid("finality_depth", "at most 10000");
  if (genesis.reorganisable_blocks > kReorganisableMax) return invalid("reorganisable_blocks", "at most 1024");
  CLEARSPAN_CHECK_OK(check_assets(genesis));
  return check_accounts(genesis);
}

crypto::SecretKey demo_key(const AccountId& account) {
  const Hash32 seed = crypto::sha256(as_bytes("clearspan demo key of "), as_bytes(account.text));
  return crypto::SecretKey(seed.bytes);
}

Genesis demo_genesis(const LedgerId& ledger, const AssetId& asset) {
  constexpr std::uint64_t kUnits = 1'000'000'000'000;
  constexpr unsigned kScale = 2;
  Genesis genesis;
  genesis.ledger = ledger;
  genesis.assets = {{asset, kScale}};
  genesis.escrow_operator = {"operator"};
  for (const char* name : {"operator", "alice", "bob", "carol", "exchanger"}) {
    GenesisAccount account{{name}, crypto::Ed25519Signer(demo_key({name})).public_key(), {}};
    if (account.id != genesis.escrow_operator) account.balances[asset] = Amount(kUnits);
    genesis.accounts.push_back(std::move(account));
  }
  return genesis;
}

Hash32 digest_of(const Genesis& genesis) {
  Bytes bytes;
  put_text(bytes, genesis.ledger.text);
  put_text(bytes, genesis.escrow_operator.text);
  put_u8(bytes, genesis.reclaim ? 1 : 0);
  put_u32(bytes, static_cast<std::uint32_t>(genesis.assets.size()));
  for (const Asset& asset : genesis.assets) {
    put_text(bytes, asset.id.text);
    put_u32(bytes, asset.scale);
  }
  put_u32(bytes, static_cast<std::uint32_t>(genesis.accounts.size()));
  for (const GenesisAccount& account : genesis.accounts) {
    put_text(bytes, account.id.text);
    put_bytes(bytes, account.key.view());
    put_u32(bytes, static_cast<std::uint32_t>(account.balances.size()));
    for (const auto& [asset, amount] : account.balances) {
      put_text(bytes, asset.text);
      put_bytes(bytes, to_word(amount).view());
    }
  }
  return crypto::sha256(bytes);
}

}  // namespace clearspan::simulated
