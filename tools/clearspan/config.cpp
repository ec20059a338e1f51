#include "tools/clearspan/config.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <utility>

#include "codecs/crypto/sha256.hpp"
#include "ledgers/transport/url.hpp"
#include "tools/clearspan/toml_reader.hpp"

namespace clearspan::tools {
namespace {

constexpr std::uint64_t kShardsMax = 256;                           // far above the cores of any machine
constexpr std::uint64_t kLogSegmentMibMin = 2;                      // the largest record fits
constexpr std::uint64_t kLogSegmentMibMax = 1'024;                  // a start reads to the end of the newest one
constexpr std::uint64_t kReserveMibMax = 1 << 24;                   // 16 TiB
constexpr std::uint64_t kSolvencyIntervalMax = 1024;                // blocks; simulated books forget older balances
constexpr std::uint64_t kLiveTradesMax = 100'000'000;               // 100 GB of actors
constexpr std::uint64_t kMillisMax = 10ULL * 365 * 24 * 3'600'000;  // ten years
constexpr std::uint64_t kScaleMax = 77;                             // decimal digits of 2^256
constexpr std::uint64_t kAnyNumber = std::numeric_limits<std::int64_t>::max();
constexpr std::uint64_t kIntervalMillisMax = 24ULL * 3'600'000;  // a day between two checkpoints or anchors
constexpr std::size_t kWitnessesMax = 16;                        // signatures of a note: 64
constexpr std::size_t kNameBytesMax = 64;
constexpr std::uintmax_t kFileBytesMax = 1U << 20;

using Folder = std::filesystem::path;

Result<Millis> millis_or(TomlReader& reader, std::string_view key, Millis otherwise) {
  CLEARSPAN_TRY(const std::optional<std::uint64_t> count, reader.optional_number(key, kMillisMax));
  return count ? Millis(static_cast<Millis::rep>(*count)) : otherwise;
}

Result<std::filesystem::path> path_at(TomlReader& reader, std::string_view key, const Folder& folder) {
  CLEARSPAN_TRY(const std::string text, reader.text(key));
  return (folder / text).lexically_normal();
}

// A name that shows in JSON, logs and metrics.
Result<std::string> name_at(TomlReader& reader, std::string_view key) {
  CLEARSPAN_TRY(std::string name, reader.text(key));
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  });
  if (plain && name.size() <= kNameBytesMax) return name;
  return reader.error(key, "a name has at most 64 letters, digits, '-', '_' and '.'");
}

Result<std::optional<Amount>> optional_amount(TomlReader& reader, std::string_view key) {
  CLEARSPAN_TRY(const std::optional<std::string> text, reader.optional_text(key));
  if (!text) return std::optional<Amount>{};
  const Result<Amount> amount = parse_amount(*text);
  if (!amount.ok())
    return reader.error(key, "an amount is a text of digits, in smallest units: " + describe(amount.error()));
  return std::optional(*amount);
}

Result<Amount> amount_at(TomlReader& reader, std::string_view key) {
  CLEARSPAN_TRY(const std::optional<Amount> amount, optional_amount(reader, key));
  if (!amount) return reader.error(key, "the key is required");
  return *amount;
}

Result<std::string> url_at(TomlReader& reader, std::string_view key, std::string text) {
  const Result<transport::Url> url = transport::parse_url(text);
  if (!url.ok()) return reader.error(key, "\"" + text + "\": " + url.error().detail);
  return text;
}

Result<EngineConfig> read_engine(TomlReader& root, const Folder& folder) {
  CLEARSPAN_TRY(std::optional<TomlReader> reader, root.table("engine"));
  if (!reader) return root.error("engine", "the table is required");
  EngineConfig config;
  CLEARSPAN_TRY(config.data_dir, path_at(*reader, "data_dir", folder));
  CLEARSPAN_TRY(config.name, name_at(*reader, "name"));
  CLEARSPAN_TRY(const auto shards, reader->optional_number("shards", kShardsMax));
  config.shards = static_cast<std::uint16_t>(shards.value_or(0));
  CLEARSPAN_TRY(const auto live, reader->optional_number("live_trades_max", kLiveTradesMax));
  config.live_trades_max = live.value_or(config.live_trades_max);
  CLEARSPAN_TRY(const auto interval, reader->optional_number("solvency_interval_blocks", kSolvencyIntervalMax));
  config.solvency_interval_blocks = interval.value_or(config.solvency_interval_blocks);
  if (config.solvency_interval_blocks == 0) return reader->error("solvency_interval_blocks", "at least 1");
  CLEARSPAN_TRY(const auto segment, reader->optional_number("log_segment_mib", kLogSegmentMibMax));
  config.log_segment_mib = segment.value_or(config.log_segment_mib);
  if (config.log_segment_mib < kLogSegmentMibMin) {
    return reader->error("log_segment_mib", "at least " + std::to_string(kLogSegmentMibMin));
  }
  CLEARSPAN_TRY(const auto reserve, reader->optional_number("reserve_memory_mib", kReserveMibMax));
  config.reserve_memory_mib = reserve.value_or(config.reserve_memory_mib);
  CLEARSPAN_CHECK_OK(reader->finish());
  return config;
}

