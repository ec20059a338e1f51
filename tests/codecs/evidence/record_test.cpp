// Records: what goes in comes out, and every accepted byte string is the one that the writer would have written.
#include "codecs/evidence/record.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "codecs/crypto/sha256.hpp"
#include "tests/codecs/evidence/generators.hpp"

namespace clearspan::evidence {
namespace {

struct Encoded {
  Bytes record;
  Bytes attachment;

  [[nodiscard]] RecordBytes view() const { return {record, attachment}; }

  bool operator==(const Encoded&) const = default;
};

Encoded encoded(const Record& record) {
  Encoded out;
  encode(record, out.record, out.attachment);
  return out;
}

std::string fault_of(const RecordBytes& bytes) {
  const auto record = decode(bytes);
  return record.ok() ? "accepted" : std::string(to_string(record.error().code));
}

std::string fault_of(const Bytes& record) {
  return fault_of(RecordBytes{record, {}});
}

TEST(RecordTest, the_generator_reaches_every_record_and_event_type) {
  std::set<std::size_t> bodies;
  std::set<std::size_t> events;
  rc::check([&](const Record& record) {
    bodies.insert(record.body.index());
    if (const auto* event = std::get_if<TradeEvent>(&record.body)) events.insert(event->event.index());
  });
  rc::check([&](const Event& event) { events.insert(event.index()); });
  EXPECT_EQ(bodies.size(), std::variant_size_v<RecordBody>);
  EXPECT_EQ(events.size(), std::variant_size_v<Event>);
}

RC_GTEST_PROP(RecordTest, what_was_encoded_is_decoded_unchanged, (const Record& record)) {
  const Encoded bytes = encoded(record);
  const auto decoded = decode(bytes.view());
  RC_ASSERT(decoded.ok());
  RC_ASSERT(*decoded == record);
}

RC_GTEST_PROP(RecordTest, encoding_appends_and_leaves_what_was_there, (const Record& record, const Bytes& before)) {
  Encoded out{before, before};
  encode(record, out.record, out.attachment);
  const Encoded alone = encoded(record);
  Encoded expected{before, before};
  expected.record.insert(expected.record.end(), alone.record.begin(), alone.record.end());
  expected.attachment.insert(expected.attachment.end(), alone.attachment.begin(), alone.attachment.end());
  RC_ASSERT(out == expected);
  RC_ASSERT(alone.record.size() > 0u);
}

RC_GTEST_PROP(RecordTest, a_changed_byte_is_refused_or_is_another_canonical_record, (const Record& record)) {
  Encoded bytes = encoded(record);
  const auto at = *rc::gen::inRange<std::size_t>(0, bytes.record.size() + bytes.attachment.size());
  std::uint8_t& byte = at < bytes.record.size() ? bytes.record[at] : bytes.attachment[at - bytes.record.size()];
  byte ^= *rc::gen::inRange<std::uint8_t>(1, 255);
  const auto decoded = decode(bytes.view());
  if (at >= bytes.record.size()) RC_ASSERT(!decoded.ok());
  if (!decoded.ok()) {
    RC_ASSERT(decoded.error().code == ErrorCode::cbor_malformed);
    return;
  }
  RC_ASSERT(encoded(*decoded) == bytes);
  RC_ASSERT(!(*decoded == record));
}

RC_GTEST_PROP(RecordTest, every_cut_of_a_record_is_refused, (const Record& record)) {
  const Encoded bytes = encoded(record);
  const auto size = *rc::gen::inRange<std::size_t>(0, bytes.record.size());
  RC_ASSERT(fault_of({ByteView(bytes.record).first(size), bytes.attachment}) == "cbor_malformed");
  if (bytes.attachment.empty()) return;
  const auto attached = *rc::gen::inRange<std::size_t>(0, bytes.attachment.size());
  RC_ASSERT(fault_of({bytes.record, ByteView(bytes.attachment).first(attached)}) == "cbor_malformed");
}

RC_GTEST_PROP(RecordTest, the_digest_is_the_attachments_and_no_other_record_has_one, (const Record& record)) {
  const Encoded bytes = encoded(record);
  const auto digest = attachment_digest(bytes.record);
  RC_ASSERT(digest.has_value() == !bytes.attachment.empty());
  if (digest) RC_ASSERT(*digest == crypto::sha256(bytes.attachment));
  if (!digest) RC_ASSERT(fault_of({bytes.record, bytes.record}) == "cbor_malformed");
}

RC_GTEST_PROP(RecordTest, the_attachment_of_a_proof_is_never_larger_than_was_said, (const Record& record)) {
  const auto* proof = std::get_if<LedgerProof>(&record.body);
  if (proof == nullptr) return;
  Bytes bytes;
  Bytes attachment;
  encode(record, bytes, attachment);
  RC_ASSERT(attachment.size() <= attachment_bytes(proof->proof));
}

RC_GTEST_PROP(RecordTest, random_bytes_never_decode_to_something_that_encodes_differently, (const Bytes& bytes)) {
  const auto decoded = decode_without_attachment(bytes);
  if (decoded.ok() && !attachment_digest(bytes)) RC_ASSERT(encoded(*decoded).record == bytes);
}

TEST(RecordTest, the_bytes_of_a_record_never_change) {
  // Written by hand from the order in record.cpp and fields.hpp; a log of today must be readable for ever.
  TxnId txn;
  txn.bytes.fill(0xab);
  const Record record{Timestamp{Millis{1000}}, TxnClosed{LedgerId{"a-coin"}, txn}};
  std::string expected =
      "8405"
      "1903e8"
      "66"
      "612d636f696e"
      "5820";
  for (int i = 0; i < 32; ++i) expected += "ab";
  EXPECT_EQ(to_hex(encoded(record).record), expected);

  TradeId trade;
  trade.bytes.fill(0x01);
  const Record event{Timestamp{Millis{0}}, TradeEvent{trade, Decided{Decision::abort}}};
  EXPECT_EQ(to_hex(encoded(event).record),
            "8403"
            "00"
            "50"
            "01010101010101010101010101010101"
            "8207"
            "01");

  const Record refused{Timestamp{Millis{0}},
                       TradeEvent{trade, MovementRefused{2, MovementKind::payment, ErrorCode::not_ready, "x"}}};
  EXPECT_EQ(to_hex(encoded(refused).record),
            "8403"
            "00"
            "50"
            "01010101010101010101010101010101"
            "8504"
            "02"
            "03"
            "696e6f745f7265616479"
            "6178");
}

TEST(RecordTest, amounts_have_one_form_each) {
  struct Case {
    const char* decimal;
    const char* hex;
  };

  const std::vector<Case> cases = {
      {"0", "00"},
      {"23", "17"},
      {"24", "1818"},
      {"18446744073709551615", "1bffffffffffffffff"},
      {"18446744073709551616", "c249010000000000000000"},
      {"115792089237316195423570985008687907853269984665640564039457584007913129639935",
       "c25820ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"},
  };
  for (const Case& item : cases) {
    Movement movement;
    movement.amount = *parse_amount(item.decimal);
    const Bytes bytes = encoded({Timestamp{}, TxnSigned{{}, {}, {}, {}, {}, 0, {}, {movement}}}).attachment;
    EXPECT_NE(to_hex(bytes).find("60" + std::string(item.hex) + "6060f6"), std::string::npos) << item.decimal;
  }
}

// A view-advanced record in parts, so that each part can be replaced by a wrong one.
struct Parts {
  std::string head = "86";
  std::string type = "06";
  std::string time = "1903e8";
  std::string ledger = "6161";
  std::string height = "1864";
  std::string block = "5820" + std::string(64, '1');
  std::string ledger_time = "00";
  std::string rest = "";

