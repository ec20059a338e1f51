// Picks an object's known fields out of it in one pass: a perfect hash from their names to their numbers, found by the
// compiler, and the values that one object has for them.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "codecs/json/key_words.hpp"
#include "codecs/json/value.hpp"

namespace clearspan::ethereum {

// The names of fields 0 .. N-1; Index is an enumeration with those values.
template <class Index, std::size_t N>
class FieldTable {
 public:
  static constexpr std::size_t kCount = N;

  consteval explicit FieldTable(const std::array<std::string_view, N>& names) : names_(names) {
    for (std::size_t field = 0; field < N; ++field) words_[field] = json::words_of(names[field]);
    while (!try_seed()) ++seed_;
  }

  // The number of the field of that name, or N.
  [[nodiscard]] std::size_t find(std::string_view name) const {
    if (name.empty()) return N;
    const std::size_t field = slots_[slot(name, seed_)];
    return field < N && is_name(field, name) ? field : N;
  }

  [[nodiscard]] std::string_view name(Index field) const { return names_[static_cast<std::size_t>(field)]; }

 private:
  static constexpr std::size_t kSlots = 256;

  static constexpr std::size_t slot(std::string_view name, std::uint32_t seed) {
    const auto at = [&](std::size_t index) {
      return static_cast<std::uint32_t>(static_cast<unsigned char>(name[index]));
    };
    const std::uint32_t mixed = static_cast<std::uint32_t>(name.size()) | (at(0) << 8) | (at(name.size() / 2) << 16) |
                                (at(name.size() - 1) << 24);
    return (mixed * (2 * seed + 0x9e37'79b1U)) >> 24;
  }

  [[nodiscard]] bool is_name(std::size_t field, std::string_view name) const {
    const std::string_view known = names_[field];
    if (known.size() != name.size() || words_[field] != json::words_of(name)) return false;
    return known.size() <= json::kKeyWordsMax || known == name;
  }

  // Fills the slots; false when two names share one.
  consteval bool try_seed() {
    slots_.fill(static_cast<std::uint8_t>(N));
    for (std::size_t field = 0; field < N; ++field) {
      std::uint8_t& taken = slots_[slot(names_[field], seed_)];
      if (taken != N) return false;
      taken = static_cast<std::uint8_t>(field);
    }
    return true;
  }

  static_assert(N < 64, "FieldValues keeps one bit per field");

  std::array<std::string_view, N> names_;
  std::array<json::KeyWords, N> words_{};
  std::array<std::uint8_t, kSlots> slots_{};
  std::uint32_t seed_ = 1;
};

// The values of one object. A field that is null counts as absent, and unknown fields are passed over.
template <class Index, std::size_t N>
class FieldValues {
 public:
  FieldValues(const FieldTable<Index, N>& table, json::Object object) {
    for (const json::Field field : object) {
      const std::size_t number = table.find(field.key);
      if (number == N || field.value.is_null()) continue;
      values_[number] = field.value;
      present_ |= std::uint64_t{1} << number;
    }
  }

  [[nodiscard]] bool has(Index field) const { return (present_ >> static_cast<std::size_t>(field) & 1U) != 0; }

  // Only for fields that are there.
  [[nodiscard]] json::Value operator[](Index field) const { return values_[static_cast<std::size_t>(field)]; }

 private:
  std::array<json::Value, N> values_;
  std::uint64_t present_ = 0;
};

}  // namespace clearspan::ethereum
