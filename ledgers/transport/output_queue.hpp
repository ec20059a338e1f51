// Bytes that wait to be written to a connection. Small answers stand behind each other, so that many leave in one
// write; a large body stays in the string that it came in. Private to this folder.
#pragma once

#include <boost/asio/buffer.hpp>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace clearspan::transport {

class OutputQueue {
 public:
  // The place where the next text is appended.
  std::string& text() {
    if (parts_.empty() || is_last_a_body_) parts_.emplace_back();
    is_last_a_body_ = false;
    return parts_.back();
  }

  void add_body(std::string body) {
    constexpr std::size_t kCopiedBytesMax = 16U << 10;  // of a smaller one, a copy costs less than a part of its own
    if (body.size() <= kCopiedBytesMax) {
      text() += body;
      return;
    }
    parts_.push_back(std::move(body));
    is_last_a_body_ = true;
  }

  [[nodiscard]] bool empty() const { return size() == 0; }

  [[nodiscard]] std::size_t size() const {
    std::size_t bytes = 0;
    for (const std::string& part : parts_) bytes += part.size();
    return bytes;
  }

  // Valid until the queue changes.
  [[nodiscard]] std::vector<boost::asio::const_buffer> buffers() const {
    std::vector<boost::asio::const_buffer> all;
    all.reserve(parts_.size());
    for (const std::string& part : parts_) all.emplace_back(part.data(), part.size());
    return all;
  }

  // Keeps the memory of its first part, which is text.
  void clear() {
    if (parts_.empty()) return;
    parts_.resize(1);
    parts_.front().clear();
    is_last_a_body_ = false;
  }

 private:
  std::vector<std::string> parts_;
  bool is_last_a_body_ = false;
};

}  // namespace clearspan::transport
