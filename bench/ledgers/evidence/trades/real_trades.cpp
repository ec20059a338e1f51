#include "bench/ledgers/evidence/trades/real_trades.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "bench/ledgers/evidence/scratch.hpp"
#include "codecs/crypto/keccak.hpp"
#include "codecs/ethereum/trie.hpp"
#include "codecs/ethereum/trie_proof.hpp"
#include "codecs/evidence/cbor.hpp"
#include "ledgers/ethereum/proof.hpp"
#include "ledgers/evidence/reader.hpp"

namespace clearspan::evidence {
namespace {

constexpr std::size_t kFillerBytes = 300;  // of a txn or receipt that is not ours; a node above it holds its hash only

template <class Fixed>
void fill(Fixed& value, std::mt19937_64& random) {
  for (std::uint8_t& byte : value.bytes) byte = static_cast<std::uint8_t>(random());
}

Bytes bytes_of(const ethereum::Header& header) {
  ethereum::Buffer out;
  ethereum::append_header(out, header);
  return {out.view().begin(), out.view().end()};
}

// As full as one of mainnet: every field of the newest fork, a bloom of which half the bits are set.
void crowd(ethereum::Header& header, std::mt19937_64& random) {
  fill(header.state_root, random);
  fill(header.logs_bloom, random);
  fill(header.beneficiary, random);
  fill(header.mix_hash, random);
  header.gas_limit = 45'000'000;
  header.gas_used = 20'000'000 + random() % 10'000'000;
  header.extra_data = as_bytes("a builder's name, as usual");
  header.base_fee_per_gas = ethereum::word_of(1'000'000'000 + random() % 1'000'000'000);
  for (auto* root : {&header.withdrawals_root, &header.parent_beacon_block_root, &header.requests_hash}) {
    fill(root->emplace(), random);
  }
  header.blob_gas_used = 786'432;
  header.excess_blob_gas = 80'000'000 + random() % 1'000'000;
}

struct OwnTxn {
  Bytes txn;
  Bytes receipt;
};

class Reshaping {
 public:
  explicit Reshaping(const ChainShape& shape) : shape_(shape) {}

  void collect(const Record& record) {
    if (const auto* described = std::get_if<LedgerDescribed>(&record.body)) {
      if (described->description.kind == "ethereum") evm_.insert(described->description.ledger);
    }
    const auto* proof = std::get_if<LedgerProof>(&record.body);
    if (proof == nullptr || !evm_.contains(proof->proof.ledger)) return;
    const auto header = ethereum::decode_header(proof->proof.header);
    require(header.ok());
    for (const TxnProof& txn : proof->proof.txns) own_[proof->proof.block][txn.index] = read(*header, txn);
    own_.try_emplace(proof->proof.block);
    headers_[proof->proof.block] = proof->proof.header;
  }

  void rebuild() {
    for (const auto& [block, txns] : own_) rebuilt_[block] = rebuild(headers_.at(block), txns);
  }

  void change(Record& record) {
    if (auto* described = std::get_if<LedgerDescribed>(&record.body)) {
      if (evm_.contains(described->description.ledger) && shape_.depth) described->description.depth = *shape_.depth;
    } else if (auto* proof = std::get_if<LedgerProof>(&record.body)) {
      if (evm_.contains(proof->proof.ledger)) change(proof->proof);
    } else if (auto* event = std::get_if<TradeEvent>(&record.body)) {
      if (auto* fact = std::get_if<OutcomeFinal>(&event->event)) change(fact->outcome.position.block);
      if (auto* dead = std::get_if<MovementDead>(&event->event)) change(dead->block);
    } else if (auto* view = std::get_if<ViewAdvanced>(&record.body)) {
      change(view->block);
    }
  }

 private:
  struct Rebuilt {
    Bytes header;
    BlockHash hash;
    std::map<std::uint32_t, TxnProof> txns;
    std::vector<Bytes> descendants;
    BlockHash tip;
  };

  static OwnTxn read(const ethereum::Header& header, const TxnProof& proof) {
    ethereum::NodePath txn;
    ethereum::NodePath receipt;
    cbor::Reader reader(proof.proof);
    reader.array(2);
    for (auto* path : {&txn, &receipt}) {
      reader.list(*path, ethereum::kProofNodesMax, [](auto& each, Bytes& node) { each.bytes(node); });
    }
    require(reader.finish().ok());
    const auto txn_bytes = ethereum::verify_ordered_proof(header.transactions_root, proof.index, txn);
    const auto receipt_bytes = ethereum::verify_ordered_proof(header.receipts_root, proof.index, receipt);
    require(txn_bytes.ok() && receipt_bytes.ok());
    return {{txn_bytes->begin(), txn_bytes->end()}, {receipt_bytes->begin(), receipt_bytes->end()}};
  }

