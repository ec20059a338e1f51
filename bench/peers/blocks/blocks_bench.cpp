// Our decoder over the main network's blocks, and the parts of the least work that any decoder must do with the same
// bytes, each alone. bytes_per_second counts the JSON text in all of them, so that their times can be added up. One
// core. ../limits and ../javascript run it.
#include <benchmark/benchmark.h>
#include <openssl/evp.h>
#include <simdjson.h>

#include <cstdio>
#include <cstdlib>

#include "bench/peers/blocks/corpus.hpp"
#include "bench/peers/blocks/keccak_lanes.hpp"
#include "codecs/crypto/keccak.hpp"
#include "codecs/crypto/sha256.hpp"
#include "codecs/ethereum/block.hpp"
#include "codecs/ethereum/hex.hpp"
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

// Ours: JSON text to a block whose every hash has been recomputed.
void verify_blocks(benchmark::State& state) {
  measure(state, [] {
    for (const CorpusBlock& block : corpus().blocks) require(ethereum::decode_block(block.block, block.receipts).ok());
  });
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

std::vector<simdjson::padded_string> padded_texts() {
  std::vector<simdjson::padded_string> texts;
  for (const CorpusBlock& block : corpus().blocks) {
    texts.emplace_back(block.block);
    texts.emplace_back(block.receipts);
  }
  return texts;
}

void parse_to_tree(benchmark::State& state) {
  const auto texts = padded_texts();
  simdjson::dom::parser parser;
  measure(state, [&] {
    for (const auto& text : texts) require(parser.parse(text).error() == simdjson::SUCCESS);
  });
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

void parse_on_demand(benchmark::State& state) {
  const auto texts = padded_texts();
  simdjson::ondemand::parser parser;
  measure(state, [&] {
    std::size_t bytes = 0;
    for (const auto& text : texts) {
      simdjson::ondemand::document document = parser.iterate(text).value();
      bytes += visit(document);
    }
    require(bytes > corpus().digits);
  });
}

BENCHMARK(parse_on_demand)->Unit(benchmark::kMillisecond);

// The digits of every field that a hash covers, field by field.
void decode_hex(benchmark::State& state) {
  Bytes out(corpus().digits / 2 + 1);
  measure(state, [&out] {
    for (const CorpusBlock& block : corpus().blocks) {
      std::size_t at = 0;
      for (const std::string& digits : block.digits) {
        require(ethereum::decode_hex(digits.data(), digits.size() / 2, out.data() + at));
        at += digits.size() / 2;
      }
    }
    benchmark::ClobberMemory();
  });
  count_per_second(state, "digits", corpus().digits);
}

BENCHMARK(decode_hex)->Unit(benchmark::kMillisecond);

// As many permutations as the hashes of the blocks need, in as many lanes as there are, and nothing else.
void keccak_permutations_alone(benchmark::State& state) {
  require(permute_many(1) == 0xf1258f7940e1dde7);  // the first word of Keccak-f[1600] of zeros
  measure(state, [] { benchmark::DoNotOptimize(permute_many(corpus().permutations)); });
  count_per_second(state, "permutations", corpus().permutations);
}

BENCHMARK(keccak_permutations_alone)->Unit(benchmark::kMillisecond);

// Ours: the hash of every message of a block, all messages of a block together.
void keccak_messages(benchmark::State& state) {
  std::vector<std::vector<ByteView>> views;
  for (const CorpusBlock& block : corpus().blocks) views.emplace_back(block.messages.begin(), block.messages.end());
  std::vector<Hash32> hashes;
  measure(state, [&] {
    for (const auto& messages : views) {
      hashes.resize(messages.size());
      crypto::keccak256_many(messages, hashes);
      benchmark::DoNotOptimize(hashes.data());
    }
  });
  if (!views.empty()) require(hashes.front() == crypto::keccak256(views.back().front()));
  count_per_second(state, "permutations", corpus().permutations);
}

BENCHMARK(keccak_messages)->Unit(benchmark::kMillisecond);

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
