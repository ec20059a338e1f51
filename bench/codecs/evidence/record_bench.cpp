// Encoding and decoding of the records that a settlement writes most.
#include <benchmark/benchmark.h>

#include <cstdlib>

#include "codecs/evidence/record.hpp"

namespace clearspan::evidence {
namespace {

template <class Fixed>
Fixed filled(std::uint8_t byte) {
  Fixed value;
  value.bytes.fill(byte);
  return value;
}

Record outcome_record() {
  Outcome outcome;
  outcome.ref = filled<OperationRef>(0x11);
  outcome.kind = MovementKind::hold;
  outcome.ok = true;
  outcome.asset.text = "ACN";
  outcome.amount = Amount{123456};
  outcome.from.text = "alice";
  outcome.to.text = "exchanger";
  outcome.hold_key = filled<HoldKey>(0x22);
  outcome.reclaim_after = LedgerTime{1'793'525'400};
  outcome.position = {Height{123456}, filled<BlockHash>(0x33), filled<TxnId>(0x44), 17, 3};
  return {Timestamp{Millis{1'793'525'400'000}},
          TradeEvent{filled<TradeId>(0x55), OutcomeFinal{LedgerId{"a-coin"}, outcome}}};
}

Record created_record() {
  Plan plan;
  plan.id = filled<TradeId>(0x55);
  plan.scenario = "payment";
  plan.legs.resize(2);
  for (Leg& leg : plan.legs) {
    leg.ledger.text = "a-coin";
    leg.asset.text = "ACN";
    leg.amount = Amount{123456};
    leg.payer.text = "0x52908400098527886e0f7030069857d2e4169ee7";
    leg.payee.text = "0x8617e340b3d01fa5f11f306f4090fd50e238070d";
    leg.not_after = LedgerTime{1'793'525'400};
    leg.reclaim_after = LedgerTime{1'793'625'400};
  }
  plan.payment = PaymentTerms{"retail", {3, 2}, Amount{12}};
  return {Timestamp{Millis{1'793'525'400'000}}, TradeCreated{plan, "order-4711", filled<Hash32>(0x66), 0}};
}

Record decided_record() {
  return {Timestamp{Millis{1'793'525'400'000}}, TradeEvent{filled<TradeId>(0x55), Decided{Decision::commit}}};
}

Record record_of(int kind) {
  switch (kind) {
    case 0:
      return outcome_record();
    case 1:
      return created_record();
    default:
      return decided_record();
  }
}

Bytes checked_encoding(const Record& record) {
  Bytes bytes;
  Bytes attachment;
  encode(record, bytes, attachment);
  const auto decoded = decode({bytes, attachment});
  if (!decoded.ok() || !(*decoded == record)) std::abort();
  return bytes;
}

void encode_record(benchmark::State& state) {
  const Record record = record_of(static_cast<int>(state.range(0)));
  const std::size_t size = checked_encoding(record).size();
  constexpr std::size_t kBatch = 4096;  // the buffer is reused after as many, as a group is
  Bytes out;
  Bytes attachment;
  out.reserve(kBatch * (size + 1024));
  std::size_t count = 0;
  for (auto _ : state) {
    if (++count % kBatch == 0) out.clear();
    encode(record, out, attachment);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(state.iterations());
  state.counters["record_bytes"] = static_cast<double>(size);
}

void decode_record(benchmark::State& state) {
  const Bytes bytes = checked_encoding(record_of(static_cast<int>(state.range(0))));
  for (auto _ : state) {
    auto record = decode({bytes, {}});
    benchmark::DoNotOptimize(record);
  }
  state.SetItemsProcessed(state.iterations());
  state.counters["record_bytes"] = static_cast<double>(bytes.size());
}

// 0: an outcome that became final, 1: a trade with two EVM legs, 2: a decision.
BENCHMARK(encode_record)->DenseRange(0, 2);
BENCHMARK(decode_record)->DenseRange(0, 2);

}  // namespace
}  // namespace clearspan::evidence

BENCHMARK_MAIN();
