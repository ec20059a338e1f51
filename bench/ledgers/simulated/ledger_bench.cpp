// What the simulated ledger costs an engine that runs it: signing, submission, production with rendering, and the whole
// way of a movement on one thread.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "codecs/crypto/sha256.hpp"
#include "ledgers/simulated/in_process_connector.hpp"

namespace clearspan::simulated {
namespace {

constexpr std::size_t kBatch = 4000;
constexpr std::size_t kBatchesPerBlock = 12;  // 48,000 operations
constexpr Millis kTimeout{1000};

EngineTag engine() {
  EngineTag tag;
  tag.bytes.fill(0xee);
  return tag;
}

// The demo ledger with a connector that signs for everybody on it.
class World {
 public:
  World() {
    Genesis genesis = demo_genesis({"a-coin"}, {"ACN"});
    genesis.history_bytes_max = 64u << 20;
    genesis.reorganisable_blocks = 4;
    auto keys = std::make_shared<Keyring>(genesis.escrow_operator);
    for (const GenesisAccount& account : genesis.accounts) {
      CLEARSPAN_VERIFY(keys->add(account.id, demo_key(account.id)).ok());
    }
    ledger = std::make_shared<Ledger>(genesis, clock_, 1);
    connector = std::make_unique<InProcessConnector>(ledger, options_for(genesis, engine()), keys);
  }

  Movement movement(MovementKind kind, std::uint64_t number) const {
    const Hash32 random = crypto::sha256(as_bytes(std::to_string(number)));
    TradeId trade;
    std::copy_n(random.bytes.begin(), TradeId::kSize, trade.bytes.begin());
    Movement made;
    made.ref = make_operation_ref(trade, 1, engine());
    made.kind = kind;
    made.asset = {"ACN"};
    made.amount = Amount(3);
    made.from = {"alice"};
    made.to = {"exchanger"};
    made.not_after = {1'000'000};
    made.reclaim_after = {2'000'000};
    return made;
  }

  std::vector<Movement> batch(MovementKind kind) {
    std::vector<Movement> movements;
    for (std::size_t i = 0; i < kBatch; ++i) movements.push_back(movement(kind, next_++));
    return movements;
  }

  SignedTxn sign(std::vector<Movement> movements) {
    SigningRequest request;
    request.signer = connector->signer_of(movements.front()).value();
    request.not_after = {1'000'000};
    request.movements = std::move(movements);
    return connector->sign(request).value();
  }

  // The newest block through the decoder; every outcome in it must be good.
  VerifiedBlock read_newest(std::size_t outcomes) {
    const Height number = connector->tip(kTimeout).value().latest;
    auto block = connector->decoder().decode(connector->block(number, kTimeout).value()).value();
    CLEARSPAN_VERIFY(block.outcomes.size() == outcomes);
    for (const Outcome& outcome : block.outcomes) CLEARSPAN_VERIFY(outcome.ok);
    return block;
  }

  std::shared_ptr<Ledger> ledger;
  std::unique_ptr<InProcessConnector> connector;

 private:
  SystemClock clock_;
  std::uint64_t next_ = 0;
};

void set_rate(benchmark::State& state, std::size_t operations) {
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * operations));
}

void sign_batch(benchmark::State& state) {
  World world;
  SigningRequest request;
  request.signer = {"alice"};
  request.not_after = {1'000'000};
  request.movements = world.batch(MovementKind::hold);
  const SignedTxn once = world.connector->sign(request).value();
  if (!world.connector->submit(once, kTimeout).ok()) return state.SkipWithError("the signature is refused");
  for (auto _ : state) benchmark::DoNotOptimize(world.connector->sign(request));
  set_rate(state, kBatch);
}

BENCHMARK(sign_batch)->Unit(benchmark::kMicrosecond);

void submit_batch(benchmark::State& state) {
  World world;
  const SignedTxn txn = world.sign(world.batch(MovementKind::hold));
  // The same bytes again are parsed and verified as the first ones are.
  for (auto _ : state) CLEARSPAN_VERIFY(world.connector->submit(txn, kTimeout).ok());
  set_rate(state, kBatch);
  world.ledger->produce();
  world.read_newest(kBatch);
}

BENCHMARK(submit_batch)->Unit(benchmark::kMicrosecond);

// A block of 48,000 holds: taken from the pool, executed, rendered and hashed.
void produce_block(benchmark::State& state) {
  World world;
  for (auto _ : state) {
    state.PauseTiming();
    for (std::size_t i = 0; i < kBatchesPerBlock; ++i) {
      CLEARSPAN_VERIFY(world.connector->submit(world.sign(world.batch(MovementKind::hold)), kTimeout).ok());
    }
    state.ResumeTiming();
    world.ledger->produce();
  }
  world.read_newest(kBatch * kBatchesPerBlock);
  set_rate(state, kBatch * kBatchesPerBlock);
}

BENCHMARK(produce_block)->Unit(benchmark::kMillisecond)->Iterations(20);

// Hold and release of 48,000 trades on one thread: sign, submit, produce, read, parse and verify. Items are movements.
void hold_and_release(benchmark::State& state) {
  World world;
  for (auto _ : state) {
    for (std::size_t i = 0; i < kBatchesPerBlock; ++i) {
      CLEARSPAN_VERIFY(world.connector->submit(world.sign(world.batch(MovementKind::hold)), kTimeout).ok());
    }
    world.ledger->produce();
    const VerifiedBlock held = world.read_newest(kBatch * kBatchesPerBlock);
    for (std::size_t i = 0; i < held.outcomes.size(); i += kBatch) {
      std::vector<Movement> releases;
      for (std::size_t j = i; j < i + kBatch; ++j) {
        const Outcome& hold = held.outcomes[j];
        releases.push_back({hold.ref,
                            MovementKind::release,
                            hold.asset,
                            hold.amount,
                            hold.from,
                            hold.to,
                            hold.hold_key,
                            {1'000'000},
                            kNever});
      }
      CLEARSPAN_VERIFY(world.connector->submit(world.sign(std::move(releases)), kTimeout).ok());
    }
    world.ledger->produce();
    world.read_newest(kBatch * kBatchesPerBlock);
  }
  set_rate(state, 2 * kBatch * kBatchesPerBlock);
  CLEARSPAN_VERIFY(check_books(world.ledger->books()).ok() && world.ledger->books().open_holds.empty());
}

BENCHMARK(hold_and_release)->Unit(benchmark::kMillisecond)->Iterations(10);

}  // namespace
}  // namespace clearspan::simulated

BENCHMARK_MAIN();
