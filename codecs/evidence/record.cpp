#include "codecs/evidence/record.hpp"

#include <array>

#include "codecs/crypto/sha256.hpp"
#include "codecs/evidence/fields.hpp"

namespace clearspan::evidence {
namespace {

// Each kind of event and record has a number that is never reused and a count of fields. The tables stand in the order
// of the alternatives of Event and RecordBody.
struct Shape {
  std::uint64_t number;
  std::uint64_t fields;        // without the number, and for a record without its time
  bool may_have_more = false;  // one field, which is left out when it is 0
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
    {1, 4, true},  // EngineStarted
    {2, 4},        // TradeCreated
    {3, 2},        // TradeEvent
    {4, 7},        // TxnSigned
    {5, 2},        // TxnClosed
    {6, 4, true},  // ViewAdvanced
    {7, 4},        // LedgerFrozen
    {8, 7},        // LedgerDescribed
    {9, 5},        // LedgerProof
    {10, 4},       // Anchored
    {11, 4},       // HoldingsChecked
    {12, 4},       // ProofLeftOut
}};

constexpr std::uint64_t kTxnSignedNumber = 4;
constexpr std::uint64_t kLedgerProofNumber = 9;

void code_error(cbor::Writer& coder, const ErrorCode& code) {
  coder.text(to_string(code));
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
    const std::uint64_t fields = shapes[i].fields + surplus;
    const bool has_more = shapes[i].may_have_more && count == fields + 1;
    if (count != fields && !has_more) return reader.fail("an array of another length");
    const auto code_one = [&](auto& alternative) { code(alternative, has_more); };
    return code_new_alternative(out, i, code_one, std::make_index_sequence<std::variant_size_v<Variant>>());
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
                   [&](auto& fact, bool) { EventFields<cbor::Reader>{reader}.code(fact, &fact); });
}

// --- The fields of each record, after its number and time ---

// `digest`: of the attachment, for a record that has one. `has_more`: the field that may be left out is there.
template <class Coder, class Digest>
struct RecordFields {
  Coder& coder;
  Digest& digest;
  const bool has_more;

  void code(auto& body, const EngineStarted*) {
    coder.text(body.version);
    coder.fixed(body.engine);
    coder.integer(body.shard);
    coder.integer(body.shard_count);
    if (has_more) coder.positive(body.further_shards);
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
    coder.fixed(digest);
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
    if (has_more) coder.positive(body.shard);
  }

  void code(auto& body, const LedgerFrozen*) {
    coder.text(body.ledger);
    coder.integer(body.height);
    coder.fixed(body.expected);
    coder.fixed(body.found);
  }

  void code(auto& body, const LedgerDescribed*) { fields::code_description(coder, body.description); }

  void code(auto& body, const LedgerProof*) {
    coder.text(body.proof.ledger);
    coder.integer(body.proof.height);
    coder.fixed(body.proof.block);
    coder.fixed(body.proof.tip);
    coder.fixed(digest);
  }

  void code(auto& body, const Anchored*) {
    coder.text(body.ledger);
    coder.integer(body.size);
    coder.fixed(body.root);
    fields::kPosition(coder, body.position);
  }

  void code(auto& body, const HoldingsChecked*) {
    coder.text(body.ledger);
    coder.integer(body.height);
    coder.fixed(body.block);
    coder.list(body.balances, kHeldBalancesMax, fields::kHeldBalance);
  }

  void code(auto& body, const ProofLeftOut*) {
    coder.text(body.ledger);
    coder.integer(body.height);
    coder.fixed(body.block);
    coder.integer(body.bytes);
  }
};

// --- Attachments ---

// Whether there is one; if so it is coded.
template <class Coder>
struct AttachmentFields {
  Coder& coder;

  bool code(auto&, const auto*) { return false; }

  bool code(auto& body, const TxnSigned*) {
    coder.array(2);
    coder.bytes(body.raw);
    coder.list(body.movements, fields::kMovementsMax, fields::kMovement);
    return true;
  }

