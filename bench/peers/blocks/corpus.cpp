#include "bench/peers/blocks/corpus.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <numeric>
#include <set>

#include "codecs/ethereum/block.hpp"
#include "codecs/ethereum/rlp.hpp"
#include "codecs/ethereum/trie.hpp"
#include "codecs/ethereum/trie_proof.hpp"

namespace clearspan::peers {
namespace {

using ethereum::EthereumBlock;
using ethereum::Slice;

constexpr std::size_t kKeccakRateBytes = 136;  // that one permutation absorbs

void require(bool condition) {
  if (condition) return;
  std::fputs("bench_peers_blocks: the corpus and the decoder do not fit together\n", stderr);
  std::exit(1);
}

std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// The digits of each string in the items of the reader, however deep in lists.
void collect_digits(ethereum::rlp::Reader& items, std::vector<std::string>& digits) {
  while (!items.at_end()) {
    if (items.is_list()) {
      ethereum::rlp::Reader members = items.list();
      collect_digits(members, digits);
      continue;
    }
    const ByteView bytes = items.bytes();
    if (!bytes.empty()) digits.push_back(to_hex(bytes));
  }
}

// Of a header, txn or receipt; a typed one has its type in front (EIP-2718).
void collect_digits_of(ByteView bytes, std::vector<std::string>& digits) {
  ethereum::rlp::Reader items(bytes[0] < ethereum::rlp::kEmptyString ? bytes.subspan(1) : bytes);
  collect_digits(items, digits);
  require(items.ok());
}

// The nodes of the trie of a list that are hashed, each once.
void collect_nodes(const std::vector<ByteView>& values, const Hash32& root, std::vector<Bytes>& messages) {
  if (values.empty()) return;
  require(ethereum::ordered_root(values) == root);
  std::vector<std::uint32_t> indexes(values.size());
  std::iota(indexes.begin(), indexes.end(), 0U);
  std::set<Bytes> nodes;
  for (auto& path : ethereum::prove_ordered(values, indexes)) nodes.insert(path.begin(), path.end());
  messages.insert(messages.end(), nodes.begin(), nodes.end());
}

std::vector<ByteView> views_of(const EthereumBlock& block, const std::vector<Slice>& slices) {
  std::vector<ByteView> views;
  views.reserve(slices.size());
  for (const Slice& slice : slices) views.push_back(block.bytes.view(slice));
  return views;
}

std::vector<Bytes> encoded_withdrawals(const EthereumBlock& block) {
  std::vector<Bytes> encoded;
  for (const ethereum::Withdrawal& withdrawal : block.withdrawals) {
    ethereum::Buffer out;
    const std::size_t mark = ethereum::rlp::begin_list(out);
    ethereum::rlp::append_u64(out, withdrawal.index);
    ethereum::rlp::append_u64(out, withdrawal.validator_index);
    ethereum::rlp::append_bytes(out, withdrawal.address.view());
    ethereum::rlp::append_u64(out, withdrawal.amount_gwei);
    ethereum::rlp::end_list(out, mark);
    encoded.emplace_back(out.view().begin(), out.view().end());
  }
  return encoded;
}

CorpusBlock make_block(const EthereumBlock& decoded, std::string block, std::string receipts) {
  CorpusBlock made{std::move(block), std::move(receipts), {}, {}, {}};
  const ByteView header = decoded.bytes.view(decoded.header_bytes);
  const std::vector<ByteView> txns = views_of(decoded, decoded.txn_bytes);
  const std::vector<ByteView> all_receipts = views_of(decoded, decoded.receipt_bytes);
  const std::vector<Bytes> withdrawals = encoded_withdrawals(decoded);

  collect_digits_of(header, made.digits);
  for (const ByteView txn : txns) collect_digits_of(txn, made.digits);
  for (const ByteView receipt : all_receipts) collect_digits_of(receipt, made.digits);
  for (const Bytes& withdrawal : withdrawals) collect_digits_of(withdrawal, made.digits);

  for (const ByteView txn : txns) made.txns.emplace_back(txn.begin(), txn.end());
  made.messages.emplace_back(header.begin(), header.end());
  made.messages.insert(made.messages.end(), made.txns.begin(), made.txns.end());
  collect_nodes(txns, decoded.header.transactions_root, made.messages);
  collect_nodes(all_receipts, decoded.header.receipts_root, made.messages);
  if (!withdrawals.empty()) {
    collect_nodes({withdrawals.begin(), withdrawals.end()}, decoded.header.withdrawals_root.value(), made.messages);
  }
  return made;
}

void add(Corpus& corpus, CorpusBlock block) {
  corpus.json_bytes += block.block.size() + block.receipts.size();
  corpus.txns += block.txns.size();
  for (const Bytes& txn : block.txns) corpus.txn_bytes += txn.size();
  for (const std::string& digits : block.digits) corpus.digits += digits.size();
  corpus.messages += block.messages.size();
  for (const Bytes& message : block.messages) {
    corpus.message_bytes += message.size();
    corpus.permutations += message.size() / kKeccakRateBytes + 1;
  }
  corpus.blocks.push_back(std::move(block));
}

Corpus read_corpus() {
  Corpus corpus;
  const char* named = std::getenv("CLEARSPAN_CORPUS");
  const std::filesystem::path root =
      std::filesystem::path(named != nullptr ? named : "../shared/data") / "ethereum/rpc/mainnet";
  if (!std::filesystem::exists(root)) return corpus;
  std::set<std::filesystem::path> folders;
  for (const auto& entry : std::filesystem::directory_iterator(root)) folders.insert(entry.path());
  for (const auto& folder : folders) {
    std::string block = read_text(folder / "block.json");
    std::string receipts = read_text(folder / "receipts.json");
    const auto decoded = ethereum::decode_block(block, receipts);
    if (!decoded.ok() || decoded->txns.empty()) continue;
    add(corpus, make_block(*decoded, std::move(block), std::move(receipts)));
  }
  return corpus;
}

}  // namespace

const Corpus& corpus() {
  static const Corpus corpus = read_corpus();
  return corpus;
}

}  // namespace clearspan::peers
