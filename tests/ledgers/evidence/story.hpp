// Trades that live through everything that can happen to them, told as the records that an engine would write.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "codecs/evidence/record.hpp"
#include "core/trade/deposit.hpp"

namespace clearspan::evidence {

inline const LedgerId kLedgerA{"a-coin"};
inline const LedgerId kLedgerB{"b-coin"};

// How a trade ends, or how far it gets.
enum class Ending : std::uint8_t {
  settled,
  refunded,
  rejected,
  suspended,
  releasing,
  preparing,
};

inline constexpr std::uint64_t kEndings = 6;

class Story {
 public:
  explicit Story(std::uint16_t shard = 0) : shard_(shard) { engine_.bytes.fill(0x42); }

  std::vector<Record> take() { return std::exchange(records_, {}); }

  [[nodiscard]] const EngineTag& engine() const { return engine_; }

  void start() { add(EngineStarted{"0.1.0", engine_, shard_, 1}); }

  // The id sorts by creation. The trade is created one second after the one with the number before.
  static TradeId id_of(std::uint64_t number) {
    TradeId id;
    for (int i = 0; i < 6; ++i)
      id.bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(number >> (40 - 8 * i));
    id.bytes[15] = 0x77;
    return id;
  }

  static Timestamp created_at(std::uint64_t number) {
    return Timestamp{Millis{1'793'525'400'000 + static_cast<std::int64_t>(number) * 1000}};
  }

  [[nodiscard]] Plan plan_of(std::uint64_t number) const {
    Plan plan;
    plan.id = id_of(number);
    plan.engine = engine_;
    plan.scenario = number % 3 == 0 ? "pvp" : "payment";
    plan.created = created_at(number);
    plan.prepare_until = plan.created + Millis{60000};
    Leg hold;
    hold.ledger = kLedgerA;
    hold.asset.text = "ACN";
    hold.amount = Amount{1000 + number};
    hold.payer.text = "payer-" + std::to_string(number % 7);
    hold.payee.text = "exchanger";
    hold.not_after = LedgerTime{100};
    hold.reclaim_after = LedgerTime{1000};
    Leg pivot = hold;
    pivot.role = LegRole::pivot;
    pivot.ledger = kLedgerB;
    pivot.asset.text = "BCN";
    pivot.payer.text = "exchanger";
    pivot.payee.text = "merchant";
    plan.legs = {hold, pivot};
    plan.payment = PaymentTerms{"retail", {1, 1}, Amount{1}};
    return plan;
  }

  static HoldKey hold_key_of(std::uint64_t number) {
    HoldKey key;
    key.bytes[0] = 0xaa;
    for (std::size_t i = 0; i < 8; ++i) key.bytes[8 + i] = static_cast<std::uint8_t>(number >> (8 * i));
    return key;
  }

  // All records of one trade, up to its ending.
  void tell(std::uint64_t number, Ending ending, const std::string& idempotency_key = "") {
    const Plan plan = plan_of(number);
    create(plan, idempotency_key);
    event(plan.id, Started{});
    if (ending == Ending::preparing) return;
    if (ending == Ending::rejected) {
      event(plan.id, MovementRefused{0, MovementKind::hold, ErrorCode::insufficient_funds, "short of funds"});
      event(plan.id, Decided{Decision::abort});
      return;
    }
    move(plan, 0, MovementKind::hold, number, true);
    if (ending == Ending::suspended) {
      event(plan.id, outcome(plan, 0, MovementKind::release, number, true));
      return;
    }
    move(plan, 1, MovementKind::payment, number, ending != Ending::refunded);
    if (ending == Ending::refunded) {
      event(plan.id, Decided{Decision::abort});
      move(plan, 0, MovementKind::refund, number, true);
      return;
    }
    if (ending == Ending::settled) move(plan, 0, MovementKind::release, number, true);
  }

  void create(const Plan& plan, const std::string& idempotency_key, std::uint32_t item = 0) {
    TradeCreated created{plan, idempotency_key, {}, item};
    if (!idempotency_key.empty()) created.request_digest.bytes.fill(static_cast<std::uint8_t>(idempotency_key.size()));
    add(created);
  }

  void event(const TradeId& trade, Event event) { add(TradeEvent{trade, std::move(event)}); }

  static OutcomeFinal outcome(const Plan& plan, LegIndex leg, MovementKind kind, std::uint64_t number, bool ok) {
    Outcome outcome = effect_of(movement_for(plan, leg, kind, hold_key_of(number)));
    outcome.ok = ok;
    if (kind == MovementKind::hold) outcome.hold_key = hold_key_of(number);
    outcome.reclaim_after = plan.legs[leg].reclaim_after;
    outcome.position.height = Height{number};
    if (!ok) outcome.reason = "failed on purpose";
    return {plan.legs[leg].ledger, outcome};
  }

  static TxnId txn_id(std::uint64_t number, MovementKind kind) {
    TxnId id;
    id.bytes[0] = static_cast<std::uint8_t>(kind);
    for (std::size_t i = 0; i < 8; ++i) id.bytes[8 + i] = static_cast<std::uint8_t>(number >> (8 * i));
    return id;
  }

  // Signed, closed, and what became of it.
  void move(const Plan& plan, LegIndex leg, MovementKind kind, std::uint64_t number, bool ok) {
    sign({{plan, leg}}, kind, number);
    event(plan.id, outcome(plan, leg, kind, number, ok));
    add(TxnClosed{plan.legs[leg].ledger, txn_id(number, kind)});
  }

  void sign(const std::vector<std::pair<Plan, LegIndex>>& legs, MovementKind kind, std::uint64_t number) {
    TxnSigned txn;
    txn.id = txn_id(number, kind);
    txn.signer.text = "signer";
    txn.sequence = Sequence{number};
    txn.not_after = kNever;
    txn.raw = Bytes(120, static_cast<std::uint8_t>(number));
    for (const auto& [plan, leg] : legs) {
      txn.ledger = plan.legs[leg].ledger;
      txn.movements.push_back(movement_for(plan, leg, kind, hold_key_of(number)));
    }
    add(txn);
  }

  void add(RecordBody body) {
    records_.push_back({Timestamp{Millis{1'793'525'400'000 + static_cast<std::int64_t>(++time_)}}, std::move(body)});
  }

  // Lets two shards' records interleave in time.
  void set_time(std::uint64_t time) { time_ = time; }

 private:
  std::uint16_t shard_;
  EngineTag engine_;
  std::vector<Record> records_;
  std::uint64_t time_ = 0;
};

}  // namespace clearspan::evidence
