#include "ledgers/evidence/index_rows.hpp"

#include <cstring>

#include "codecs/crypto/sha256.hpp"
#include "codecs/evidence/cbor.hpp"
#include "ledgers/evidence/group.hpp"

namespace clearspan::evidence::rows {
namespace {

constexpr std::uint16_t kFormat = 2;  // of the index; another one is rebuilt
constexpr std::size_t kListTailBytes = 8 + TradeId::kSize;
constexpr std::size_t kCheckBytes = 8;
constexpr std::uint64_t kSignBit = 1ull << 63;

class Key {
 public:
  explicit Key(char kind) : text_(1, kind) {}

  template <class Integer>
  Key&& number(Integer value) && {
    for (int shift = 8 * (static_cast<int>(sizeof(value)) - 1); shift >= 0; shift -= 8) {
      text_ += static_cast<char>(static_cast<std::uint8_t>(value >> shift));
    }
    return std::move(*this);
  }

  Key&& bytes(ByteView bytes) && {
    text_ += as_text(bytes);
    return std::move(*this);
  }

  // Preceded by its length, so that no text is another one's prefix.
  Key&& text(std::string_view text) && {
    Key&& key = std::move(*this).number(static_cast<std::uint32_t>(text.size()));
    key.text_ += text;
    return std::move(key);
  }

  // Times before 1970 sort first.
  Key&& time(Timestamp time) && {
    return std::move(*this).number(static_cast<std::uint64_t>(time.time_since_epoch().count()) ^ kSignBit);
  }

  Key&& place(const Place& place) && { return std::move(*this).number(place.shard).number(place.sequence); }

  std::string take() && { return std::move(text_); }

 private:
  std::string text_;
};

std::uint64_t number_at(std::string_view text, std::size_t at, std::size_t width) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < width; ++i) value = value << 8 | static_cast<std::uint8_t>(text[at + i]);
  return value;
}

template <class Fixed>
Fixed fixed_at(std::string_view text, std::size_t at) {
  Fixed value;
  std::memcpy(value.data(), text.data() + at, Fixed::kSize);
  return value;
}

// Field lists for both directions, as in codecs/evidence/fields.hpp.
constexpr auto kSuspendReason = [](auto& coder, auto& reason) {
  coder.enumerator(reason, SuspendReason::retries_exhausted);
};

constexpr auto kSummary = [](auto& coder, auto& row) {
  coder.array(9);
  coder.integer(row.shard);
  coder.enumerator(row.phase, Phase::suspended);
  coder.enumerator(row.abort_reason, AbortReason::returned);
  coder.optional(row.suspend_reason, kSuspendReason);
  coder.time(row.created);
  coder.time(row.updated);
  coder.integer(row.first_sequence);
  coder.integer(row.last_sequence);
  coder.text(row.idempotency_key);
};

constexpr auto kIdempotency = [](auto& coder, auto& row) {
  coder.array(3);
  coder.fixed(row.trade);
  coder.fixed_or_null(row.request_digest);
  coder.integer(row.request_item);
};

template <class Row, class Fields>
std::string value_of(const Row& row, const Fields& fields) {
  Bytes out;
  {
    cbor::Writer writer(out);
    fields(writer, row);
  }
  return std::string(as_text(out));
}

template <class Row, class Fields>
Result<Row> parse_value(std::string_view value, const Fields& fields) {
  cbor::Reader reader(as_bytes(value));
  Row row;
  fields(reader, row);
  if (auto status = reader.finish(); !status.ok()) {
    return make_error(ErrorCode::storage_failed, "trade index: a damaged row: " + status.error().detail);
  }
  return row;
}

std::string digest_of(std::string_view text) {
  return std::string(as_text(crypto::sha256(as_bytes(text)).view().first(kCheckBytes)));
}

std::string digest_of(const TradeFilter& filter) {
  Key key('f');
  const auto optional_text = [&](const std::optional<std::string>& text) {
    std::move(key).number(static_cast<std::uint8_t>(text.has_value())).text(text.value_or(""));
  };
  const auto optional_time = [&](const std::optional<Timestamp>& time) {
    std::move(key).number(static_cast<std::uint8_t>(time.has_value())).time(time.value_or(Timestamp{}));
  };
  std::move(key).number(static_cast<std::uint8_t>(filter.phase ? static_cast<int>(*filter.phase) + 1 : 0));
  optional_text(filter.scenario);
  optional_text(filter.ledger ? std::optional(filter.ledger->text) : std::nullopt);
  optional_text(filter.account ? std::optional(filter.account->text) : std::nullopt);
  optional_time(filter.created_from);
  optional_time(filter.created_before);
  return digest_of(std::move(key).take());
}

}  // namespace

std::string identity_key() {
  return "m";
}

std::string identity_value(const IndexOptions& options) {
  Key key('1');
  std::move(key).number(kFormat).number(static_cast<std::uint16_t>(options.shards.size()));
  for (const ShardLog& shard : options.shards) {
    std::move(key).bytes(shard.identity.engine.view()).text(shard.identity.name);
  }
  return std::move(key).take();
}

std::string applied_key(std::uint16_t shard) {
  return Key('n').number(shard).take();
}

std::string applied_value(const LogPosition& position) {
  return Key('1').number(position.sequence).bytes(position.head.view()).take();
}

std::optional<LogPosition> parse_applied(std::string_view value) {
  if (value.size() != 1 + 8 + Hash32::kSize) return std::nullopt;
  return LogPosition{number_at(value, 1, 8), fixed_at<Hash32>(value, 9)};
}

