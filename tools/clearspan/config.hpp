// The configuration of `clearspan serve`, as read from one TOML file (docs/configuration.md). Reading checks the form:
// every key is known, present where required, and of its type. Paths in the file are relative to the file's own folder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "codecs/tlog/key.hpp"
#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "core/chain/ids.hpp"
#include "core/scenario/profile.hpp"
#include "core/scenario/timing.hpp"

namespace clearspan::tools {

struct EngineConfig {
  std::filesystem::path data_dir;
  std::string name;  // of this engine; its tag on every ledger is derived from it
  std::uint16_t shards = 0;
  std::uint64_t live_trades_max = 1'000'000;
  std::uint64_t solvency_interval_blocks = 32;
  std::uint64_t log_segment_mib = 64;  // size of the evidence logs' files
  std::uint64_t reserve_memory_mib = 0;
};

struct ApiConfig {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;
  std::filesystem::path key_file;
};

// A key that the engine signs with. `account`: whose it is; optional on ledgers where the key says it.
struct KeyConfig {
  std::optional<std::string> account;
  std::filesystem::path file;
};

// What the engine knows of a simulated ledger comes from the genesis file, never from the ledger's node.
struct SimulatedConfig {
  std::filesystem::path genesis;
  std::optional<std::string> url;  // of a `clearspan devnet`; none: the ledger runs inside this process
  bool demo_keys = false;          // sign with the keys that everybody knows, for demos and tests
};

struct EvmAssetConfig {
  std::string name;
  std::uint32_t scale = 0;
  std::optional<std::string> token;  // none: the native coin
};

struct EthereumConfig {
  std::uint64_t chain_id = 0;
  std::vector<std::string> endpoints;
  std::uint32_t agreement_min = 1;
  std::optional<std::string> heads_url;
  std::string escrow;
  std::optional<std::string> escrow_code_hash;
  std::vector<std::string> operators;
  std::vector<EvmAssetConfig> assets;
  std::optional<std::uint64_t> confirmations;  // none: the `finalized` tag
  Millis block_interval{12'000};
  Millis finality_max{0};
  Millis poll_interval{0};
  std::optional<std::uint32_t> movements_per_txn_max;
  bool legacy_fees = false;
  std::optional<Amount> priority_fee;  // wei per gas
  std::optional<Amount> fee_max;       // wei per gas
};

struct LedgerConfig {
  LedgerId id;
  std::variant<SimulatedConfig, EthereumConfig> kind;
  std::vector<KeyConfig> keys;
};

// Where checkpoints are put on record on a ledger.
struct AnchorConfig {
  LedgerId ledger;
  AccountId account;
  Millis interval{60'000};
};

// Somebody else who signs the checkpoints.
struct WitnessConfig {
  std::string url;
  tlog::PublicKey key;
};

// How others check the engine's evidence logs.
struct EvidenceConfig {
  std::optional<std::filesystem::path> key_file;  // none: evidence.key in the data folder
  Millis checkpoint_interval{1'000};
  bool public_entries = false;  // entries and attachments are served without the bearer key
  std::optional<AnchorConfig> anchor;
  std::vector<WitnessConfig> witnesses;
};

struct Config {
  EngineConfig engine;
  ApiConfig api;
  std::vector<LedgerConfig> ledgers;
  std::vector<Profile> profiles;
  TimingPolicy timing;
  EvidenceConfig evidence;
};

struct ListenAddress {
  std::string address;  // an IPv6 address without its brackets
  std::uint16_t port = 0;
};

// "127.0.0.1:8480" or "[::1]:8480"; none for any other form.
std::optional<ListenAddress> parse_listen(std::string_view text);

// Errors: config_invalid with the key as the field, such as "ledger[1].key[0].file".
Result<Config> parse_config(std::string_view toml_text, const std::filesystem::path& folder);

// Errors: as above, and config_invalid when the file cannot be read.
Result<Config> read_config_file(const std::filesystem::path& file);

// The tag of an engine of that name: the first bytes of the name's SHA-256.
EngineTag engine_tag_of(const std::string& name);

}  // namespace clearspan::tools
