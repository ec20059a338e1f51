#include "codecs/ethereum/block.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "codecs/crypto/keccak.hpp"
#include "tests/codecs/ethereum/block_maker.hpp"

namespace clearspan::ethereum {
namespace {

using tests::BlockMaker;
using tests::MadeBlock;

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

// The text between `start` and the next `end`, removed.
std::string without(std::string text, const std::string& start, const std::string& end) {
  const std::size_t from = text.find(start);
  const std::size_t to = text.find(end, from);
  EXPECT_NE(to, std::string::npos) << start;
  return text.erase(from, to - from);
}

TEST(Block, verifies_every_part_of_a_block) {
  const MadeBlock made = BlockMaker(12).make();
  const auto report = verify_block(made.block, made.receipts, std::nullopt);
  ASSERT_TRUE(report.ok()) << describe(report.error());
  EXPECT_FALSE(report->mismatch.has_value());
  EXPECT_EQ(report->number, 20'000'000U);
  EXPECT_EQ(report->hash, header_hash(made.header));
  EXPECT_EQ(report->transaction_count, 12U);
  EXPECT_EQ(report->receipt_count, 12U);
  EXPECT_EQ(report->withdrawal_count, 16U);
  for (const PartStatus part :
       {report->header, report->transactions, report->receipts, report->withdrawals, report->uncles}) {
    EXPECT_EQ(part, PartStatus::verified);
  }
}

TEST(Block, accepts_every_envelope) {
  const MadeBlock made = BlockMaker(3).make();
  for (const std::string& envelope :
       {made.block, "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":" + made.block + "}", "[" + made.block + "]",
        "[{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":" + made.block + "}," + made.receipts + "]"}) {
    const auto report = verify_block(envelope, std::nullopt, std::nullopt);
    ASSERT_TRUE(report.ok()) << describe(report.error());
    EXPECT_FALSE(report->mismatch.has_value());
    EXPECT_EQ(report->receipts, PartStatus::absent);
  }
  for (const std::string& envelope : {made.receipts, "[" + made.receipts + "]"}) {
    EXPECT_EQ(verify_block(made.block, envelope, std::nullopt)->receipts, PartStatus::verified);
  }
}

struct Forgery {
  std::string what;
  std::string from;
  std::string to;
  ErrorCode code;
};

TEST(Block, finds_every_forgery_in_the_block) {
  const MadeBlock made = BlockMaker(12).make();
  const std::string zero_root = "0x" + std::string(64, '0');
  const std::vector<Forgery> table = {
      {"another state root", "\"stateRoot\":\"0x33", "\"stateRoot\":\"0x34", ErrorCode::block_hash_mismatch},
      {"another number", "0x1312d00", "0x1312d01", ErrorCode::block_hash_mismatch},
      {"another parent", "\"parentHash\":\"0x11", "\"parentHash\":\"0x12", ErrorCode::block_hash_mismatch},
      {"another timestamp", "\"timestamp\":\"0x6", "\"timestamp\":\"0x7", ErrorCode::block_hash_mismatch},
      {"another base fee", "\"baseFeePerGas\":\"0x7\"", "\"baseFeePerGas\":\"0x8\"", ErrorCode::block_hash_mismatch},
      {"another requests hash", "\"requestsHash\":\"0x66", "\"requestsHash\":\"0x67", ErrorCode::block_hash_mismatch},
      {"a zero hash", "\"hash\":\"" + tests::data(header_hash(made.header)), "\"hash\":\"" + zero_root,
       ErrorCode::block_hash_mismatch},
      {"another payee", "\"to\":\"0x05", "\"to\":\"0x06", ErrorCode::transactions_root_mismatch},
      {"another value", "\"value\":\"0x3b9aca07\"", "\"value\":\"0x3b9aca08\"", ErrorCode::transactions_root_mismatch},
      {"another type", "\"type\":\"0x1\"", "\"type\":\"0x0\"", ErrorCode::transactions_root_mismatch},
      {"another access key", "\"storageKeys\":[\"0x01", "\"storageKeys\":[\"0x02",
       ErrorCode::transactions_root_mismatch},
      {"another blob hash", "\"blobVersionedHashes\":[\"0x01", "\"blobVersionedHashes\":[\"0x02",
       ErrorCode::transactions_root_mismatch},
      {"another authorization", "\"address\":\"0xbb", "\"address\":\"0xbc", ErrorCode::transactions_root_mismatch},
      {"another txn hash", tests::data(txn_id(made.txns[4])), tests::data(txn_id(made.txns[5])),
       ErrorCode::txn_hash_mismatch},
      {"another withdrawal", "\"validatorIndex\":\"0x3e9\"", "\"validatorIndex\":\"0x3ea\"",
       ErrorCode::withdrawals_root_mismatch},
      {"an uncle that the header lacks", "\"uncles\":[]", "\"uncles\":[\"" + zero_root + "\"]",
       ErrorCode::uncles_hash_mismatch},
  };
  for (const Forgery& forgery : table) {
    const std::string forged = replaced(made.block, forgery.from, forgery.to);
    const auto report = verify_block(forged, made.receipts, std::nullopt);
    ASSERT_TRUE(report.ok()) << forgery.what << ": " << describe(report.error());
    ASSERT_TRUE(report->mismatch.has_value()) << forgery.what;
    EXPECT_EQ(to_string(report->mismatch->code), to_string(forgery.code)) << forgery.what;
    const auto decoded = decode_block(forged, made.receipts);
    ASSERT_FALSE(decoded.ok()) << forgery.what;
    EXPECT_EQ(to_string(decoded.error().code), to_string(forgery.code)) << forgery.what;
  }
}

