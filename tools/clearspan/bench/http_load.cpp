#include "tools/clearspan/bench/http_load.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <ctime>
#include <deque>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace clearspan::tools {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kReadBytes = 1U << 20;    // offered to one read
constexpr std::size_t kWriteBytes = 64U << 10;  // gathered for one write, so that small requests share a packet
constexpr int kEventsMax = 64;
constexpr std::string_view kCreated = "HTTP/1.1 201 ";

double thread_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

Error failure(std::string what) {
  return make_error(ErrorCode::unreachable, std::move(what));
}

Result<int> connect_to(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return failure("no socket");
  const int yes = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) return socket;
  ::close(socket);
  return failure("cannot connect to port " + std::to_string(port));
}

// How long the first answer in the text is, with its head; none while its head is not complete.
Result<std::optional<std::size_t>> answer_size(std::string_view text, std::size_t& head_size) {
  constexpr std::string_view kLength = "Content-Length: ";
  const std::size_t end = text.find("\r\n\r\n");
  if (end == std::string_view::npos) return std::optional<std::size_t>{};
  const std::size_t at = text.substr(0, end).find(kLength);
  std::size_t length = 0;
  const char* const from = at == std::string_view::npos ? nullptr : text.data() + at + kLength.size();
  if (from == nullptr || std::from_chars(from, text.data() + end, length).ec != std::errc{}) {
    return make_error(ErrorCode::remote_malformed, "an answer has no length");
  }
  head_size = end + 4;
  return std::optional<std::size_t>(head_size + length);
}

// One connection and the requests that fall to it: every `stride`th, from `next` on.
struct Connection {
  int socket = -1;
  std::size_t next = 0;                                           // the next request to send
  std::size_t sent = 0;                                           // bytes of `out` that the socket has taken
  std::string out;                                                // requests on their way
  std::deque<std::pair<std::size_t, Clock::time_point>> waiting;  // for their answers
  std::string in;  // the buffer; bytes from begin to end are read and not taken
  std::size_t begin = 0;
  std::size_t end = 0;

  ~Connection() {
    if (socket >= 0) ::close(socket);
  }
};

class Client {
 public:
  explicit Client(const HttpLoad& load) : load_(load), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {}

  ~Client() { ::close(epoll_); }

  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  Result<HttpLoadResult> run() {
    stride_ = std::min(load_.connections, load_.requests.size());
    for (std::size_t i = 0; i < stride_; ++i) CLEARSPAN_CHECK_OK(open(i));
    const double cpu_before = thread_seconds();
    const auto begin = Clock::now();
    for (const auto& one : connections_) CLEARSPAN_CHECK_OK(write(*one));
    while (result_.answers < load_.requests.size()) CLEARSPAN_CHECK_OK(wait());
    result_.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    result_.client_seconds = thread_seconds() - cpu_before;
    return std::move(result_);
  }

 private:
  Status open(std::size_t first) {
    auto& one = connections_.emplace_back(std::make_unique<Connection>());
    CLEARSPAN_TRY(one->socket, connect_to(load_.port));
    one->next = first;
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLET;
    event.data.ptr = one.get();
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, one->socket, &event) == 0) return Done{};
    return failure("cannot watch a socket");
  }

  Status wait() {
    std::array<epoll_event, kEventsMax> events{};
    const int count = ::epoll_wait(epoll_, events.data(), kEventsMax, -1);
    if (count < 0 && errno != EINTR) return failure("cannot wait for the sockets");
    for (int i = 0; i < count; ++i) {
      auto& one = *static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
      CLEARSPAN_CHECK_OK(read(one));
      CLEARSPAN_CHECK_OK(write(one));
    }
    return Done{};
  }

  // Puts requests behind each other until enough is on its way.
  void gather(Connection& one) {
    if (one.sent == one.out.size()) {
      one.out.clear();
      one.sent = 0;
    }
    while (one.next < load_.requests.size() && one.waiting.size() < load_.pipeline && one.out.size() < kWriteBytes) {
      one.out += load_.requests[one.next];
      one.waiting.emplace_back(one.next, Clock::now());
      one.next += stride_;
    }
  }

  Status write(Connection& one) {
    while (true) {
      if (one.sent == one.out.size()) gather(one);
      if (one.sent == one.out.size()) return Done{};
      const auto taken =
          ::send(one.socket, one.out.data() + one.sent, one.out.size() - one.sent, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (taken < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return Done{};
      if (taken <= 0) return failure("a connection does not take requests any more");
      one.sent += static_cast<std::size_t>(taken);
    }
  }

  Status read(Connection& one) {
    while (true) {
      if (one.in.size() - one.end < kReadBytes) one.in.resize(one.in.size() + kReadBytes);
      const std::size_t room = one.in.size() - one.end;
      const auto taken = ::recv(one.socket, one.in.data() + one.end, room, MSG_DONTWAIT);
      if (taken < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return Done{};
      if (taken <= 0) return failure("the server closed a connection");
      one.end += static_cast<std::size_t>(taken);
      CLEARSPAN_CHECK_OK(take_answers(one));
      if (static_cast<std::size_t>(taken) < room) return Done{};
    }
  }

  Status take_answers(Connection& one) {
    while (one.begin < one.end) {
      const std::string_view rest(one.in.data() + one.begin, one.end - one.begin);
      std::size_t head_size = 0;
      CLEARSPAN_TRY(const auto size, answer_size(rest, head_size));
      if (!size || rest.size() < *size) break;
      if (one.waiting.empty()) return make_error(ErrorCode::remote_malformed, "an answer that nobody asked for");
      count(one, rest.substr(0, *size), head_size);
      one.begin += *size;
    }
    if (one.begin == 0) return Done{};
    std::copy(one.in.data() + one.begin, one.in.data() + one.end, one.in.data());
    one.end -= std::exchange(one.begin, 0);
    return Done{};
  }

  void count(Connection& one, std::string_view answer, std::size_t head_size) {
    const auto [request, since] = one.waiting.front();
    one.waiting.pop_front();
    result_.latencies.add(std::chrono::duration_cast<Latencies::Micros>(Clock::now() - since));
    ++result_.answers;
    result_.answer_bytes += answer.size();
    if (answer.starts_with(kCreated)) {
      ++result_.created;
    } else if (result_.first_refusal.empty()) {
      result_.first_refusal = std::string(answer);
    }
    if (request % load_.keep_every == 0) result_.kept.push_back({request, std::string(answer.substr(head_size))});
  }

  const HttpLoad& load_;
  const int epoll_;
  std::size_t stride_ = 1;
  std::vector<std::unique_ptr<Connection>> connections_;
  HttpLoadResult result_;
};

}  // namespace

Result<HttpLoadResult> run_http_load(const HttpLoad& load) {
  if (load.requests.empty() || load.connections == 0 || load.pipeline == 0 || load.keep_every == 0) {
    return make_error(ErrorCode::invalid_value, "a load has requests, connections and a pipeline");
  }
  return Client(load).run();
}

}  // namespace clearspan::tools
