// A list that seldom has more than one entry: that one needs no memory of its own.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace clearspan {

template <class T>
class Few {
 public:
  [[nodiscard]] T* begin() { return many_.empty() ? &one_ : many_.data(); }

  [[nodiscard]] T* end() { return begin() + size(); }

  [[nodiscard]] const T* begin() const { return many_.empty() ? &one_ : many_.data(); }

  [[nodiscard]] const T* end() const { return begin() + size(); }

  [[nodiscard]] std::size_t size() const { return has_one_ ? 1 : many_.size(); }

  [[nodiscard]] bool empty() const { return size() == 0; }

  // The new entry is the last. Moves the others.
  T& add(T entry) {
    if (empty()) {
      has_one_ = true;
      return one_ = std::move(entry);
    }
    if (std::exchange(has_one_, false)) many_.push_back(std::exchange(one_, T{}));
    return many_.emplace_back(std::move(entry));
  }

  // `entry` is one of this list's. Those behind it move up.
  void erase(const T* entry) {
    if (std::exchange(has_one_, false)) {
      one_ = T{};
    } else {
      many_.erase(many_.begin() + (entry - many_.data()));
    }
  }

  // Null when there is none.
  template <class Wanted>
  [[nodiscard]] T* find(const Wanted& is_wanted) {
    T* const found = std::find_if(begin(), end(), is_wanted);
    return found != end() ? found : nullptr;
  }

  template <class Wanted>
  [[nodiscard]] const T* find(const Wanted& is_wanted) const {
    const T* const found = std::find_if(begin(), end(), is_wanted);
    return found != end() ? found : nullptr;
  }

 private:
  T one_{};
  bool has_one_ = false;
  std::vector<T> many_;  // all of them, as soon as there were two
};

}  // namespace clearspan
