#include "ledgers/transport/client_socket.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <utility>
#include <vector>

namespace clearspan::transport {
namespace {

using Tcp = asio::ip::tcp;

}  // namespace

bool run_until(asio::io_context& io, const bool& is_done, Deadline deadline) {
  io.restart();
  while (!is_done && io.run_one_until(deadline) != 0) {
  }
  return is_done;
}

void run_remaining(asio::io_context& io) {
  io.restart();
  io.run();
}

Error unreachable(const Url& url, std::string_view doing, const boost::system::error_code& failure) {
  return make_error(ErrorCode::unreachable, url.authority() + ": " + std::string(doing) + ": " + failure.message());
}

Error timed_out(const Url& url, std::string_view doing) {
  return make_error(ErrorCode::timed_out, url.authority() + ": " + std::string(doing) + " took too long");
}

Result<asio::ssl::context> make_tls_context(const std::string& ca_file) {
  boost::system::error_code failure;
  asio::ssl::context context(asio::ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  context.set_verify_mode(asio::ssl::verify_peer, failure);
  if (!failure && ca_file.empty()) context.set_default_verify_paths(failure);
  if (!failure && !ca_file.empty()) context.load_verify_file(ca_file, failure);
  if (failure) return make_error(ErrorCode::config_invalid, "cannot load certificates: " + failure.message(), ca_file);
  return context;
}

Result<StreamOpener::AnyStream> StreamOpener::open(asio::io_context& io, const Url& url, Deadline deadline) {
  CLEARSPAN_TRY(PlainStream plain, connect(io, url, deadline));
  if (!url.is_secure()) return AnyStream(std::move(plain));
  CLEARSPAN_TRY(TlsStream secured, secure(io, std::move(plain), url, deadline));
  return AnyStream(std::move(secured));
}

Result<PlainStream> StreamOpener::connect(asio::io_context& io, const Url& url, Deadline deadline) {
  boost::system::error_code failure;
  bool is_done = false;
  std::vector<Tcp::endpoint> endpoints;
  const auto address = asio::ip::make_address(url.host, failure);
  if (!failure) {
    endpoints.emplace_back(address, url.port);
  } else {
    Tcp::resolver resolver(io);
    resolver.async_resolve(url.host, std::to_string(url.port),
                           [&](const boost::system::error_code& outcome, const Tcp::resolver::results_type& results) {
                             failure = outcome;
                             for (const auto& entry : results) endpoints.push_back(entry.endpoint());
                             is_done = true;
                           });
    if (!run_until(io, is_done, deadline)) {
      resolver.cancel();
      run_remaining(io);
      return timed_out(url, "looking up the name");
    }
    if (failure) return unreachable(url, "looking up the name", failure);
  }

  PlainStream socket(io);
  is_done = false;
  asio::async_connect(socket, endpoints, [&](const boost::system::error_code& outcome, const Tcp::endpoint&) {
    failure = outcome;
    is_done = true;
  });
  if (!run_until(io, is_done, deadline)) {
    boost::system::error_code ignored;
    socket.close(ignored);
    run_remaining(io);
    return timed_out(url, "connecting");
  }
  if (failure) return unreachable(url, "connecting", failure);
  socket.set_option(Tcp::no_delay(true), failure);
  return socket;
}

Result<TlsStream> StreamOpener::secure(asio::io_context& io, PlainStream plain, const Url& url, Deadline deadline) {
  if (!is_tls_ready_) {
    CLEARSPAN_TRY(tls_, make_tls_context(ca_file_));
    is_tls_ready_ = true;
  }
  boost::system::error_code failure;
  bool is_done = false;
  TlsStream stream(std::move(plain), tls_);
  stream.set_verify_callback(asio::ssl::host_name_verification(url.host), failure);
  asio::ip::make_address(url.host, failure);
  const bool is_name = static_cast<bool>(failure);  // server name indication is for names only (RFC 6066, section 3)
  if (is_name)
    SSL_ctrl(stream.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
             const_cast<char*>(url.host.c_str()));
  stream.async_handshake(TlsStream::client, [&](const boost::system::error_code& outcome) {
    failure = outcome;
    is_done = true;
  });
  if (!run_until(io, is_done, deadline)) {
    boost::system::error_code ignored;
    stream.next_layer().close(ignored);
    run_remaining(io);
    return timed_out(url, "the TLS handshake");
  }
  if (failure) return unreachable(url, "the TLS handshake", failure);
  return stream;
}

}  // namespace clearspan::transport
