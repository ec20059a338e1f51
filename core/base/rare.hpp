// A value that is seldom there and much larger than what usually stands in its place: it lives elsewhere, and is copied
// and compared as if it did not.
#pragma once

#include <memory>
#include <utility>

namespace clearspan {

template <class T>
class Rare {
 public:
  Rare(T value) : value_(std::make_unique<T>(std::move(value))) {}

  Rare(const Rare& other) : Rare(*other) {}

  Rare& operator=(const Rare& other) {
    value_ = std::make_unique<T>(*other);
    return *this;
  }

  Rare(Rare&&) noexcept = default;  // empty afterwards: only to be assigned to or destroyed
  Rare& operator=(Rare&&) noexcept = default;
  ~Rare() = default;

  [[nodiscard]] T& operator*() { return *value_; }

  [[nodiscard]] const T& operator*() const { return *value_; }

  [[nodiscard]] T* operator->() { return value_.get(); }

  [[nodiscard]] const T* operator->() const { return value_.get(); }

  friend bool operator==(const Rare& left, const Rare& right) { return *left == *right; }

 private:
  std::unique_ptr<T> value_;
};

}  // namespace clearspan