  // A block of as many txns as were asked for, or of those that stood in it when nobody did.
  Rebuilt rebuild(const Bytes& header_bytes, const std::map<std::uint32_t, OwnTxn>& own) {
    Rebuilt out;
    out.header = header_bytes;
    if (shape_.block_txns > 0) {
      ethereum::EthereumBlock block;
      const auto add = [&block](std::vector<ethereum::Slice>& list, ByteView bytes) {
        const std::size_t at = block.bytes.size();
        block.bytes.append(bytes);
        list.push_back(block.bytes.slice_from(at));
      };
      std::vector<std::uint32_t> indexes;
      const std::uint32_t last = own.empty() ? 0 : own.rbegin()->first;
      for (std::uint32_t i = 0; i < std::max(shape_.block_txns, last + 1); ++i) {
        const auto found = own.find(i);
        Bytes filler(kFillerBytes);
        for (std::uint8_t& byte : filler) byte = static_cast<std::uint8_t>(random_());
        add(block.txn_bytes, found == own.end() ? filler : found->second.txn);
        add(block.receipt_bytes, found == own.end() ? filler : found->second.receipt);
        if (found != own.end()) indexes.push_back(i);
      }
      for (TxnProof& txn : ethereum::prove_txns(block, indexes)) out.txns.emplace(txn.index, std::move(txn));
      auto header = ethereum::decode_header(header_bytes);
      require(header.ok());
      header->transactions_root = root_of(block, block.txn_bytes);
      header->receipts_root = root_of(block, block.receipt_bytes);
      crowd(*header, random_);
      out.header = bytes_of(*header);
    }
    out.hash = crypto::keccak256(out.header).as<BlockHash>();
    out.tip = out.hash;
    ByteView parent = out.header;
    for (std::uint32_t i = 0; shape_.depth && i < *shape_.depth; ++i) {
      auto header = ethereum::decode_header(parent);
      require(header.ok());
      header->parent_hash = out.tip;
      ++header->number;
      header->timestamp += 12;
      crowd(*header, random_);
      out.descendants.push_back(bytes_of(*header));
      out.tip = crypto::keccak256(out.descendants.back()).as<BlockHash>();
      parent = out.descendants.back();
    }
    return out;
  }

  static Hash32 root_of(const ethereum::EthereumBlock& block, const std::vector<ethereum::Slice>& list) {
    std::vector<ByteView> views;
    views.reserve(list.size());
    for (const ethereum::Slice& one : list) views.push_back(block.bytes.view(one));
    return ethereum::ordered_root(views);
  }

  void change(BlockHash& block) const {
    const auto found = rebuilt_.find(block);
    if (found != rebuilt_.end()) block = found->second.hash;
  }

  void change(BlockProof& proof) const {
    const Rebuilt& block = rebuilt_.at(proof.block);
    proof.block = block.hash;
    proof.header = block.header;
    for (TxnProof& txn : proof.txns) {
      if (!block.txns.empty()) txn = block.txns.at(txn.index);
    }
    if (shape_.depth) {
      proof.descendants = block.descendants;
      proof.tip = block.tip;
    } else {
      // What follows named the block as it was.
      require(block.txns.empty());
    }
  }

  const ChainShape shape_;
  std::mt19937_64 random_{7};
  std::set<LedgerId> evm_;
  std::map<BlockHash, Bytes> headers_;
  std::map<BlockHash, std::map<std::uint32_t, OwnTxn>> own_;
  std::map<BlockHash, Rebuilt> rebuilt_;
};

}  // namespace

Result<std::vector<Record>> read_records(Disk& disk, const std::string& directory) {
  CLEARSPAN_TRY(const auto identity, identity_of_log(disk, directory));
  if (!identity) return make_error(ErrorCode::log_corrupt, directory + " holds no log");
  std::vector<Record> records;
  CLEARSPAN_CHECK_OK(read_log(disk, directory, *identity, {}, [&](const RecordRef& ref) -> Status {
    CLEARSPAN_TRY(Record record, decode(ref.bytes));
    records.push_back(std::move(record));
    return Done{};
  }));
  return records;
}

void reshape(std::vector<Record>& records, const ChainShape& shape) {
  if (shape.is_as_recorded()) return;
  Reshaping reshaping(shape);
  for (const Record& record : records) reshaping.collect(record);
  reshaping.rebuild();
  for (Record& record : records) reshaping.change(record);
}

}  // namespace clearspan::evidence
