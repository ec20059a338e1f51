// The ledger's own account of who has what, for audits that must not believe the engine.
#pragma once

#include <string>
#include <vector>

#include "codecs/json/value.hpp"
#include "core/base/result.hpp"
#include "core/chain/movement.hpp"

namespace clearspan::simulated {

// Per asset: issued = in_accounts + in_escrow, and in_escrow is the sum of the open holds.
struct AssetBooks {
  AssetId asset;
  Amount issued;  // by the genesis; nothing is ever issued later
  Amount in_accounts;
  Amount in_escrow;

  bool operator==(const AssetBooks&) const = default;
};

struct AccountBooks {
  AccountId account;
  AssetId asset;
  Amount at_genesis;
  Amount now;

  bool operator==(const AccountBooks&) const = default;
};

struct OpenHold {
  HoldKey key;
  OperationRef ref;
  AssetId asset;
  Amount amount;
  AccountId payer;
  AccountId payee;
  LedgerTime reclaim_after;

  bool operator==(const OpenHold&) const = default;
};

struct Books {
  LedgerId ledger;
  Height height;
  std::vector<AssetBooks> assets;      // in the order of the genesis
  std::vector<AccountBooks> accounts;  // in the order of the genesis, each with every asset
  std::vector<OpenHold> open_holds;    // in the order of their keys

  bool operator==(const Books&) const = default;
};

// How often something took effect under one ref.
struct RefEffects {
  OperationRef ref;
  std::uint32_t holds = 0;
  std::uint32_t payments = 0;
  std::uint32_t releases = 0;
  std::uint32_t refunds = 0;   // of all kinds
  std::uint32_t reclaims = 0;  // refunds that the payer took by itself

  bool operator==(const RefEffects&) const = default;
};

// Whether the books add up: every asset's sums, and the open holds against the escrow. Errors: final_block_conflict
// with the asset as the field.
Status check_books(const Books& books);

std::string to_json(const Books& books);
std::string to_json(const std::vector<RefEffects>& effects);

// Reads what to_json wrote. Errors: those of json::ObjectReader; invalid_hex; those of parse_amount.
Result<Books> parse_books(json::Value value);
Result<std::vector<RefEffects>> parse_effects(json::Value value);

}  // namespace clearspan::simulated
