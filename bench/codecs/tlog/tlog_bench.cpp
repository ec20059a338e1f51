// Appending to the tree of a log, proofs from the tiles of a large one, and the signatures of a checkpoint.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <string>

#include "codecs/tlog/note.hpp"
#include "codecs/tlog/tile.hpp"

namespace clearspan::tlog {
namespace {

constexpr std::size_t kProofBytesMax = 2048;

void must(bool condition) {
  if (!condition) std::abort();
}

std::vector<Hash32> leaves_of(std::size_t count) {
  std::vector<Hash32> leaves;
  for (std::size_t i = 0; i < count; ++i) leaves.push_back(leaf_hash(as_bytes(std::to_string(i))));
  return leaves;
}

// The root as RFC 6962 defines it, for a number of leaves that is a power of two.
Hash32 defined_root(std::span<const Hash32> leaves) {
  if (leaves.size() == 1) return leaves.front();
  const std::size_t half = leaves.size() / 2;
  return node_hash(defined_root(leaves.first(half)), defined_root(leaves.subspan(half)));
}

void hash_node(benchmark::State& state) {
  Hash32 hash = leaf_hash(as_bytes("a"));
  for (auto _ : state) hash = node_hash(hash, hash);
  benchmark::DoNotOptimize(hash);
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(hash_node);

void append_a_million_leaves(benchmark::State& state) {
  const std::vector<Hash32> leaves = leaves_of(1 << 20);
  const Hash32 expected = defined_root(leaves);
  for (auto _ : state) {
    Frontier frontier;
    for (const Hash32& leaf : leaves) frontier.append(leaf);
    must(frontier.root() == expected);
  }
  state.SetItemsProcessed(state.iterations() * std::ssize(leaves));
}

BENCHMARK(append_a_million_leaves)->Unit(benchmark::kMillisecond);

// A log of 2^23 leaves, in tiles. To build it quickly, its leaves repeat after 65,536, so that one row of tiles of
// level 0 stands for all; proofs read and hash as much as in any other log.
class LargeLog {
 public:
  static constexpr std::uint64_t kSize = 1 << 23;
  static constexpr std::uint64_t kPeriod = 1 << 16;

  LargeLog() : leaves_(leaves_of(kPeriod)) {
    Frontier part;
    std::vector<Hash32> row;  // of level 1
    for (const Hash32& leaf : leaves_) {
      part.append(leaf, [&](NodeId node, const Hash32& hash) {
        if (node.level == kTileHeight) row.push_back(hash);
      });
    }
    add(0, leaves_);
    add(1, row);
    Frontier whole;
    for (std::uint64_t i = 0; i < kSize / kPeriod; ++i) whole.append(part.root());
    root_ = whole.root();
    add(2, std::vector<Hash32>(kSize / kPeriod, part.root()));
  }

  [[nodiscard]] const Hash32& root() const { return root_; }

  [[nodiscard]] const Hash32& leaf(std::uint64_t index) const { return leaves_[index % kPeriod]; }

  [[nodiscard]] TileHashReader reader() const {
    return TileHashReader(kSize, [this](const Tile& tile) -> Result<Bytes> {
      const Bytes& row = rows_[tile.level];
      const std::size_t at = tile.index * kTileWidth * Hash32::kSize % row.size();
      const auto begin = row.begin() + static_cast<std::ptrdiff_t>(at);
      return Bytes(begin, begin + static_cast<std::ptrdiff_t>(tile.width * Hash32::kSize));
    });
  }

 private:
  void add(std::size_t level, std::span<const Hash32> hashes) {
    for (const Hash32& hash : hashes) {
      rows_[level].insert(rows_[level].end(), hash.bytes.begin(), hash.bytes.end());
    }
  }

  std::vector<Hash32> leaves_;
  std::array<Bytes, 3> rows_;
  Hash32 root_;
};

const LargeLog& large_log() {
  static const LargeLog log;
  return log;
}

// Indexes spread over the whole log, each in another tile than the one before.
std::uint64_t index_of(std::uint64_t number) {
  return number * 0x9e3779b97f4a7c15U % LargeLog::kSize;
}

Proof checked_proof(std::uint64_t index) {
  const LargeLog& log = large_log();
  TileHashReader reader = log.reader();
  const auto proof = inclusion_proof(index, LargeLog::kSize, reader);
  must(proof.ok() && proof->size() * Hash32::kSize < kProofBytesMax);
  must(verify_inclusion(log.leaf(index), index, LargeLog::kSize, *proof, log.root()).ok());
  must(!verify_inclusion(log.leaf(index + 1), index, LargeLog::kSize, *proof, log.root()).ok());
  return *proof;
}

void build_an_inclusion_proof_in_8m_leaves(benchmark::State& state) {
  std::uint64_t number = 0;
  const std::size_t hashes = checked_proof(index_of(number)).size();
  for (auto _ : state) {
    TileHashReader reader = large_log().reader();
    const auto proof = inclusion_proof(index_of(++number), LargeLog::kSize, reader);
    must(proof.ok());
  }
  state.SetItemsProcessed(state.iterations());
  state.counters["proof_bytes"] = static_cast<double>(hashes * Hash32::kSize);
}

BENCHMARK(build_an_inclusion_proof_in_8m_leaves)->Unit(benchmark::kMicrosecond);

void verify_an_inclusion_proof_in_8m_leaves(benchmark::State& state) {
  const std::uint64_t index = index_of(7);
  const Proof proof = checked_proof(index);
  const LargeLog& log = large_log();
  for (auto _ : state) {
    must(verify_inclusion(log.leaf(index), index, LargeLog::kSize, proof, log.root()).ok());
  }
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(verify_an_inclusion_proof_in_8m_leaves)->Unit(benchmark::kMicrosecond);

void consistency_proof_to_8m_leaves(benchmark::State& state) {
  const LargeLog& log = large_log();
  const std::uint64_t old_size = index_of(7);
  TileHashReader first = log.reader();
  const Hash32 old_root = *tree_root(old_size, first);
  for (auto _ : state) {
    TileHashReader reader = log.reader();
    const auto proof = consistency_proof(old_size, LargeLog::kSize, reader);
    must(proof.ok() && verify_consistency(old_size, old_root, LargeLog::kSize, log.root(), *proof).ok());
  }
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(consistency_proof_to_8m_leaves)->Unit(benchmark::kMicrosecond);

crypto::Ed25519Signer signer_of(std::uint8_t seed) {
  std::array<std::uint8_t, 32> bytes{};
  bytes.fill(seed);
  return crypto::Ed25519Signer(crypto::SecretKey(bytes));
}

// A checkpoint with so many witnesses.
void verify_checkpoint(benchmark::State& state) {
  const crypto::Ed25519Signer log = signer_of(1);
  const std::string origin = origin_of(EngineTag{}, "shard-0");
  Note note = sign_checkpoint({origin, 4711, empty_root()}, log);
  TrustedKeys trusted;
  must(trusted.add({origin, KeyType::log, log.public_key()}).ok());
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    const crypto::Ed25519Signer witness = signer_of(static_cast<std::uint8_t>(2 + i));
    const std::string name = "witness.example/" + std::to_string(i);
    must(trusted.add({name, KeyType::witness, witness.public_key()}).ok());
    note.signatures.push_back(cosign(note.text, name, 1'795'000'000, witness));
  }
  const std::string text = to_string(note);
  const auto verified = verify_note(text, trusted);
  must(verified.ok() && std::ssize(verified->witnesses) == state.range(0) && verified->size == 4711);
  for (auto _ : state) must(verify_note(text, trusted).ok());
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(verify_checkpoint)->Arg(0)->Arg(3)->Unit(benchmark::kMicrosecond);

void sign_checkpoint_as_log(benchmark::State& state) {
  const crypto::Ed25519Signer log = signer_of(1);
  const Checkpoint checkpoint{origin_of(EngineTag{}, "shard-0"), 4711, empty_root()};
  TrustedKeys trusted;
  must(trusted.add({checkpoint.origin, KeyType::log, log.public_key()}).ok());
  must(verify_note(to_string(sign_checkpoint(checkpoint, log)), trusted).ok());
  for (auto _ : state) benchmark::DoNotOptimize(to_string(sign_checkpoint(checkpoint, log)));
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(sign_checkpoint_as_log)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace clearspan::tlog

BENCHMARK_MAIN();
