// How one EVM ledger is set up: its name, its nodes, the escrow contract, the assets, and when a block is final.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "codecs/ethereum/types.hpp"
#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "core/chain/traits.hpp"
#include "core/money/amount.hpp"
#include "ledgers/ethereum/escrow_contract.hpp"
#include "ledgers/transport/http_client.hpp"

namespace clearspan::ethereum {

struct EvmAsset {
  AssetId id;
  unsigned scale = 18;
  Address token;  // zero: the native coin
};

// A block is final when `confirmations` blocks follow it, or when the nodes' `finalized` tag covers it.
struct Finality {
  enum class Policy : std::uint8_t { confirmations, finalized_tag };

  Policy policy = Policy::confirmations;
  std::uint64_t confirmations = 12;  // 0: every block is final at once, for chains that never reorganise
};

enum class FeeMarket : std::uint8_t {
  legacy,       // one gas price (EIP-155 txns)
  dynamic_fee,  // base fee and priority fee (EIP-1559)
};

struct FeeOptions {
  FeeMarket market = FeeMarket::dynamic_fee;
  Amount priority_fee{1'000'000'000};  // wei per gas
  Amount fee_max{1'000'000'000'000};   // wei per gas; a txn never offers more
};

// The evidence of one trade has the whole txn and receipt of each of its movements, and should stay below 64 KiB. So
// many movements of any kinds are also far below the 2^24 gas that one txn may use since Osaka (EIP-7825).
inline constexpr std::uint32_t kMovementsPerTxnMax = 16;

struct EvmOptions {
  LedgerId ledger;
  EngineTag engine;  // movements whose refs carry it are reported; all others are only verified
  std::uint64_t chain_id = 0;

  std::vector<std::string> endpoints;  // http or https
  std::uint32_t agreement_min = 1;     // endpoints that must agree; never lowered by lost ones
  std::string heads_url;               // ws or wss for new heads; empty: polling alone
  transport::ClientLimits limits;

  Address escrow;
  Hash32 escrow_code_hash = kEscrowCodeHash;  // of the code at that address
  std::vector<EvmAsset> assets;
  std::vector<Address> operators;  // accounts of the keyring that the contract knows as operators; holds, releases and
                                   // refunds are spread over them by trade

  Finality finality;
  Millis block_interval{12'000};
  Millis finality_max{0};   // 0: computed for confirmations, 20 minutes for the finalized tag
  Millis poll_interval{0};  // 0: a quarter of the block interval, at most one second
  // 8: with twelve confirmations and deep tries a payment's bundle still stays below 64 KiB.
  std::uint32_t movements_per_txn_max = 8;
  FeeOptions fees;
};

inline constexpr std::size_t kEndpointsMax = 16;

// Errors: config_invalid, naming the setting.
Status check_options(const EvmOptions& options);

LedgerTraits traits_of(const EvmOptions& options);

Millis poll_interval_of(const EvmOptions& options);

}  // namespace clearspan::ethereum
