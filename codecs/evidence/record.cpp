#include "codecs/evidence/record.hpp"

#include <array>

#include "codecs/evidence/fields.hpp"

namespace clearspan::evidence {
namespace {

// Each kind of event and record has a number that is never reused and a count of fields. The tables stand in the order
// of the alternatives of Event and RecordBody.
struct Shape {
  std::uint64_t number;
  std::uint64_t fields;  // without the number, and for a record without its time
};

constexpr std::array<Shape, std::variant_size_v<Event>> kEventShapes = {{
    {1, 0},  // Started
    {2, 2},  // OutcomeFinal
    {3, 5},  // MovementDead
    {4, 4},  // MovementRefused
    {5, 0},  // PrepareDeadlinePassed
    {6, 0},  // CancelRequested
    {7, 1},  // Decided
}};

constexpr std::array<Shape, std::variant_size_v<RecordBody>> kRecordShapes = {{
    {1, 4},  // EngineStarted
    {2, 4},  // TradeCreated
    {3, 2},  // TradeEvent
    {4, 8},  // TxnSigned
    {5, 2},  // TxnClosed
    {6, 4},  // ViewAdvanced
    {7, 4},  // LedgerFrozen
}};

void code_error(cbor::Writer& coder, const ErrorCode& code) {
  coder.text(std::string(to_string(code)));
}

void code_error(cbor::Reader& coder, ErrorCode& code) {
  std::string name;
  coder.text(name);
  const auto parsed = parse_error_code(name);
  if (!parsed) return coder.fail("an unknown error code");
  code = *parsed;
}

// --- The fields of each event, after its number ---

template <class Coder>
struct EventFields {
  Coder& coder;

  void code(auto&, const Started*) {}

  void code(auto& event, const OutcomeFinal*) {
    coder.text(event.ledger);
    fields::kOutcome(coder, event.outcome);
  }

  void code(auto& event, const MovementDead*) {
    coder.integer(event.leg);
    coder.enumerator(event.kind, MovementKind::payment);
    coder.integer(event.height);
    coder.fixed(event.block);
    coder.integer(event.time);
  }

  void code(auto& event, const MovementRefused*) {
    coder.integer(event.leg);
    coder.enumerator(event.kind, MovementKind::payment);
    code_error(coder, event.code);
    coder.text(event.detail);
  }

  void code(auto&, const PrepareDeadlinePassed*) {}

  void code(auto&, const CancelRequested*) {}

  void code(auto& event, const Decided*) { coder.enumerator(event.decision, Decision::abort); }
};

// --- Alternatives: [number, ...] ---

// Calls code(alternative) for the alternative at `index`, made anew.
template <class Variant, class Code, std::size_t... Indexes>
void code_new_alternative(Variant& out, std::size_t index, Code&& code, std::index_sequence<Indexes...>) {
  ((index == Indexes ? code(out.template emplace<Indexes>()) : void()), ...);
}

// Reads the number and makes the alternative that has it; `surplus` is what the array holds beside its fields.
template <class Variant, class Code>
void read_alternative(cbor::Reader& reader, Variant& out, const auto& shapes, std::uint64_t surplus, Code&& code) {
  const std::uint64_t count = reader.array_of_any_length();
  const std::uint64_t number = reader.unsigned_integer();
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    if (shapes[i].number != number) continue;
    if (count != shapes[i].fields + surplus) return reader.fail("an array of another length");
    return code_new_alternative(out, i, code, std::make_index_sequence<std::variant_size_v<Variant>>());
  }
  reader.fail("an unknown type number");
}

void code_event(cbor::Writer& writer, const Event& event) {
  const Shape& shape = kEventShapes[event.index()];
  writer.array(shape.fields + 1);
  writer.unsigned_integer(shape.number);
  std::visit([&](const auto& fact) { EventFields<cbor::Writer>{writer}.code(fact, &fact); }, event);
}

void code_event(cbor::Reader& reader, Event& event) {
  read_alternative(reader, event, kEventShapes, 1,
                   [&](auto& fact) { EventFields<cbor::Reader>{reader}.code(fact, &fact); });
}

// --- The fields of each record, after its number and time ---

template <class Coder>
struct RecordFields {
  Coder& coder;

  void code(auto& body, const EngineStarted*) {
    coder.text(body.version);
    coder.fixed(body.engine);
    coder.integer(body.shard);
    coder.integer(body.shard_count);
  }

  void code(auto& body, const TradeCreated*) {
    fields::kPlan(coder, body.plan);
    coder.text(body.idempotency_key);
    coder.fixed_or_null(body.request_digest);
    coder.integer(body.request_item);
  }

  void code(auto& body, const TradeEvent*) {
    coder.fixed(body.trade);
    code_event(coder, body.event);
  }

  void code(auto& body, const TxnSigned*) {
    coder.text(body.ledger);
    coder.fixed(body.id);
    coder.text(body.signer);
    coder.integer(body.sequence);
    coder.integer(body.not_after);
    coder.integer(body.fee_step);
    coder.bytes(body.raw);
    coder.list(body.movements, fields::kMovementsMax, fields::kMovement);
  }

  void code(auto& body, const TxnClosed*) {
    coder.text(body.ledger);
    coder.fixed(body.id);
  }

  void code(auto& body, const ViewAdvanced*) {
    coder.text(body.ledger);
    coder.integer(body.height);
    coder.fixed(body.block);
    coder.integer(body.time);
  }

  void code(auto& body, const LedgerFrozen*) {
    coder.text(body.ledger);
    coder.integer(body.height);
    coder.fixed(body.expected);
    coder.fixed(body.found);
  }
};

}  // namespace

void encode(const Record& record, Bytes& out) {
  cbor::Writer writer(out);
  const Shape& shape = kRecordShapes[record.body.index()];
  writer.array(shape.fields + 2);
  writer.unsigned_integer(shape.number);
  writer.time(record.at);
  std::visit([&](const auto& body) { RecordFields<cbor::Writer>{writer}.code(body, &body); }, record.body);
}

Result<Record> decode(ByteView bytes) {
  cbor::Reader reader(bytes);
  Record record;
  read_alternative(reader, record.body, kRecordShapes, 2, [&](auto& body) {
    reader.time(record.at);
    RecordFields<cbor::Reader>{reader}.code(body, &body);
  });
  CLEARSPAN_CHECK_OK(reader.finish());
  return record;
}

}  // namespace clearspan::evidence
