#include "bench/ledgers/evidence/trades/simulated_payments.hpp"

#include <algorithm>

#include "codecs/simulated/block.hpp"
#include "codecs/simulated/merkle.hpp"
#include "codecs/simulated/outcome.hpp"
#include "codecs/simulated/proof.hpp"
#include "core/scenario/trade_id.hpp"

namespace clearspan::evidence {
namespace {

constexpr std::size_t kMovementsPerTxn = 64;
constexpr std::uint32_t kDepth = 2;
constexpr std::uint64_t kBlocksToAct = 100;

// What looks random and is the same each time.
std::uint64_t mix(std::uint64_t number) {
  number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9u;
  number = (number ^ (number >> 27)) * 0x94d049bb133111ebu;
  return number ^ (number >> 31);
}

simulated::Operation operation_of(const Movement& movement, const std::string& digits) {
  simulated::Operation operation;
  operation.kind = simulated::operation_kind(movement.kind);
  operation.ref = movement.ref;
  operation.asset = movement.asset.text;
  operation.amount_digits = digits;
  operation.amount = movement.amount;
  operation.from = movement.from.text;
  operation.to = movement.to.text;
  operation.hold_key = movement.hold_key;
  operation.not_after = movement.not_after;
  operation.reclaim_after = movement.reclaim_after;
  return operation;
}

simulated::OperationResult result_of(const Movement& movement, const std::string& digits) {
  simulated::OperationResult result;
  if (!simulated::has_ended(simulated::operation_kind(movement.kind))) return result;
  result.asset = movement.asset.text;
  result.amount_digits = digits;
  result.from = movement.from.text;
  result.to = movement.to.text;
  return result;
}

}  // namespace

// One movement for each trade, in one block.
struct SimulatedPayments::Landed {
  std::vector<TxnId> txns;
  std::vector<Outcome> outcomes;  // by trade
};

SimulatedPayments::SimulatedPayments(const EngineTag& engine)
    : engine_(engine),
      signer_(crypto::SecretKey(std::array<std::uint8_t, crypto::SecretKey::kSize>{0x51})),
      a_{{"sim-a"}, {"ACN"}, {}, {}},
      b_{{"sim-b"}, {"BCN"}, {}, {}},
      now_(Millis{1'793'525'400'000}) {}

Timestamp SimulatedPayments::tick() {
  return now_ += Millis{1};
}

void SimulatedPayments::describe(const Sink& sink) const {
  for (const Chain* chain : {&a_, &b_}) {
    sink({now_,
          LedgerDescribed{{chain->ledger, "simulated", "", "", ClockKind::height, kDepth, {{chain->asset, 2, {}}}}}});
  }
}

SimulatedPayments::Trade SimulatedPayments::next_trade() {
  ++made_;
  std::array<std::uint8_t, kTradeIdRandomBytes> randomness{};
  for (std::size_t i = 0; i < 8; ++i) randomness[i] = static_cast<std::uint8_t>(mix(made_) >> (8 * i));
  Plan plan;
  plan.created = tick();
  plan.prepare_until = plan.created + Millis{30'000};
  plan.id = make_trade_id(plan.created, randomness);
  plan.engine = engine_;
  plan.scenario = "payment";
  const std::string payer = "payer-" + std::to_string(mix(made_) % 100'000);
  const std::string merchant = "merchant-" + std::to_string(made_ % 1'000);
  const Amount amount{100 + mix(made_) % 1'000'000};
  plan.legs.push_back({LegRole::hold,
                       Placement::engine,
                       a_.ledger,
                       a_.asset,
                       amount,
                       {payer},
                       {"exchanger"},
                       LedgerTime{a_.height.value + kBlocksToAct},
                       LedgerTime{a_.height.value + 10 * kBlocksToAct}});
  plan.legs.push_back({LegRole::pivot,
                       Placement::engine,
                       b_.ledger,
                       b_.asset,
                       amount,
                       {"exchanger"},
                       {merchant},
                       LedgerTime{b_.height.value + kBlocksToAct},
                       kNever});
  plan.payment = PaymentTerms{"retail", {1, 1}, Amount{0}};
  return {std::move(plan), {}};
}

// Makes the next block of the chain; returns its header.
Bytes SimulatedPayments::seal(Chain& chain, std::uint32_t txn_count, const Hash32& root) {
  ++chain.height.value;
  const auto time = static_cast<std::uint64_t>(tick().time_since_epoch().count());
  Bytes header = simulated::header_bytes({chain.ledger.text, chain.height, 0, chain.tip, time, txn_count, root});
  chain.tip = simulated::block_hash_of(header);
  return header;
}

SimulatedPayments::Landed SimulatedPayments::land(Chain& chain, const std::vector<Trade>& trades, LegIndex leg,
                                                  MovementKind kind, const Sink& sink) {
  Landed landed;
  landed.outcomes.resize(trades.size());
  std::vector<Bytes> proven;
  std::vector<Hash32> leaves;
  const AccountId signer{to_hex(signer_.public_key().view())};
  const LedgerTime not_after{chain.height.value + kBlocksToAct};
  for (std::size_t first = 0; first < trades.size(); first += kMovementsPerTxn) {
    const std::size_t count = std::min(kMovementsPerTxn, trades.size() - first);
    TxnSigned txn{chain.ledger, {}, signer, Sequence{0}, not_after, 0, {}, {}};
    simulated::put_txn_header(txn.raw, {chain.ledger.text, signer_.public_key().as<simulated::SignerKey>(), ++salt_,
                                        not_after, static_cast<std::uint16_t>(count)});
    Bytes results;
    for (std::size_t i = first; i < first + count; ++i) {
      const Movement movement = movement_for(trades[i].plan, leg, kind, trades[i].hold_key);
      const std::string digits = to_string(movement.amount);
      simulated::put_operation(txn.raw, operation_of(movement, digits));
      simulated::put_result(results, simulated::operation_kind(kind), result_of(movement, digits));
      txn.movements.push_back(movement);
    }
    txn.id = simulated::txn_id_of(txn.raw);
    const auto signature = signer_.sign(txn.id.view());
    leaves.push_back(simulated::leaf_of(txn.id, signature, results));
    simulated::put_proven_txn(proven.emplace_back(), txn.raw, signature, results);
    for (std::uint32_t i = 0; i < count; ++i) {
      const Movement& movement = txn.movements[i];
      const std::string digits = to_string(movement.amount);
      const BlockPosition at{{}, {}, txn.id, static_cast<std::uint32_t>(landed.txns.size()), i};
      landed.outcomes[first + i] =
          *simulated::outcome_of(operation_of(movement, digits), result_of(movement, digits), at);
    }
    landed.txns.push_back(txn.id);
    txn.raw.insert(txn.raw.end(), signature.bytes.begin(), signature.bytes.end());
    sink({tick(), std::move(txn)});
  }

  simulated::MerkleTree tree;
  tree.build(leaves);
  BlockProof proof{chain.ledger, {}, {}, seal(chain, static_cast<std::uint32_t>(leaves.size()), tree.root()),
                   {},           {}, {}};
  proof.height = chain.height;
  proof.block = chain.tip;
  for (std::uint32_t i = 0; i < kDepth; ++i) proof.descendants.push_back(seal(chain, 0, simulated::merkle_root({})));
  proof.tip = chain.tip;
  for (std::uint32_t i = 0; i < leaves.size(); ++i) {
    proof.txns.push_back({i, simulated::txn_proof(proven[i], tree.path_of(i))});
  }
  for (Outcome& outcome : landed.outcomes) {
    outcome.position.height = proof.height;
    outcome.position.block = proof.block;
  }
  sink({tick(), LedgerProof{proof}});
  for (std::size_t i = 0; i < trades.size(); ++i) {
    sink({now_, TradeEvent{trades[i].plan.id, OutcomeFinal{chain.ledger, landed.outcomes[i]}}});
  }
  sink({now_, ViewAdvanced{chain.ledger, proof.height, proof.block, LedgerTime{proof.height.value}}});
  return landed;
}

std::vector<TradeId> SimulatedPayments::settle(std::size_t count, const Sink& sink) {
  std::vector<Trade> trades;
  std::vector<TradeId> ids;
  for (std::size_t i = 0; i < count; ++i) {
    trades.push_back(next_trade());
    ids.push_back(trades.back().plan.id);
    sink({now_, TradeCreated{trades.back().plan, "", {}, 0}});
  }
  const Landed holds = land(a_, trades, 0, MovementKind::hold, sink);
  for (std::size_t i = 0; i < count; ++i) trades[i].hold_key = holds.outcomes[i].hold_key;
  const Landed payments = land(b_, trades, 1, MovementKind::payment, sink);
  const Landed releases = land(a_, trades, 0, MovementKind::release, sink);
  for (const TxnId& txn : holds.txns) sink({now_, TxnClosed{a_.ledger, txn}});
  for (const TxnId& txn : payments.txns) sink({now_, TxnClosed{b_.ledger, txn}});
  for (const TxnId& txn : releases.txns) sink({now_, TxnClosed{a_.ledger, txn}});
  return ids;
}

}  // namespace clearspan::evidence
