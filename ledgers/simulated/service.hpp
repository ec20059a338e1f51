// The node of a simulated ledger: the answers of service_routes.hpp, and every new head on the WebSocket /v1/heads (the
// current one first).
#pragma once

#include <memory>
#include <mutex>
#include <set>

#include "ledgers/simulated/ledger.hpp"
#include "ledgers/transport/http_server.hpp"

namespace clearspan::simulated {

class LedgerService {
 public:
  // Port 0: any free one. Errors: config_invalid when the address cannot be bound.
  static Result<std::unique_ptr<LedgerService>> start(std::shared_ptr<Ledger> ledger, const std::string& address,
                                                      std::uint16_t port);
  ~LedgerService();
  LedgerService(const LedgerService&) = delete;
  LedgerService& operator=(const LedgerService&) = delete;

  [[nodiscard]] std::uint16_t port() const { return server_->port(); }

 private:
  using Session = transport::WebSocketHandler::Session;

  explicit LedgerService(std::shared_ptr<Ledger> ledger);
  transport::WebSocketHandler websockets();
  void tell(const Head& head);

  std::shared_ptr<Ledger> ledger_;
  std::mutex mutex_;
  std::set<Session> watchers_;
  std::unique_ptr<transport::HttpServer> server_;
};

}  // namespace clearspan::simulated
