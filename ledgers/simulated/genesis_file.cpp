// The TOML form of a genesis, apart from the rest because of toml++'s weight.
#include <toml++/toml.h>

#include <algorithm>
#include <fstream>
#include <initializer_list>
#include <limits>
#include <sstream>

#include "ledgers/simulated/genesis.hpp"

namespace clearspan::simulated {
namespace {

Error invalid(std::string field, std::string detail) {
  return make_error(ErrorCode::config_invalid, std::move(detail), std::move(field));
}

Status expect_only(const toml::table& table, const std::string& prefix, std::initializer_list<std::string_view> known) {
  for (const auto& [key, node] : table) {
    if (std::find(known.begin(), known.end(), key.str()) == known.end()) {
      return invalid(prefix + std::string(key.str()), "no such field here");
    }
  }
  return Done{};
}

Result<std::string> text_at(const toml::table& table, const std::string& prefix, std::string_view key) {
  const auto* text = table.get_as<std::string>(key);
  if (text == nullptr) return invalid(prefix + std::string(key), "a text is required");
  return text->get();
}

// The number, or `otherwise` when the field is absent.
Result<std::uint64_t> number_at(const toml::table& table, const std::string& prefix, std::string_view key,
                                std::uint64_t otherwise) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return otherwise;
  const auto* number = node->as_integer();
  if (number == nullptr || number->get() < 0) return invalid(prefix + std::string(key), "a whole number is required");
  return static_cast<std::uint64_t>(number->get());
}

// The tables of an array of tables; none when it is absent.
Result<std::vector<const toml::table*>> tables_at(const toml::table& table, std::string_view key) {
  std::vector<const toml::table*> tables;
  const toml::node* node = table.get(key);
  if (node == nullptr) return tables;
  const toml::array* array = node->as_array();
  if (array == nullptr) return invalid(std::string(key), "must be written as [[" + std::string(key) + "]]");
  for (const toml::node& element : *array) {
    const toml::table* found = element.as_table();
    if (found == nullptr) return invalid(std::string(key), "must be written as [[" + std::string(key) + "]]");
    tables.push_back(found);
  }
  return tables;
}

Result<Asset> read_asset(const toml::table& table, const std::string& prefix) {
  CLEARSPAN_CHECK_OK(expect_only(table, prefix, {"name", "scale"}));
  Asset asset;
  CLEARSPAN_TRY(asset.id.text, text_at(table, prefix, "name"));
  CLEARSPAN_TRY(const std::uint64_t scale, number_at(table, prefix, "scale", 0));
  asset.scale = static_cast<unsigned>(std::min<std::uint64_t>(scale, std::numeric_limits<unsigned>::max()));
  return asset;
}

Result<GenesisAccount> read_account(const toml::table& table, const std::string& prefix) {
  CLEARSPAN_CHECK_OK(expect_only(table, prefix, {"name", "public_key", "balances"}));
  GenesisAccount account;
  CLEARSPAN_TRY(account.id.text, text_at(table, prefix, "name"));
  CLEARSPAN_TRY(const std::string key, text_at(table, prefix, "public_key"));
  if (!from_hex(key, account.key.bytes)) return invalid(prefix + "public_key", "must be 64 hexadecimal digits");
  const toml::node* balances = table.get("balances");
  if (balances == nullptr) return account;
  if (!balances->is_table()) return invalid(prefix + "balances", "must be a table of assets and amounts");
  for (const auto& [asset, node] : *balances->as_table()) {
    const std::string field = prefix + "balances." + std::string(asset.str());
    const auto* digits = node.as_string();
    if (digits == nullptr) return invalid(field, "an amount is a text of digits");
    auto amount = parse_amount(digits->get());
    if (!amount.ok()) return invalid(field, describe(amount.error()));
    account.balances[AssetId{std::string(asset.str())}] = *amount;
  }
  return account;
}

Result<Genesis> read_genesis(const toml::table& root) {
  CLEARSPAN_CHECK_OK(expect_only(root, "",
                                 {"ledger", "block_interval_ms", "finality_depth", "reclaim", "history_bytes_max",
                                  "reorganisable_blocks", "escrow_operator", "asset", "account"}));
  Genesis genesis;
  CLEARSPAN_TRY(genesis.ledger.text, text_at(root, "", "ledger"));
  CLEARSPAN_TRY(genesis.escrow_operator.text, text_at(root, "", "escrow_operator"));
  const auto interval = static_cast<std::uint64_t>(genesis.block_interval.count());
  CLEARSPAN_TRY(const std::uint64_t interval_ms, number_at(root, "", "block_interval_ms", interval));
  genesis.block_interval = Millis(static_cast<Millis::rep>(interval_ms));
  CLEARSPAN_TRY(genesis.finality_depth, number_at(root, "", "finality_depth", genesis.finality_depth));
  CLEARSPAN_TRY(genesis.history_bytes_max, number_at(root, "", "history_bytes_max", genesis.history_bytes_max));
  CLEARSPAN_TRY(genesis.reorganisable_blocks,
                number_at(root, "", "reorganisable_blocks", genesis.reorganisable_blocks));
  if (const toml::node* reclaim = root.get("reclaim")) {
    if (!reclaim->is_boolean()) return invalid("reclaim", "must be true or false");
    genesis.reclaim = reclaim->as_boolean()->get();
  }
  CLEARSPAN_TRY(const auto assets, tables_at(root, "asset"));
  for (const toml::table* table : assets) {
    CLEARSPAN_TRY(auto asset, read_asset(*table, "asset[" + std::to_string(genesis.assets.size()) + "]."));
    genesis.assets.push_back(std::move(asset));
  }
  CLEARSPAN_TRY(const auto accounts, tables_at(root, "account"));
  for (const toml::table* table : accounts) {
    CLEARSPAN_TRY(auto account, read_account(*table, "account[" + std::to_string(genesis.accounts.size()) + "]."));
    genesis.accounts.push_back(std::move(account));
  }
  CLEARSPAN_CHECK_OK(check_genesis(genesis));
  return genesis;
}

}  // namespace

Result<Genesis> parse_genesis(std::string_view toml_text) {
  try {
    return read_genesis(toml::parse(toml_text));
  } catch (const toml::parse_error& error) {
    return invalid("line " + std::to_string(error.source().begin.line), std::string(error.description()));
  }
}

Result<Genesis> read_genesis_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return invalid(path, "the file cannot be read");
  return parse_genesis(text.str());
}

}  // namespace clearspan::simulated