TEST(Block, finds_every_forgery_in_the_receipts) {
  const MadeBlock made = BlockMaker(12).make();
  const std::vector<std::pair<std::string, std::string>> table = {
      {"\"status\":\"0x1\"", "\"status\":\"0x0\""},
      {"\"status\":\"0x0\"", "\"status\":\"0x1\""},
      {"\"type\":\"0x2\"", "\"type\":\"0x1\""},
      {"\"cumulativeGasUsed\":\"0x5208\"", "\"cumulativeGasUsed\":\"0x5209\""},
      {"\"address\":\"0xcc", "\"address\":\"0xcd"},
      {"\"topics\":[\"0x0d", "\"topics\":[\"0x0e"},
      {"\"data\":\"0x00", "\"data\":\"0x01"},
      {"\"logsBloom\":\"0x0", "\"logsBloom\":\"0x1"},
      {"\"status\":\"0x1\"", "\"root\":\"0x" + std::string(64, '1') + "\",\"status\":\"0x1\""},
  };
  for (const auto& [from, to] : table) {
    const auto report = verify_block(made.block, replaced(made.receipts, from, to), std::nullopt);
    ASSERT_TRUE(report.ok()) << from;
    EXPECT_EQ(report->receipts, PartStatus::mismatch) << from;
    EXPECT_EQ(report->mismatch->code, ErrorCode::receipts_root_mismatch) << from;
  }
  EXPECT_EQ(verify_block(made.block, "[]", std::nullopt)->mismatch->code, ErrorCode::receipts_root_mismatch);
  EXPECT_EQ(decode_block(made.block, "[]").error().code, ErrorCode::receipts_root_mismatch);
}

TEST(Block, finds_a_txn_or_withdrawal_that_was_left_out_or_added) {
  const MadeBlock made = BlockMaker(3).make();
  const std::string fewer = without(made.block, "{\"hash\":\"" + tests::data(txn_id(made.txns[0])),
                                    "{\"hash\":\"" + tests::data(txn_id(made.txns[1])));
  EXPECT_EQ(verify_block(fewer, std::nullopt, std::nullopt)->mismatch->code, ErrorCode::transactions_root_mismatch);
  const std::string one_withdrawal_less = without(made.block, "{\"index\":\"0x0\"", "{\"index\":\"0x1\"");
  EXPECT_EQ(verify_block(one_withdrawal_less, std::nullopt, std::nullopt)->mismatch->code,
            ErrorCode::withdrawals_root_mismatch);
  const std::string no_txns = without(made.block, "\"transactions\":[", ",\"withdrawals\"");
  EXPECT_EQ(verify_block(replaced(no_txns, ",,", ",\"transactions\":[],"), std::nullopt, std::nullopt)->mismatch->code,
            ErrorCode::transactions_root_mismatch);
}

