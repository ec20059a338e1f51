// All blocks of the main network in the corpus that come with receipts, from JSON to verified, next to what no way of
// doing it can do without, measured in the same run:
//
//   limit = parse all JSON and decode all hexadecimal in it + hash every byte that a hash covers, all in one batch
//
// A txn's bytes count twice, for its id and for its leaf; nodes above the leaves, the encoding, the comparisons and all
// memory are what the pipeline adds. Times are of this thread's processor.
#include <benchmark/benchmark.h>
#include <simdjson.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "codecs/crypto/cpu.hpp"
#include "codecs/crypto/keccak.hpp"
#include "codecs/ethereum/block.hpp"
#include "codecs/ethereum/hex.hpp"
#include "codecs/json/document.hpp"

namespace clearspan::ethereum {
namespace {

using crypto::CpuPath;

struct RealBlock {
  std::string block;
  std::string receipts;
  EthereumBlock decoded;
};

std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<RealBlock> read_blocks() {
  const char* named = std::getenv("CLEARSPAN_CORPUS");
  const std::filesystem::path root =
      std::filesystem::path(named != nullptr ? named : "../shared/data") / "ethereum/rpc/mainnet";
  std::vector<RealBlock> blocks;
  if (!std::filesystem::exists(root)) return blocks;
  for (const auto& entry : std::filesystem::directory_iterator(root)) {
    if (!std::filesystem::exists(entry.path() / "receipts.json")) continue;
    std::string block = read_text(entry.path() / "block.json");
    std::string receipts = read_text(entry.path() / "receipts.json");
    auto decoded = decode_block(block, receipts);  // some have txns as hashes only: not decoded
    if (decoded.ok()) blocks.push_back({std::move(block), std::move(receipts), *std::move(decoded)});
  }
  return blocks;
}

const std::vector<RealBlock>& real_blocks() {
  static const std::vector<RealBlock> blocks = read_blocks();
  return blocks;
}

std::size_t bytes_of(const std::vector<RealBlock>& blocks) {
  std::size_t bytes = 0;
  for (const RealBlock& block : blocks) bytes += block.block.size() + block.receipts.size();
  return bytes;
}

double processor_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

bool decode_string(std::string_view text, Buffer& out) {
  if (text.size() < 2 || text.size() % 2 != 0 || text[1] != 'x') return true;
  out.clear();
  return decode_hex(text.data() + 2, text.size() / 2 - 1, out.extend(text.size() / 2));
}

bool decode_all(json::Value value, Buffer& out) {
  bool is_good = true;
  if (const auto text = value.if_string()) return decode_string(*text, out);
  if (const auto object = value.if_object()) {
    for (const json::Field field : *object) is_good = decode_all(field.value, out) && is_good;
  } else if (const auto array = value.if_array()) {
    for (const json::Value element : *array) is_good = decode_all(element, out) && is_good;
  }
  return is_good;
}

bool decode_all(simdjson::dom::element value, Buffer& out) {
  bool is_good = true;
  if (value.is_string()) return decode_string(value.get_string().value_unsafe(), out);
  if (value.is_object()) {
    const simdjson::dom::object object = value.get_object().value_unsafe();
    for (const auto field : object) is_good = decode_all(field.value, out) && is_good;
  } else if (value.is_array()) {
    const simdjson::dom::array array = value.get_array().value_unsafe();
    for (const auto element : array) is_good = decode_all(element, out) && is_good;
  }
  return is_good;
}

// What the hashes of the block cover.
std::vector<ByteView> hashed_parts(const EthereumBlock& block) {
  std::vector<ByteView> parts = {block.bytes.view(block.header_bytes)};
  for (const Slice& txn : block.txn_bytes) parts.insert(parts.end(), 2, block.bytes.view(txn));
  for (const Slice& receipt : block.receipt_bytes) parts.push_back(block.bytes.view(receipt));
  return parts;
}

class Limit {
 public:
  void require(bool condition) const {
    if (condition) return;
    std::fputs("mainnet_bench: a wrong answer\n", stderr);
    std::exit(1);
  }

