#include <gtest/gtest.h>

#include "tests/ledgers/simulated/world.hpp"

namespace clearspan::simulated::testing {
namespace {

const std::string kKey(64, 'a');

std::string good_toml() {
  return "ledger = \"a-coin\"\nescrow_operator = \"operator\"\nfinality_depth = 2\nblock_interval_ms = 50\n"
         "[[asset]]\nname = \"ACN\"\nscale = 2\n"
         "[[account]]\nname = \"operator\"\npublic_key = \"" +
         kKey + "\"\n[[account]]\nname = \"alice\"\npublic_key = \"" + kKey + "\"\nbalances = { ACN = \"100000\" }\n";
}

TEST(SimulatedGenesis, reads_a_file_in_full) {
  const auto genesis = parse_genesis(good_toml());
  ASSERT_TRUE(genesis.ok()) << describe(genesis.error());
  EXPECT_EQ(genesis->ledger.text, "a-coin");
  EXPECT_EQ(genesis->finality_depth, 2U);
  EXPECT_EQ(genesis->block_interval, Millis(50));
  ASSERT_EQ(genesis->accounts.size(), 2U);
  EXPECT_EQ(genesis->accounts[1].balances.at(AssetId{"ACN"}), Amount(100000));
  EXPECT_EQ(genesis->assets.at(0).scale, 2U);
}

struct BadGenesis {
  const char* name;
  const char* find;
  const char* replace;
  const char* field;
};

const BadGenesis kBad[] = {
    {"not_toml", "ledger =", "ledger ==", "line 1"},
    {"no_ledger", "ledger = \"a-coin\"\n", "", "ledger"},
    {"bad_ledger", "a-coin", "A Coin", "ledger"},
    {"no_operator", "escrow_operator = \"operator\"", "escrow_operator = \"nobody\"", "escrow_operator"},
    {"surplus_field", "finality_depth", "finality_depht", "finality_depht"},
    {"surplus_account_field", "[[account]]\n", "[[account]]\nkey = 1\n", "account[0].key"},
    {"negative", "finality_depth = 2", "finality_depth = -2", "finality_depth"},
    {"text_for_number", "finality_depth = 2", "finality_depth = \"2\"", "finality_depth"},
    {"no_interval", "block_interval_ms = 50", "block_interval_ms = 0", "block_interval_ms"},
    {"deep_finality", "finality_depth = 2", "finality_depth = 10001", "finality_depth"},
    {"asset_name", "name = \"ACN\"", "name = \"A CN\"", "asset[0].name"},
    {"asset_scale", "scale = 2", "scale = 37", "asset[0].scale"},
    {"short_key", "public_key = \"aa", "public_key = \"", "account[0].public_key"},
    {"account_twice", "name = \"alice\"", "name = \"operator\"", "account[1].name"},
    {"account_escrow", "name = \"alice\"", "name = \"escrow\"", "account[1].name"},
    {"unknown_asset", "{ ACN =", "{ BCN =", "account[1].balances.BCN"},
    {"amount_as_number", "\"100000\"", "100000", "account[1].balances.ACN"},
    {"amount_negative", "\"100000\"", "\"-1\"", "account[1].balances.ACN"},
    {"assets_no_tables", "[[asset]]\nname = \"ACN\"\nscale = 2\n", "asset = 1\n", "asset"},
};

class SimulatedGenesisReject : public ::testing::TestWithParam<BadGenesis> {};

TEST_P(SimulatedGenesisReject, names_the_field) {
  std::string text = good_toml();
  const std::size_t at = text.find(GetParam().find);
  ASSERT_NE(at, std::string::npos);
  text.replace(at, std::string_view(GetParam().find).size(), GetParam().replace);
  const auto genesis = parse_genesis(text);
  ASSERT_FALSE(genesis.ok());
  EXPECT_EQ(genesis.error().code, ErrorCode::config_invalid);
  EXPECT_EQ(genesis.error().field, GetParam().field) << describe(genesis.error());
}

std::string name_of(const ::testing::TestParamInfo<BadGenesis>& bad) {
  return bad.param.name;
}

INSTANTIATE_TEST_SUITE_P(table, SimulatedGenesisReject, ::testing::ValuesIn(kBad), name_of);

TEST(SimulatedGenesis, refuses_a_total_that_does_not_fit) {
  Genesis genesis = test_genesis();
  genesis.accounts[1].balances[kAsset] =
      parse_amount("115792089237316195423570985008687907853269984665640564039457584007913129639935").value();
  EXPECT_FALSE(check_genesis(genesis).ok());
  genesis.accounts[0].balances.clear();
  EXPECT_TRUE(check_genesis(genesis).ok());
}

TEST(SimulatedGenesis, a_missing_file_is_said_to_be_missing) {
  const auto genesis = read_genesis_file("does/not/exist.toml");
  ASSERT_FALSE(genesis.ok());
  EXPECT_EQ(genesis.error().code, ErrorCode::config_invalid);
}

TEST(SimulatedGenesis, another_balance_makes_another_chain) {
  Genesis other = test_genesis();
  other.accounts[0].balances[kAsset] = Amount(1001);
  EXPECT_NE(digest_of(other), digest_of(test_genesis()));
  TestLedger a;
  TestLedger b(other);
  EXPECT_NE(a.ledger().true_head().hash, b.ledger().true_head().hash);
}

}  // namespace
}  // namespace clearspan::simulated::testing
