// Our decoder over the main network's blocks, and the parts of the least work that any decoder must do with the same
// bytes, each alone:
//
//   limit = parse all JSON, by the quicker of simdjson's two ways + decode the digits of every field that a hash covers
//           + hash every message whose hash is needed, once, all messages of a block together
//
// bytes_per_second counts the JSON text in all of them, so that their times can be added up. One core. ../limits and
// ../javascript run it.
#include <benchmark/benchmark.h>
#include <openssl/evp.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "bench/peers/blocks/corpus.hpp"
#include "codecs/crypto/cpu.hpp"
#include "codecs/crypto/keccak.hpp"
#include "codecs/crypto/keccak_lanes.hpp"
#include "codecs/crypto/sha256.hpp"
#include "codecs/ethereum/block.hpp"
#include "codecs/ethereum/hex.hpp"
#include "codecs/ethereum/trie.hpp"
#include "codecs/json/document.hpp"

namespace clearspan::peers {
namespace {

void require(bool condition) {
  if (condition) return;
  std::fputs("bench_peers_blocks: a wrong answer\n", stderr);
  std::exit(1);
}

// Runs `pass`, which goes over all blocks once, until the time is over.
template <class Pass>
void measure(benchmark::State& state, const Pass& pass) {
  if (corpus().blocks.empty()) {
    state.SkipWithError("no block data; set CLEARSPAN_CORPUS to its folder");
    return;
  }
  pass();
  for (auto _ : state) pass();
  state.SetBytesProcessed(static_cast<std::int64_t>(corpus().json_bytes) * state.iterations());
  state.counters["blocks"] = static_cast<double>(corpus().blocks.size());
  state.counters["txns"] = static_cast<double>(corpus().txns);
  state.counters["json_bytes"] = static_cast<double>(corpus().json_bytes);
}

void count_per_second(benchmark::State& state, const char* name, std::size_t of_one_pass) {
  state.counters[name] =
      benchmark::Counter(static_cast<double>(of_one_pass), benchmark::Counter::kIsIterationInvariantRate);
}

void decode_all() {
  for (const CorpusBlock& block : corpus().blocks) require(ethereum::decode_block(block.block, block.receipts).ok());
}

// Ours: JSON text to a block whose every hash has been recomputed.
void verify_blocks(benchmark::State& state) {
  measure(state, decode_all);
}

BENCHMARK(verify_blocks)->Unit(benchmark::kMillisecond);

// Ours: JSON parsed with all checks that untrusted text needs, in every part of it.
void parse_strictly(benchmark::State& state) {
  json::Document document;
  measure(state, [&document] {
    for (const CorpusBlock& block : corpus().blocks) {
      require(document.parse(block.block).ok() && document.parse(block.receipts).ok());
    }
  });
}

BENCHMARK(parse_strictly)->Unit(benchmark::kMillisecond);

const std::vector<simdjson::padded_string>& padded_texts() {
  static const std::vector<simdjson::padded_string> texts = [] {
    std::vector<simdjson::padded_string> made;
    for (const CorpusBlock& block : corpus().blocks) {
      made.emplace_back(block.block);
      made.emplace_back(block.receipts);
    }
    return made;
  }();
  return texts;
}

void parse_all_to_tree() {
  static simdjson::dom::parser parser;
  for (const auto& text : padded_texts()) require(parser.parse(text).error() == simdjson::SUCCESS);
}

void parse_to_tree(benchmark::State& state) {
  measure(state, parse_all_to_tree);
}

BENCHMARK(parse_to_tree)->Unit(benchmark::kMillisecond);

// The bytes of all strings in the value; nothing is stored.
template <class Value>
std::size_t visit(Value& value) {
  std::size_t bytes = 0;
  switch (value.type().value()) {
    case simdjson::ondemand::json_type::array:
      for (auto element : value.get_array()) bytes += visit(element.value_unsafe());
      return bytes;
    case simdjson::ondemand::json_type::object:
      for (auto field : value.get_object()) bytes += visit(field.value_unsafe().value());
      return bytes;
    case simdjson::ondemand::json_type::string:
      return value.get_string().value().size();
    case simdjson::ondemand::json_type::number:
    case simdjson::ondemand::json_type::boolean:
    case simdjson::ondemand::json_type::null:
      return 0;
  }
  return bytes;
}

void parse_all_on_demand() {
  static simdjson::ondemand::parser parser;
  std::size_t bytes = 0;
  for (const auto& text : padded_texts()) {
    simdjson::ondemand::document document = parser.iterate(text).value();
    bytes += visit(document);
  }
  require(bytes > corpus().digits);
}

void parse_on_demand(benchmark::State& state) {
  measure(state, parse_all_on_demand);
}

BENCHMARK(parse_on_demand)->Unit(benchmark::kMillisecond);

// The digits of every field that a hash covers, field by field.
void decode_all_digits() {
  static Bytes out(corpus().digits / 2 + 1);
  for (const CorpusBlock& block : corpus().blocks) {
    std::size_t at = 0;
    for (const std::string& digits : block.digits) {
      require(ethereum::decode_hex(digits.data(), digits.size() / 2, out.data() + at));
      at += digits.size() / 2;
    }
  }
  benchmark::ClobberMemory();
}

void decode_hex(benchmark::State& state) {
  measure(state, decode_all_digits);
  count_per_second(state, "digits", corpus().digits);
}

BENCHMARK(decode_hex)->Unit(benchmark::kMillisecond);

// At least so many permutations by the kernel of codecs/crypto, on blocks of zeros that stay where they are. Returns
// the first word of the first state.
std::uint64_t permute(std::size_t count) {
  static constexpr crypto::KeccakBlock kZeros{};
  alignas(64) std::array<std::uint64_t, crypto::kKeccakWords * crypto::kKeccakLanesMax> state{};
  std::array<const std::uint8_t*, crypto::kKeccakLanesMax> blocks;
  blocks.fill(kZeros.data());
  const crypto::KeccakLanes* lanes = crypto::keccak_lanes(crypto::cpu_path());
  for (std::size_t done = 0; done < count; done += lanes != nullptr ? lanes->count : 1) {
    if (lanes != nullptr) {
      lanes->absorb(state.data(), blocks.data(), ~0U);
    } else {
      crypto::keccak_permute(state.data(), crypto::cpu_path());
    }
  }
  return state[0];
}

// As many permutations as the hashes of the blocks need, every lane busy: what the kernel does when nothing has to be
// padded, or waited for because one message is longer than the others.
void keccak_permutations_alone(benchmark::State& state) {
  require(permute(1) == 0xf1258f7940e1dde7);  // the first word of Keccak-f[1600] of zeros
  measure(state, [] { benchmark::DoNotOptimize(permute(corpus().permutations)); });
  count_per_second(state, "permutations", corpus().permutations);
}

BENCHMARK(keccak_permutations_alone)->Unit(benchmark::kMillisecond);

// Ours: the hash of every message of a block, all messages of a block together.
void hash_all_messages() {
  static const std::vector<std::vector<ByteView>> views = [] {
    std::vector<std::vector<ByteView>> made;
    for (const CorpusBlock& block : corpus().blocks) made.emplace_back(block.messages.begin(), block.messages.end());
    return made;
  }();
  static std::vector<Hash32> hashes;
  for (const auto& messages : views) {
    hashes.resize(messages.size());
    crypto::keccak256_many(messages, hashes);
    benchmark::DoNotOptimize(hashes.data());
  }
  require(hashes.front() == crypto::keccak256(views.back().front()));
}

void keccak_messages(benchmark::State& state) {
  measure(state, hash_all_messages);
  count_per_second(state, "permutations", corpus().permutations);
}

BENCHMARK(keccak_messages)->Unit(benchmark::kMillisecond);

double seconds_of(void (*work)()) {
  const auto now = [] {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  };
  const double start = now();
  work();
  return now() - start;
}

// Ours and the limit in turn, so that whatever else the machine does hits both, with each kind of instructions.
void verify_beside_the_limit(benchmark::State& state) {
  const auto path = static_cast<crypto::CpuPath>(state.range(0));
  if (corpus().blocks.empty()) return state.SkipWithError("no block data; set CLEARSPAN_CORPUS to its folder");
  if (path > crypto::available_cpu_paths().back()) return state.SkipWithError("not on this machine");
  const crypto::CpuPathGuard guard(path);
  constexpr std::array kWorks = {decode_all, parse_all_to_tree, parse_all_on_demand, decode_all_digits,
                                 hash_all_messages};
  for (const auto work : kWorks) work();
  std::array<double, kWorks.size()> spent{};
  for (auto _ : state) {
    for (std::size_t i = 0; i < kWorks.size(); ++i) {
      const double seconds = seconds_of(kWorks[i]);
      if (i == 0) state.SetIterationTime(seconds);
      spent[i] += seconds;
    }
  }
  const auto [ours, tree, on_demand, digits, hashes] = spent;
  const double limit = std::min(tree, on_demand) + digits + hashes;
  state.SetBytesProcessed(static_cast<std::int64_t>(corpus().json_bytes) * state.iterations());
  state.counters["limit_bytes_per_second"] =
      static_cast<double>(corpus().json_bytes) * static_cast<double>(state.iterations()) / limit;
  state.counters["of_limit"] = limit / ours;
  state.SetLabel(std::string(to_string(path)));
}

BENCHMARK(verify_beside_the_limit)->ArgName("path")->DenseRange(0, 2)->UseManualTime()->Unit(benchmark::kMillisecond);

// Ours: the root of each block's txns.
void transactions_roots(benchmark::State& state) {
  std::vector<std::vector<ByteView>> views;
  for (const CorpusBlock& block : corpus().blocks) views.emplace_back(block.txns.begin(), block.txns.end());
  measure(state, [&views] {
    for (const auto& txns : views) benchmark::DoNotOptimize(ethereum::ordered_root(txns));
  });
  constexpr double kTxns = 200;
  using benchmark::Counter;
  state.counters["seconds_per_200_txns"] =
      Counter(static_cast<double>(corpus().txns) / kTxns, Counter::kIsIterationInvariantRate | Counter::kInvert);
  state.counters["bytes_per_txn"] = static_cast<double>(corpus().txn_bytes) / static_cast<double>(corpus().txns);
}

BENCHMARK(transactions_roots)->Unit(benchmark::kMillisecond);

// SHA-256 of as many bytes as those messages have, in one piece.
void sha256_alone(benchmark::State& state) {
  const Bytes bytes(corpus().message_bytes, 0x5a);
  Hash32 hash;
  measure(state,
          [&] { require(EVP_Digest(bytes.data(), bytes.size(), hash.data(), nullptr, EVP_sha256(), nullptr) == 1); });
  require(bytes.empty() || hash == crypto::sha256(bytes));
  count_per_second(state, "hashed_bytes", corpus().message_bytes);
}

BENCHMARK(sha256_alone)->Unit(benchmark::kMillisecond);

// Ours: SHA-256 of each of those messages.
void sha256_messages(benchmark::State& state) {
  measure(state, [] {
    for (const CorpusBlock& block : corpus().blocks) {
      for (const Bytes& message : block.messages) benchmark::DoNotOptimize(crypto::sha256(message));
    }
  });
  count_per_second(state, "hashed_bytes", corpus().message_bytes);
}

BENCHMARK(sha256_messages)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace clearspan::peers

BENCHMARK_MAIN();