  void parse(const std::string& text) {
    const auto root = document_.parse_in_place(text);
    require(root.ok() && decode_all(*root, buffer_));
  }

  void parse_with_simdjson(const std::string& text) {
    simdjson::dom::element root;
    require(parser_.parse(text).get(root) == simdjson::SUCCESS && decode_all(root, buffer_));
  }

  void hash(const std::vector<ByteView>& parts) {
    hashes_.resize(parts.size());
    crypto::keccak256_many(parts, hashes_);
    benchmark::DoNotOptimize(hashes_.data());
  }

 private:
  json::Document document_;
  simdjson::dom::parser parser_;
  Buffer buffer_{std::size_t{1} << 22};
  std::vector<Hash32> hashes_;
};

struct Seconds {
  double pipeline = 0;
  double decode = 0;  // with the block as values at the end
  double parse = 0;
  double parse_with_simdjson = 0;
  double hash = 0;
};

template <class Work>
void measure(double& seconds, Work&& work) {
  const double start = processor_seconds();
  work();
  seconds += processor_seconds() - start;
}

void measure_all(const RealBlock& block, const std::vector<ByteView>& parts, Limit& limit, Seconds& spent) {
  measure(spent.pipeline, [&] {
    const auto report = verify_block(block.block, block.receipts, std::nullopt);
    limit.require(report.ok() && !report->mismatch && report->transactions == PartStatus::verified);
  });
  measure(spent.decode, [&] { limit.require(decode_block(block.block, block.receipts).ok()); });
  for (const std::string* text : {&block.block, &block.receipts}) {
    measure(spent.parse, [&] { limit.parse(*text); });
    measure(spent.parse_with_simdjson, [&] { limit.parse_with_simdjson(*text); });
  }
  measure(spent.hash, [&] { limit.hash(parts); });
}

void mainnet_json_to_verified_block(benchmark::State& state) {
  const auto path = static_cast<CpuPath>(state.range(0));
  const std::vector<RealBlock>& blocks = real_blocks();
  if (blocks.empty()) return state.SkipWithError("no corpus; set CLEARSPAN_CORPUS");
  if (path > crypto::available_cpu_paths().back()) return state.SkipWithError("not on this machine");
  const crypto::CpuPathGuard guard(path);
  std::vector<std::vector<ByteView>> parts;
  for (const RealBlock& block : blocks) parts.push_back(hashed_parts(block.decoded));
  Limit limit;
  Seconds spent;
  for (auto _ : state) {
    const double before = spent.pipeline;
    for (std::size_t i = 0; i < blocks.size(); ++i) measure_all(blocks[i], parts[i], limit, spent);
    state.SetIterationTime(spent.pipeline - before);
  }
  const double gigabytes = 1e-9 * static_cast<double>(bytes_of(blocks)) * static_cast<double>(state.iterations());
  state.counters["GB_per_s"] = gigabytes / spent.pipeline;
  state.counters["decoded_GB_per_s"] = gigabytes / spent.decode;
  state.counters["limit_GB_per_s"] = gigabytes / (spent.parse + spent.hash);
  state.counters["of_limit"] = (spent.parse + spent.hash) / spent.pipeline;
  state.counters["of_simdjson_limit"] = (spent.parse_with_simdjson + spent.hash) / spent.pipeline;
  state.counters["parse_hex_GB_per_s"] = gigabytes / spent.parse;
  state.counters["simdjson_hex_GB_per_s"] = gigabytes / spent.parse_with_simdjson;
  state.counters["hash_GB_per_s"] = gigabytes / spent.hash;
  state.SetLabel(std::string(to_string(path)) + ", " + std::to_string(blocks.size()) + " blocks");
}

BENCHMARK(mainnet_json_to_verified_block)
    ->ArgName("path")
    ->DenseRange(0, 2)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace clearspan::ethereum