TEST(Block, never_passes_over_withdrawals_without_a_root_or_a_root_without_withdrawals) {
  const MadeBlock made = BlockMaker(1).make();
  const std::string no_list = replaced(made.block, "\"withdrawals\"", "\"nothing\"");
  EXPECT_EQ(verify_block(no_list, std::nullopt, std::nullopt)->mismatch->code, ErrorCode::withdrawals_root_mismatch);

  Header london = made.header;
  london.withdrawals_root.reset();
  london.blob_gas_used.reset();
  london.excess_blob_gas.reset();
  london.parent_beacon_block_root.reset();
  london.requests_hash.reset();
  std::string no_root = replaced(made.block, tests::data(header_hash(made.header)), tests::data(header_hash(london)));
  for (const std::string name :
       {"withdrawalsRoot", "blobGasUsed", "excessBlobGas", "parentBeaconBlockRoot", "requestsHash"}) {
    no_root = replaced(no_root, "\"" + name + "\"", "\"x" + name + "\"");
  }
  const auto report = verify_block(no_root, std::nullopt, std::nullopt);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->header, PartStatus::verified);
  EXPECT_EQ(report->mismatch->code, ErrorCode::withdrawals_root_mismatch);
  EXPECT_EQ(
      verify_block(replaced(no_root, "\"withdrawals\"", "\"xwithdrawals\""), std::nullopt, std::nullopt)->withdrawals,
      PartStatus::absent);
}

struct Reject {
  std::string what;
  std::string from;
  std::string to;
  ErrorCode code;
  std::string field;
};

TEST(Block, refuses_what_is_no_block) {
  const MadeBlock made = BlockMaker(5).make();
  const std::string hash = "\"hash\":\"" + tests::data(header_hash(made.header)) + "\"";
  const std::vector<Reject> table = {
      {"no hash", hash, "\"hush\":0", ErrorCode::not_a_block, "/hash"},
      {"a pending block", hash, "\"hash\":null", ErrorCode::not_a_block, "/hash"},
      {"a hash of 31 bytes", hash, "\"hash\":\"0x" + std::string(62, 'a') + "\"", ErrorCode::not_a_block, "/hash"},
      {"two hashes", hash, hash + "," + hash, ErrorCode::duplicate_key, "/hash"},
      {"no header field", "\"gasLimit\"", "\"x\"", ErrorCode::not_a_block, "/gasLimit"},
      {"no txns", "\"transactions\"", "\"x\"", ErrorCode::not_a_block, "/transactions"},
      {"txns that are no list", "\"transactions\":[", "\"transactions\":{\"a\":1},\"x\":[", ErrorCode::not_a_block,
       "/transactions"},
      {"a txn that is a number", "\"transactions\":[", "\"transactions\":[1,", ErrorCode::txn_malformed,
       "/transactions/0"},
      {"a hash among txns", "\"transactions\":[", "\"transactions\":[\"0x" + std::string(64, '1') + "\",",
       ErrorCode::not_a_block, "/transactions/1"},
      {"a txn of type 5", "\"type\":\"0x4\"", "\"type\":\"0x5\"", ErrorCode::txn_malformed, "/transactions/4/type"},
      {"a txn without nonce", "\"nonce\":\"0x1\"", "\"x\":0", ErrorCode::txn_malformed, "/transactions/1/nonce"},
      {"a txn without signature", "\"r\":", "\"x\":", ErrorCode::txn_malformed, "/transactions/0/r"},
      {"a blob txn without payee", "\"to\":\"" + tests::data(tests::filled<Address>(3)) + "\"", "\"to\":null",
       ErrorCode::txn_malformed, "/transactions/3/to"},
      {"an access list that is no list", "\"accessList\":[", "\"accessList\":0,\"x\":[", ErrorCode::txn_malformed,
       "/transactions/0/accessList"},
      {"withdrawals that are no list", "\"withdrawals\":[", "\"withdrawals\":1,\"x\":[", ErrorCode::not_a_block,
       "/withdrawals"},
      {"a withdrawal without amount", "\"amount\"", "\"x\"", ErrorCode::not_a_block, "/withdrawals/0/amount"},
      {"uncles that are no list", "\"uncles\":[]", "\"uncles\":0", ErrorCode::not_a_block, "/uncles"},
      {"an uncle that is no hash", "\"uncles\":[]", "\"uncles\":[\"0x1\"]", ErrorCode::not_a_block, "/uncles/0"},
  };
  for (const Reject& reject : table) {
    const auto report = verify_block(replaced(made.block, reject.from, reject.to), std::nullopt, std::nullopt);
    ASSERT_FALSE(report.ok()) << reject.what;
    EXPECT_EQ(to_string(report.error().code), to_string(reject.code))
        << reject.what << ": " << describe(report.error());
    EXPECT_EQ(report.error().field, reject.field) << reject.what;
  }
}

