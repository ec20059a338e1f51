#include "ledgers/evidence/index_glance.hpp"

#include <algorithm>
#include <cstring>

#include "codecs/evidence/cbor.hpp"
#include "codecs/evidence/fields.hpp"

namespace clearspan::evidence {
namespace {

// The bytes that the reader has passed since `from` was what it had left.
ByteView passed(ByteView from, const cbor::Reader& reader) {
  return from.first(from.size() - reader.rest().size());
}

// Orders as in fields::kLeg and fields::kPlan.
void glance_at_leg(cbor::Reader& reader, LegGlance& leg) {
  reader.array(9);
  reader.enumerator(leg.role, LegRole::pivot);
  reader.enumerator(leg.placement, Placement::payer);
  leg.ledger = as_text(reader.view());
  const ByteView from = reader.rest();
  reader.view();  // asset
  reader.skip();  // amount
  leg.payer = as_text(reader.view());
  leg.payee = as_text(reader.view());
  leg.terms = passed(from, reader);
  reader.skip();  // not_after
  reader.integer(leg.reclaim_after);
}

void glance_at_plan(cbor::Reader& reader, CreationGlance& out) {
  reader.array(9);
  reader.fixed(out.trade);
  reader.skip(3);  // engine, scenario, version
  reader.time(out.created);
  reader.skip();  // prepare_until
  reader.list(out.legs, kLegsMax, glance_at_leg);
  reader.skip();  // payment
  reader.optional(out.returned, fields::kReturnTerms);
}

// Order as in fields::kOutcome.
void glance_at_outcome(cbor::Reader& reader, EventGlance& out) {
  out.ledger = as_text(reader.view());
  reader.array(12);
  OperationRef ref;
  reader.fixed(ref);
  out.leg = leg_of(ref);
  reader.enumerator(out.movement, MovementKind::payment);
  reader.boolean(out.ok);
  reader.skip();  // reclaimed
  const ByteView from = reader.rest();
  reader.view();  // asset
  reader.skip();  // amount
  reader.view();  // from
  reader.view();  // to
  out.terms = passed(from, reader);
  reader.fixed_or_null(out.hold_key);
  reader.integer(out.reclaim_after);
  BlockPosition position;
  fields::kPosition(reader, position);
  reader.view();  // reason
}

// Order as in fields::kMovement.
OperationRef glance_at_movement(cbor::Reader& reader) {
  OperationRef ref;
  reader.array(10);
  reader.fixed(ref);
  reader.unsigned_integer();                              // kind
  reader.view();                                          // asset
  reader.skip();                                          // amount
  reader.view();                                          // from
  reader.view();                                          // to
  reader.skip();                                          // hold_key
  for (int i = 0; i < 3; ++i) reader.unsigned_integer();  // not_after, reclaim_after, attempt
  return ref;
}

void glance_at_fact(cbor::Reader& reader, EventGlance& out) {
  std::uint64_t left = reader.array_of_any_length();
  reader.enumerator(out.kind, EventKind::decided);
  switch (out.kind) {
    case EventKind::outcome_final:
      return glance_at_outcome(reader, out);
    case EventKind::movement_dead:
    case EventKind::movement_refused:
      reader.integer(out.leg);
      reader.enumerator(out.movement, MovementKind::payment);
      for (constexpr std::uint64_t kRead = 3; left > kRead && !reader.failed(); --left) reader.skip();
      return;
    case EventKind::decided:
      return reader.enumerator(out.decision, Decision::abort);
    case EventKind::started:
    case EventKind::prepare_deadline_passed:
    case EventKind::cancel_requested:
      return;
  }
  reader.fail("an unknown type number");
}

}  // namespace

Status glance_at_creation(ByteView record, CreationGlance& out) {
  cbor::Reader reader(record);
  reader.array(6);
  reader.skip();  // number
  reader.time(out.at);
  glance_at_plan(reader, out);
  out.idempotency_key = as_text(reader.view());
  reader.fixed_or_null(out.request_digest);
  reader.integer(out.request_item);
  return reader.finish();
}

bool find_trade(ByteView record, TradeId& out) {
  constexpr std::size_t kInEvent = 12;  // behind the array's head, the number, a time of eight bytes and the id's head
  constexpr std::size_t kInCreation = kInEvent + 1;  // the plan's head too
  constexpr std::uint8_t kHead = 0x50;
  const RecordKind kind = kind_of(record);
  if (kind != RecordKind::trade_created && kind != RecordKind::trade_event) return false;
  const std::size_t at = kind == RecordKind::trade_event ? kInEvent : kInCreation;
  if (record.size() < at + TradeId::kSize || record[at - 1] != kHead) return false;
  std::memcpy(out.data(), record.data() + at, TradeId::kSize);
  return true;
}

Status glance_at_event(ByteView record, EventGlance& out) {
  cbor::Reader reader(record);
  out = {};
  reader.array(4);
  reader.skip();  // number
  reader.time(out.at);
  reader.fixed(out.trade);
  glance_at_fact(reader, out);
  return reader.finish();
}

Result<TxnGlance> glance_at_txn(ByteView record) {
  cbor::Reader reader(record);
  std::uint64_t left = reader.array_of_any_length();
  reader.skip();  // number
  reader.skip();  // time
  TxnGlance txn;
  txn.ledger = as_text(reader.view());
  reader.fixed(txn.id);
  for (constexpr std::uint64_t kRead = 4; left > kRead && !reader.failed(); --left) reader.skip();
  CLEARSPAN_CHECK_OK(reader.finish());
  return txn;
}

Result<std::vector<TradeId>> trades_in(ByteView txn_attachment) {
  cbor::Reader reader(txn_attachment);
  reader.array(2);
  reader.skip();  // raw bytes
  const std::uint64_t count = reader.array_of_any_length();
  std::vector<TradeId> trades;
  trades.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(count, fields::kMovementsMax)));
  for (std::uint64_t i = 0; i < count && !reader.failed(); ++i) {
    trades.push_back(trade_of(glance_at_movement(reader)));
  }
  CLEARSPAN_CHECK_OK(reader.finish());
  return trades;
}

}  // namespace clearspan::evidence
