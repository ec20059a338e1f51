// Entries found by their key, for tables of millions: std::unordered_map spends most of its time there on memory that
// is far apart.
//
//   slots (8 bytes each, linear probing)        chunks of entries, in the order of insertion; they never move
//   [tag, place] [empty] [tag, place] ...  ──▶  [entry entry entry ...] [entry ...]
//
// New entries are next to each other, so that what came in one block is found together; growing moves slots only.
#pragma once

#include <bit>
#include <cstdint>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/base/fetch_ahead.hpp"
#include "core/base/verify.hpp"

namespace clearspan {

// `key` is the member of Entry that identifies it. The high bits of its std::hash must be as good as random.
template <class Entry, auto key>
class HashTable {
 public:
  using Key = std::remove_cvref_t<decltype(std::declval<Entry>().*key)>;

  HashTable() : slots_(kSlotsMin) {}

  [[nodiscard]] std::size_t size() const { return size_; }

  // How many entries fit before the slots have to grow, which takes time for each entry that is there.
  [[nodiscard]] std::size_t capacity() const { return slots_.size() / 2; }

  void reserve(std::size_t entries) {
    if (entries > capacity()) grow(std::bit_ceil(2 * entries));
  }

  [[nodiscard]] bool contains(const Key& wanted) const { return !slots_[slot_of(wanted)].is_empty(); }

  // How many slots the search for the key looks at.
  [[nodiscard]] std::size_t search_length(const Key& wanted) const {
    return ((slot_of(wanted) - tag_of(wanted)) & mask()) + 1;
  }

  // Null when there is none. The entry stays where it is until it is erased.
  [[nodiscard]] Entry* find(const Key& wanted) {
    const Slot& slot = slots_[slot_of(wanted)];
    return slot.is_empty() ? nullptr : &entry_at(slot.place);
  }

  [[nodiscard]] const Entry* find(const Key& wanted) const {
    const Slot& slot = slots_[slot_of(wanted)];
    return slot.is_empty() ? nullptr : &entry_at(slot.place);
  }

  // The entry of that key, or a new one that has nothing but the key.
  Entry& find_or_insert(const Key& wanted) {
    if (size_ == capacity()) grow(2 * slots_.size());
    Slot& slot = slots_[slot_of(wanted)];
    if (!slot.is_empty()) return entry_at(slot.place);
    slot = {tag_of(wanted), take_place()};
    ++size_;
    Entry& entry = entry_at(slot.place);
    entry.*key = wanted;
    return entry;
  }

  // Does nothing when there is none.
  void erase(const Key& wanted) {
    std::size_t hole = slot_of(wanted);
    if (slots_[hole].is_empty()) return;
    free_places_.push_back(slots_[hole].place);
    entry_at(slots_[hole].place) = Entry{};
    --size_;
    // Whatever follows and could not stand at its own place moves up, so that no search ends too early.
    for (std::size_t next = after(hole); !slots_[next].is_empty(); next = after(next)) {
      const std::size_t home = slots_[next].tag & mask();
      if (((next - home) & mask()) < ((next - hole) & mask())) continue;
      slots_[hole] = slots_[next];
      hole = next;
    }
    slots_[hole] = Slot{};
  }

  // What a search for the key will look at comes nearer while something else is done (fetch_ahead.hpp): first the slot,
  // then what the slot names. That is the entry, unless another one has the same slot.
  void fetch_slot(const Key& wanted) const { fetch(&slots_[tag_of(wanted) & mask()]); }

  void fetch_entry(const Key& wanted) const {
    const Slot& slot = slots_[tag_of(wanted) & mask()];
    if (!slot.is_empty()) fetch(&entry_at(slot.place), sizeof(Entry));
  }

  template <class Visit>
  void for_each(const Visit& visit) const {
    for (const Slot& slot : slots_) {
      if (!slot.is_empty()) visit(entry_at(slot.place));
    }
  }

 private:
  static constexpr std::size_t kSlotsMin = 64;
  static constexpr std::size_t kChunkEntries = 256;
  static constexpr std::uint32_t kNoPlace = 0xffff'ffff;

  struct Slot {
    std::uint32_t tag = 0;
    std::uint32_t place = kNoPlace;

    [[nodiscard]] bool is_empty() const { return place == kNoPlace; }
  };

  static std::uint32_t tag_of(const Key& wanted) { return static_cast<std::uint32_t>(std::hash<Key>{}(wanted) >> 32); }

  [[nodiscard]] std::size_t mask() const { return slots_.size() - 1; }

  [[nodiscard]] std::size_t after(std::size_t slot) const { return (slot + 1) & mask(); }

  [[nodiscard]] Entry& entry_at(std::uint32_t place) const {
    return chunks_[place / kChunkEntries][place % kChunkEntries];
  }

  // Where the key is, or the empty slot where it would be.
  [[nodiscard]] std::size_t slot_of(const Key& wanted) const {
    const std::uint32_t tag = tag_of(wanted);
    std::size_t at = tag & mask();
    while (!slots_[at].is_empty() && (slots_[at].tag != tag || entry_at(slots_[at].place).*key != wanted))
      at = after(at);
    return at;
  }

  std::uint32_t take_place() {
    if (!free_places_.empty()) {
      const std::uint32_t place = free_places_.back();
      free_places_.pop_back();
      return place;
    }
    if (used_ == chunks_.size() * kChunkEntries) chunks_.push_back(std::make_unique<Entry[]>(kChunkEntries));
    CLEARSPAN_VERIFY(used_ < kNoPlace);
    return static_cast<std::uint32_t>(used_++);
  }

  void grow(std::size_t slots) {
    std::vector<Slot> old(slots);
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.is_empty()) continue;
      std::size_t at = slot.tag & mask();
      while (!slots_[at].is_empty()) at = after(at);
      slots_[at] = slot;
    }
  }

  std::vector<Slot> slots_;  // a power of two, at most half of them taken
  std::vector<std::unique_ptr<Entry[]>> chunks_;
  std::vector<std::uint32_t> free_places_;
  std::size_t used_ = 0;
  std::size_t size_ = 0;
};

}  // namespace clearspan