TEST(Block, refuses_documents_that_hold_no_block_or_several) {
  const std::string block = BlockMaker(0).make().block;
  for (const std::string& text : {std::string("{}"), std::string("[]"), std::string("null"), std::string("7"),
                                  std::string("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":null}"),
                                  std::string("{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-1}}"),
                                  "[" + block + "," + block + "]", "[" + block + ",null]"}) {
    const auto report = verify_block(text, std::nullopt, std::nullopt);
    ASSERT_FALSE(report.ok()) << text.substr(0, 60);
    EXPECT_EQ(report.error().code, ErrorCode::not_a_block) << text.substr(0, 60);
  }
  EXPECT_EQ(verify_block("{", std::nullopt, std::nullopt).error().code, ErrorCode::malformed_json);
}

TEST(Block, refuses_what_is_no_list_of_receipts) {
  const MadeBlock made = BlockMaker(3).make();
  for (const std::string& text :
       {std::string("null"), std::string("[1]"), std::string("[{}]"),
        std::string("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":null}"), replaced(made.receipts, "\"status\"", "\"x\""),
        replaced(made.receipts, "\"logs\"", "\"x\""), replaced(made.receipts, "\"topics\"", "\"x\""),
        replaced(made.receipts, "\"0x1\"", "\"0x100\""),
        replaced(made.receipts, "\"logsBloom\":\"0x00", "\"logsBloom\":\"0x")}) {
    const auto report = verify_block(made.block, text, std::nullopt);
    ASSERT_FALSE(report.ok()) << text.substr(0, 100);
    EXPECT_EQ(report.error().code, ErrorCode::receipt_malformed) << text.substr(0, 100);
  }
}

TEST(Block, takes_v_for_the_parity_where_there_is_no_other) {
  std::string block = BlockMaker(1).make().block;
  block = replaced(block, "\"yParity\"", "\"x\"");
  EXPECT_EQ(verify_block(block, std::nullopt, std::nullopt)->transactions, PartStatus::verified);
}

TEST(Block, uses_the_root_of_a_receipt_only_when_it_has_32_bytes) {
  const MadeBlock made = BlockMaker(3).make();
  for (const std::string root : {"\"0x\"", "null", "\"0x1234\""}) {
    const std::string receipts = replaced(made.receipts, "\"status\"", "\"root\":" + root + ",\"status\"");
    EXPECT_EQ(verify_block(made.block, receipts, std::nullopt)->receipts, PartStatus::verified) << root;
  }
}

TEST(Block, says_when_only_hashes_of_txns_are_there) {
  const MadeBlock made = BlockMaker(2).make();
  std::string hashes = without(made.block, "\"transactions\":[", "\"withdrawals\"");
  hashes = replaced(hashes, "\"withdrawals\"",
                    "\"transactions\":[\"" + tests::data(txn_id(made.txns[0])) + "\",\"" +
                        tests::data(txn_id(made.txns[1])) + "\"],\"withdrawals\"");
  const auto report = verify_block(hashes, made.receipts, std::nullopt);
  ASSERT_TRUE(report.ok());
  EXPECT_FALSE(report->mismatch.has_value());
  EXPECT_EQ(report->transactions, PartStatus::hashes_only);
  EXPECT_EQ(report->receipts, PartStatus::verified);
  EXPECT_EQ(decode_block(hashes, made.receipts).error().code, ErrorCode::not_a_block);
}