  [[nodiscard]] Bytes bytes() const {
    const std::string hex = head + type + time + ledger + height + block + ledger_time + rest;
    Bytes out(hex.size() / 2);
    EXPECT_TRUE(from_hex(hex, out));
    return out;
  }
};

TEST(RecordTest, refuses_every_other_form_of_an_accepted_record) {
  ASSERT_EQ(fault_of(Parts{}.bytes()), "accepted");
  ASSERT_EQ(fault_of(Parts{.head = "87", .rest = "01"}.bytes()), "accepted") << "a view of another shard";

  struct Reject {
    const char* why;
    Parts parts;
  };

  const std::string hash = std::string(64, '1');
  const std::vector<Reject> rejects = {
      {"an empty input", {"", "", "", "", "", "", "", ""}},
      {"bytes left over", {.rest = "00"}},
      {"a map", {.head = "a6"}},
      {"one field too few in the head", {.head = "85"}},
      {"one field too many", {.head = "88", .rest = "0100"}},
      {"a shard that is 0 and not left out", {.head = "87", .rest = "00"}},
      {"a shard that is too large", {.head = "87", .rest = "1a00010000"}},
      {"no shard where there is a field for it", {.head = "87"}},
      {"an array of indefinite length", {.head = "9f", .rest = "ff"}},
      {"a long form of the array length", {.head = "9806"}},
      {"type 0", {.type = "00"}},
      {"an unknown type", {.type = "0b"}},
      {"a long form of the type", {.type = "1806"}},
      {"the type as text", {.type = "6136"}},
      {"a time in 4 bytes that fits in 2", {.time = "1a000003e8"}},
      {"a time in 8 bytes that fits in 2", {.time = "1b00000000000003e8"}},
      {"a time above 2^63 - 1", {.time = "1b8000000000000000"}},
      {"a negative time below -2^63", {.time = "3b8000000000000000"}},
      {"a floating-point time", {.time = "f93e00"}},
      {"a tagged time", {.time = "c11903e8"}},
      {"text that is not UTF-8", {.ledger = "61ff"}},
      {"an overlong UTF-8 form", {.ledger = "62c081"}},
      {"a surrogate", {.ledger = "63eda080"}},
      {"a code point above U+10FFFF", {.ledger = "64f4908080"}},
      {"valid text as a byte string", {.ledger = "4161"}},
      {"text of indefinite length", {.ledger = "7f6161ff"}},
      {"text longer than the input", {.ledger = "7b7fffffffffffffff"}},
      {"null for text", {.ledger = "f6"}},
      {"a negative height", {.height = "20"}},
      {"a height in a reserved form", {.height = "1c"}},
      {"a hash of 31 bytes", {.block = "581f" + hash.substr(2)}},
      {"a hash of 33 bytes", {.block = "5821" + hash + "11"}},
      {"a long form of a hash length", {.block = "590020" + hash}},
      {"a hash as text", {.block = "7820" + hash}},
      {"a boolean for an integer", {.ledger_time = "f5"}},
      {"undefined for an integer", {.ledger_time = "f7"}},
      {"a break for an integer", {.ledger_time = "ff"}},
  };
  for (const Reject& reject : rejects) EXPECT_EQ(fault_of(reject.parts.bytes()), "cbor_malformed") << reject.why;
}

bool replace_in(Bytes& bytes, const std::string& from, const std::string& to) {
  std::string hex = to_hex(bytes);
  const auto at = hex.find(from);
  if (at == std::string::npos) return false;
  EXPECT_EQ(hex.find(from, at + 1), std::string::npos) << from;
  hex.replace(at, from.size(), to);
  bytes.resize(hex.size() / 2);
  EXPECT_TRUE(from_hex(hex, bytes));
  return true;
}

// Replaces the only occurrence of one hexadecimal run in an encoded record, or in its attachment with the digest made
// to fit.
std::string fault_after_replacing(const Record& record, const std::string& from, const std::string& to) {
  Encoded bytes = encoded(record);
  if (!replace_in(bytes.record, from, to)) {
    EXPECT_TRUE(replace_in(bytes.attachment, from, to)) << from;
    const Hash32 digest = crypto::sha256(bytes.attachment);
    std::copy(digest.bytes.begin(), digest.bytes.end(), bytes.record.end() - Hash32::kSize);
  }
  return fault_of(bytes.view());
}

TEST(RecordTest, refuses_values_that_no_field_has) {
  Movement movement;
  movement.ref.bytes.fill(0xee);
  movement.asset.text = "ACN";
  movement.amount = Amount{7777777};
  movement.hold_key.bytes.fill(0xcc);
  movement.kind = MovementKind::payment;
  const Record txn{Timestamp{}, TxnSigned{{}, {}, {}, {}, {}, 0x12345678, {}, {movement}}};
  const std::string key = "5820" + std::string(64, 'c');
  EXPECT_EQ(fault_after_replacing(txn, key, "f6"), "accepted");
  EXPECT_EQ(fault_after_replacing(txn, key, "5820" + std::string(64, '0')), "cbor_malformed") << "zero is null";
  EXPECT_EQ(fault_after_replacing(txn, "0363", "0463"), "cbor_malformed") << "movement kind 4";
  EXPECT_EQ(fault_after_replacing(txn, "1a0076adf1", "c2480000000076adf1ff"), "cbor_malformed") << "short bignum";
  EXPECT_EQ(fault_after_replacing(txn, "1a0076adf1", "c249000000000076adf1ff"), "cbor_malformed") << "leading zero";
  EXPECT_EQ(fault_after_replacing(txn, "1a0076adf1", "c25821" + std::string(66, '1')), "cbor_malformed") << "2^256";
  EXPECT_EQ(fault_after_replacing(txn, "1a0076adf1", "c3490100000000000000ff"), "cbor_malformed") << "negative bignum";
  EXPECT_EQ(fault_after_replacing(txn, "1a12345678", "1b0000000112345678"), "cbor_malformed") << "fee step above 2^32";
  EXPECT_EQ(fault_after_replacing(txn, "818a5820ee", "9a7fffffff8a5820ee"), "cbor_malformed")
      << "list longer than input";

  Plan plan;
  plan.legs.resize(kLegsMax);
  const Record created{Timestamp{}, TradeCreated{plan, "key", {}, 0}};
  EXPECT_EQ(fault_of(encoded(created).view()), "accepted");
  EXPECT_EQ(fault_after_replacing(created, "90890000", "91890000"), "cbor_malformed") << "17 legs announced";

  TradeId trade;
  trade.bytes.fill(0x77);
  const Record event{Timestamp{}, TradeEvent{trade, Decided{Decision::abort}}};
  EXPECT_EQ(fault_after_replacing(event, "820701", "820702"), "cbor_malformed") << "decision 2";
  EXPECT_EQ(fault_after_replacing(event, "820701", "820801"), "cbor_malformed") << "event type 8";
  EXPECT_EQ(fault_after_replacing(event, "820701", "8105"), "accepted") << "another event";
  EXPECT_EQ(fault_after_replacing(event, "820701", "820501"), "cbor_malformed") << "a field that this event lacks";
  EXPECT_EQ(fault_after_replacing(event, "820701", "80"), "cbor_malformed") << "an event without a type";

  const Record refused{Timestamp{},
                       TradeEvent{trade, MovementRefused{0, MovementKind::hold, ErrorCode::not_ready, ""}}};
  EXPECT_EQ(fault_after_replacing(refused, "696e6f745f7265616479", "696e6f745f7265616478"), "cbor_malformed")
      << "an unknown error code";
}

// Such a plan starts with its one hold placed: with another shape the trade machine would look for legs that it lacks.
TEST(RecordTest, refuses_a_return_of_another_shape_than_one_hold) {
  Plan plan;
  plan.returned = ReturnTerms{};
  const auto fault = [&plan] { return fault_of(encoded({Timestamp{}, TradeCreated{plan, "key", {}, 0}}).view()); };
  EXPECT_EQ(fault(), "cbor_malformed") << "no leg";
  plan.legs.resize(1);
  EXPECT_EQ(fault(), "accepted");
  plan.legs.front().role = LegRole::pivot;
  EXPECT_EQ(fault(), "cbor_malformed") << "a pivot";
  plan.legs.front().role = LegRole::hold;
  plan.legs.resize(2);
  EXPECT_EQ(fault(), "cbor_malformed") << "two legs";
}

TEST(RecordTest, errors_name_the_place) {
  const auto decoded = decode_without_attachment(Parts{.height = "f5"}.bytes());
  ASSERT_FALSE(decoded.ok());
  EXPECT_EQ(decoded.error().detail, "an item of another type, before byte 7");
}

}  // namespace
}  // namespace clearspan::evidence
