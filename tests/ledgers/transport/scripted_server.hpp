// A server that reads one request per step and answers with exactly the bytes of its script, whatever they are.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace clearspan::transport {

class ScriptedServer {
 public:
  struct Step {
    std::string answer = {};
    bool stays_open = false;  // serve the next step on the same connection
    bool is_silent = false;   // answer nothing, and wait until the client has left
  };

  explicit ScriptedServer(std::vector<Step> steps) : steps_(std::move(steps)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    EXPECT_EQ(::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(listener_, 8), 0);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }

  ~ScriptedServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }

  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }

  [[nodiscard]] int requests_seen() const { return requests_seen_; }

  [[nodiscard]] int connections_closed() const { return connections_closed_; }

 private:
  void serve() {
    int connection = -1;
    for (const Step& step : steps_) {
      // The client may have left the connection that was kept for it.
      if (connection >= 0 && !read_request(connection)) close(connection);
      if (connection < 0) {
        connection = ::accept(listener_, nullptr, nullptr);
        if (connection < 0) return;
        read_request(connection);
      }
      if (step.is_silent) {
        char ignored = 0;
        while (::recv(connection, &ignored, 1, 0) > 0) {
        }
      }
      ::send(connection, step.answer.data(), step.answer.size(), MSG_NOSIGNAL);
      if (!step.stays_open) close(connection);
    }
    if (connection >= 0) close(connection);
  }

  void close(int& connection) {
    ::close(connection);
    connection = -1;
    ++connections_closed_;
  }

  // Requests of tests fit one segment.
  bool read_request(int connection) {
    std::string buffer(64U << 10, '\0');
    if (::recv(connection, buffer.data(), buffer.size(), 0) <= 0) return false;
    ++requests_seen_;
    return true;
  }

  std::vector<Step> steps_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> requests_seen_ = 0;
  std::atomic<int> connections_closed_ = 0;
  std::thread thread_;
};

}  // namespace clearspan::transport
