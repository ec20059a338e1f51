// Every Ethereum block of the corpus. INDEX.json says what an independent implementation found about each file; where
// it says nothing, the block must be right.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "codecs/crypto/keccak.hpp"
#include "codecs/ethereum/block.hpp"
#include "codecs/ethereum/block_rlp.hpp"
#include "codecs/ethereum/rlp.hpp"
#include "codecs/ethereum/trie.hpp"
#include "codecs/ethereum/txn_json.hpp"
#include "codecs/json/document.hpp"
#include "tests/codecs/corpus.hpp"
#include "tests/codecs/crypto/bytes_of.hpp"
#include "tests/codecs/ethereum/json_text.hpp"

namespace clearspan::ethereum {
namespace {

using clearspan::tests::bytes_of;
using clearspan::tests::corpus_root;
using clearspan::tests::files_below;
using clearspan::tests::read_text;

// What INDEX.json says about each file, by its path below the corpus.
std::map<std::string, std::string> read_index() {
  std::map<std::string, std::string> index;
  json::Document document;
  const std::string text = read_text(corpus_root() / "INDEX.json");
  const auto root = document.parse(text);
  if (!root.ok() || !root->is_array()) return index;
  const json::Array entries(*root);
  for (const json::Value entry : entries) {
    const json::Object fields(entry);
    const auto file = fields.find("file");
    const auto verified = fields.find("verified");
    if (file && verified && verified->is_string()) index[std::string(*file->if_string())] = *verified->if_string();
  }
  return index;
}

std::string indexed(const std::map<std::string, std::string>& index, const std::filesystem::path& file) {
  const auto found = index.find(std::filesystem::relative(file, corpus_root()).generic_string());
  return found == index.end() ? std::string() : found->second;
}

bool says(const std::string& verified, const std::string& claim) {
  return verified.find(claim) != std::string::npos;
}

std::optional<std::string> read_beside(const std::filesystem::path& block, const char* name) {
  const std::filesystem::path path = block.parent_path() / name;
  if (!std::filesystem::exists(path)) return std::nullopt;
  return read_text(path);
}

void expect_part(PartStatus part, bool is_wrong, const std::filesystem::path& file, const char* name) {
  EXPECT_EQ(part == PartStatus::mismatch, is_wrong) << file << " " << name << ": " << to_string(part);
}

TEST(Block_corpus, gives_the_right_answer_for_every_block) {
  CLEARSPAN_CORPUS_FOLDER(folder, "ethereum");
  const auto index = read_index();
  std::size_t right = 0;
  std::size_t wrong = 0;
  for (const auto& file : files_below(folder, ".json")) {
    if (!file.filename().string().starts_with("block") || file.filename() == "blocks.derived.json") continue;
    const std::string verified = indexed(index, file);
    const auto receipts = read_beside(file, "receipts.json");
    const auto report = verify_block(read_text(file), receipts, read_beside(file, "uncles.json"));
    ASSERT_TRUE(report.ok()) << file << ": " << describe(report.error());
    const bool bad_receipts = receipts && says(indexed(index, file.parent_path() / "receipts.json"), "no (");
    expect_part(report->header, says(verified, "hash NO"), file, "header");
    expect_part(report->transactions, says(verified, "txRoot NO"), file, "transactions");
    expect_part(report->withdrawals, says(verified, "wdRoot NO"), file, "withdrawals");
    expect_part(report->receipts, bad_receipts, file, "receipts");
    expect_part(report->uncles, false, file, "uncles");
    EXPECT_EQ(report->transactions == PartStatus::hashes_only,
              says(verified, "txRoot n/a") || file.filename() == "block_hashes_only.json")
        << file;
    if (says(verified, "wdRoot yes")) {
      EXPECT_EQ(report->withdrawals, PartStatus::verified) << file;
    }
    EXPECT_EQ(report->receipts == PartStatus::absent, !receipts) << file;
    ++(report->mismatch ? wrong : right);
  }
  EXPECT_GT(right, 0U);
  EXPECT_GT(wrong, 0U);
}

TEST(Block_corpus, refuses_every_negative_for_its_own_reason) {
  CLEARSPAN_CORPUS_FOLDER(folder, "ethereum/negative");
  const auto index = read_index();
  std::size_t checked = 0;
  for (const auto& file : files_below(folder, "block.json")) {
    const auto report = verify_block(read_text(file), read_beside(file, "receipts.json"), std::nullopt);
    ASSERT_TRUE(report.ok()) << file;
    ASSERT_TRUE(report->mismatch.has_value()) << file;
    const bool is_hash = says(indexed(index, file), "hash NO");
    EXPECT_EQ(report->mismatch->code, is_hash ? ErrorCode::block_hash_mismatch : ErrorCode::transactions_root_mismatch)
        << file;
    const auto receipts = read_beside(file, "receipts.json");
    EXPECT_FALSE(decode_block(read_text(file), receipts.value_or("[]")).ok()) << file;
    ++checked;
  }
  EXPECT_GT(checked, 0U);
}

// Blob txns in the network form, with their blobs, are not what a block commits to, even where a node's own root is.
TEST(Block_corpus, calls_a_root_over_the_network_form_of_blob_txns_a_mismatch) {
  CLEARSPAN_CORPUS_FOLDER(folder, "ethereum/anvil");
  std::size_t found = 0;
  for (const auto& file : files_below(folder, "block.json")) {
    const std::string text = read_text(file);
    if (text.find("\"blobs\"") == std::string::npos) continue;
    const auto report = verify_block(text, std::nullopt, std::nullopt);
    ASSERT_TRUE(report.ok());
    EXPECT_EQ(report->header, PartStatus::verified);
    ASSERT_TRUE(report->mismatch.has_value());
    EXPECT_EQ(report->mismatch->code, ErrorCode::transactions_root_mismatch);
    ++found;
  }
  EXPECT_GT(found, 0U);
}

// Decodes every block that has receipts, and recovers every sender: the claimed one, although nothing commits to it, is
// right in genuine data.
TEST(Block_corpus, decodes_every_complete_block_and_recovers_its_senders) {
  CLEARSPAN_CORPUS_FOLDER(folder, "ethereum");
  std::size_t senders = 0;
  for (const auto& file : files_below(folder, "block.json")) {
    const auto receipts = read_beside(file, "receipts.json");
    if (!receipts) continue;
    const auto report = verify_block(read_text(file), receipts, std::nullopt);
    ASSERT_TRUE(report.ok());
    if (report->mismatch || report->transactions != PartStatus::verified) continue;
    const auto decoded = decode_block(read_text(file), *receipts);
    ASSERT_TRUE(decoded.ok()) << file << ": " << describe(decoded.error());
    const bool is_frontier = decoded->header.number < 1'150'000;
    std::size_t checked = 0;
    for (const BlockTxn& one : decoded->txns) {
      if (++checked > 40) break;  // recovery is slow in debug builds
      const auto sender = sender_of(one.txn, is_frontier ? HighS::accepted : HighS::refused);
      ASSERT_TRUE(sender.ok()) << file;
      ASSERT_TRUE(one.claimed_from.has_value());
      EXPECT_EQ(*sender, *one.claimed_from) << file;
      ++senders;
    }
  }
  EXPECT_GT(senders, 0U);
}

TEST(Block_corpus, verifies_the_test_chain_in_json_and_in_rlp) {
  CLEARSPAN_CORPUS_FOLDER(folder, "ethereum/testchain-execution-apis");
  json::Document document;
  const std::string text = read_text(folder / "blocks.derived.json");
  const auto root = document.parse(text);
  ASSERT_TRUE(root.ok());
  std::vector<BlockHash> hashes;
  const json::Array blocks = *root->array();
  for (const json::Value block : blocks) {
    const auto report = verify_block(tests::json_text(block), std::nullopt, std::nullopt);
    ASSERT_TRUE(report.ok()) << describe(report.error());
    EXPECT_FALSE(report->mismatch.has_value());
    if (!hashes.empty()) {
      EXPECT_EQ(report->parent_hash, hashes.back());
    }
    hashes.push_back(report->hash);
  }
  const std::string chain = read_text(folder / "chain.rlp");
  ByteView rest = as_bytes(chain);
  std::size_t count = 0;
  while (!rest.empty()) {
    const auto block = take_block_rlp(rest);
    ASSERT_TRUE(block.ok()) << describe(block.error());
    EXPECT_TRUE(check_roots(*block).ok());
    ASSERT_LT(count, hashes.size());
    EXPECT_EQ(block->hash, hashes[count]);
    for (const ByteView raw : block->txns) {
      const auto txn = decode_txn(raw);
      ASSERT_TRUE(txn.ok());
      const Bytes again = encode_txn(*txn);
      EXPECT_TRUE(std::equal(raw.begin(), raw.end(), again.begin(), again.end()));
    }
    ++count;
  }
  EXPECT_EQ(count, hashes.size());
}

TEST(Block_corpus, reads_the_original_rlp_of_main_network_blocks) {
  CLEARSPAN_CORPUS_FOLDER(folder, "ethereum/rlp-derived");
  std::size_t checked = 0;
  const auto trimmed_text = [](const std::string& text) { return text.substr(0, text.find_last_not_of(" \r\n") + 1); };
  for (const auto& file : files_below(folder, "header.rlp.hex")) {
    const Bytes header_bytes = bytes_of(trimmed_text(read_text(file)));
    const auto header = decode_header(header_bytes);
    ASSERT_TRUE(header.ok()) << file << describe(header.error());
    EXPECT_EQ(std::to_string(header->number), file.parent_path().filename().string());
    EXPECT_EQ(header_hash(*header), crypto::keccak256(header_bytes).as<BlockHash>());
    // body = [txns, uncles, withdrawals?]: with the header in front it is a block.
    const Bytes body = bytes_of(trimmed_text(read_text(file.parent_path() / "body.rlp.hex")));
    rlp::Reader parts = rlp::Reader(body).list();
    Buffer whole;
    const std::size_t list = rlp::begin_list(whole);
    whole.append(header_bytes);
    while (!parts.at_end()) whole.append(parts.item());
    rlp::end_list(whole, list);
    ByteView input = whole.view();
    const auto block = take_block_rlp(input);
    ASSERT_TRUE(block.ok()) << file << describe(block.error());
    EXPECT_TRUE(check_roots(*block).ok()) << file;
    ++checked;
  }
  EXPECT_GT(checked, 0U);
}

// Files of requests (">> ") and responses ("<< ").
TEST(Block_corpus, reads_every_recorded_response) {
  CLEARSPAN_CORPUS_FOLDER(folder, "ethereum/testchain-execution-apis/io");
  json::Document document;
  std::size_t txns = 0;
  std::size_t receipts = 0;
  std::size_t raw = 0;
  for (const auto& file : files_below(folder, ".io")) {
    const std::string text = read_text(file);
    const std::size_t at = text.find("<< ");
    ASSERT_NE(at, std::string::npos);
    const auto root = document.parse(std::string_view(text).substr(at + 3));
    ASSERT_TRUE(root.ok()) << file;
    const auto result = json::Object(*root).find("result");
    if (!result || result->is_null()) continue;
    const std::string method = file.parent_path().filename().string();
    Buffer out;
    if (method == "eth_getTransactionByHash") {
      const auto stated = append_txn_json(out, *result);
      ASSERT_TRUE(stated.ok()) << file;
      EXPECT_EQ(*stated->hash, txn_id(out.view())) << file;
      const auto txn = decode_txn(out.view());
      ASSERT_TRUE(txn.ok());
      EXPECT_EQ(*sender_of(*txn, HighS::refused), *stated->from);
      ++txns;
    } else if (method == "eth_getTransactionReceipt") {
      std::vector<Log> logs;
      EXPECT_TRUE(append_receipt_json(out, *result).ok()) << file;
      EXPECT_TRUE(decode_receipt(out.view(), logs).ok()) << file;
      ++receipts;
    } else if (method == "debug_getRawBlock" || method == "debug_getRawHeader") {
      const Bytes bytes = bytes_of(*result->if_string());
      ByteView input = bytes;
      if (method == "debug_getRawHeader") {
        EXPECT_TRUE(decode_header(bytes).ok()) << file;
      } else {
        const auto block = take_block_rlp(input);
        ASSERT_TRUE(block.ok()) << file;
        EXPECT_TRUE(check_roots(*block).ok()) << file;
      }
      ++raw;
    } else if (method == "debug_getRawReceipts") {
      const json::Array list(*result);
      for (const json::Value one : list) {
        std::vector<Log> logs;
        EXPECT_TRUE(decode_receipt(bytes_of(*one.if_string()), logs).ok()) << file;
      }
      ++raw;
    }
  }
  EXPECT_GT(txns, 0U);
  EXPECT_GT(receipts, 0U);
  EXPECT_GT(raw, 0U);
}

}  // namespace
}  // namespace clearspan::ethereum
