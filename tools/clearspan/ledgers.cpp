#include "tools/clearspan/ledgers.hpp"

#include <utility>

#include "codecs/crypto/key_file.hpp"
#include "ledgers/ethereum/connector.hpp"
#include "ledgers/ethereum/notation.hpp"
#include "ledgers/simulated/block_producer.hpp"
#include "ledgers/simulated/http_connector.hpp"
#include "ledgers/simulated/in_process_connector.hpp"

namespace clearspan::tools {
namespace {

Error in_ledger(const LedgerId& ledger, Error error) {
  error.detail = "ledger \"" + ledger.text + "\": " + error.detail;
  return error;
}

Error invalid(std::string detail, std::string field = {}) {
  return make_error(ErrorCode::config_invalid, std::move(detail), std::move(field));
}

Status nothing_to_check(Millis) {
  return Done{};
}

// --- simulated ---

const SystemClock& system_clock() {
  static const SystemClock clock;
  return clock;
}

// A ledger inside this process, with the thread that makes its blocks.
struct EmbeddedLedger {
  explicit EmbeddedLedger(simulated::Genesis genesis)
      : ledger(std::make_shared<simulated::Ledger>(std::move(genesis), system_clock(), 0)), producer(*ledger) {}

  std::shared_ptr<simulated::Ledger> ledger;
  simulated::BlockProducer producer;
};

// Adds one key after comparing it with the genesis: a wrong file shows at the start, not with the first txn.
Status add_key(simulated::Keyring& keys, const simulated::Genesis& genesis, const AccountId& account,
               const crypto::SecretKey& seed) {
  for (const simulated::GenesisAccount& known : genesis.accounts) {
    if (known.id != account) continue;
    CLEARSPAN_CHECK_OK(keys.add(account, seed));
    CLEARSPAN_TRY(const simulated::SignerKey key, keys.public_key(account));
    if (key == known.key) return Done{};
    return invalid("the key is not that of account \"" + account.text + "\" in the genesis file");
  }
  return invalid("the genesis file has no account \"" + account.text + "\"");
}

Result<std::shared_ptr<simulated::Keyring>> read_keys(const LedgerConfig& config, const SimulatedConfig& kind,
                                                      const simulated::Genesis& genesis) {
  auto keys = std::make_shared<simulated::Keyring>(genesis.escrow_operator);
  for (const KeyConfig& key : config.keys) {
    CLEARSPAN_TRY(const crypto::SecretKey seed, crypto::read_key_file(key.file));
    CLEARSPAN_CHECK_OK(add_key(*keys, genesis, {*key.account}, seed));
  }
  if (!kind.demo_keys) return keys;
  for (const simulated::GenesisAccount& account : genesis.accounts) {
    const crypto::SecretKey seed = simulated::demo_key(account.id);
    if (keys->public_key(account.id).ok()) continue;  // its own key file was given
    CLEARSPAN_CHECK_OK(add_key(*keys, genesis, account.id, seed));
  }
  return keys;
}

Result<OpenLedger> open_simulated(const LedgerConfig& config, const SimulatedConfig& kind, const EngineTag& engine) {
  CLEARSPAN_TRY(simulated::Genesis genesis, simulated::read_genesis_file(kind.genesis.string()));
  if (genesis.ledger != config.id) {
    return invalid("the genesis file is of ledger \"" + genesis.ledger.text + "\"", kind.genesis.string());
  }
  CLEARSPAN_TRY(const std::shared_ptr<simulated::Keyring> keys, read_keys(config, kind, genesis));
  const simulated::ConnectorOptions options = simulated::options_for(genesis, engine);
  CLEARSPAN_CHECK_OK(simulated::check_options(options));
  if (kind.url) {
    CLEARSPAN_TRY(std::shared_ptr<Connector> connector, simulated::HttpConnector::make(*kind.url, options, keys));
    return OpenLedger{std::move(connector), nothing_to_check};
  }
  const auto embedded = std::make_shared<EmbeddedLedger>(std::move(genesis));
  auto connector = std::make_shared<simulated::InProcessConnector>(embedded->ledger, options, keys);
  return OpenLedger{std::shared_ptr<Connector>(connector.get(), [connector, embedded](Connector*) {}),
                    nothing_to_check};
}

// --- ethereum ---

Result<ethereum::Address> address_at(const std::string& text, const std::string& field) {
  const Result<ethereum::Address> address = ethereum::parse_account(text);
  if (!address.ok()) return invalid("\"" + text + "\": " + describe(address.error()), field);
  return *address;
}

Result<std::vector<ethereum::Address>> addresses_at(const std::vector<std::string>& texts, const std::string& field) {
  std::vector<ethereum::Address> addresses;
  for (const std::string& text : texts) {
    CLEARSPAN_TRY(const ethereum::Address address, address_at(text, field));
    addresses.push_back(address);
  }
  return addresses;
}

Result<ethereum::Keyring> read_evm_keys(const std::vector<KeyConfig>& keys) {
  ethereum::Keyring keyring;
  for (const KeyConfig& key : keys) {
    CLEARSPAN_TRY(const ethereum::Address found, keyring.add_file(key.file));
    if (!key.account) continue;
    CLEARSPAN_TRY(const ethereum::Address stated, address_at(*key.account, "key.account"));
    if (found != stated)
      return invalid("the key in " + key.file.string() + " is not that of " + *key.account, "key.account");
  }
  return keyring;
}

Result<ethereum::EvmOptions> evm_options(const LedgerId& ledger, const EthereumConfig& config,
                                         const EngineTag& engine) {
  ethereum::EvmOptions options;
  options.ledger = ledger;
  options.engine = engine;
  options.chain_id = config.chain_id;
  options.endpoints = config.endpoints;
  options.agreement_min = config.agreement_min;
  options.heads_url = config.heads_url.value_or("");
  CLEARSPAN_TRY(options.escrow, address_at(config.escrow, "escrow"));
  if (config.escrow_code_hash) {
    const std::string& text = *config.escrow_code_hash;
    const bool prefixed = text.starts_with("0x");
    if (!prefixed || !from_hex(std::string_view(text).substr(2), options.escrow_code_hash.bytes)) {
      return invalid("it is 0x and 64 hexadecimal digits", "escrow_code_hash");
    }
  }
  CLEARSPAN_TRY(options.operators, addresses_at(config.operators, "operators"));
  for (const EvmAssetConfig& asset : config.assets) {
    ethereum::EvmAsset known{{asset.name}, asset.scale, {}};
    if (asset.token) {
      CLEARSPAN_TRY(known.token, address_at(*asset.token, "asset.token"));
    }
    options.assets.push_back(std::move(known));
  }
  using Policy = ethereum::Finality::Policy;
  options.finality.policy = config.confirmations ? Policy::confirmations : Policy::finalized_tag;
  options.finality.confirmations = config.confirmations.value_or(options.finality.confirmations);
  options.block_interval = config.block_interval;
  options.finality_max = config.finality_max;
  options.poll_interval = config.poll_interval;
  options.movements_per_txn_max = config.movements_per_txn_max.value_or(options.movements_per_txn_max);
  options.fees.market = config.legacy_fees ? ethereum::FeeMarket::legacy : ethereum::FeeMarket::dynamic_fee;
  options.fees.priority_fee = config.priority_fee.value_or(options.fees.priority_fee);
  options.fees.fee_max = config.fee_max.value_or(options.fees.fee_max);
  return options;
}

Result<OpenLedger> open_ethereum(const LedgerConfig& config, const EthereumConfig& kind, const EngineTag& engine) {
  CLEARSPAN_TRY(ethereum::EvmOptions options, evm_options(config.id, kind, engine));
  CLEARSPAN_TRY(ethereum::Keyring keyring, read_evm_keys(config.keys));
  CLEARSPAN_TRY(std::shared_ptr<ethereum::EvmConnector> connector,
                ethereum::EvmConnector::make(std::move(options), std::move(keyring)));
  return OpenLedger{connector, [connector](Millis timeout) { return connector->check(timeout); }};
}

}  // namespace

Result<std::vector<OpenLedger>> open_ledgers(const Config& config) {
  const EngineTag engine = engine_tag_of(config.engine.name);
  std::vector<OpenLedger> ledgers;
  for (const LedgerConfig& ledger : config.ledgers) {
    const auto* simulated = std::get_if<SimulatedConfig>(&ledger.kind);
    Result<OpenLedger> opened = simulated != nullptr
                                    ? open_simulated(ledger, *simulated, engine)
                                    : open_ethereum(ledger, std::get<EthereumConfig>(ledger.kind), engine);
    if (!opened.ok()) return in_ledger(ledger.id, opened.error());
    ledgers.push_back(std::move(opened).value());
  }
  return ledgers;
}

std::vector<std::shared_ptr<Connector>> connectors_of(const std::vector<OpenLedger>& ledgers) {
  std::vector<std::shared_ptr<Connector>> connectors;
  connectors.reserve(ledgers.size());
  for (const OpenLedger& ledger : ledgers) connectors.push_back(ledger.connector);
  return connectors;
}

}  // namespace clearspan::tools
