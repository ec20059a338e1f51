// How a simulated ledger begins: its assets, its accounts with their keys and balances, and its pace. From code, or
// from a TOML file:
//
//   ledger = "a-coin"
//   block_interval_ms = 100      # optional, as are the next four
//   finality_depth = 0           # blocks above a block before it is final; 0: at once
//   reclaim = true               # whether a payer may take its hold back by itself after reclaim_after
//   history_bytes_max = 536870912
//   reorganisable_blocks = 64
//   escrow_operator = "operator" # the account whose key releases and refunds holds
//
//   [[asset]]
//   name = "ACN"
//   scale = 2
//
//   [[account]]
//   name = "alice"
//   public_key = "<64 hexadecimal digits>"   # several accounts may have the same
//   balances = { ACN = "100000" }            # in smallest units
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "codecs/crypto/secret_key.hpp"
#include "codecs/simulated/txn.hpp"
#include "core/base/clock.hpp"
#include "core/chain/traits.hpp"

namespace clearspan::simulated {

// The account that shows what is held in escrow. It has no key, and no operation may name it.
inline constexpr std::string_view kEscrowAccount = "escrow";

inline constexpr std::size_t kAssetsMax = 64;
inline constexpr std::size_t kAccountsMax = 1'000'000;
inline constexpr unsigned kScaleMax = 36;  // decimal places; EVM's largest in use is 24

struct GenesisAccount {
  AccountId id;
  SignerKey key;
  std::map<AssetId, Amount> balances;
};

struct Genesis {
  LedgerId ledger;
  std::vector<Asset> assets;
  std::vector<GenesisAccount> accounts;
  AccountId escrow_operator;
  Millis block_interval{100};
  std::uint64_t finality_depth = 0;
  bool reclaim = true;
  std::uint64_t history_bytes_max = 512u << 20;  // of block JSON that is kept; older blocks become unavailable
  std::uint64_t reorganisable_blocks = 64;       // how deep a scripted reorganisation can go
};

// Errors: config_invalid, with the field, for bad or repeated names, an unknown escrow operator or asset, a total above
// 2^256 - 1, and figures out of range.
Status check_genesis(const Genesis& genesis);

// A checked genesis. Errors: config_invalid with the field ("account[3].public_key"), also for fields that do not
// exist.
Result<Genesis> parse_genesis(std::string_view toml_text);

// Errors: those of parse_genesis; config_invalid when the file cannot be read.
Result<Genesis> read_genesis_file(const std::string& path);

// The key of an account in demos and tests: derived from the name, so everybody knows it. It protects nothing.
crypto::SecretKey demo_key(const AccountId& account);

// A ledger for trying things out: the accounts operator, alice, bob, carol and exchanger with their demo keys, all but
// the operator with 10^12 units of the one asset. Both names are well formed.
Genesis demo_genesis(const LedgerId& ledger, const AssetId& asset);

// The hash of everything in the genesis that the ledger's state depends on; the parent of block 0.
Hash32 digest_of(const Genesis& genesis);

}  // namespace clearspan::simulated
