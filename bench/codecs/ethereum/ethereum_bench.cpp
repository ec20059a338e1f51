// From JSON to a verified block, and the parts of that way. Bytes per second count the JSON text. The blocks are made
// here; bench/peers/blocks has real ones.
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "codecs/crypto/keccak.hpp"
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

// Lists of values of one size. `hashing` is the share of the time that keccak256_many takes for the values alone: the
// rest is nodes above them, copies and planning.
void trie_root_of_200_values(benchmark::State& state) {
  const std::vector<Bytes> values(kTxns, Bytes(static_cast<std::size_t>(state.range(0)), 0xa7));
  const std::vector<ByteView> views(values.begin(), values.end());
  std::vector<Hash32> hashes(views.size());
  require(ordered_root(views) != kEmptyTrieRoot);
  const auto seconds_of = [](auto&& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  double root = 0;
  double hashing = 0;
  for (auto _ : state) {
    const double spent = seconds_of([&] { benchmark::DoNotOptimize(ordered_root(views)); });
    hashing += seconds_of([&] { crypto::keccak256_many(views, hashes); });
    root += spent;
    state.SetIterationTime(spent);
  }
  state.counters["hashing"] = hashing / root;
}

BENCHMARK(trie_root_of_200_values)
    ->Arg(120)
    ->Arg(200)
    ->Arg(340)
    ->Arg(500)
    ->UseManualTime()
    ->Unit(benchmark::kMicrosecond);

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

}  // namespace
}  // namespace clearspan::ethereum

BENCHMARK_MAIN();
