#include "ledgers/ethereum/options.hpp"

#include <algorithm>
#include <set>

#include "core/chain/proof.hpp"
#include "ledgers/ethereum/notation.hpp"
#include "ledgers/transport/url.hpp"

namespace clearspan::ethereum {
namespace {

constexpr Millis kFinalizedTagMax{20 * 60'000};  // two epochs of a proof-of-stake chain, and a slow third
constexpr unsigned kScaleMax = 255;              // decimal places; a token states them in 8 bits
constexpr Millis kPollMax{1000};
constexpr Millis kPollMin{20};

Error invalid(const char* field, std::string detail) {
  return make_error(ErrorCode::config_invalid, std::move(detail), field);
}

Status check_urls(const EvmOptions& options) {
  if (options.endpoints.empty()) return invalid("endpoints", "at least one is needed");
  if (options.endpoints.size() > kEndpointsMax) return invalid("endpoints", "too many");
  std::set<std::string> distinct;
  for (const std::string& endpoint : options.endpoints) {
    auto url = transport::parse_url(endpoint);
    if (!url.ok()) return invalid("endpoints", describe(url.error()));
    if (url->scheme != "http" && url->scheme != "https") return invalid("endpoints", "http or https is needed");
    // One node named twice would agree with itself.
    if (!distinct.insert(url->text()).second) return invalid("endpoints", "named twice: " + endpoint);
  }
  if (options.agreement_min == 0 || options.agreement_min > options.endpoints.size()) {
    return invalid("agreement_min", "it must be between 1 and the number of endpoints");
  }
  if (options.heads_url.empty()) return Done{};
  auto url = transport::parse_url(options.heads_url);
  if (!url.ok()) return invalid("heads_url", describe(url.error()));
  if (url->scheme != "ws" && url->scheme != "wss") return invalid("heads_url", "ws or wss is needed");
  return Done{};
}

Status check_assets(const EvmOptions& options) {
  std::set<AssetId> ids;
  std::set<Address> tokens;
  for (const EvmAsset& asset : options.assets) {
    if (asset.id.text.empty() || asset.id.text.starts_with("0x")) {
      return invalid("assets", "a name must not be empty or look like an address: " + asset.id.text);
    }
    if (asset.scale > kScaleMax) return invalid("assets", "more than 255 decimal places: " + asset.id.text);
    if (!ids.insert(asset.id).second) return invalid("assets", "named twice: " + asset.id.text);
    if (!tokens.insert(asset.token).second) return invalid("assets", "two assets are the same token: " + asset.id.text);
  }
  return Done{};
}

}  // namespace

Status check_options(const EvmOptions& options) {
  if (options.ledger.text.empty()) return invalid("ledger", "it must not be empty");
  if (options.chain_id == 0) return invalid("chain_id", "it must not be zero");
  if (options.escrow.is_zero()) return invalid("escrow", "it must not be the zero address");
  if (options.movements_per_txn_max == 0 || options.movements_per_txn_max > kMovementsPerTxnMax) {
    return invalid("movements_per_txn_max", "it must be between 1 and " + std::to_string(kMovementsPerTxnMax));
  }
  if (options.finality.confirmations > kProofDepthMax) return invalid("confirmations", "at most 65536");
  if (options.block_interval <= Millis{0}) return invalid("block_interval", "it must be positive");
  if (options.fees.fee_max < options.fees.priority_fee) return invalid("fee_max", "it is below the priority fee");
  CLEARSPAN_CHECK_OK(check_urls(options));
  return check_assets(options);
}

LedgerTraits traits_of(const EvmOptions& options) {
  LedgerTraits traits;
  traits.id = options.ledger;
  traits.clock = ClockKind::unix_seconds;
  traits.block_interval = options.block_interval;
  traits.finality_max = options.finality_max;
  if (traits.finality_max == Millis{0}) {
    const bool counted = options.finality.policy == Finality::Policy::confirmations;
    // One interval more for the block that includes the txn.
    traits.finality_max =
        counted ? options.block_interval * static_cast<int>(options.finality.confirmations + 1) : kFinalizedTagMax;
  }
  traits.movements_per_txn_max = options.movements_per_txn_max;
  traits.has_sequence = true;
  traits.has_reclaim = true;
  traits.held_in = account_of(options.escrow);
  for (const EvmAsset& asset : options.assets) traits.assets.push_back({asset.id, asset.scale});
  return traits;
}

Millis poll_interval_of(const EvmOptions& options) {
  if (options.poll_interval > Millis{0}) return options.poll_interval;
  return std::clamp(options.block_interval / 4, kPollMin, kPollMax);
}

}  // namespace clearspan::ethereum