std::string summary_key(const TradeId& trade) {
  return Key('s').bytes(trade.view()).take();
}

std::string summary_value(const SummaryRow& row) {
  return value_of(row, kSummary);
}

Result<SummaryRow> parse_summary(std::string_view value) {
  return parse_value<SummaryRow>(value, kSummary);
}

std::string history_prefix(const TradeId& trade) {
  return Key('h').bytes(trade.view()).take();
}

std::string history_key(const TradeId& trade, const Place& place) {
  return Key('h').bytes(trade.view()).place(place).take();
}

Place place_of_history_key(std::string_view key) {
  constexpr std::size_t kAt = 1 + TradeId::kSize;
  return {static_cast<std::uint16_t>(number_at(key, kAt, 2)), number_at(key, kAt + 2, 8)};
}

std::string txn_record_key(const Place& place) {
  return Key('r').place(place).take();
}

// As it stands in a group.
std::string record_value(const RecordBytes& bytes) {
  EncodedGroup one;
  one.add_bytes(bytes);
  return std::string(as_text(one.view().bytes()));
}

Result<Record> parse_record(std::string_view value) {
  std::size_t at = 0;
  const auto bytes = GroupView::next_record(as_bytes(value), at);
  if (!bytes || at != value.size()) return make_error(ErrorCode::storage_failed, "trade index: a damaged record");
  return decode(*bytes);
}

std::string txn_key(const LedgerId& ledger, const TxnId& txn) {
  return Key('t').text(ledger.text).bytes(txn.view()).take();
}

std::string place_value(const Place& place) {
  return Key('1').place(place).take();
}

std::optional<Place> parse_place(std::string_view value) {
  if (value.size() != 1 + 2 + 8) return std::nullopt;
  return Place{static_cast<std::uint16_t>(number_at(value, 1, 2)), number_at(value, 3, 8)};
}

std::string all_list() {
  return "c";
}

std::string account_list(const AccountId& account) {
  return Key('a').text(account.text).take();
}

std::string suspended_list() {
  return "u";
}

std::string list_key(const std::string& list, Timestamp created, const TradeId& trade) {
  return list + Key('1').time(created).bytes(trade.view()).take().substr(1);
}

Timestamp created_of_list_key(std::string_view key) {
  const std::uint64_t bits = number_at(key, key.size() - kListTailBytes, 8) ^ kSignBit;
  return Timestamp{Millis{static_cast<std::int64_t>(bits)}};
}

TradeId trade_of_list_key(std::string_view key) {
  return fixed_at<TradeId>(key, key.size() - TradeId::kSize);
}

std::string idempotency_prefix(const std::string& key) {
  return Key('k').text(key).take();
}

std::string idempotency_key(const std::string& key, const Place& place) {
  return Key('k').text(key).place(place).take();
}

std::string idempotency_value(const IdempotencyRow& row) {
  return value_of(row, kIdempotency);
}

Result<IdempotencyRow> parse_idempotency(std::string_view value) {
  return parse_value<IdempotencyRow>(value, kIdempotency);
}

std::string returns_prefix(const TradeId& trade) {
  return Key('x').bytes(trade.view()).take();
}

std::string returns_key(const TradeId& trade, const TradeId& returning) {
  return Key('x').bytes(trade.view()).bytes(returning.view()).take();
}

TradeId returning_trade_of_key(std::string_view key) {
  return fixed_at<TradeId>(key, 1 + TradeId::kSize);
}

std::string proof_prefix(const BlockHash& block, std::uint16_t shard) {
  return Key('p').bytes(block.view()).number(shard).take();
}

std::string proof_key(const BlockHash& block, const Place& place) {
  return Key('p').bytes(block.view()).place(place).take();
}

std::string description_prefix(const LedgerId& ledger, std::uint16_t shard) {
  return Key('d').text(ledger.text).number(shard).take();
}

std::string description_key(const LedgerId& ledger, const Place& place) {
  return Key('d').text(ledger.text).place(place).take();
}

std::string anchor_prefix(std::uint16_t shard) {
  return Key('o').number(shard).take();
}

std::string anchor_key(const Place& place) {
  return Key('o').place(place).take();
}

Place place_at_end_of_key(std::string_view key) {
  const std::size_t at = key.size() - 2 - 8;
  return {static_cast<std::uint16_t>(number_at(key, at, 2)), number_at(key, at + 2, 8)};
}

std::string make_cursor(const TradeFilter& filter, const CursorPosition& position) {
  std::string content = digest_of(filter) + list_key("", position.created, position.trade);
  content += digest_of("clearspan cursor " + content);
  return to_hex(as_bytes(content));
}

Result<CursorPosition> parse_cursor(const TradeFilter& filter, const std::string& cursor) {
  const Error invalid = make_error(ErrorCode::invalid_cursor, "not a cursor of this list with this filter", "cursor");
  std::string content(kCheckBytes + kListTailBytes + kCheckBytes, '\0');
  if (!from_hex(cursor, {reinterpret_cast<std::uint8_t*>(content.data()), content.size()})) return invalid;
  const std::string_view key = std::string_view(content).substr(kCheckBytes, kListTailBytes);
  const CursorPosition position{created_of_list_key(key), trade_of_list_key(key)};
  if (make_cursor(filter, position) != cursor) return invalid;
  return position;
}

}  // namespace clearspan::evidence::rows
