// Makes whole blocks in JSON-RPC form, for tests and benchmarks that run without the corpus: signed txns of every type,
// receipts with logs, withdrawals, and a header whose hashes all fit.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "codecs/crypto/keccak.hpp"
#include "codecs/ethereum/header.hpp"
#include "codecs/ethereum/rlp.hpp"
#include "codecs/ethereum/trie.hpp"
#include "codecs/ethereum/txn.hpp"
#include "codecs/json/writer.hpp"

namespace clearspan::ethereum::tests {

inline std::string quantity(const Word& word) {
  const std::string digits = to_hex(word.view());
  const std::size_t first = digits.find_first_not_of('0');
  return first == std::string::npos ? "0x0" : "0x" + digits.substr(first);
}

inline std::string quantity(std::uint64_t number) {
  return quantity(word_of(number));
}

template <class T>
std::string data(const T& value) {
  return to_hex_prefixed(value.view());
}

template <class T>
T filled(std::uint8_t byte) {
  T value;
  value.bytes.fill(byte);
  return value;
}

struct MadeBlock {
  std::string block;
  std::string receipts;
  Header header;
  std::vector<Bytes> txns;
};

struct MadeLog {
  Address address;
  std::vector<Hash32> topics;
  Bytes data;
};

// The logs of the txn with that index, when it succeeds: all but every seventh, from the fourth on.
using MakeLogs = std::function<std::vector<MadeLog>(std::size_t index)>;

inline std::vector<MadeLog> one_log(std::size_t index) {
  const Word content = word_of(index * 5);
  return {{filled<Address>(0xcc),
           {filled<Hash32>(0x0d), word_of(index).as<Hash32>()},
           Bytes(content.bytes.begin(), content.bytes.end())}};
}

class BlockMaker {
 public:
  explicit BlockMaker(std::size_t txn_count, std::size_t calldata_bytes = 68, MakeLogs logs = one_log)
      : key_(filled<crypto::Scalar>(0x46).bytes), calldata_(calldata_bytes), logs_(std::move(logs)) {
    for (std::size_t i = 0; i < calldata_.size(); ++i) calldata_[i] = static_cast<std::uint8_t>(i * 37 + 11);
    make_lists();
    for (std::size_t i = 0; i < txn_count; ++i) add_txn(i);
    for (std::uint64_t i = 0; i < 16; ++i) add_withdrawal(i);
  }

  MadeBlock make(const BlockHash& parent = filled<BlockHash>(0x11), std::uint64_t number = 20'000'000) {
    MadeBlock made;
    made.header = make_header();
    made.header.parent_hash = parent;
    made.header.number = number;
    made.block = block_json(made.header);
    made.receipts = receipts_json();
    made.txns = txns_;
    return made;
  }

  // Types repeat in this order.
  static constexpr std::array<TxnType, 5> kTypes = {TxnType::dynamic_fee, TxnType::legacy, TxnType::access_list,
                                                    TxnType::blob, TxnType::set_code};

 private:
  void make_lists() {
    Buffer buffer;
    std::size_t list = rlp::begin_list(buffer);
    std::size_t tuple = rlp::begin_list(buffer);
    rlp::append_bytes(buffer, filled<Address>(0xaa).view());
    std::size_t keys = rlp::begin_list(buffer);
    rlp::append_bytes(buffer, filled<Hash32>(0x01).view());
    rlp::append_bytes(buffer, filled<Hash32>(0x02).view());
    rlp::end_list(buffer, keys);
    rlp::end_list(buffer, tuple);
    rlp::end_list(buffer, list);
    access_list_.assign(buffer.view().begin(), buffer.view().end());
    buffer.clear();
    list = rlp::begin_list(buffer);
    rlp::append_bytes(buffer, filled<Hash32>(0x01).view());
    rlp::end_list(buffer, list);
    blob_hashes_.assign(buffer.view().begin(), buffer.view().end());
    buffer.clear();
    list = rlp::begin_list(buffer);
    tuple = rlp::begin_list(buffer);
    rlp::append_u64(buffer, 1);
    rlp::append_bytes(buffer, filled<Address>(0xbb).view());
    rlp::append_u64(buffer, 7);
    rlp::append_u64(buffer, 1);
    rlp::append_word(buffer, word_of(0x1234));
    rlp::append_word(buffer, word_of(0x5678));
    rlp::end_list(buffer, tuple);
    rlp::end_list(buffer, list);
    authorizations_.assign(buffer.view().begin(), buffer.view().end());
  }

