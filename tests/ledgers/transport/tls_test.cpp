// The clients against a TLS server whose certificate is made on the spot: which servers they trust.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>

#include "ledgers/transport/http_client.hpp"
#include "ledgers/transport/websocket_client.hpp"
#include "tests/patience.hpp"

namespace clearspan::transport {
namespace {

constexpr Millis kTimeout = kPatience;

// Serves one fixed answer per connection, signed for the given subject ("DNS:localhost", "IP:127.0.0.1").
class TlsServer {
 public:
  explicit TlsServer(const std::string& subject, std::string answer) : answer_(std::move(answer)) {
    make_certificate(subject);
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

  ~TlsServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
    SSL_CTX_free(context_);
    std::filesystem::remove(ca_file_);
  }

  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  [[nodiscard]] Url url(const std::string& host, const std::string& scheme = "https") const {
    return parse_url(scheme + "://" + host + ":" + std::to_string(port_) + "/").value();
  }

  [[nodiscard]] const std::string& ca_file() const { return ca_file_; }

  [[nodiscard]] int requests_seen() const { return requests_seen_; }

 private:
  void make_certificate(const std::string& subject) {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_NAME* name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    X509_EXTENSION* names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, subject.c_str());
    X509_add_ext(certificate, names, -1);
    X509_EXTENSION_free(names);
    X509_sign(certificate, key, EVP_sha256());
    context_ = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate(context_, certificate);
    SSL_CTX_use_PrivateKey(context_, key);
    ca_file_ = testing::TempDir() + "clearspan_tls_" + std::to_string(::getpid()) + "_" +
               std::to_string(reinterpret_cast<std::uintptr_t>(this)) + ".pem";
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(ca_file_.c_str(), "w"), &std::fclose);
    PEM_write_X509(file.get(), certificate);
    X509_free(certificate);
    EVP_PKEY_free(key);
  }

  void serve() {
    while (true) {
      const int connection = ::accept(listener_, nullptr, nullptr);
      if (connection < 0) return;
      SSL* session = SSL_new(context_);
      SSL_set_fd(session, connection);
      std::string request(4096, '\0');
      if (SSL_accept(session) == 1 && SSL_read(session, request.data(), 4096) > 0) {
        ++requests_seen_;
        SSL_write(session, answer_.data(), static_cast<int>(answer_.size()));
        SSL_shutdown(session);
      }
      SSL_free(session);
      ::close(connection);
    }
  }

  std::string answer_;
  SSL_CTX* context_ = nullptr;
  std::string ca_file_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> requests_seen_ = 0;
  std::thread thread_;
};

const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

TEST(tls_client, talks_to_a_server_that_it_trusts) {
  const TlsServer named("DNS:localhost", kOk);
  HttpClient by_name(named.url("localhost"), {.ca_file = named.ca_file()});
  for (int i = 0; i < 2; ++i) {
    const auto response = by_name.request({}, kTimeout);
    ASSERT_TRUE(response.ok()) << describe(response.error());
    EXPECT_EQ(response->body, "ok");
  }
  const TlsServer numbered("IP:127.0.0.1", kOk);
  HttpClient by_address(numbered.url("127.0.0.1"), {.ca_file = numbered.ca_file()});
  const auto response = by_address.request({}, kTimeout);
  EXPECT_TRUE(response.ok()) << describe(response.error());
}

TEST(tls_client, sends_nothing_to_a_server_with_an_unknown_certificate) {
  const TlsServer server("DNS:localhost", kOk);
  HttpClient client(server.url("localhost"), {});
  EXPECT_EQ(client.request({}, kTimeout).error().code, ErrorCode::unreachable);
  EXPECT_EQ(server.requests_seen(), 0);
}

TEST(tls_client, sends_nothing_to_a_server_with_another_name) {
  const TlsServer server("DNS:other.example", kOk);
  HttpClient client(server.url("localhost"), {.ca_file = server.ca_file()});
  EXPECT_EQ(client.request({}, kTimeout).error().code, ErrorCode::unreachable);
  HttpClient by_address(server.url("127.0.0.1"), {.ca_file = server.ca_file()});
  EXPECT_EQ(by_address.request({}, kTimeout).error().code, ErrorCode::unreachable);
  EXPECT_EQ(server.requests_seen(), 0);
}

TEST(tls_client, reports_a_certificate_file_that_cannot_be_read) {
  const TlsServer server("DNS:localhost", kOk);
  HttpClient client(server.url("localhost"), {.ca_file = "/nonexistent.pem"});
  EXPECT_EQ(client.request({}, kTimeout).error().code, ErrorCode::config_invalid);
}

TEST(tls_client, speaks_websocket_over_tls) {
  const TlsServer server("DNS:localhost", "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
  WebSocketClient trusting({.ca_file = server.ca_file()});
  EXPECT_EQ(trusting.connect(server.url("localhost", "wss"), {}, kTimeout).error().code, ErrorCode::remote_refused);
  EXPECT_EQ(server.requests_seen(), 1);
  WebSocketClient careful({});
  EXPECT_EQ(careful.connect(server.url("localhost", "wss"), {}, kTimeout).error().code, ErrorCode::unreachable);
  EXPECT_EQ(server.requests_seen(), 1);
}

}  // namespace
}  // namespace clearspan::transport