Result<ApiConfig> read_listen(TomlReader& reader) {
  CLEARSPAN_TRY(const std::string text, reader.text("listen"));
  std::optional<ListenAddress> listen = parse_listen(text);
  if (!listen) return reader.error("listen", "it is written as in \"127.0.0.1:8480\"");
  return ApiConfig{std::move(listen->address), listen->port, {}};
}

Result<ApiConfig> read_api(TomlReader& root, const Folder& folder) {
  CLEARSPAN_TRY(std::optional<TomlReader> reader, root.table("api"));
  if (!reader) return root.error("api", "the table is required");
  CLEARSPAN_TRY(ApiConfig config, read_listen(*reader));
  CLEARSPAN_TRY(config.key_file, path_at(*reader, "key_file", folder));
  CLEARSPAN_CHECK_OK(reader->finish());
  return config;
}

Result<SimulatedConfig> read_simulated(TomlReader& reader, const Folder& folder) {
  SimulatedConfig config;
  CLEARSPAN_TRY(config.genesis, path_at(reader, "genesis", folder));
  CLEARSPAN_TRY(const bool embedded, reader.boolean_or("embedded", false));
  CLEARSPAN_TRY(std::optional<std::string> url, reader.optional_text("url"));
  if (embedded == url.has_value()) return reader.error("url", "give either url or embedded = true");
  if (url) {
    CLEARSPAN_TRY(config.url, url_at(reader, "url", std::move(*url)));
  }
  CLEARSPAN_TRY(config.demo_keys, reader.boolean_or("demo_keys", false));
  return config;
}

Result<std::vector<EvmAssetConfig>> read_evm_assets(TomlReader& ledger) {
  CLEARSPAN_TRY(std::vector<TomlReader> readers, ledger.tables("asset"));
  if (readers.empty()) return ledger.error("asset", "a ledger has at least one [[ledger.asset]]");
  std::vector<EvmAssetConfig> assets;
  for (TomlReader& reader : readers) {
    EvmAssetConfig asset;
    CLEARSPAN_TRY(asset.name, name_at(reader, "name"));
    CLEARSPAN_TRY(const std::uint64_t scale, reader.number("scale", kScaleMax));
    asset.scale = static_cast<std::uint32_t>(scale);
    CLEARSPAN_TRY(asset.token, reader.optional_text("token"));
    CLEARSPAN_CHECK_OK(reader.finish());
    assets.push_back(std::move(asset));
  }
  return assets;
}

// finality = "finalized", or the number of blocks that must follow.
Status read_finality(TomlReader& reader, EthereumConfig& config) {
  const toml::node* node = reader.find("finality");
  if (node == nullptr) return reader.error("finality", "the key is required");
  if (const auto* text = node->as_string(); text != nullptr && text->get() == "finalized") return Done{};
  const auto* confirmations = node->as_integer();
  if (confirmations == nullptr || confirmations->get() < 0) {
    return reader.error("finality", "it is \"finalized\", or the number of confirmations");
  }
  config.confirmations = static_cast<std::uint64_t>(confirmations->get());
  return Done{};
}

Status read_fees(TomlReader& ledger, EthereumConfig& config) {
  CLEARSPAN_TRY(std::optional<TomlReader> reader, ledger.table("fees"));
  if (!reader) return Done{};
  CLEARSPAN_TRY(const std::optional<std::string> market, reader->optional_text("market"));
  if (market && *market != "legacy" && *market != "dynamic") {
    return reader->error("market", "it is \"dynamic\" (EIP-1559) or \"legacy\"");
  }
  config.legacy_fees = market == "legacy";
  CLEARSPAN_TRY(config.priority_fee, optional_amount(*reader, "priority_fee_wei"));
  CLEARSPAN_TRY(config.fee_max, optional_amount(*reader, "fee_max_wei"));
  return reader->finish();
}

