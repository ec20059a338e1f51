#include "codecs/ethereum/header.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "codecs/crypto/keccak.hpp"
#include "codecs/ethereum/rlp.hpp"
#include "codecs/ethereum/trie.hpp"
#include "codecs/json/document.hpp"
#include "tests/codecs/crypto/bytes_of.hpp"
#include "tests/codecs/ethereum/block_maker.hpp"

namespace clearspan::ethereum {
namespace {

using clearspan::tests::bytes_of;
using clearspan::tests::fixed_of;

const Bytes kGenesisExtra = bytes_of("11bbe8db4e347b4e8c937c1c8370e4b5ed33adb3db69cbdb7a38e1e50b1b82fa");

// The first block of Ethereum's main network: its fields and hash are constants that every client carries.
Header genesis() {
  Header header;
  header.uncles_hash = kEmptyUnclesHash;
  header.state_root = fixed_of<Hash32>("d7f8974fb5ac78d9ac099b9ad5018bedc2ce0a72dad1827a1709da30580f0544");
  header.transactions_root = kEmptyTrieRoot;
  header.receipts_root = kEmptyTrieRoot;
  header.difficulty = word_of(0x400000000);
  header.gas_limit = 5000;
  header.extra_data = kGenesisExtra;
  header.nonce = fixed_of<HeaderNonce>("0000000000000042");
  return header;
}

Bytes encoded(const Header& header) {
  Buffer out;
  append_header(out, header);
  return {out.view().begin(), out.view().end()};
}

TEST(Header, hashes_the_first_block_of_the_main_network) {
  EXPECT_EQ(to_hex(header_hash(genesis()).view()), "d4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3");
}

TEST(Header, knows_the_hash_of_no_uncles) {
  EXPECT_EQ(crypto::keccak256(Bytes{0xc0}), kEmptyUnclesHash);
}

// One header per shape of the tail: Frontier, London, Shanghai, Cancun, Prague, and anvil's three.
std::vector<Header> headers_of_every_shape() {
  Header london = genesis();
  london.base_fee_per_gas = word_of(7);
  Header shanghai = london;
  shanghai.withdrawals_root = kEmptyTrieRoot;
  Header cancun = shanghai;
  cancun.blob_gas_used = 0;
  cancun.excess_blob_gas = 131072;
  cancun.parent_beacon_block_root = Hash32{};
  Header prague = cancun;
  prague.requests_hash = kEmptyTrieRoot;
  Header anvil = genesis();
  anvil.blob_gas_used = 0;
  anvil.excess_blob_gas = 0;
  Header anvil_london = london;
  anvil_london.blob_gas_used = 0;
  anvil_london.excess_blob_gas = 0;
  Header anvil_shanghai = shanghai;
  anvil_shanghai.blob_gas_used = 0;
  anvil_shanghai.excess_blob_gas = 0;
  return {genesis(), london, shanghai, cancun, prague, anvil, anvil_london, anvil_shanghai};
}

TEST(Header, gives_back_the_header_of_every_fork) {
  for (const Header& header : headers_of_every_shape()) {
    const Bytes bytes = encoded(header);
    const auto read = decode_header(bytes);
    ASSERT_TRUE(read.ok()) << to_hex(bytes);
    EXPECT_EQ(encoded(*read), bytes);
    EXPECT_EQ(read->base_fee_per_gas, header.base_fee_per_gas);
    EXPECT_EQ(read->withdrawals_root, header.withdrawals_root);
    EXPECT_EQ(read->blob_gas_used, header.blob_gas_used);
    EXPECT_EQ(read->excess_blob_gas, header.excess_blob_gas);
    EXPECT_EQ(read->parent_beacon_block_root, header.parent_beacon_block_root);
    EXPECT_EQ(read->requests_hash, header.requests_hash);
  }
}

TEST(Header, refuses_tails_that_no_fork_has) {
  const Header full = headers_of_every_shape()[4];
  Header no_excess = full;
  no_excess.excess_blob_gas.reset();
  no_excess.parent_beacon_block_root.reset();
  no_excess.requests_hash.reset();
  Header only_beacon = genesis();
  only_beacon.parent_beacon_block_root = Hash32{};
  only_beacon.requests_hash = Hash32{};
  for (const Header& header : {no_excess, only_beacon}) {
    EXPECT_EQ(decode_header(encoded(header)).error().code, ErrorCode::rlp_malformed);
  }
}

TEST(Header, refuses_bytes_that_are_no_header) {
  const Bytes good = encoded(genesis());
  EXPECT_TRUE(decode_header(good).ok());
  EXPECT_FALSE(decode_header({}).ok());
  EXPECT_FALSE(decode_header(Bytes{0xc0}).ok());
  Bytes longer = good;
  longer.push_back(0);
  EXPECT_FALSE(decode_header(longer).ok());
  for (std::size_t size = 1; size < good.size(); size += 13)
    EXPECT_FALSE(decode_header(ByteView(good).first(size)).ok());
}

struct Reject {
  std::string from;
  std::string to;
  std::string field;
};

// The made header in JSON with one text replaced.
TEST(Header, names_the_field_of_a_json_header_that_is_wrong) {
  const std::string good = tests::BlockMaker(0).make().block;
  const std::vector<Reject> table = {
      {"\"stateRoot\"", "\"x\"", "/stateRoot"},
      {"\"nonce\"", "\"x\"", "/nonce"},
      {"\"baseFeePerGas\"", "\"x\"", "/baseFeePerGas"},
      {"\"excessBlobGas\"", "\"x\"", "/excessBlobGas"},
      {"\"parentBeaconBlockRoot\"", "\"x\"", "/parentBeaconBlockRoot"},
      {"\"number\":\"0x1312d00\"", "\"number\":20000000", "/number"},
      {"\"number\":\"0x1312d00\"", "\"number\":null", "/number"},
      {"\"number\":\"0x1312d00\"", "\"number\":\"1312d00\"", "/number"},
      {"\"number\":\"0x1312d00\"", "\"number\":\"0x11111111111111111\"", "/number"},
      {"\"miner\":\"0x22", "\"miner\":\"0x", "/miner"},
      {"\"miner\":\"0x22", "\"miner\":\"0xzz", "/miner"},
      {"\"extraData\":\"0x\"", "\"extraData\":\"0x1\"", "/extraData"},
      {"\"mixHash\":\"0x44", "\"mixHash\":\"0x4444", "/mixHash"},
  };
  json::Document document;
  Buffer out;
  for (const Reject& reject : table) {
    std::string text = good;
    const std::size_t at = text.find(reject.from);
    ASSERT_NE(at, std::string::npos) << reject.from;
    text.replace(at, reject.from.size(), reject.to);
    const auto root = document.parse(text);
    ASSERT_TRUE(root.ok()) << reject.to;
    const auto status = append_header_json(out, *root->object());
    ASSERT_FALSE(status.ok()) << reject.to;
    EXPECT_EQ(status.error().code, ErrorCode::not_a_block);
    EXPECT_EQ(status.error().field, reject.field);
  }
}

}  // namespace
}  // namespace clearspan::ethereum
