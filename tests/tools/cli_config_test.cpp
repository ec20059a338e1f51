// Reading configurations: every file in configs/ can be read, and what is wrong in another is named.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "codecs/crypto/ed25519.hpp"
#include "ledgers/simulated/genesis.hpp"
#include "tools/clearspan/config.hpp"
#include "tools/clearspan/ledgers.hpp"

namespace clearspan::tools {
namespace {

const std::string kEngine = "[engine]\ndata_dir = \"data\"\nname = \"e\"\n";
const std::string kApi = "[api]\nlisten = \"127.0.0.1:0\"\nkey_file = \"api.key\"\n";
const std::string kLedgerA = "[[ledger]]\nid = \"a\"\nkind = \"simulated\"\nembedded = true\ngenesis = \"a.toml\"\n";
const std::string kLedgerB =
    "[[ledger]]\nid = \"b\"\nkind = \"simulated\"\nurl = \"http://127.0.0.1:1\"\ngenesis = \"b.toml\"\n";
const std::string kEvm =
    "[[ledger]]\nid = \"evm\"\nkind = \"ethereum\"\nchain_id = 5\nendpoints = [\"http://127.0.0.1:1\"]\n"
    "escrow = \"0x5fbdb2315678afecb367f032d93f642f64180aa3\"\n"
    "operators = [\"0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266\"]\nfinality = 3\n[[ledger.asset]]\nname = "
    "\"ETH\"\nscale = 18\n";
const std::string kProfile =
    "[[profile]]\nname = \"p\"\nsource_ledger = \"a\"\nsource_asset = \"A\"\nsource_account = \"x\"\n"
    "destination_ledger = \"b\"\ndestination_asset = \"B\"\ndestination_account = \"x\"\nrate = \"3/2\"\n"
    "amount_min = \"1\"\namount_max = \"9\"\n";
const std::string kGood = kEngine + kApi + kLedgerA + kLedgerB + kProfile;

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(Configs, every_file_in_configs_can_be_read) {
  int configurations = 0;
  int geneses = 0;
  for (const auto& entry : std::filesystem::directory_iterator("configs")) {
    if (entry.path().extension() != ".toml") continue;
    const bool is_genesis = entry.path().filename().string().size() == std::string("devnet-a.toml").size() &&
                            entry.path().filename().string().starts_with("devnet-");
    if (is_genesis) {
      const auto genesis = simulated::read_genesis_file(entry.path().string());
      EXPECT_TRUE(genesis.ok()) << entry.path() << ": " << describe(genesis.error());
      ++geneses;
      continue;
    }
    const Result<Config> config = read_config_file(entry.path());
    EXPECT_TRUE(config.ok()) << entry.path() << ": " << describe(config.error());
    ++configurations;
  }
  EXPECT_GE(configurations, 3);
  EXPECT_GE(geneses, 2);
}

TEST(Configs, simulated_pairs_open_their_ledgers_with_their_keys) {
  for (const char* file : {"configs/devnet-pair.toml", "configs/embedded-pair.toml"}) {
    const Result<Config> config = read_config_file(file);
    ASSERT_TRUE(config.ok()) << describe(config.error());
    const auto ledgers = open_ledgers(*config);
    ASSERT_TRUE(ledgers.ok()) << file << ": " << describe(ledgers.error());
    EXPECT_EQ(ledgers->size(), 2U);
    EXPECT_TRUE((*ledgers)[0].connector->canonical_account("alice").ok());
  }
}

TEST(Configs, a_good_one_is_read_whole) {
  const Result<Config> config = parse_config(kGood + "[timing]\nmargin_ms = 5\n", "/etc/clearspan");
  ASSERT_TRUE(config.ok()) << describe(config.error());
  EXPECT_EQ(config->engine.data_dir, "/etc/clearspan/data");
  EXPECT_EQ(config->api.address, "127.0.0.1");
  EXPECT_EQ(config->ledgers.size(), 2U);
  EXPECT_EQ(config->profiles[0].rate, (Rate{3, 2}));
  EXPECT_EQ(config->timing.margin, Millis(5));
  EXPECT_EQ(config->timing.prepare_window, TimingPolicy{}.prepare_window);
  EXPECT_TRUE(parse_config(replaced(kGood, kLedgerA, kEvm), ".").ok());
}

std::string key_text(tlog::KeyType type) {
  const crypto::Ed25519Signer signer(crypto::SecretKey(std::array<std::uint8_t, 32>{8}));
  return tlog::to_string({"witness.example", type, signer.public_key()});
}

const std::string kEvidence =
    "[evidence]\nkey_file = \"keys/e.key\"\ncheckpoint_interval_ms = 250\npublic_entries = true\n"
    "[evidence.anchor]\nledger = \"a\"\naccount = \"x\"\ninterval_ms = 5000\n";

std::string witness_table(const std::string& key) {
  return "[[evidence.witness]]\nurl = \"http://127.0.0.1:8490/w\"\nkey = \"" + key + "\"\n";
}

TEST(Configs, evidence_is_read_whole_and_may_be_absent) {
  const auto config = parse_config(kGood + kEvidence + witness_table(key_text(tlog::KeyType::witness)), "/etc/c");
  ASSERT_TRUE(config.ok()) << describe(config.error());
  EXPECT_EQ(config->evidence.key_file, "/etc/c/keys/e.key");
  EXPECT_EQ(config->evidence.checkpoint_interval, Millis(250));
  EXPECT_TRUE(config->evidence.public_entries);
  ASSERT_TRUE(config->evidence.anchor);
  EXPECT_EQ(config->evidence.anchor->ledger.text, "a");
  EXPECT_EQ(config->evidence.anchor->account.text, "x");
  EXPECT_EQ(config->evidence.anchor->interval, Millis(5000));
  ASSERT_EQ(config->evidence.witnesses.size(), 1U);
  EXPECT_EQ(config->evidence.witnesses[0].url, "http://127.0.0.1:8490/w");
  EXPECT_EQ(tlog::to_string(config->evidence.witnesses[0].key), key_text(tlog::KeyType::witness));

  const auto plain = parse_config(kGood, ".");
  ASSERT_TRUE(plain.ok());
  EXPECT_FALSE(plain->evidence.key_file);
  EXPECT_EQ(plain->evidence.checkpoint_interval, Millis(1000));
  EXPECT_FALSE(plain->evidence.public_entries);
  EXPECT_FALSE(plain->evidence.anchor);
  EXPECT_TRUE(plain->evidence.witnesses.empty());
}

TEST(Configs, an_example_shows_how_evidence_is_anchored_and_witnessed) {
  const auto pair = read_config_file("configs/devnet-pair.toml");
  ASSERT_TRUE(pair.ok()) << describe(pair.error());
  ASSERT_TRUE(pair->evidence.anchor);
  EXPECT_EQ(pair->evidence.anchor->ledger.text, "a-coin");
  const auto evm = read_config_file("configs/evm-pair.toml");
  ASSERT_TRUE(evm.ok()) << describe(evm.error());
  EXPECT_EQ(evm->evidence.witnesses.size(), 1U);
}

struct Reject {
  std::string text;
  std::string field;
};

TEST(Configs, what_is_wrong_is_named) {
  const Reject rejects[] = {
      {"x = ", ""},
      {"", "engine"},
      {kEngine, "api"},
      {kEngine + kApi, "ledger"},
      {kEngine + kApi + kLedgerA, "ledger"},
      {kGood + "[colour]\nred = 1\n", "colour"},
      {replaced(kGood, "name = \"e\"", "name = \"e\"\nnmae = \"e\""), "engine.nmae"},
      {replaced(kGood, "name = \"e\"", "name = \"e e\""), "engine.name"},
      {replaced(kGood, "name = \"e\"", "name = \"e\"\nshards = -1"), "engine.shards"},
      {replaced(kGood, "name = \"e\"", "name = \"e\"\nshards = \"two\""), "engine.shards"},
      {replaced(kGood, "name = \"e\"", "name = \"e\"\nreserve_memory_mib = 16777217"), "engine.reserve_memory_mib"},
      {replaced(kGood, "data_dir = \"data\"", "data_dir = 5"), "engine.data_dir"},
      {replaced(kGood, "data_dir = \"data\"\n", ""), "engine.data_dir"},
      {replaced(kGood, "127.0.0.1:0", "127.0.0.1"), "api.listen"},
      {replaced(kGood, "127.0.0.1:0", "127.0.0.1:65536"), "api.listen"},
      {replaced(kGood, "key_file = \"api.key\"", "key = \"0123\""), "api.key_file"},
      {replaced(kGood, "id = \"b\"", "id = \"a\""), "ledger[1].id"},
      {replaced(kGood, "simulated", "paper"), "ledger[0].kind"},
      {replaced(kGood, "embedded = true", "embedded = true\nurl = \"http://127.0.0.1:1\""), "ledger[0].url"},
      {replaced(kGood, "http://127.0.0.1:1", "ftp://127.0.0.1"), "ledger[1].url"},
      {replaced(kGood, "genesis = \"a.toml\"", "genesis = \"a.toml\"\nkeys = 1"), "ledger[0].keys"},
      {replaced(kGood, kLedgerB, kLedgerB + "[[ledger.key]]\nfile = \"k\"\n"), "ledger[1].key[0].account"},
      {replaced(kGood, kLedgerB, kLedgerB + "[[ledger.key]]\naccount = \"x\"\n"), "ledger[1].key[0].file"},
      {replaced(kGood, kLedgerB, kLedgerB + "[[ledger.key]]\naccount = \"x\"\nsecret = \"00\"\n"),
       "ledger[1].key[0].file"},
      {kGood + replaced(kEvm, "chain_id = 5\n", ""), "ledger[2].chain_id"},
      {kGood + replaced(kEvm, "finality = 3", "finality = \"soon\""), "ledger[2].finality"},
      {kGood + replaced(kEvm, "finality = 3", "finality = 3\nagreement_min = 2"), "ledger[2].agreement_min"},
      {kGood + replaced(kEvm, "[\"http://127.0.0.1:1\"]", "[]"), "ledger[2].endpoints"},
      {kGood + replaced(kEvm, "scale = 18", "scale = 99"), "ledger[2].asset[0].scale"},
      {kGood + kEvm + "[ledger.fees]\nfee_max_wei = 5\n", "ledger[2].fees.fee_max_wei"},
      {replaced(kGood, "3/2", "1.5"), "profile[0].rate"},
      {replaced(kGood, "amount_max = \"9\"", "amount_max = 9"), "profile[0].amount_max"},
      {replaced(kGood, "amount_max = \"9\"", "amount_max = \"0\""), "profile[0].amount_max"},
      {replaced(kGood, "amount_min = \"1\"\n", ""), "profile[0].amount_min"},
      {kGood + "[timing]\nmargin = 5\n", "timing.margin"},
      {kGood + "[timing]\nmargin_ms = -5\n", "timing.margin_ms"},
  };
  const auto with_witness = [](const std::string& key) { return kGood + witness_table(key); };
  const std::string good_witness = witness_table(key_text(tlog::KeyType::witness));
  const Reject evidence_rejects[] = {
      {kGood + "[evidence]\ncolour = 1\n", "evidence.colour"},
      {kGood + "[[evidence]]\nkey_file = \"x\"\n", "evidence"},
      {kGood + replaced(kEvidence, "\"keys/e.key\"", "5"), "evidence.key_file"},
      {kGood + replaced(kEvidence, "= 250", "= 0"), "evidence.checkpoint_interval_ms"},
      {kGood + replaced(kEvidence, "= 250", "= -1"), "evidence.checkpoint_interval_ms"},
      {kGood + replaced(kEvidence, "= 250", "= 86400001"), "evidence.checkpoint_interval_ms"},
      {kGood + replaced(kEvidence, "= 250", "= 2.5"), "evidence.checkpoint_interval_ms"},
      {kGood + replaced(kEvidence, "= true", "= \"true\""), "evidence.public_entries"},
      {kGood + replaced(kEvidence, "ledger = \"a\"", "ledger = \"z\""), "evidence.anchor.ledger"},
      {kGood + replaced(kEvidence, "ledger = \"a\"\n", ""), "evidence.anchor.ledger"},
      {kGood + replaced(kEvidence, "account = \"x\"\n", ""), "evidence.anchor.account"},
      {kGood + replaced(kEvidence, "= 5000", "= 0"), "evidence.anchor.interval_ms"},
      {kGood + replaced(kEvidence, "interval_ms = 5000", "interval = 5000"), "evidence.anchor.interval"},
      {kGood + "[evidence]\nwitness = \"w\"\n", "evidence.witness"},
      {with_witness("w"), "evidence.witness[0].key"},
      {with_witness(key_text(tlog::KeyType::log)), "evidence.witness[0].key"},
      {with_witness("witness " + key_text(tlog::KeyType::witness)), "evidence.witness[0].key"},
      {kGood + replaced(good_witness, "http://", "ftp://"), "evidence.witness[0].url"},
      {kGood + replaced(good_witness, "url = ", "urls = "), "evidence.witness[0].url"},
      {kGood + good_witness + "name = \"w\"\n", "evidence.witness[0].name"},
      {kGood + good_witness + good_witness, "evidence.witness[1].key"},
  };
  for (const Reject& reject : evidence_rejects) {
    const Result<Config> config = parse_config(reject.text, ".");
    ASSERT_FALSE(config.ok()) << reject.field << "\n" << reject.text;
    EXPECT_EQ(config.error().code, ErrorCode::config_invalid) << reject.text;
    EXPECT_EQ(config.error().field, reject.field) << reject.text;
  }
  for (const Reject& reject : rejects) {
    const Result<Config> config = parse_config(reject.text, ".");
    ASSERT_FALSE(config.ok()) << reject.field << "\n" << reject.text;
    EXPECT_EQ(config.error().code, ErrorCode::config_invalid) << reject.text;
    EXPECT_EQ(config.error().field, reject.field) << reject.text;
  }
}

}  // namespace
}  // namespace clearspan::tools
