// The trades that the index has in memory: live ones and those that the next commit writes. A million live trades are
// usual, so each is 40 bytes in one flat array: open addressing, the next free place is taken, and what stands behind a
// removed one moves up.
#pragma once

#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "core/base/fetch_ahead.hpp"
#include "core/chain/ids.hpp"
#include "ledgers/evidence/index_course.hpp"
#include "ledgers/evidence/large_pages.hpp"

namespace clearspan::evidence {

// By leg, 64 bits of the terms that its movement must have; once its hold is final, of the hold's key.
using Mark = std::uint64_t;

inline constexpr std::size_t kMarksInline = 2;  // trades with more legs keep the others elsewhere

struct Tracked {
  TradeId trade;
  std::uint32_t pending = 0;  // what the next commit writes of it: its place in that list, from 1; 0 for nothing
  Courses::Number state = Courses::kNone;
  bool is_used : 1 = false;   // by the table
  bool is_known : 1 = false;  // its records were folded; else it is here only for what is to be written
  bool is_odd : 1 = false;    // its id does not sort by its creation
  Mark marks[kMarksInline] = {};
};

class TrackedTrades {
 public:
  TrackedTrades() : slots_(kSlotsMin) {}

  [[nodiscard]] std::size_t size() const { return size_; }

  // Null when it is not there. Pointers are good until the next insert() or erase().
  Tracked* find(const TradeId& trade) {
    for (std::size_t at = home_of(trade);; at = next(at)) {
      if (!slots_[at].is_used) return nullptr;
      if (is_same(slots_[at].trade, trade)) return &slots_[at];
    }
  }

  [[nodiscard]] const Tracked* find(const TradeId& trade) const {
    return const_cast<TrackedTrades*>(this)->find(trade);
  }

  // One that is not there yet.
  Tracked& insert(const TradeId& trade) {
    if (size_ + 1 > slots_.size() / kFullOf * kFull) grow();
    Tracked& slot = slots_[free_for(trade)];
    slot = Tracked{};
    slot.trade = trade;
    slot.is_used = true;
    ++size_;
    return slot;
  }

  void erase(const Tracked& gone) {
    auto hole = static_cast<std::size_t>(&gone - slots_.data());
    for (std::size_t at = next(hole); slots_[at].is_used; at = next(at)) {
      // It may move up if its home is not between the hole and itself.
      const std::size_t from_home = (at - home_of(slots_[at].trade)) & mask();
      if (from_home < ((at - hole) & mask())) continue;
      slots_[hole] = slots_[at];
      hole = at;
    }
    slots_[hole].is_used = false;
    --size_;
  }

  void clear() {
    slots_.assign(kSlotsMin, Tracked{});
    slots_.shrink_to_fit();
    size_ = 0;
  }

  // The trade is about to be looked for. Half of all slots lie in two lines of the cache.
  void expect(const TradeId& trade) const {
    const Tracked* const home = slots_.data() + home_of(trade);
    fetch(home);
    fetch(home + 1);
  }

 private:
  using Slots = std::vector<Tracked, LargePages<Tracked>>;

  static constexpr std::size_t kSlotsMin = 1024;  // always a power of two
  static constexpr std::size_t kFull = 3;         // of kFullOf slots, at most
  static constexpr std::size_t kFullOf = 4;

  static bool is_same(const TradeId& a, const TradeId& b) {
    return std::memcmp(a.data(), b.data(), TradeId::kSize) == 0;  // of a constant size: two comparisons, no call
  }

  [[nodiscard]] std::size_t mask() const { return slots_.size() - 1; }

  [[nodiscard]] std::size_t next(std::size_t at) const { return (at + 1) & mask(); }

  [[nodiscard]] std::size_t home_of(const TradeId& trade) const {
    std::uint64_t words[2];
    std::memcpy(words, trade.data(), sizeof(words));
    std::uint64_t mixed = (words[0] ^ (words[1] << 17 | words[1] >> 47)) * 0x9e37'79b9'7f4a'7c15;
    mixed ^= mixed >> 32;
    return static_cast<std::size_t>(mixed) & mask();
  }

  [[nodiscard]] std::size_t free_for(const TradeId& trade) const {
    std::size_t at = home_of(trade);
    while (slots_[at].is_used) at = next(at);
    return at;
  }

  void grow() {
    Slots before(2 * slots_.size());
    before.swap(slots_);
    for (const Tracked& tracked : before) {
      if (tracked.is_used) slots_[free_for(tracked.trade)] = tracked;
    }
  }

  Slots slots_;
  std::size_t size_ = 0;
};

static_assert(sizeof(Tracked) == 40);

}  // namespace clearspan::evidence
