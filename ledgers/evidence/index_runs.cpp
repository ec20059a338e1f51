#include "ledgers/evidence/index_runs.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <vector>

#include "core/scenario/trade_id.hpp"
#include "ledgers/evidence/index_rows.hpp"

namespace clearspan::evidence::rows {
namespace {

constexpr std::uint64_t kHasCreation = 1;
constexpr std::uint64_t kHasState = 2;
constexpr std::uint64_t kIsOdd = 4;

// At 50,000 trades per second some 25 share a row: enough that a row costs little, few enough to look through.
constexpr int kBucketRandomBits = 1;
constexpr std::size_t kIdInEntryBytes = TradeId::kSize - kTradeIdTimeBytes;

Error damaged() {
  return make_error(ErrorCode::storage_failed, "trade index: a damaged run of trades");
}

void put_check(std::string& out, std::uint32_t check) {
  char bytes[sizeof(check)];
  std::memcpy(bytes, &check, sizeof(check));
  out.append(bytes, sizeof(bytes));
}

bool take_check(std::string_view& text, std::uint32_t& check) {
  if (text.size() < sizeof(check)) return false;
  std::memcpy(&check, text.data(), sizeof(check));
  text.remove_prefix(sizeof(check));
  return true;
}

bool take_place_number(std::string_view& text, std::uint32_t& place) {
  const auto number = take_number(text);
  if (!number || *number > std::numeric_limits<std::uint32_t>::max()) return false;
  place = static_cast<std::uint32_t>(*number);
  return true;
}

// Distances of either sign, small ones as small numbers.
std::uint64_t zigzag(std::uint64_t distance) {
  return distance << 1 ^ (distance >> 63 != 0 ? ~std::uint64_t{0} : 0);
}

std::uint64_t unzigzag(std::uint64_t number) {
  return number >> 1 ^ ((number & 1) != 0 ? ~std::uint64_t{0} : 0);
}

std::uint64_t millis_of(Timestamp time) {
  return static_cast<std::uint64_t>(time.time_since_epoch().count());
}

void put_state(std::string& out, const TradeId& trade, const TradePart::State& state) {
  const Standing& standing = state.standing;
  out += static_cast<char>(static_cast<int>(standing.phase) | static_cast<int>(standing.abort_reason) << 4);
  out += static_cast<char>(standing.suspend_reason ? static_cast<int>(*standing.suspend_reason) + 1 : 0);
  put_number(out, state.place);
  put_number(out, zigzag(millis_of(state.at) - millis_of(created_at(trade))));
}

bool take_state(std::string_view& text, const TradeId& trade, TradePart::State& state) {
  if (text.size() < 2) return false;
  const auto phase_and_reason = static_cast<std::uint8_t>(text[0]);
  const auto suspended = static_cast<std::uint8_t>(text[1]);
  text.remove_prefix(2);
  if ((phase_and_reason & 0xf) > static_cast<int>(Phase::suspended)) return false;
  if (phase_and_reason >> 4 > static_cast<int>(AbortReason::returned)) return false;
  if (suspended > static_cast<int>(SuspendReason::retries_exhausted) + 1) return false;
  state.standing.phase = static_cast<Phase>(phase_and_reason & 0xf);
  state.standing.abort_reason = static_cast<AbortReason>(phase_and_reason >> 4);
  if (suspended > 0) state.standing.suspend_reason = static_cast<SuspendReason>(suspended - 1);
  if (!take_place_number(text, state.place)) return false;
  const auto distance = take_number(text);
  if (!distance) return false;
  const std::uint64_t millis = millis_of(created_at(trade)) + unzigzag(*distance);
  state.at = Timestamp{Millis{static_cast<std::int64_t>(millis)}};
  return true;
}

struct Entry {
  TradeId trade;
  std::string_view part;
};

void put_entry_of(std::string& run, const TradeId& trade, std::string_view part) {
  run += as_text(trade.view().last(kIdInEntryBytes));
  put_number(run, part.size());
  run += part;
}

// All of one trade.
bool put_joined(std::span<const Entry> parts, std::string& out) {
  const TradeId& trade = parts.front().trade;
  if (parts.size() == 1) {
    put_entry_of(out, trade, parts.front().part);
    return true;
  }
  TradePart whole;
  for (const Entry& entry : parts) {
    const auto part = parse_part(trade, entry.part);
    if (!part.ok() || !whole.append(*part)) return false;
  }
  std::string bytes;
  put_part(bytes, trade, whole);
  put_entry_of(out, trade, bytes);
  return true;
}

}  // namespace

void TradePart::clear() {
  creation.reset();
  state.reset();
  check = 0;
  places.clear();
}

bool TradePart::append(const TradePart& later) {
  const std::uint32_t before = places.count();
  if (!places.append(later.places)) return false;
  if (later.creation) {
    creation = later.creation;
    creation->place += before;
  }
  if (later.state) {
    state = later.state;
    state->place += before;
  }
  check += later.check;
  return true;
}

void put_part(std::string& out, const TradeId& trade, const TradePart& part) {
  const auto& creation = part.creation;
  put_number(
      out, (creation ? kHasCreation : 0) | (part.state ? kHasState : 0) | (creation && creation->is_odd ? kIsOdd : 0));
  if (creation) {
    put_number(out, creation->place);
    put_check(out, creation->check);
  }
  if (part.state) put_state(out, trade, *part.state);
  put_check(out, part.check);
  out += part.places.bytes();
}

Result<TradePart> parse_part(const TradeId& trade, std::string_view bytes) {
  TradePart part;
  const auto which = take_number(bytes);
  if (!which || *which > (kHasCreation | kHasState | kIsOdd) || (*which & (kHasCreation | kIsOdd)) == kIsOdd) {
    return damaged();
  }
  if ((*which & kHasCreation) != 0) {
    auto& creation = part.creation.emplace();
    creation.is_odd = (*which & kIsOdd) != 0;
    if (!take_place_number(bytes, creation.place) || !take_check(bytes, creation.check)) return damaged();
  }
  if ((*which & kHasState) != 0 && !take_state(bytes, trade, part.state.emplace())) return damaged();
  if (!take_check(bytes, part.check)) return damaged();
  auto places = PackedPlaces::parse(bytes);
  if (!places || places->count() == 0) return damaged();
  part.places = std::move(*places);
  const bool has_creation = !part.creation || part.creation->place < part.places.count();
  const bool has_event = !part.state || part.state->place < part.places.count();
  if (!has_creation || !has_event) return damaged();
  return part;
}

std::string all_runs() {
  return "s";
}

std::string run_key(const TradeId& trade) {
  std::string key = all_runs();
  key += as_text(trade.view().first(kTradeIdTimeBytes));
  key += static_cast<char>(trade.bytes[kTradeIdTimeBytes] >> (8 - kBucketRandomBits));
  return key;
}

std::string end_of_runs(const std::optional<Timestamp>& time) {
  TradeId id;
  id.bytes.fill(0xff);
  if (time && *time < created_at(id)) id = make_trade_id(*time, std::array<std::uint8_t, kTradeIdRandomBytes>{});
  return all_runs() + std::string(as_text(id.view().first(kTradeIdTimeBytes))) + behind_all();
}

void put_entry(std::string& run, const TradeId& trade, const TradePart& part) {
  thread_local std::string bytes;
  bytes.clear();
  put_part(bytes, trade, part);
  put_entry_of(run, trade, bytes);
}

RunReader::RunReader(std::string_view key, std::string_view run) : rest_(run) {
  const std::size_t known = all_runs().size();
  is_damaged_ = key.size() < known + kTradeIdTimeBytes;
  if (!is_damaged_) std::copy_n(key.begin() + static_cast<std::ptrdiff_t>(known), kTradeIdTimeBytes, trade_.data());
}

bool RunReader::next() {
  if (is_damaged_ || rest_.empty()) return false;
  is_damaged_ = true;
  if (rest_.size() < kIdInEntryBytes) return false;
  std::copy_n(rest_.begin(), kIdInEntryBytes, trade_.data() + kTradeIdTimeBytes);
  rest_.remove_prefix(kIdInEntryBytes);
  const auto size = take_number(rest_);
  if (!size || *size > rest_.size()) return false;
  part_ = rest_.substr(0, static_cast<std::size_t>(*size));
  rest_.remove_prefix(part_.size());
  is_damaged_ = false;
  return true;
}

Result<std::optional<TradePart>> find_part(std::string_view key, std::string_view run, const TradeId& trade) {
  RunReader entries(key, run);
  while (entries.next()) {
    if (entries.trade() != trade) continue;
    CLEARSPAN_TRY(auto part, parse_part(trade, entries.part()));
    return std::optional(std::move(part));
  }
  if (entries.is_damaged()) return damaged();
  return std::optional<TradePart>();
}

bool join_runs(std::string_view key, std::span<const std::string_view> runs, std::string& out) {
  std::vector<Entry> entries;
  for (const std::string_view run : runs) {
    RunReader reader(key, run);
    while (reader.next()) entries.push_back({reader.trade(), reader.part()});
    if (reader.is_damaged()) return false;
  }
  // Parts of one trade keep their order.
  std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.trade < b.trade; });
  out.clear();
  for (auto first = entries.begin(); first != entries.end();) {
    const auto last =
        std::find_if(first, entries.end(), [&](const Entry& entry) { return entry.trade != first->trade; });
    if (!put_joined({first, last}, out)) return false;
    first = last;
  }
  return true;
}

}  // namespace clearspan::evidence::rows
