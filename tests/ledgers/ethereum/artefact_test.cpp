// The compiled contracts: the same bytes each time, and the code that the binary expects on chain.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "codecs/crypto/keccak.hpp"
#include "ledgers/ethereum/deployment.hpp"
#include "ledgers/ethereum/escrow_contract.hpp"
#include "tests/ledgers/ethereum/escrow_world.hpp"

namespace clearspan::ethereum::testing {
namespace {

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(Artefact, compiling_twice_gives_the_same_bytes) {
  CLEARSPAN_NEEDS_ANVIL();
  char folder[] = "/tmp/clearspan-contracts-XXXXXX";
  ASSERT_NE(::mkdtemp(folder), nullptr);
  ASSERT_EQ(std::system((std::string("tools/contracts/build ") + folder).c_str()), 0);
  for (const char* contract : {"Escrow.json", "TestToken.json"}) {
    const std::string first = text_of(std::filesystem::path("build/contracts") / contract);
    EXPECT_FALSE(first.empty());
    EXPECT_EQ(text_of(std::filesystem::path(folder) / contract), first) << contract;
  }
  std::filesystem::remove_all(folder);
}

TEST(Artefact, the_escrow_contract_has_the_code_that_the_connector_expects) {
  CLEARSPAN_NEEDS_ANVIL();
  const auto artefact = read_artefact("build/contracts/Escrow.json");
  ASSERT_TRUE(artefact.ok());
  EXPECT_EQ(to_hex(crypto::keccak256(artefact->runtime_code).view()), to_hex(kEscrowCodeHash.view()))
      << "the contract has changed: put its hash into ledgers/ethereum/escrow_code_hash.cpp";
  EXPECT_LE(artefact->runtime_code.size(), 24'576u);  // EIP-170
}

TEST(Artefact, a_file_that_is_none_is_refused) {
  EXPECT_EQ(read_artefact("/nonexistent").error().code, ErrorCode::storage_failed);
  EXPECT_EQ(read_artefact("LICENSE").error().code, ErrorCode::config_invalid);
}

}  // namespace
}  // namespace clearspan::ethereum::testing
