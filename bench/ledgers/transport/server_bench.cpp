// Requests per second of the server over loopback: one client thread, one server thread, every answer checked.
#include <arpa/inet.h>
#include <benchmark/benchmark.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "ledgers/transport/http_client.hpp"
#include "ledgers/transport/http_server.hpp"

namespace clearspan::transport {
namespace {

constexpr std::string_view kBody = R"({"state":"settled","amount":"1000000"})";

std::unique_ptr<HttpServer> start_server() {
  return HttpServer::start({},
                           [](const Request& request, const Respond& respond) {
                             Response response;
                             if (request.path() == "/v1/trades/1") {
                               response.body = kBody;
                             } else {
                               response.status = 404;
                             }
                             respond(std::move(response));
                           })
      .value();
}

int connect_to(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 ? fd : -1;
}

// Reads `size` bytes; false when the connection ends first.
bool receive(int fd, char* into, std::size_t size) {
  while (size > 0) {
    const auto received = ::recv(fd, into, size, 0);
    if (received <= 0) return false;
    into += received;
    size -= static_cast<std::size_t>(received);
  }
  return true;
}

// The answers to one batch: all are of the same size, which the first one tells.
bool is_right(std::string_view answers, std::size_t answer_size) {
  for (std::size_t at = 0; at < answers.size(); at += answer_size) {
    const std::string_view answer = answers.substr(at, answer_size);
    if (!answer.starts_with("HTTP/1.1 200 OK\r\n") || !answer.ends_with(kBody)) return false;
  }
  return true;
}

// `depth` requests are sent in one write and their answers awaited together; 1 is plain keep-alive.
void pipelined(benchmark::State& state) {
  const auto depth = static_cast<std::size_t>(state.range(0));
  const auto server = start_server();
  const int fd = connect_to(server->port());
  const std::string request =
      "GET /v1/trades/1 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer 0123456789abcdef\r\n"
      "Accept: application/json\r\n\r\n";
  std::string batch;
  for (std::size_t i = 0; i < depth; ++i) batch += request;

  ::send(fd, request.data(), request.size(), MSG_NOSIGNAL);
  std::string first(4096, '\0');
  const auto first_size = ::recv(fd, first.data(), first.size(), 0);
  first.resize(first_size > 0 ? static_cast<std::size_t>(first_size) : 0);
  if (first.empty() || !is_right(first, first.size())) return state.SkipWithError("the server's answer is wrong");

  std::string answers(first.size() * depth, '\0');
  for (auto _ : state) {
    ::send(fd, batch.data(), batch.size(), MSG_NOSIGNAL);
    if (!receive(fd, answers.data(), answers.size()) || !is_right(answers, first.size())) {
      state.SkipWithError("the server's answer is wrong");
      break;
    }
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * depth));
  ::close(fd);
}

BENCHMARK(pipelined)->Arg(1)->Arg(16)->Arg(64)->UseRealTime();

void blocking_client(benchmark::State& state) {
  const auto server = start_server();
  HttpClient client(parse_url("http://127.0.0.1:" + std::to_string(server->port())).value(), {});
  const HttpRequest request{.target = "/v1/trades/1"};
  for (auto _ : state) {
    const auto response = client.request(request, Millis{1'000});
    if (!response.ok() || response->body != kBody) {
      state.SkipWithError("the server's answer is wrong");
      break;
    }
  }
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(blocking_client)->UseRealTime();

}  // namespace
}  // namespace clearspan::transport

BENCHMARK_MAIN();
