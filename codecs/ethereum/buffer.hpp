// Bytes that grow at the end and are never zero-filled first: the arena in which blocks are encoded. Places in it are
// kept as slices, which stay right when it grows.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>

#include "core/base/bytes.hpp"

namespace clearspan::ethereum {

struct Slice {
  std::size_t offset = 0;
  std::size_t size = 0;
};

class Buffer {
 public:
  Buffer() = default;

  explicit Buffer(std::size_t capacity) { grow(capacity); }

  Buffer(Buffer&& other) noexcept
      : bytes_(std::move(other.bytes_)),
        size_(std::exchange(other.size_, 0)),
        capacity_(std::exchange(other.capacity_, 0)) {}

  Buffer& operator=(Buffer&& other) noexcept {
    bytes_ = std::move(other.bytes_);
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, 0);
    return *this;
  }

  [[nodiscard]] std::size_t size() const { return size_; }

  // Room for `count` more bytes at the end, to be written by the caller. The pointer lives until the next growth.
  std::uint8_t* extend(std::size_t count) {
    if (capacity_ - size_ < count) grow(std::max(capacity_ * 2, size_ + count));
    std::uint8_t* room = bytes_.get() + size_;
    size_ += count;
    return room;
  }

  void append(ByteView bytes) {
    std::uint8_t* room = extend(bytes.size());
    if (!bytes.empty()) std::memcpy(room, bytes.data(), bytes.size());
  }

  // Room for `count` bytes in all without growing again.
  void reserve(std::size_t count) {
    if (capacity_ < count) grow(count);
  }

  // Drops what lies behind `size` bytes.
  void truncate(std::size_t size) { size_ = std::min(size_, size); }

  void clear() { size_ = 0; }

  [[nodiscard]] std::uint8_t* data() { return bytes_.get(); }

  [[nodiscard]] ByteView view() const { return {bytes_.get(), size_}; }

  [[nodiscard]] ByteView view(Slice slice) const { return view().subspan(slice.offset, slice.size); }

  // From `offset` to the end.
  [[nodiscard]] Slice slice_from(std::size_t offset) const { return {offset, size_ - offset}; }

 private:
  static constexpr std::size_t kFirstBytes = 256;

  void grow(std::size_t wanted) {
    const std::size_t capacity = std::max(wanted, kFirstBytes);
    auto larger = std::make_unique_for_overwrite<std::uint8_t[]>(capacity);
    if (size_ > 0) std::memcpy(larger.get(), bytes_.get(), size_);
    bytes_ = std::move(larger);
    capacity_ = capacity;
  }

  std::unique_ptr<std::uint8_t[]> bytes_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace clearspan::ethereum
