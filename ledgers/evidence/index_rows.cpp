#include "ledgers/evidence/index_rows.hpp"

#include <cstring>
#include <limits>

#include "codecs/crypto/sha256.hpp"
#include "ledgers/evidence/index_mix.hpp"

namespace clearspan::evidence::rows {
namespace {

constexpr std::uint16_t kFormat = 4;  // of the index; another one is rebuilt
constexpr std::size_t kListTailBytes = 8 + TradeId::kSize;
constexpr std::size_t kCheckBytes = 8;
constexpr std::size_t kUsualKeyBytes = 48;
constexpr std::size_t kPlaceBytes = 2 + 8;  // at the end of a key
constexpr std::uint64_t kSignBit = 1ull << 63;

template <class Integer>
void put_fixed(std::string& out, Integer value) {
  char bytes[sizeof(value)];
  for (std::size_t i = 0; i < sizeof(value); ++i) {
    bytes[i] = static_cast<char>(static_cast<std::uint8_t>(value >> (8 * (sizeof(value) - 1 - i))));
  }
  out.append(bytes, sizeof(value));
}

class Key {
 public:
  explicit Key(char kind) : text_(1, kind) { text_.reserve(kUsualKeyBytes); }

  template <class Integer>
  Key& number(Integer value) {
    put_fixed(text_, value);
    return *this;
  }

  Key& bytes(ByteView bytes) {
    text_ += as_text(bytes);
    return *this;
  }

  // Preceded by its length, so that no text is another one's prefix.
  Key& text(std::string_view text) {
    number(static_cast<std::uint32_t>(text.size()));
    text_ += text;
    return *this;
  }

  // What is below zero sorts first.
  Key& signed_number(std::int64_t value) { return number(static_cast<std::uint64_t>(value) ^ kSignBit); }

  Key& time(Timestamp time) { return signed_number(time.time_since_epoch().count()); }

  Key& place(const Place& place) { return number(place.shard).number(place.sequence); }

