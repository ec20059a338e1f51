#include "tools/clearspan/block_verify.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "codecs/json/document.hpp"
#include "tests/codecs/ethereum/block_maker.hpp"

namespace clearspan {
namespace {

using ethereum::tests::BlockMaker;
using ethereum::tests::MadeBlock;

class BlockVerify : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "clearspan-block-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }

  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& content) {
    const std::filesystem::path path = folder_ / name;
    std::ofstream(path, std::ios::binary) << content;
    return path.string();
  }

  // The exit code; what was printed is in `printed`, one JSON object.
  int run(const BlockVerifyOptions& options) {
    std::ostringstream out;
    std::ostringstream err;
    const int code = run_block_verify(options, out, err);
    printed_ = out.str();
    EXPECT_EQ(err.str().empty(), code == 0);
    EXPECT_TRUE(document_.parse(printed_).ok()) << printed_;
    return code;
  }

  std::string field(std::string_view key) {
    const auto root = document_.parse(printed_);
    const auto value = root->object()->require(key);
    if (!value.ok()) return "(none)";
    if (const auto number = value->if_u64()) return std::to_string(*number);
    if (const auto object = value->if_object()) return std::string(*object->require("code")->string());
    return std::string(*value->string());
  }

  std::filesystem::path folder_;
  std::string printed_;
  json::Document document_;
};

TEST_F(BlockVerify, prints_every_fact_of_a_block_that_is_right) {
  const MadeBlock made = BlockMaker(5).make();
  BlockVerifyOptions options;
  options.block_path = write("block.json", made.block);
  options.receipts_path = write("receipts.json", made.receipts);
  EXPECT_EQ(run(options), 0);
  EXPECT_EQ(field("format"), "ethereum");
  EXPECT_EQ(field("result"), "verified");
  EXPECT_EQ(field("number"), "20000000");
  EXPECT_EQ(field("hash"), ethereum::tests::data(header_hash(made.header)));
  EXPECT_EQ(field("parent_hash"), ethereum::tests::data(made.header.parent_hash));
  EXPECT_EQ(field("transaction_count"), "5");
  EXPECT_EQ(field("receipt_count"), "5");
  EXPECT_EQ(field("withdrawal_count"), "16");
  EXPECT_EQ(field("uncle_count"), "0");
  for (const std::string part : {"header", "transactions", "receipts", "withdrawals", "uncles"}) {
    EXPECT_EQ(field(part), "verified") << part;
  }
  EXPECT_EQ(field("error"), "(none)");
}

TEST_F(BlockVerify, exits_with_1_and_names_the_hash_that_does_not_fit) {
  const MadeBlock made = BlockMaker(5).make();
  std::string receipts = made.receipts;
  receipts.replace(receipts.find("\"0x1\""), 5, "\"0x0\"");
  BlockVerifyOptions options;
  options.block_path = write("block.json", made.block);
  options.receipts_path = write("receipts.json", receipts);
  EXPECT_EQ(run(options), 1);
  EXPECT_EQ(field("result"), "failed");
  EXPECT_EQ(field("receipts"), "mismatch");
  EXPECT_EQ(field("transactions"), "verified");
  EXPECT_EQ(field("error"), "receipts_root_mismatch");
}

TEST_F(BlockVerify, exits_with_2_when_the_input_is_no_block) {
  BlockVerifyOptions options;
  options.block_path = write("block.json", "{\"a\":1}");
  EXPECT_EQ(run(options), 2);
  EXPECT_EQ(field("result"), "not_a_block");
  EXPECT_EQ(field("error"), "not_a_block");
  options.block_path = write("broken.json", "{\"a\":");
  EXPECT_EQ(run(options), 2);
  EXPECT_EQ(field("error"), "malformed_json");
  options.block_path = (folder_ / "absent.json").string();
  EXPECT_EQ(run(options), 2);
  EXPECT_EQ(field("error"), "storage_failed");
  options.block_path = folder_.string();
  EXPECT_EQ(run(options), 2);
  options.format = "fabric";
  EXPECT_EQ(run(options), 2);
  EXPECT_EQ(field("error"), "invalid_value");
}

}  // namespace
}  // namespace clearspan