  void add_txn(std::size_t index) {
    Txn txn;
    txn.type = kTypes[index % kTypes.size()];
    txn.chain_id = 1;
    txn.nonce = index;
    txn.gas_price = word_of(30'000'000'000 + index);
    txn.max_fee_per_gas = word_of(40'000'000'000 + index);
    txn.max_priority_fee_per_gas = word_of(1'000'000'000);
    txn.gas_limit = 90'000 + index;
    txn.to = filled<Address>(static_cast<std::uint8_t>(index));
    txn.value = word_of(index * 1'000'000'007);
    txn.data = calldata_;
    if (txn.type != TxnType::legacy) txn.access_list = access_list_;
    if (txn.type == TxnType::blob) {
      txn.max_fee_per_blob_gas = word_of(17);
      txn.blob_hashes = blob_hashes_;
    }
    if (txn.type == TxnType::set_code) txn.authorizations = authorizations_;
    const SignedBytes made = sign_txn(txn, key_).value();
    txns_.push_back(made.raw);
    txn_jsons_.push_back(txn_json(decode_txn(made.raw).value(), made.id));
    add_receipt(index, txn.type);
  }

  std::string txn_json(const Txn& txn, const TxnId& id) const {
    json::Writer out;
    out.begin_object().field("hash", data(id)).field("type", quantity(static_cast<std::uint64_t>(txn.type)));
    out.field("from", data(sender_of(txn, HighS::refused).value())).field("nonce", quantity(txn.nonce));
    out.field("gas", quantity(txn.gas_limit)).field("to", data(*txn.to)).field("value", quantity(txn.value));
    out.field("input", to_hex_prefixed(txn.data)).field("chainId", quantity(txn.chain_id.value_or(0)));
    out.field("r", quantity(txn.signature.r.as<Word>())).field("s", quantity(txn.signature.s.as<Word>()));
    out.field("gasPrice", quantity(txn.gas_price)).field("transactionIndex", quantity(txn.nonce));
    if (txn.type == TxnType::legacy) {
      out.field("v", quantity(legacy_v(txn)));
      return out.end_object().take();
    }
    out.field("v", quantity(txn.signature.parity)).field("yParity", quantity(txn.signature.parity));
    out.key("accessList").begin_array().begin_object().field("address", data(filled<Address>(0xaa)));
    out.key("storageKeys")
        .begin_array()
        .value(data(filled<Hash32>(0x01)))
        .value(data(filled<Hash32>(0x02)))
        .end_array();
    out.end_object().end_array();
    if (txn.type >= TxnType::dynamic_fee) {
      out.field("maxFeePerGas", quantity(txn.max_fee_per_gas));
      out.field("maxPriorityFeePerGas", quantity(txn.max_priority_fee_per_gas));
    }
    if (txn.type == TxnType::blob) {
      out.field("maxFeePerBlobGas", quantity(txn.max_fee_per_blob_gas));
      out.key("blobVersionedHashes").begin_array().value(data(filled<Hash32>(0x01))).end_array();
    }
    if (txn.type == TxnType::set_code) {
      out.key("authorizationList").begin_array().begin_object().field("chainId", "0x1");
      out.field("address", data(filled<Address>(0xbb))).field("nonce", "0x7").field("yParity", "0x1");
      out.field("r", "0x1234").field("s", "0x5678").end_object().end_array();
    }
    return out.end_object().take();
  }

  void add_receipt(std::size_t index, TxnType type) {
    const std::uint64_t gas = 21'000 * (index + 1);
    const bool ok = index % 7 != 3;
    Buffer raw;
    if (type != TxnType::legacy) *raw.extend(1) = static_cast<std::uint8_t>(type);
    const std::size_t list = rlp::begin_list(raw);
    rlp::append_u64(raw, ok ? 1 : 0);
    rlp::append_u64(raw, gas);
    rlp::append_bytes(raw, Bloom{}.view());
    const std::size_t logs = rlp::begin_list(raw);
    const std::vector<MadeLog> made = ok ? logs_(index) : std::vector<MadeLog>();
    for (const MadeLog& log : made) append_log(raw, log);
    rlp::end_list(raw, logs);
    rlp::end_list(raw, list);
    receipts_.emplace_back(raw.view().begin(), raw.view().end());

    json::Writer out;
    out.begin_object().field("type", quantity(static_cast<std::uint64_t>(type))).field("status", ok ? "0x1" : "0x0");
    out.field("cumulativeGasUsed", quantity(gas)).field("logsBloom", data(Bloom{})).key("logs").begin_array();
    for (const MadeLog& log : made) {
      out.begin_object().field("address", data(log.address)).key("topics").begin_array();
      for (const Hash32& topic : log.topics) out.value(data(topic));
      out.end_array().field("data", to_hex_prefixed(log.data)).field("logIndex", "0x0").end_object();
    }
    receipt_jsons_.push_back(out.end_array().end_object().take());
  }

  static void append_log(Buffer& raw, const MadeLog& made) {
    const std::size_t log = rlp::begin_list(raw);
    rlp::append_bytes(raw, made.address.view());
    const std::size_t topics = rlp::begin_list(raw);
    for (const Hash32& topic : made.topics) rlp::append_bytes(raw, topic.view());
    rlp::end_list(raw, topics);
    rlp::append_bytes(raw, made.data);
    rlp::end_list(raw, log);
  }

  void add_withdrawal(std::uint64_t index) {
    Buffer raw;
    const std::size_t list = rlp::begin_list(raw);
    rlp::append_u64(raw, index);
    rlp::append_u64(raw, 1000 + index);
    rlp::append_bytes(raw, filled<Address>(0xdd).view());
    rlp::append_u64(raw, index * 1'000'000);
    rlp::end_list(raw, list);
    withdrawals_.emplace_back(raw.view().begin(), raw.view().end());
    json::Writer out;
    out.begin_object().field("index", quantity(index)).field("validatorIndex", quantity(1000 + index));
    out.field("address", data(filled<Address>(0xdd))).field("amount", quantity(index * 1'000'000)).end_object();
    withdrawal_jsons_.push_back(out.take());
  }

  static Hash32 root(const std::vector<Bytes>& list) {
    return ordered_root(std::vector<ByteView>(list.begin(), list.end()));
  }

  Header make_header() const {
    Header header;
    header.parent_hash = filled<BlockHash>(0x11);
    header.uncles_hash = kEmptyUnclesHash;
    header.beneficiary = filled<Address>(0x22);
    header.state_root = filled<Hash32>(0x33);
    header.transactions_root = root(txns_);
    header.receipts_root = root(receipts_);
    header.number = 20'000'000;
    header.gas_limit = 30'000'000;
    header.gas_used = 21'000 * txns_.size();
    header.timestamp = 1'700'000'000;
    header.mix_hash = filled<Hash32>(0x44);
    header.base_fee_per_gas = word_of(7);
    header.withdrawals_root = root(withdrawals_);
    header.blob_gas_used = 131'072;
    header.excess_blob_gas = 0;
    header.parent_beacon_block_root = filled<Hash32>(0x55);
    header.requests_hash = filled<Hash32>(0x66);
    return header;
  }

  static void append_list(json::Writer& out, std::string_view name, const std::vector<std::string>& members) {
    out.key(name).begin_array();
    for (const std::string& member : members) out.raw(member);
    out.end_array();
  }

  std::string block_json(const Header& header) const {
    json::Writer out;
    out.begin_object().field("hash", data(header_hash(header))).field("parentHash", data(header.parent_hash));
    out.field("sha3Uncles", data(header.uncles_hash)).field("miner", data(header.beneficiary));
    out.field("stateRoot", data(header.state_root)).field("transactionsRoot", data(header.transactions_root));
    out.field("receiptsRoot", data(header.receipts_root)).field("logsBloom", data(header.logs_bloom));
    out.field("difficulty", quantity(header.difficulty)).field("number", quantity(header.number));
    out.field("gasLimit", quantity(header.gas_limit)).field("gasUsed", quantity(header.gas_used));
    out.field("timestamp", quantity(header.timestamp)).field("extraData", to_hex_prefixed(header.extra_data));
    out.field("mixHash", data(header.mix_hash)).field("nonce", data(header.nonce));
    out.field("baseFeePerGas", quantity(*header.base_fee_per_gas))
        .field("withdrawalsRoot", data(*header.withdrawals_root));
    out.field("blobGasUsed", quantity(*header.blob_gas_used)).field("excessBlobGas", quantity(*header.excess_blob_gas));
    out.field("parentBeaconBlockRoot", data(*header.parent_beacon_block_root));
    out.field("requestsHash", data(*header.requests_hash)).field("size", "0x1").key("uncles").begin_array().end_array();
    append_list(out, "transactions", txn_jsons_);
    append_list(out, "withdrawals", withdrawal_jsons_);
    return out.end_object().take();
  }

  std::string receipts_json() const {
    json::Writer out;
    out.begin_object().field("jsonrpc", "2.0").field("id", 1);
    append_list(out, "result", receipt_jsons_);
    return out.end_object().take();
  }

  crypto::SecretKey key_;
  Bytes calldata_;
  MakeLogs logs_;
  Bytes access_list_;
  Bytes blob_hashes_;
  Bytes authorizations_;
  std::vector<Bytes> txns_;
  std::vector<Bytes> receipts_;
  std::vector<Bytes> withdrawals_;
  std::vector<std::string> txn_jsons_;
  std::vector<std::string> receipt_jsons_;
  std::vector<std::string> withdrawal_jsons_;
};

}  // namespace clearspan::ethereum::tests
