// A client that sends exactly the bytes that it is told, for requests that no library would send.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "tests/patience.hpp"

namespace clearspan::transport {

class RawSocket {
 public:
  explicit RawSocket(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    is_connected_ = ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  }

  ~RawSocket() { ::close(fd_); }

  RawSocket(const RawSocket&) = delete;
  RawSocket& operator=(const RawSocket&) = delete;

  [[nodiscard]] bool is_connected() const { return is_connected_; }

  // False when the other side has closed.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  void end_sending() { ::shutdown(fd_, SHUT_WR); }

  // Everything until the other side closes, or until `timeout` passes without a byte.
  std::string read_to_end(Millis timeout = kPatience) {
    std::string all;
    while (true) {
      const std::string part = read_some(timeout);
      if (part.empty()) return all;
      all += part;
    }
  }

  // Reads until `count` copies of `mark` were seen; what was read so far when the connection ends or nothing more
  // comes.
  std::string read_until(std::string_view mark, std::size_t count = 1) {
    std::string all;
    while (true) {
      std::size_t seen = 0;
      for (auto at = all.find(mark); at != std::string::npos; at = all.find(mark, at + mark.size())) ++seen;
      if (seen >= count) return all;
      const std::string part = read_some(kPatience);
      if (part.empty()) return all;
      all += part;
    }
  }

  // Whether the other side has closed within the timeout; bytes before that are dropped.
  bool is_closed_within(Millis timeout = kPatience) {
    const auto end = std::chrono::steady_clock::now() + timeout;
    while (std::chrono::steady_clock::now() < end) {
      has_ended_ = false;
      read_some(Millis{50});
      if (has_ended_) return true;
    }
    return false;
  }

 private:
  std::string read_some(Millis timeout) {
    const timeval limit{.tv_sec = timeout.count() / 1000, .tv_usec = (timeout.count() % 1000) * 1000};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    std::string buffer(64U << 10, '\0');
    const auto received = ::recv(fd_, buffer.data(), buffer.size(), 0);
    has_ended_ = received == 0 || (received < 0 && errno != EAGAIN && errno != EWOULDBLOCK);
    buffer.resize(received > 0 ? static_cast<std::size_t>(received) : 0);
    return buffer;
  }

  int fd_;
  bool is_connected_ = false;
  bool has_ended_ = false;
};

}  // namespace clearspan::transport
