#include "ledgers/evidence/index_runs.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "core/scenario/trade_id.hpp"
#include "ledgers/evidence/index_ids.hpp"
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

// Moves `bytes` behind the head, to the places.
bool take_head(std::string_view& bytes, const TradeId& trade, PartHead& head) {
  const auto which = take_number(bytes);
  if (!which || *which > (kHasCreation | kHasState | kIsOdd) || (*which & (kHasCreation | kIsOdd)) == kIsOdd) {
    return false;
  }
  if ((*which & kHasCreation) != 0) {
    auto& creation = head.creation.emplace(PartHead::Creation{});
    creation.is_odd = (*which & kIsOdd) != 0;
    if (!take_place_number(bytes, creation.place) || !take_check(bytes, creation.check)) return false;
  }
  if ((*which & kHasState) != 0 && !take_state(bytes, trade, head.state.emplace(PartHead::State{}))) return false;
  return take_check(bytes, head.check);
}

void put_head(std::string& out, const TradeId& trade, const PartHead& head) {
  const auto& creation = head.creation;
  put_number(
      out, (creation ? kHasCreation : 0) | (head.state ? kHasState : 0) | (creation && creation->is_odd ? kIsOdd : 0));
  if (creation) {
    put_number(out, creation->place);
    put_check(out, creation->check);
  }
  if (head.state) put_state(out, trade, *head.state);
  put_check(out, head.check);
}

// Whether what the head says of places is said of one of so many.
bool is_among(const PartHead& head, std::uint32_t places) {
  return (!head.creation || head.creation->place < places) && (!head.state || head.state->place < places);
}

void put_entry_of(std::string& run, const TradeId& trade, std::string_view part) {
  run += as_text(trade.view().last(kIdInEntryBytes));
  put_number(run, part.size());
  run += part;
}

// Makes one part of a trade's parts. Their places are checked, and for the most part copied.
class PartJoiner {
 public:
  void start(const TradeId& trade) {
    trade_ = trade;
    head_.clear();
    places_.clear();
  }

  bool add(std::string_view part) {
    PartHead later;
    const std::uint32_t before = places_.count();
    if (!take_head(part, trade_, later) || part.empty() || !places_.append(part)) return false;
    if (!is_among(later, places_.count() - before)) return false;
    head_.append(later, before);
    return true;
  }

  void put(std::string& run) {
    bytes_.clear();
    put_head(bytes_, trade_, head_);
    bytes_ += places_.bytes();
    put_entry_of(run, trade_, bytes_);
  }

 private:
  TradeId trade_;
  PartHead head_;
  JoinedPlaces places_;
  std::string bytes_;
};

// The entries of several runs by their ids; of those of one trade, the oldest run's first.
class RunMerger {
 public:
  // False when one is damaged.
  bool start(std::string_view key, std::span<const std::string_view> runs) {
    readers_.reserve(runs.size());
    for (std::uint32_t number = 0; number < runs.size(); ++number) {
      readers_.emplace_back(key, runs[number]);
      if (!take_next(number)) return false;
    }
    return true;
  }

  [[nodiscard]] bool at_end() const { return fronts_.empty(); }

  // The front, while not at the end.
  [[nodiscard]] const TradeId& trade() const { return readers_[fronts_.front().run].trade(); }

  [[nodiscard]] std::string_view part() const { return readers_[fronts_.front().run].part(); }

  // False when what comes next of the front's run is damaged.
  bool next() {
    std::pop_heap(fronts_.begin(), fronts_.end(), comes_later);
    const std::uint32_t run = fronts_.back().run;
    fronts_.pop_back();
    return take_next(run);
  }

 private:
  struct Front {
    IdNumbers id;
    std::uint32_t run = 0;

    auto operator<=>(const Front&) const = default;
  };

  static bool comes_later(const Front& a, const Front& b) { return a > b; }

  bool take_next(std::uint32_t run) {
    RunReader& reader = readers_[run];
    if (!reader.next()) return !reader.is_damaged();
    fronts_.push_back({numbers_of(reader.trade()), run});
    std::push_heap(fronts_.begin(), fronts_.end(), comes_later);
    return true;
  }

  std::vector<RunReader> readers_;
  std::vector<Front> fronts_;  // a heap of the runs that have not ended
};

}  // namespace

void PartHead::clear() {
  *this = {};
}

void PartHead::append(const PartHead& later, std::uint32_t places_before) {
  if (later.creation) {
    creation = later.creation;
    creation->place += places_before;
  }
  if (later.state) {
    state = later.state;
    state->place += places_before;
  }
  check += later.check;
}

void TradePart::clear() {
  PartHead::clear();
  places.clear();
}

bool TradePart::append(const TradePart& later) {
  const std::uint32_t before = places.count();
  if (!places.append(later.places)) return false;
  PartHead::append(later, before);
  return true;
}

void put_part(std::string& out, const TradeId& trade, const TradePart& part) {
  put_head(out, trade, part);
  out += part.places.bytes();
}

Result<TradePart> parse_part(const TradeId& trade, std::string_view bytes) {
  TradePart part;
  if (!take_head(bytes, trade, part)) return damaged();
  auto places = PackedPlaces::parse(bytes);
  if (!places || places->count() == 0 || !is_among(part, places->count())) return damaged();
  part.places = std::move(*places);
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
  const IdNumbers before = numbers_of(trade_);
  std::copy_n(rest_.begin(), kIdInEntryBytes, trade_.data() + kTradeIdTimeBytes);
  if (!std::exchange(is_first_, false) && numbers_of(trade_) <= before) return false;
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
  RunMerger merger;
  if (!merger.start(key, runs)) return false;
  out.clear();
  out.reserve(std::accumulate(runs.begin(), runs.end(), std::size_t{0},
                              [](std::size_t size, std::string_view run) { return size + run.size(); }));
  PartJoiner joiner;
  while (!merger.at_end()) {
    const TradeId trade = merger.trade();
    const std::string_view first = merger.part();
    const auto is_same = [&] { return !merger.at_end() && merger.trade() == trade; };
    if (!merger.next()) return false;
    if (!is_same()) {
      put_entry_of(out, trade, first);
      continue;
    }
    joiner.start(trade);
    if (!joiner.add(first)) return false;
    while (is_same()) {
      if (!joiner.add(merger.part()) || !merger.next()) return false;
    }
    joiner.put(out);
  }
  return true;
}

}  // namespace clearspan::evidence::rows