Status read_evm_endpoints(TomlReader& reader, EthereumConfig& config) {
  CLEARSPAN_TRY(config.endpoints, reader.texts("endpoints"));
  if (config.endpoints.empty()) return reader.error("endpoints", "at least one address is required");
  for (const std::string& endpoint : config.endpoints) {
    CLEARSPAN_CHECK_OK(url_at(reader, "endpoints", endpoint));
  }
  CLEARSPAN_TRY(const auto agreement, reader.optional_number("agreement_min", config.endpoints.size()));
  if (agreement == std::uint64_t{0}) return reader.error("agreement_min", "at least one endpoint must agree");
  config.agreement_min = static_cast<std::uint32_t>(agreement.value_or(1));
  CLEARSPAN_TRY(std::optional<std::string> heads, reader.optional_text("heads_url"));
  if (heads) {
    CLEARSPAN_TRY(config.heads_url, url_at(reader, "heads_url", std::move(*heads)));
  }
  return Done{};
}

Result<EthereumConfig> read_ethereum(TomlReader& reader) {
  EthereumConfig config;
  CLEARSPAN_TRY(config.chain_id, reader.number("chain_id", kAnyNumber));
  CLEARSPAN_CHECK_OK(read_evm_endpoints(reader, config));
  CLEARSPAN_TRY(config.escrow, reader.text("escrow"));
  CLEARSPAN_TRY(config.escrow_code_hash, reader.optional_text("escrow_code_hash"));
  CLEARSPAN_TRY(config.operators, reader.texts("operators"));
  if (config.operators.empty()) return reader.error("operators", "at least one account is required");
  CLEARSPAN_TRY(config.assets, read_evm_assets(reader));
  CLEARSPAN_CHECK_OK(read_finality(reader, config));
  CLEARSPAN_TRY(config.block_interval, millis_or(reader, "block_interval_ms", config.block_interval));
  CLEARSPAN_TRY(config.finality_max, millis_or(reader, "finality_max_ms", config.finality_max));
  CLEARSPAN_TRY(config.poll_interval, millis_or(reader, "poll_interval_ms", config.poll_interval));
  CLEARSPAN_TRY(const auto movements, reader.optional_number("movements_per_txn_max", kShardsMax));
  if (movements) config.movements_per_txn_max = static_cast<std::uint32_t>(*movements);
  CLEARSPAN_CHECK_OK(read_fees(reader, config));
  return config;
}

Result<std::vector<KeyConfig>> read_keys(TomlReader& ledger, const Folder& folder) {
  CLEARSPAN_TRY(std::vector<TomlReader> readers, ledger.tables("key"));
  std::vector<KeyConfig> keys;
  for (TomlReader& reader : readers) {
    KeyConfig key;
    CLEARSPAN_TRY(key.account, reader.optional_text("account"));
    CLEARSPAN_TRY(key.file, path_at(reader, "file", folder));
    CLEARSPAN_CHECK_OK(reader.finish());
    keys.push_back(std::move(key));
  }
  return keys;
}

Result<LedgerConfig> read_ledger(TomlReader& reader, const Folder& folder) {
  LedgerConfig config;
  CLEARSPAN_TRY(config.id.text, name_at(reader, "id"));
  CLEARSPAN_TRY(const std::string kind, reader.text("kind"));
  if (kind == "simulated") {
    CLEARSPAN_TRY(config.kind, read_simulated(reader, folder));
  } else if (kind == "ethereum") {
    CLEARSPAN_TRY(config.kind, read_ethereum(reader));
  } else {
    return reader.error("kind", "it is \"simulated\" or \"ethereum\"");
  }
  CLEARSPAN_TRY(config.keys, read_keys(reader, folder));
  for (std::size_t i = 0; kind == "simulated" && i < config.keys.size(); ++i) {
    if (!config.keys[i].account) return reader.error("key[" + std::to_string(i) + "].account", "the key is required");
  }
  CLEARSPAN_CHECK_OK(reader.finish());
  return config;
}

