// Rendering and verifying blocks of the simulated ledger: JSON, SHA-256 of every content, Merkle root, block hash. A
// third of the operations each are holds, payments and releases, all of one engine, as in a settlement.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "codecs/crypto/sha256.hpp"
#include "codecs/json/document.hpp"
#include "codecs/simulated/block_decoder.hpp"
#include "codecs/simulated/block_writer.hpp"
#include "codecs/simulated/proof.hpp"

namespace clearspan::simulated {
namespace {

const LedgerId kLedger{"a-coin"};
constexpr std::size_t kOperations = 48'000;

EngineTag engine() {
  EngineTag tag;
  tag.bytes.fill(0xee);
  return tag;
}

struct Batch {
  Bytes content;
  TxnContent parsed;
  TxnSignature signature;
  std::vector<OperationResult> results;
};

Operation make_operation(std::size_t number) {
  Operation operation;
  operation.kind = number % 3 == 0   ? OperationKind::hold
                   : number % 3 == 1 ? OperationKind::payment
                                     : OperationKind::release;
  const Hash32 random = crypto::sha256(as_bytes(std::to_string(number)));
  TradeId trade;
  std::copy_n(random.bytes.begin(), TradeId::kSize, trade.bytes.begin());
  operation.ref = make_operation_ref(trade, 1, engine());
  operation.asset = "ACN";
  operation.amount_digits = "125000";
  operation.from = "payer-17";
  operation.to = "exchanger-2";
  operation.hold_key = random.as<HoldKey>();
  operation.not_after = {100'000};
  operation.reclaim_after = {200'000};
  return operation;
}

OperationResult make_result(OperationKind kind) {
  OperationResult result;
  if (kind != OperationKind::release) return result;
  result.asset = "ACN";
  result.amount_digits = "125000";
  result.from = "payer-17";
  result.to = "exchanger-2";
  return result;
}

std::vector<std::unique_ptr<Batch>> make_batches(std::size_t batch_size) {
  std::vector<std::unique_ptr<Batch>> batches;
  for (std::size_t first = 0; first < kOperations; first += batch_size) {
    auto batch = std::make_unique<Batch>();
    TxnHeader header;
    header.ledger = kLedger.text;
    header.salt = first;
    header.operation_count = static_cast<std::uint16_t>(batch_size);
    put_txn_header(batch->content, header);
    for (std::size_t i = 0; i < batch_size; ++i) {
      const Operation operation = make_operation(first + i);
      put_operation(batch->content, operation);
      batch->results.push_back(make_result(operation.kind));
    }
    batch->parsed = parse_txn_content(batch->content).value();
    batches.push_back(std::move(batch));
  }
  return batches;
}

RenderedBlock render(const std::vector<std::unique_ptr<Batch>>& batches) {
  std::vector<BlockTxn> txns;
  txns.reserve(batches.size());
  for (const auto& batch : batches) {
    txns.push_back({txn_id_of(batch->content), &batch->parsed, &batch->signature, batch->results});
  }
  BlockHeader header;
  header.ledger = kLedger.text;
  header.number = {7};
  return render_block(header, txns);
}

void set_rates(benchmark::State& state, std::size_t bytes) {
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * kOperations));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * bytes));
}

// Items are operations, bytes are those of the JSON.
void block_decoding(benchmark::State& state) {
  const RenderedBlock block = render(make_batches(static_cast<std::size_t>(state.range(0))));
  const BlockExpectation expected{kLedger, {7}, engine()};
  const auto once = decode_block(block.json, expected);
  if (!once.ok() || once->hash != block.hash || once->outcomes.size() != kOperations) {
    return state.SkipWithError("the block does not decode");
  }
  for (auto _ : state) benchmark::DoNotOptimize(decode_block(block.json, expected));
  set_rates(state, block.json.size());
}

BENCHMARK(block_decoding)->ArgName("operations_per_txn")->Arg(1)->Arg(100)->Arg(4000)->Unit(benchmark::kMillisecond);

// What no way of decoding can do without: parsing the text, and hashing the contents of all txns.
void parse_and_hash_alone(benchmark::State& state) {
  const auto batches = make_batches(static_cast<std::size_t>(state.range(0)));
  const RenderedBlock block = render(batches);
  json::Document document;
  std::vector<ByteView> contents;
  contents.reserve(batches.size());
  for (const auto& batch : batches) contents.emplace_back(batch->content);
  std::vector<Hash32> hashes(contents.size());
  crypto::sha256_many(contents, hashes);
  if (!document.parse_in_place(block.json).ok() || hashes.back() != crypto::sha256(contents.back())) {
    return state.SkipWithError("the block does not parse");
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(document.parse_in_place(block.json).ok());
    crypto::sha256_many(contents, hashes);
    benchmark::ClobberMemory();
  }
  set_rates(state, block.json.size());
}

BENCHMARK(parse_and_hash_alone)
    ->ArgName("operations_per_txn")
    ->Arg(1)
    ->Arg(100)
    ->Arg(4000)
    ->Unit(benchmark::kMillisecond);

// All proofs of the block, as somebody checks them who trusts its hash.
void proof_check(benchmark::State& state) {
  const RenderedBlock rendered = render(make_batches(static_cast<std::size_t>(state.range(0))));
  const auto block = decode_block(rendered.json, {kLedger, {7}, engine()}).value();
  LedgerDescription described;
  described.ledger = kLedger;
  described.kind = "simulated";
  const BlockProof proof{kLedger, block.height, block.hash, block.header, {}, block.proofs, block.hash};
  std::size_t bytes = 0;
  for (const TxnProof& txn : proof.txns) bytes += txn.proof.size();
  const auto proven = check_block_proof(described, proof);
  if (!proven.ok() || proven->txns.size() != block.txns.size() || proven->txns[0].effects.empty() ||
      proven->txns[0].effects[0].outcome != block.outcomes[0]) {
    return state.SkipWithError("the proof does not hold");
  }
  for (auto _ : state) benchmark::DoNotOptimize(check_block_proof(described, proof));
  set_rates(state, bytes);
}

BENCHMARK(proof_check)->ArgName("operations_per_txn")->Arg(1)->Arg(100)->Arg(4000)->Unit(benchmark::kMillisecond);

void block_rendering(benchmark::State& state) {
  const auto batches = make_batches(static_cast<std::size_t>(state.range(0)));
  const RenderedBlock block = render(batches);
  if (!decode_block(block.json, {kLedger, {7}, engine()}).ok()) {
    return state.SkipWithError("the block does not decode");
  }
  for (auto _ : state) benchmark::DoNotOptimize(render(batches));
  set_rates(state, block.json.size());
}

BENCHMARK(block_rendering)->ArgName("operations_per_txn")->Arg(1)->Arg(100)->Arg(4000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace clearspan::simulated

BENCHMARK_MAIN();