  bool code(auto& body, const LedgerProof*) {
    coder.array(3);
    fields::code_proof(coder, body.proof);
    return true;
  }
};

bool has_more_fields(const RecordBody& body) {
  if (const auto* start = std::get_if<EngineStarted>(&body)) return start->further_shards != 0;
  const auto* view = std::get_if<ViewAdvanced>(&body);
  return view != nullptr && view->shard != 0;
}

bool has_attachment(const RecordBody& body) {
  return std::holds_alternative<TxnSigned>(body) || std::holds_alternative<LedgerProof>(body);
}

Status read_attachment(ByteView attachment, RecordBody& body) {
  cbor::Reader reader(attachment);
  const bool has_one =
      std::visit([&](auto& fact) { return AttachmentFields<cbor::Reader>{reader}.code(fact, &fact); }, body);
  if (!has_one && !attachment.empty()) reader.fail("an attachment of a record that has none");
  return has_one || !attachment.empty() ? reader.finish() : Status(Done{});
}

}  // namespace

std::size_t attachment_bytes(const BlockProof& proof) {
  constexpr std::size_t kHeads = 12;  // before a string and around a txn: two numbers of five bytes, two arrays
  std::size_t bytes = 2 * kHeads + proof.header.size();
  for (const Bytes& header : proof.descendants) bytes += kHeads + header.size();
  for (const TxnProof& txn : proof.txns) bytes += kHeads + txn.proof.size();
  return bytes;
}

void encode(const Record& record, Bytes& out, Bytes& attachment) {
  const std::size_t begin = attachment.size();
  if (has_attachment(record.body)) {
    cbor::Writer writer(attachment);
    std::visit([&](const auto& body) { AttachmentFields<cbor::Writer>{writer}.code(body, &body); }, record.body);
  }
  const ByteView attached = ByteView(attachment).subspan(begin);
  const Hash32 digest = attached.empty() ? Hash32{} : crypto::sha256(attached);
  cbor::Writer writer(out);
  const Shape& shape = kRecordShapes[record.body.index()];
  const bool has_more = has_more_fields(record.body);
  writer.array(shape.fields + (has_more ? 3 : 2));
  writer.unsigned_integer(shape.number);
  writer.time(record.at);
  std::visit(
      [&](const auto& body) {
        RecordFields<cbor::Writer, const Hash32>{writer, digest, has_more}.code(body, &body);
      },
      record.body);
}

Result<Record> decode_without_attachment(ByteView bytes) {
  cbor::Reader reader(bytes);
  Record record;
  Hash32 digest;
  read_alternative(reader, record.body, kRecordShapes, 2, [&](auto& body, bool has_more) {
    reader.time(record.at);
    RecordFields<cbor::Reader, Hash32>{reader, digest, has_more}.code(body, &body);
  });
  CLEARSPAN_CHECK_OK(reader.finish());
  return record;
}

Result<Record> decode(const RecordBytes& bytes) {
  CLEARSPAN_TRY(Record record, decode_without_attachment(bytes.record));
  if (const auto digest = attachment_digest(bytes.record); digest && crypto::sha256(bytes.attachment) != *digest) {
    return make_error(ErrorCode::cbor_malformed, "the record's attachment is another one");
  }
  CLEARSPAN_CHECK_OK(read_attachment(bytes.attachment, record.body));
  return record;
}

// The number is the second byte: no record has 24 fields, and no number is above 23.
std::optional<Hash32> attachment_digest(ByteView record) {
  if (record.size() < 2 + Hash32::kSize) return std::nullopt;
  if (record[1] != kTxnSignedNumber && record[1] != kLedgerProofNumber) return std::nullopt;
  Hash32 digest;
  const ByteView last = record.last(Hash32::kSize);
  std::copy(last.begin(), last.end(), digest.bytes.begin());
  return digest;
}

}  // namespace clearspan::evidence