Result<Profile> read_profile(TomlReader& reader) {
  Profile profile;
  CLEARSPAN_TRY(profile.name, name_at(reader, "name"));
  CLEARSPAN_TRY(profile.source_ledger.text, reader.text("source_ledger"));
  CLEARSPAN_TRY(profile.source_asset.text, reader.text("source_asset"));
  CLEARSPAN_TRY(profile.source_account.text, reader.text("source_account"));
  CLEARSPAN_TRY(profile.destination_ledger.text, reader.text("destination_ledger"));
  CLEARSPAN_TRY(profile.destination_asset.text, reader.text("destination_asset"));
  CLEARSPAN_TRY(profile.destination_account.text, reader.text("destination_account"));
  CLEARSPAN_TRY(const std::string rate, reader.text("rate"));
  const Result<Rate> parsed = parse_rate(rate);
  if (!parsed.ok()) return reader.error("rate", "it is a fraction of whole numbers, such as \"3/2\"");
  profile.rate = *parsed;
  CLEARSPAN_TRY(const std::optional<Amount> fee, optional_amount(reader, "fee"));
  profile.fee = fee.value_or(Amount{});
  CLEARSPAN_TRY(profile.amount_min, amount_at(reader, "amount_min"));
  CLEARSPAN_TRY(profile.amount_max, amount_at(reader, "amount_max"));
  if (profile.amount_max < profile.amount_min) return reader.error("amount_max", "it is below amount_min");
  CLEARSPAN_CHECK_OK(reader.finish());
  return profile;
}

Result<TimingPolicy> read_timing(TomlReader& root) {
  TimingPolicy timing;
  CLEARSPAN_TRY(std::optional<TomlReader> reader, root.table("timing"));
  if (!reader) return timing;
  CLEARSPAN_TRY(timing.prepare_window, millis_or(*reader, "prepare_window_ms", timing.prepare_window));
  CLEARSPAN_TRY(timing.pivot_window, millis_or(*reader, "pivot_window_ms", timing.pivot_window));
  CLEARSPAN_TRY(timing.margin, millis_or(*reader, "margin_ms", timing.margin));
  CLEARSPAN_TRY(timing.reclaim_delay, millis_or(*reader, "reclaim_delay_ms", timing.reclaim_delay));
  CLEARSPAN_CHECK_OK(reader->finish());
  return timing;
}

// At least one millisecond: what is asked for all the time would leave no time for anything else.
Result<Millis> interval_or(TomlReader& reader, std::string_view key, Millis otherwise) {
  CLEARSPAN_TRY(const std::optional<std::uint64_t> count, reader.optional_number(key, kIntervalMillisMax));
  if (count == std::uint64_t{0}) return reader.error(key, "it is at least 1");
  return count ? Millis(static_cast<Millis::rep>(*count)) : otherwise;
}

Result<std::optional<AnchorConfig>> read_anchor(TomlReader& evidence, const std::vector<LedgerConfig>& ledgers) {
  CLEARSPAN_TRY(std::optional<TomlReader> reader, evidence.table("anchor"));
  if (!reader) return std::optional<AnchorConfig>{};
  AnchorConfig config;
  CLEARSPAN_TRY(config.ledger.text, reader->text("ledger"));
  const bool is_known = std::any_of(ledgers.begin(), ledgers.end(),
                                    [&](const LedgerConfig& ledger) { return ledger.id == config.ledger; });
  if (!is_known) return reader->error("ledger", "no [[ledger]] has this id");
  CLEARSPAN_TRY(config.account.text, reader->text("account"));
  CLEARSPAN_TRY(config.interval, interval_or(*reader, "interval_ms", config.interval));
  CLEARSPAN_CHECK_OK(reader->finish());
  return std::optional(std::move(config));
}

Result<std::vector<WitnessConfig>> read_witnesses(TomlReader& evidence) {
  CLEARSPAN_TRY(std::vector<TomlReader> readers, evidence.tables("witness"));
  if (readers.size() > kWitnessesMax) return evidence.error("witness", "there are more than 16");
  std::vector<WitnessConfig> witnesses;
  for (TomlReader& reader : readers) {
    WitnessConfig witness;
    CLEARSPAN_TRY(std::string url, reader.text("url"));
    CLEARSPAN_TRY(witness.url, url_at(reader, "url", std::move(url)));
    CLEARSPAN_TRY(const std::string key, reader.text("key"));
    auto parsed = tlog::parse_public_key(key);
    if (!parsed.ok() || parsed->type != tlog::KeyType::witness) {
      return reader.error("key",
                          "it is a witness's public key, as `clearspan witness --print-key` prints it behind "
                          "\"witness \"");
    }
    witness.key = std::move(*parsed);
    for (const WitnessConfig& other : witnesses) {
      if (other.key.key == witness.key.key) return reader.error("key", "another witness has the same key");
    }
    CLEARSPAN_CHECK_OK(reader.finish());
    witnesses.push_back(std::move(witness));
  }
  return witnesses;
}

