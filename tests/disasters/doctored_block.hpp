// EVM blocks whose receipts say what a test wants, with every hash recomputed: what a chain would really serve. The
// doctored ones differ afterwards, in the text that a hostile node serves.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ledgers/ethereum/abi.hpp"
#include "tests/codecs/ethereum/block_maker.hpp"

namespace clearspan::disasters {

using ethereum::Address;
using ethereum::tests::filled;
using ethereum::tests::MadeBlock;
using ethereum::tests::MadeLog;

// What a txn's receipt says.
struct Said {
  bool succeeded = true;
  std::vector<MadeLog> logs;
};

// The first occurrence of `find` in `text` replaced; a text without it is an error of the test.
inline std::string with(std::string text, std::string_view find, std::string_view replace) {
  const std::size_t at = text.find(find);
  CLEARSPAN_VERIFY(at != std::string::npos);
  return text.replace(at, find.size(), replace);
}

inline void append_log(ethereum::Buffer& raw, const MadeLog& made) {
  namespace rlp = ethereum::rlp;
  const std::size_t log = rlp::begin_list(raw);
  rlp::append_bytes(raw, made.address.view());
  const std::size_t topics = rlp::begin_list(raw);
  for (const Hash32& topic : made.topics) rlp::append_bytes(raw, topic.view());
  rlp::end_list(raw, topics);
  rlp::append_bytes(raw, made.data);
  rlp::end_list(raw, log);
}

inline Bytes receipt_bytes(std::size_t index, const Said& said) {
  namespace rlp = ethereum::rlp;
  const auto type = ethereum::tests::BlockMaker::kTypes[index % ethereum::tests::BlockMaker::kTypes.size()];
  ethereum::Buffer raw;
  if (type != ethereum::TxnType::legacy) *raw.extend(1) = static_cast<std::uint8_t>(type);
  const std::size_t list = rlp::begin_list(raw);
  rlp::append_u64(raw, said.succeeded ? 1 : 0);
  rlp::append_u64(raw, 21'000 * (index + 1));
  rlp::append_bytes(raw, ethereum::Bloom{}.view());
  const std::size_t logs = rlp::begin_list(raw);
  for (const MadeLog& log : said.logs) append_log(raw, log);
  rlp::end_list(raw, logs);
  rlp::end_list(raw, list);
  return {raw.view().begin(), raw.view().end()};
}

inline std::string receipt_json(std::size_t index, const Said& said) {
  namespace tests = ethereum::tests;
  json::Writer out;
  const auto type = tests::BlockMaker::kTypes[index % tests::BlockMaker::kTypes.size()];
  out.begin_object().field("type", tests::quantity(static_cast<std::uint64_t>(type)));
  out.field("status", said.succeeded ? "0x1" : "0x0").field("cumulativeGasUsed", tests::quantity(21'000 * (index + 1)));
  out.field("logsBloom", tests::data(ethereum::Bloom{})).key("logs").begin_array();
  for (const MadeLog& log : said.logs) {
    out.begin_object().field("address", tests::data(log.address)).key("topics").begin_array();
    for (const Hash32& topic : log.topics) out.value(tests::data(topic));
    out.end_array().field("data", to_hex_prefixed(log.data)).end_object();
  }
  return out.end_array().end_object().take();
}

inline std::string receipts_json(const std::vector<Said>& said) {
  std::string all = "[";
  for (std::size_t i = 0; i < said.size(); ++i) all += (i == 0 ? "" : ",") + receipt_json(i, said[i]);
  return all + "]";
}

// The same block under another header.
inline MadeBlock under(MadeBlock made, const ethereum::Header& header) {
  using ethereum::header_hash;
  using ethereum::tests::data;
  made.block = with(made.block, data(header_hash(made.header)), data(header_hash(header)));
  made.block = with(made.block, "\"receiptsRoot\":\"" + data(made.header.receipts_root),
                    "\"receiptsRoot\":\"" + data(header.receipts_root));
  made.header = header;
  return made;
}

// A block with one txn for each thing said, and hashes that fit.
inline MadeBlock block_saying(const std::vector<Said>& said) {
  MadeBlock made = ethereum::tests::BlockMaker(said.size()).make();
  std::vector<Bytes> receipts;
  receipts.reserve(said.size());
  for (std::size_t i = 0; i < said.size(); ++i) receipts.push_back(receipt_bytes(i, said[i]));
  ethereum::Header header = made.header;
  header.receipts_root = ethereum::ordered_root(std::vector<ByteView>(receipts.begin(), receipts.end()));
  made = under(std::move(made), header);
  made.receipts = receipts_json(said);
  return made;
}

}  // namespace clearspan::disasters
