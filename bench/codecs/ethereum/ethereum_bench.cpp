// From JSON to a verified block, and the parts of that way. Bytes per second count the JSON text. The blocks are made
// here; where the corpus is present, the largest block with receipts of the main network is measured too.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "codecs/ethereum/block.hpp"
#include "codecs/ethereum/hex.hpp"
#include "codecs/ethereum/rlp.hpp"
#include "codecs/ethereum/trie.hpp"
#include "codecs/ethereum/trie_proof.hpp"
#include "tests/codecs/ethereum/block_maker.hpp"

namespace clearspan::ethereum {
namespace {

constexpr std::size_t kTxns = 200;
constexpr std::size_t kCalldataBytes = 388;  // near the average of the main network

void require(bool condition) {
  if (condition) return;
  std::fputs("ethereum_bench: a wrong answer\n", stderr);
  std::exit(1);
}

const tests::MadeBlock& made_block() {
  static const tests::MadeBlock made = tests::BlockMaker(kTxns, kCalldataBytes).make();
  return made;
}

void hex_decode(benchmark::State& state) {
  const Bytes bytes(static_cast<std::size_t>(state.range(0)), 0xa7);
  const std::string digits = to_hex(bytes);
  Bytes out(bytes.size());
  require(decode_hex(digits.data(), out.size(), out.data()) && out == bytes);
  for (auto _ : state) {
    benchmark::DoNotOptimize(decode_hex(digits.data(), out.size(), out.data()));
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(2 * state.range(0) * state.iterations());
}

BENCHMARK(hex_decode)->Arg(20)->Arg(32)->Arg(256)->Arg(4096);

void rlp_check_and_decode_txns(benchmark::State& state) {
  std::size_t bytes = 0;
  for (const Bytes& raw : made_block().txns) {
    const auto txn = decode_txn(raw);
    require(txn.ok() && encode_txn(*txn) == raw);
    bytes += raw.size();
  }
  for (auto _ : state) {
    for (const Bytes& raw : made_block().txns) benchmark::DoNotOptimize(decode_txn(raw).ok());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes) * state.iterations());
}

BENCHMARK(rlp_check_and_decode_txns);

void trie_root_of_200_txns(benchmark::State& state) {
  const std::vector<ByteView> views(made_block().txns.begin(), made_block().txns.end());
  require(ordered_root(views) == made_block().header.transactions_root);
  for (auto _ : state) benchmark::DoNotOptimize(ordered_root(views));
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(trie_root_of_200_txns)->Unit(benchmark::kMicrosecond);

// The root again, and the paths of so many txns; the checks of one path are below.
void prove_of_200_txns(benchmark::State& state) {
  const std::vector<ByteView> views(made_block().txns.begin(), made_block().txns.end());
  std::vector<std::uint32_t> indexes;
  for (std::uint32_t i = 0; i < state.range(0); ++i) indexes.push_back(i * 3);
  const auto paths = prove_ordered(views, indexes);
  for (std::size_t i = 0; i < indexes.size(); ++i) {
    require(verify_ordered_proof(made_block().header.transactions_root, indexes[i], paths[i]).ok());
  }
  for (auto _ : state) benchmark::DoNotOptimize(prove_ordered(views, indexes));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

BENCHMARK(prove_of_200_txns)->Arg(1)->Arg(16)->Unit(benchmark::kMicrosecond);

void verify_a_proof_of_200_txns(benchmark::State& state) {
  const std::vector<ByteView> views(made_block().txns.begin(), made_block().txns.end());
  const auto path = prove_ordered(views, std::vector{77U}).at(0);
  const Hash32& root = made_block().header.transactions_root;
  require(verify_ordered_proof(root, 77, path).ok());
  for (auto _ : state) benchmark::DoNotOptimize(verify_ordered_proof(root, 77, path));
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(verify_a_proof_of_200_txns)->Unit(benchmark::kMicrosecond);

void require_verified(const Result<BlockReport>& report) {
  require(report.ok() && !report->mismatch && report->transactions == PartStatus::verified);
}

void json_to_verified_block(benchmark::State& state) {
  const std::string& block = made_block().block;
  require_verified(verify_block(block, std::nullopt, std::nullopt));
  for (auto _ : state) benchmark::DoNotOptimize(verify_block(block, std::nullopt, std::nullopt).ok());
  state.SetBytesProcessed(static_cast<std::int64_t>(block.size()) * state.iterations());
}

BENCHMARK(json_to_verified_block)->Unit(benchmark::kMicrosecond);

void json_to_verified_block_with_receipts(benchmark::State& state) {
  const auto& [block, receipts, header, txns] = made_block();
  require_verified(verify_block(block, receipts, std::nullopt));
  for (auto _ : state) benchmark::DoNotOptimize(verify_block(block, receipts, std::nullopt).ok());
  state.SetBytesProcessed(static_cast<std::int64_t>(block.size() + receipts.size()) * state.iterations());
}

BENCHMARK(json_to_verified_block_with_receipts)->Unit(benchmark::kMicrosecond);

void json_to_decoded_block(benchmark::State& state) {
  const auto& [block, receipts, header, txns] = made_block();
  const auto decoded = decode_block(block, receipts);
  require(decoded.ok() && decoded->txns.size() == kTxns && decoded->receipts.size() == kTxns);
  for (auto _ : state) benchmark::DoNotOptimize(decode_block(block, receipts).ok());
  state.SetBytesProcessed(static_cast<std::int64_t>(block.size() + receipts.size()) * state.iterations());
}

BENCHMARK(json_to_decoded_block)->Unit(benchmark::kMicrosecond);

std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// The folder with the most bytes of a block that verifies with its receipts.
std::filesystem::path largest_corpus_block() {
  const char* named = std::getenv("CLEARSPAN_CORPUS");
  const std::filesystem::path root =
      std::filesystem::path(named != nullptr ? named : "../shared/data") / "ethereum/rpc/mainnet";
  std::filesystem::path largest;
  std::uintmax_t most = 0;
  if (!std::filesystem::exists(root)) return largest;
  for (const auto& entry : std::filesystem::directory_iterator(root)) {
    const std::filesystem::path block = entry.path() / "block.json";
    const std::filesystem::path receipts = entry.path() / "receipts.json";
    if (!std::filesystem::exists(block) || !std::filesystem::exists(receipts)) continue;
    const std::uintmax_t size = std::filesystem::file_size(block) + std::filesystem::file_size(receipts);
    if (size > most && decode_block(read_text(block), read_text(receipts)).ok()) {
      most = size;
      largest = entry.path();
    }
  }
  return largest;
}

void corpus_json_to_verified_block(benchmark::State& state) {
  const std::filesystem::path folder = largest_corpus_block();
  if (folder.empty()) {
    state.SkipWithError("no corpus; set CLEARSPAN_CORPUS");
    return;
  }
  const std::string block = read_text(folder / "block.json");
  const std::string receipts = read_text(folder / "receipts.json");
  require_verified(verify_block(block, receipts, std::nullopt));
  for (auto _ : state) benchmark::DoNotOptimize(verify_block(block, receipts, std::nullopt).ok());
  state.SetBytesProcessed(static_cast<std::int64_t>(block.size() + receipts.size()) * state.iterations());
  state.SetLabel("block " + folder.filename().string());
}

BENCHMARK(corpus_json_to_verified_block)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace clearspan::ethereum

BENCHMARK_MAIN();