Result<EvidenceConfig> read_evidence(TomlReader& root, const Folder& folder, const std::vector<LedgerConfig>& ledgers) {
  EvidenceConfig config;
  CLEARSPAN_TRY(std::optional<TomlReader> reader, root.table("evidence"));
  if (!reader) return config;
  CLEARSPAN_TRY(const std::optional<std::string> key_file, reader->optional_text("key_file"));
  if (key_file) config.key_file = (folder / *key_file).lexically_normal();
  CLEARSPAN_TRY(config.checkpoint_interval, interval_or(*reader, "checkpoint_interval_ms", config.checkpoint_interval));
  CLEARSPAN_TRY(config.public_entries, reader->boolean_or("public_entries", config.public_entries));
  CLEARSPAN_TRY(config.anchor, read_anchor(*reader, ledgers));
  CLEARSPAN_TRY(config.witnesses, read_witnesses(*reader));
  CLEARSPAN_CHECK_OK(reader->finish());
  return config;
}

Result<Config> read_config(const toml::table& table, const Folder& folder) {
  TomlReader root(table, "");
  Config config;
  CLEARSPAN_TRY(config.engine, read_engine(root, folder));
  CLEARSPAN_TRY(config.api, read_api(root, folder));
  CLEARSPAN_TRY(std::vector<TomlReader> ledgers, root.tables("ledger"));
  if (ledgers.size() < 2) return root.error("ledger", "at least two [[ledger]] are required");
  for (TomlReader& reader : ledgers) {
    CLEARSPAN_TRY(LedgerConfig ledger, read_ledger(reader, folder));
    for (const LedgerConfig& other : config.ledgers) {
      if (other.id == ledger.id) return reader.error("id", "another ledger has the same name");
    }
    config.ledgers.push_back(std::move(ledger));
  }
  CLEARSPAN_TRY(std::vector<TomlReader> profiles, root.tables("profile"));
  for (TomlReader& reader : profiles) {
    CLEARSPAN_TRY(Profile profile, read_profile(reader));
    config.profiles.push_back(std::move(profile));
  }
  CLEARSPAN_TRY(config.timing, read_timing(root));
  CLEARSPAN_TRY(config.evidence, read_evidence(root, folder, config.ledgers));
  CLEARSPAN_CHECK_OK(root.finish());
  return config;
}

}  // namespace

Result<Config> parse_config(std::string_view toml_text, const std::filesystem::path& folder) {
  // toml++ reports with exceptions; they end here.
  try {
    const toml::table table = toml::parse(toml_text);
    return read_config(table, folder);
  } catch (const toml::parse_error& error) {
    return make_error(ErrorCode::config_invalid,
                      std::string(error.description()) + " in line " + std::to_string(error.source().begin.line));
  }
}

Result<Config> read_config_file(const std::filesystem::path& file) {
  std::error_code failure;
  const std::uintmax_t size = std::filesystem::file_size(file, failure);
  if (failure) return make_error(ErrorCode::config_invalid, "cannot read " + file.string() + ": " + failure.message());
  if (size > kFileBytesMax) return make_error(ErrorCode::config_invalid, file.string() + " is larger than 1 MB");
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream) return make_error(ErrorCode::config_invalid, "cannot read " + file.string());
  return parse_config(text.str(), file.parent_path());
}

std::optional<ListenAddress> parse_listen(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size()) return std::nullopt;
  std::string_view address = text.substr(0, colon);
  if (address.front() == '[' && address.back() == ']') address = address.substr(1, address.size() - 2);
  std::uint32_t port = 0;
  for (const char digit : text.substr(colon + 1)) {
    if (digit < '0' || digit > '9') return std::nullopt;
    port = port * 10 + static_cast<std::uint32_t>(digit - '0');
    if (port > 65'535) return std::nullopt;
  }
  return ListenAddress{std::string(address), static_cast<std::uint16_t>(port)};
}

EngineTag engine_tag_of(const std::string& name) {
  const Hash32 hash = crypto::sha256(as_bytes("clearspan engine " + name));
  EngineTag tag;
  std::copy_n(hash.bytes.begin(), EngineTag::kSize, tag.bytes.begin());
  return tag;
}

}  // namespace clearspan::tools