  std::string take() { return std::move(text_); }

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

std::int64_t signed_number_at(std::string_view text, std::size_t at) {
  return static_cast<std::int64_t>(number_at(text, at, 8) ^ kSignBit);
}

Error damaged_row() {
  return make_error(ErrorCode::storage_failed, "trade index: a damaged row");
}

std::string digest_of(std::string_view text) {
  return std::string(as_text(crypto::sha256(as_bytes(text)).view().first(kCheckBytes)));
}

std::string digest_of(const TradeFilter& filter) {
  Key key('f');
  const auto optional_text = [&](const std::optional<std::string>& text) {
    key.number(static_cast<std::uint8_t>(text.has_value())).text(text.value_or(""));
  };
  const auto optional_time = [&](const std::optional<Timestamp>& time) {
    key.number(static_cast<std::uint8_t>(time.has_value())).time(time.value_or(Timestamp{}));
  };
  key.number(static_cast<std::uint8_t>(filter.phase ? static_cast<int>(*filter.phase) + 1 : 0));
  optional_text(filter.scenario);
  optional_text(filter.ledger ? std::optional(filter.ledger->text) : std::nullopt);
  optional_text(filter.account ? std::optional(filter.account->text) : std::nullopt);
  optional_time(filter.created_from);
  optional_time(filter.created_before);
  return digest_of(key.take());
}

}  // namespace

std::string identity_key() {
  return "m";
}

std::string identity_value(const IndexOptions& options) {
  Key key('1');
  key.number(kFormat).number(options.shard_count());
  for (const ShardLog& shard : options.shards) {
    key.bytes(shard.identity.engine.view()).text(shard.identity.name);
  }
  return key.take();
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

std::uint32_t check_of(ByteView record) {
  return static_cast<std::uint32_t>(mix(record));
}

std::uint64_t account_digest(std::string_view account) {
  return mix(as_bytes(account));
}

std::string txn_key(std::string_view ledger, const TxnId& txn) {
  return Key('t').text(ledger).bytes(txn.view()).take();
}

std::string place_value(const Place& place) {
  PackedPlaces places;
  places.add(place);
  return std::string(places.bytes());
}

std::optional<Place> parse_place(std::string_view value) {
  const auto places = PackedPlaces::parse(value);
  if (!places || places->count() != 1) return std::nullopt;
  return places->list().front();
}

std::string odd_list() {
  return "c";
}

std::string account_list(std::uint64_t digest) {
  return Key('a').number(digest).take();
}

std::string suspended_list() {
  return "u";
}

std::string list_key(const std::string& list, const ListPosition& position) {
  return list + Key('1').time(position.created).bytes(position.trade.view()).take().substr(1);
}

ListPosition position_of_list_key(std::string_view key) {
  return {Timestamp{Millis{signed_number_at(key, key.size() - kListTailBytes)}},
          fixed_at<TradeId>(key, key.size() - TradeId::kSize)};
}

std::string bucket_key(const std::string& list, std::int64_t bucket) {
  return list + Key('1').signed_number(bucket).take().substr(1);
}

std::string packed_key(const std::string& list, std::int64_t bucket, std::uint16_t shard, std::uint64_t sequence) {
  return Key(list.front()).bytes(as_bytes(list).subspan(1)).signed_number(bucket).number(shard).number(sequence).take();
}

std::int64_t bucket_of_key(std::string_view key) {
  return signed_number_at(key, key.size() - kPlaceBytes - 8);
}

std::string behind_all() {
  constexpr std::size_t kLongestTail = 64;
  return std::string(kLongestTail, '\xff');
}

std::string idempotency_prefix(std::string_view key) {
  return Key('k').text(key).take();
}

std::string idempotency_key(std::string_view key, std::uint16_t shard, std::uint64_t sequence) {
  return Key('k').text(key).number(shard).number(sequence).take();
}

// Digest | (item, trade) ...
std::string idempotency_value(const IdempotencyRow& row) {
  std::string out(as_text(row.request_digest.view()));
  for (const IdempotencyEntry::Item& item : row.items) {
    put_number(out, item.request_item);
    out += as_text(item.trade.view());
  }
  return out;
}

Result<IdempotencyRow> parse_idempotency(std::string_view value) {
  if (value.size() < Hash32::kSize) return damaged_row();
  IdempotencyRow row;
  row.request_digest = fixed_at<Hash32>(value, 0);
  value.remove_prefix(Hash32::kSize);
  while (!value.empty()) {
    const auto item = take_number(value);
    if (!item || *item > std::numeric_limits<std::uint32_t>::max() || value.size() < TradeId::kSize) {
      return damaged_row();
    }
    row.items.push_back({static_cast<std::uint32_t>(*item), fixed_at<TradeId>(value, 0)});
    value.remove_prefix(TradeId::kSize);
  }
  return row;
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

std::uint64_t sequence_at_end_of_key(std::string_view key) {
  return number_at(key, key.size() - 8, 8);
}

std::string make_cursor(const TradeFilter& filter, const ListPosition& position) {
  std::string content = digest_of(filter) + list_key("", position);
  content += digest_of("clearspan cursor " + content);
  return to_hex(as_bytes(content));
}

Result<ListPosition> parse_cursor(const TradeFilter& filter, const std::string& cursor) {
  const Error invalid = make_error(ErrorCode::invalid_cursor, "not a cursor of this list with this filter", "cursor");
  std::string content(kCheckBytes + kListTailBytes + kCheckBytes, '\0');
  if (!from_hex(cursor, {reinterpret_cast<std::uint8_t*>(content.data()), content.size()})) return invalid;
  const std::string_view key = std::string_view(content).substr(kCheckBytes, kListTailBytes);
  const ListPosition position = position_of_list_key(key);
  if (make_cursor(filter, position) != cursor) return invalid;
  return position;
}

}  // namespace clearspan::evidence::rows
