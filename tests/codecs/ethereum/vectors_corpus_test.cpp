// The published vectors of ethereum/tests.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "codecs/ethereum/block_rlp.hpp"
#include "codecs/ethereum/hex.hpp"
#include "codecs/ethereum/rlp.hpp"
#include "codecs/ethereum/trie.hpp"
#include "codecs/ethereum/validate.hpp"
#include "codecs/ethereum/withdrawal.hpp"
#include "codecs/json/document.hpp"
#include "core/money/amount.hpp"
#include "tests/codecs/corpus.hpp"
#include "tests/codecs/crypto/bytes_of.hpp"

namespace clearspan::ethereum {
namespace {

using clearspan::tests::bytes_of;
using clearspan::tests::files_below;
using clearspan::tests::read_text;

std::string text_at(json::Object object, std::string_view key) {
  return std::string(*object.require(key)->string());
}

Bytes raw_text(std::string_view text) {
  return {as_bytes(text).begin(), as_bytes(text).end()};
}

// Strings stand for bytes, numbers for themselves, "#" and decimal digits for large numbers.
void append_value(Buffer& out, json::Value value) {
  if (const auto list = value.if_array()) {
    const std::size_t mark = rlp::begin_list(out);
    for (const json::Value member : *list) append_value(out, member);
    rlp::end_list(out, mark);
  } else if (const auto number = value.if_u64()) {
    rlp::append_u64(out, *number);
  } else if (value.if_string()->starts_with('#')) {
    U256 large(std::string(value.if_string()->substr(1)));
    rlp::append_word(out, to_word(Amount(large)));
  } else {
    rlp::append_bytes(out, as_bytes(*value.if_string()));
  }
}

TEST(Rlp_corpus, encodes_and_accepts_every_valid_vector) {
  CLEARSPAN_CORPUS_FOLDER(folder, "vectors/ethereum-tests/RLPTests");
  json::Document document;
  const std::string text = read_text(folder / "rlptest.json");
  const auto root = document.parse(text);
  ASSERT_TRUE(root.ok());
  std::size_t checked = 0;
  for (const json::Field field : json::Object(*root)) {
    const json::Object test(field.value);
    const Bytes expected = bytes_of(text_at(test, "out"));
    EXPECT_TRUE(rlp::check(expected).ok()) << field.key;
    const json::Value in = *test.require("in");
    if (field.key == "bigint") {  // 2^256, one more than a word holds: its bytes by hand
      Bytes digits(33);
      digits[0] = 1;
      Buffer out;
      rlp::append_bytes(out, digits);
      EXPECT_EQ(to_hex(out.view()), to_hex(expected));
    } else {
      Buffer out;
      append_value(out, in);
      EXPECT_EQ(to_hex(out.view()), to_hex(expected)) << field.key;
    }
    ++checked;
  }
  EXPECT_GT(checked, 20U);
}

TEST(Rlp_corpus, refuses_every_invalid_vector_and_accepts_the_valid_random_ones) {
  CLEARSPAN_CORPUS_FOLDER(folder, "vectors/ethereum-tests/RLPTests");
  json::Document document;
  std::size_t invalid = 0;
  for (const auto& file : files_below(folder, ".json")) {
    if (file.filename() == "rlptest.json") continue;
    const std::string text = read_text(file);
    const auto root = document.parse(text);
    ASSERT_TRUE(root.ok()) << file;
    for (const json::Field field : json::Object(*root)) {
      const json::Object test(field.value);
      const bool must_fail = text_at(test, "in") == "INVALID";
      EXPECT_EQ(rlp::check(bytes_of(text_at(test, "out"))).ok(), !must_fail) << file << " " << field.key;
      invalid += must_fail ? 1 : 0;
    }
  }
  EXPECT_GT(invalid, 10U);
}

Bytes trie_text(std::string_view text) {
  return text.starts_with("0x") ? bytes_of(text) : raw_text(text);
}

// "in" is a map, or a list of [key, value] pairs in which null removes the key.
TrieMap read_entries(json::Value in) {
  TrieMap entries;
  if (in.is_object()) {
    for (const json::Field field : json::Object(in)) {
      entries.emplace_back(trie_text(field.key), trie_text(*field.value.if_string()));
    }
    return entries;
  }
  for (const json::Value pair : json::Array(in)) {
    std::vector<json::Value> parts;
    for (const json::Value part : json::Array(pair)) parts.push_back(part);
    entries.emplace_back(trie_text(*parts[0].if_string()),
                         parts[1].is_null() ? Bytes() : trie_text(*parts[1].if_string()));
  }
  return entries;
}

TEST(Trie_corpus, gives_every_published_root) {
  CLEARSPAN_CORPUS_FOLDER(folder, "vectors/ethereum-tests/TrieTests");
  json::Document document;
  std::size_t checked = 0;
  for (const auto& file : files_below(folder, ".json")) {
    std::string name = file.filename().string();
    if (name == "trietestnextprev.json") continue;  // about walking through keys, which roots have no part in
    const bool is_secure = name.find("secure") != std::string::npos;
    const std::string text = read_text(file);
    const auto root = document.parse(text);
    ASSERT_TRUE(root.ok()) << file;
    for (const json::Field field : json::Object(*root)) {
      const json::Object test(field.value);
      const TrieMap entries = read_entries(*test.require("in"));
      const Hash32 computed = is_secure ? secure_map_root(entries) : map_root(entries);
      EXPECT_EQ(to_hex_prefixed(computed.view()), text_at(test, "root")) << file << " " << field.key;
      ++checked;
    }
  }
  EXPECT_GT(checked, 10U);
}

const std::map<std::string, Fork, std::less<>> kForks = {
    {"Frontier", Fork::frontier},
    {"Homestead", Fork::homestead},
    {"EIP150", Fork::tangerine_whistle},
    {"EIP158", Fork::spurious_dragon},
    {"Byzantium", Fork::byzantium},
    {"Constantinople", Fork::constantinople},
    {"ConstantinopleFix", Fork::petersburg},
    {"Istanbul", Fork::istanbul},
    {"Berlin", Fork::berlin},
    {"London", Fork::london},
    {"Paris", Fork::paris},
    {"Shanghai", Fork::shanghai},
    {"Cancun", Fork::cancun},
    {"Prague", Fork::prague},
    {"Osaka", Fork::osaka},
};

TEST(Txn_corpus, agrees_with_every_transaction_test_under_every_fork) {
  CLEARSPAN_CORPUS_FOLDER(folder, "vectors/ethereum-tests/TransactionTests");
  json::Document document;
  std::size_t valid = 0;
  std::size_t invalid = 0;
  for (const auto& file : files_below(folder, ".json")) {
    const std::string text = read_text(file);
    const auto root = document.parse(text);
    ASSERT_TRUE(root.ok()) << file;
    for (const json::Field test_field : json::Object(*root)) {
      const json::Object test(test_field.value);
      const Bytes raw = bytes_of(text_at(test, "txbytes"));
      const auto txn = decode_txn(raw);
      const json::Object results = *test.require("result")->object();
      for (const json::Field fork : results) {
        const json::Object expected(fork.value);
        ASSERT_TRUE(kForks.contains(fork.key)) << fork.key;
        const auto facts =
            txn.ok() ? validate_txn(*txn, kForks.find(fork.key)->second, 1) : Result<TxnFacts>(txn.error());
        const auto exception = expected.find("exception");
        if (exception) {
          EXPECT_FALSE(facts.ok()) << file << " " << fork.key << " " << *exception->if_string();
          ++invalid;
          continue;
        }
        ASSERT_TRUE(facts.ok()) << file << " " << fork.key << ": " << describe(facts.error());
        EXPECT_EQ(to_hex_prefixed(facts->sender.view()), text_at(expected, "sender")) << file;
        EXPECT_EQ(to_hex_prefixed(txn_id(raw).view()), text_at(expected, "hash")) << file;
        EXPECT_EQ(facts->intrinsic_gas, parse_quantity_u64(text_at(expected, "intrinsicGas")))
            << file << " " << fork.key;
        ++valid;
      }
    }
  }
  EXPECT_GT(valid, 0U);
  EXPECT_GT(invalid, 0U);
}

// Whether the block and all that it holds can be read.
bool reads_fully(const Result<RlpBlock>& block) {
  if (!block.ok()) return false;
  for (const ByteView raw : block->txns) {
    if (!decode_txn(raw).ok()) return false;
  }
  for (const ByteView raw : block->withdrawals.value_or(std::vector<ByteView>())) {
    if (!decode_withdrawal(raw).ok()) return false;
  }
  return true;
}

void check_senders(const RlpBlock& block, json::Object test) {
  const auto txns = test.find("transactions");
  if (!txns) return;
  std::size_t index = 0;
  for (const json::Value one : json::Array(*txns)) {
    ASSERT_LT(index, block.txns.size());
    const auto txn = decode_txn(block.txns[index++]);
    ASSERT_TRUE(txn.ok());
    const auto sender = json::Object(one).find("sender");
    if (sender) {
      EXPECT_EQ(to_hex_prefixed(sender_of(*txn, HighS::accepted)->view()), *sender->if_string());
    }
  }
}

TEST(Blockchain_corpus, recomputes_every_valid_block_and_refuses_those_whose_bytes_are_wrong) {
  CLEARSPAN_CORPUS_FOLDER(folder, "vectors/ethereum-tests/BlockchainTests");
  json::Document document;
  std::size_t valid = 0;
  std::size_t unreadable = 0;
  for (const auto& file : files_below(folder, ".json")) {
    const std::string text = read_text(file);
    const auto root = document.parse(text);
    ASSERT_TRUE(root.ok()) << file;
    for (const json::Field test_field : json::Object(*root)) {
      const json::Object test(test_field.value);
      const Bytes genesis = bytes_of(text_at(test, "genesisRLP"));
      ByteView genesis_input = genesis;
      const auto first = take_block_rlp(genesis_input);
      ASSERT_TRUE(first.ok()) << file;
      EXPECT_EQ(to_hex_prefixed(first->hash.view()), text_at(*test.require("genesisBlockHeader")->object(), "hash"));
      for (const json::Value block_value : json::Array(*test.require("blocks"))) {
        const json::Object one(block_value);
        const Bytes bytes = bytes_of(text_at(one, "rlp"));
        ByteView input = bytes;
        const auto block = take_block_rlp(input);
        const auto exception = one.find("expectException");
        if (!exception) {
          ASSERT_TRUE(block.ok()) << file << ": " << describe(block.error());
          EXPECT_TRUE(input.empty());
          EXPECT_EQ(to_hex_prefixed(block->hash.view()), text_at(*one.require("blockHeader")->object(), "hash"))
              << file;
          EXPECT_TRUE(check_roots(*block).ok()) << file;
          EXPECT_TRUE(reads_fully(block)) << file;
          check_senders(*block, one);
          ++valid;
          continue;
        }
        const std::string reason(*exception->if_string());
        if (reason.find("RLP_STRUCTURES_ENCODING") != std::string::npos) {
          EXPECT_TRUE(!reads_fully(block) || !check_roots(*block).ok()) << file << " " << reason;
          ++unreadable;
        } else if (reason.find("INVALID_TRANSACTIONS_ROOT") != std::string::npos) {
          ASSERT_TRUE(block.ok());
          EXPECT_EQ(check_roots(*block).error().code, ErrorCode::transactions_root_mismatch) << file;
        }
      }
    }
  }
  EXPECT_GT(valid, 0U);
  EXPECT_GT(unreadable, 0U);
}

TEST(Txn_corpus, finds_the_signers_of_the_basic_examples) {
  CLEARSPAN_CORPUS_FOLDER(folder, "vectors/ethereum-tests/BasicTests");
  json::Document document;
  const std::string text = read_text(folder / "txtest.json");
  const auto root = document.parse(text);
  ASSERT_TRUE(root.ok());
  std::size_t checked = 0;
  for (const json::Value one : json::Array(*root)) {
    const json::Object test(one);
    const auto key = crypto::SecretKey::from_hex_digits(text_at(test, "key"));
    ASSERT_TRUE(key.ok());
    const Bytes raw = bytes_of(text_at(test, "signed"));
    const auto txn = decode_txn(raw);
    ASSERT_TRUE(txn.ok()) << describe(txn.error());
    EXPECT_EQ(encode_txn(*txn), raw);
    // They are older than the rule about s.
    const auto sender = sender_of(*txn, HighS::accepted);
    ASSERT_TRUE(sender.ok()) << describe(sender.error());
    EXPECT_EQ(*sender, address_of(*crypto::public_key_of(*key)));
    EXPECT_EQ(to_hex(txn->data), text_at(test, "data"));
    EXPECT_EQ(txn->to ? to_hex(txn->to->view()) : "", text_at(test, "to"));
    ++checked;
  }
  EXPECT_GT(checked, 0U);
}

TEST(Blockchain_corpus, hashes_the_published_genesis) {
  CLEARSPAN_CORPUS_FOLDER(folder, "vectors/ethereum-tests/BasicTests");
  json::Document document;
  const std::string text = read_text(folder / "genesishashestest.json");
  const auto root = document.parse(text);
  ASSERT_TRUE(root.ok());
  const json::Object test(*root);
  const Bytes bytes = bytes_of(text_at(test, "genesis_rlp_hex"));
  ByteView input = bytes;
  const auto block = take_block_rlp(input);
  ASSERT_TRUE(block.ok()) << describe(block.error());
  EXPECT_TRUE(input.empty());
  EXPECT_TRUE(check_roots(*block).ok());
  EXPECT_EQ(to_hex(block->hash.view()), text_at(test, "genesis_hash"));
  EXPECT_EQ(to_hex(block->header.state_root.view()), text_at(test, "genesis_state_root"));
}

TEST(Txn_corpus, signs_the_basic_examples_as_published) {
  CLEARSPAN_CORPUS_FOLDER(folder, "vectors/ethereum-tests/BasicTests");
  json::Document document;
  const std::string text = read_text(folder / "keyaddrtest.json");
  const auto root = document.parse(text);
  ASSERT_TRUE(root.ok());
  std::size_t checked = 0;
  for (const json::Value one : json::Array(*root)) {
    const json::Object test(one);
    const auto key = crypto::SecretKey::from_hex_digits(text_at(test, "key"));
    ASSERT_TRUE(key.ok());
    EXPECT_EQ(to_hex(address_of(*crypto::public_key_of(*key)).view()), text_at(test, "addr"));
    ++checked;
  }
  EXPECT_GT(checked, 0U);
}

}  // namespace
}  // namespace clearspan::ethereum
