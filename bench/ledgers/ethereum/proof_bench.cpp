// What proofs cost: decoding a block of 200 txns of which none, one or sixteen concern the escrow contract, and
// checking the proof of such a block.
#include <benchmark/benchmark.h>

#include "ledgers/ethereum/decoder.hpp"
#include "ledgers/ethereum/notation.hpp"
#include "ledgers/ethereum/proof.hpp"
#include "tests/codecs/ethereum/block_maker.hpp"

namespace clearspan::ethereum {
namespace {

using tests::filled;
using tests::MadeLog;

constexpr std::size_t kTxns = 200;

EngineTag engine() {
  return {{'e', 'n', 'g', 'i', 'n', 'e'}};
}

std::vector<MadeLog> payment_log(std::size_t index) {
  TradeId trade;
  trade.bytes.fill(static_cast<std::uint8_t>(index));
  const Hash32 ref = make_operation_ref(trade, 1, engine()).as<Hash32>();
  const abi::Words words = abi::Words().address(filled<Address>(0x0b)).address(filled<Address>(0x70)).amount(Amount(7));
  Hash32 payer;
  payer.bytes.back() = 0x0a;
  return {{filled<Address>(0xe5),
           {abi::topic_of("Paid(bytes32,address,address,address,uint256)"), ref, payer},
           words.bytes()}};
}

struct World {
  explicit World(std::size_t ours) {
    options.ledger = {"evm"};
    options.engine = engine();
    options.escrow = filled<Address>(0xe5);
    // Spread over the block; the maker lets every seventh txn fail, from the fourth on.
    const auto logs = [ours](std::size_t index) {
      return index % 7 == 0 && index / 7 < ours ? payment_log(index) : tests::one_log(index);
    };
    made = tests::BlockMaker(kTxns, 68, logs).make();
  }

  [[nodiscard]] RawBlock raw() const { return {Height{made.header.number}, made.block, made.receipts}; }

  EvmOptions options;
  tests::MadeBlock made;
  Assets assets{{}};
};

void decode_block_with_proofs(benchmark::State& state) {
  const World world(static_cast<std::size_t>(state.range(0)));
  const Decoder decoder(world.options, world.assets, {});
  const RawBlock raw = world.raw();
  const auto block = decoder.decode(raw);
  if (!block.ok() || block->outcomes.size() != static_cast<std::size_t>(state.range(0)) ||
      block->proofs.size() != block->outcomes.size()) {
    return state.SkipWithError("the block does not decode");
  }
  for (auto _ : state) benchmark::DoNotOptimize(decoder.decode(raw));
}

BENCHMARK(decode_block_with_proofs)->ArgName("proofs")->Arg(0)->Arg(1)->Arg(16)->Unit(benchmark::kMicrosecond);

void check_proof(benchmark::State& state) {
  const World world(static_cast<std::size_t>(state.range(0)));
  const Decoder decoder(world.options, world.assets, {});
  const auto block = decoder.decode(world.raw()).value();
  LedgerDescription described;
  described.ledger = world.options.ledger;
  described.kind = "ethereum";
  described.escrow = to_text(world.options.escrow);
  const BlockProof proof{block.ledger, block.height, block.hash, block.header, {}, block.proofs, block.hash};
  const auto proven = check_block_proof(described, proof);
  if (!proven.ok() || proven->txns.empty() || proven->txns[0].effects.at(0).outcome != block.outcomes[0]) {
    return state.SkipWithError("the proof does not hold");
  }
  for (auto _ : state) benchmark::DoNotOptimize(check_block_proof(described, proof));
}

BENCHMARK(check_proof)->ArgName("proofs")->Arg(1)->Arg(16)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace clearspan::ethereum

BENCHMARK_MAIN();