TEST(Block, checks_uncles_against_their_headers) {
  const MadeBlock uncle = BlockMaker(0).make();
  MadeBlock made = BlockMaker(1).make();
  Buffer list;
  const std::size_t mark = rlp::begin_list(list);
  append_header(list, uncle.header);
  rlp::end_list(list, mark);
  Header header = made.header;
  header.uncles_hash = crypto::keccak256(list.view());
  std::string block = replaced(made.block, tests::data(header_hash(made.header)), tests::data(header_hash(header)));
  block = replaced(block, tests::data(kEmptyUnclesHash), tests::data(header.uncles_hash));
  const std::string listed =
      replaced(block, "\"uncles\":[]", "\"uncles\":[\"" + tests::data(header_hash(uncle.header)) + "\"]");
  const auto uncles_of = [](const std::string& text, std::optional<std::string_view> uncles) {
    const auto report = verify_block(text, std::nullopt, uncles);
    EXPECT_TRUE(report.ok() && report->header == PartStatus::verified);
    return report->uncles;
  };
  EXPECT_EQ(uncles_of(listed, std::nullopt), PartStatus::not_recomputable);
  EXPECT_EQ(uncles_of(listed, "[" + uncle.block + "]"), PartStatus::verified);
  EXPECT_EQ(uncles_of(listed, uncle.block), PartStatus::verified);
  EXPECT_EQ(uncles_of(listed, "[]"), PartStatus::mismatch);
  EXPECT_EQ(uncles_of(listed, "[" + uncle.block + "," + uncle.block + "]"), PartStatus::mismatch);
  EXPECT_EQ(uncles_of(listed, replaced(uncle.block, "\"miner\":\"0x22", "\"miner\":\"0x23")), PartStatus::mismatch);
  EXPECT_EQ(uncles_of(block, std::nullopt), PartStatus::mismatch);
  EXPECT_EQ(uncles_of(block, uncle.block), PartStatus::mismatch);
  EXPECT_EQ(uncles_of(replaced(block, "\"uncles\"", "\"x\""), std::nullopt), PartStatus::not_recomputable);
  EXPECT_EQ(uncles_of(made.block, uncle.block), PartStatus::mismatch);
  // The list and the headers agree with each other, and not with the block.
  const std::string listed_only =
      replaced(made.block, "\"uncles\":[]", "\"uncles\":[\"" + tests::data(header_hash(uncle.header)) + "\"]");
  EXPECT_EQ(uncles_of(listed_only, uncle.block), PartStatus::mismatch);
}

TEST(Block, gives_back_what_the_bytes_that_were_hashed_say) {
  const MadeBlock made = BlockMaker(10).make();
  auto decoded = decode_block(made.block, made.receipts);
  ASSERT_TRUE(decoded.ok()) << describe(decoded.error());
  const EthereumBlock block = std::move(decoded).value();
  EXPECT_EQ(block.header.number, 20'000'000U);
  EXPECT_EQ(block.hash, header_hash(made.header));
  ASSERT_EQ(block.txns.size(), 10U);
  ASSERT_EQ(block.receipts.size(), 10U);
  EXPECT_EQ(block.withdrawals.size(), 16U);
  EXPECT_EQ(block.withdrawals[3].amount_gwei, 3'000'000U);
  for (std::size_t i = 0; i < block.txns.size(); ++i) {
    const BlockTxn& one = block.txns[i];
    EXPECT_EQ(one.id, txn_id(made.txns[i]));
    EXPECT_EQ(one.txn.nonce, i);
    EXPECT_EQ(encode_txn(one.txn), made.txns[i]);
    EXPECT_EQ(*sender_of(one.txn, HighS::refused), *one.claimed_from);
    const bool ok = i % 7 != 3;
    EXPECT_EQ(block.receipts[i].succeeded, ok);
    EXPECT_EQ(block.receipts[i].type, one.txn.type);
    ASSERT_EQ(block.logs_of(i).size(), ok ? 1U : 0U);
    if (!ok) continue;
    const Log& log = block.logs_of(i)[0];
    EXPECT_EQ(log.address, tests::filled<Address>(0xcc));
    ASSERT_EQ(log.topic_count, 2);
    EXPECT_EQ(log.topics[1].as<Word>(), word_of(i));
    EXPECT_TRUE(std::equal(log.data.begin(), log.data.end(), word_of(i * 5).bytes.begin()));
  }
  EXPECT_EQ(block.json_bytes, made.block.size() + made.receipts.size());
}

TEST(Block, needs_the_receipts_unless_there_are_no_txns) {
  const MadeBlock made = BlockMaker(2).make();
  EXPECT_EQ(decode_block(made.block, "").error().code, ErrorCode::receipt_malformed);
  const MadeBlock empty = BlockMaker(0).make();
  EXPECT_TRUE(decode_block(empty.block, "").ok());
  EXPECT_TRUE(decode_block(empty.block, "[]").ok());
}

}  // namespace
}  // namespace clearspan::ethereum
