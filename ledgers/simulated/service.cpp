#include "ledgers/simulated/service.hpp"

#include "ledgers/simulated/service_routes.hpp"

namespace clearspan::simulated {
namespace {

// A txn of 2 MiB as hexadecimal digits, and its frame.
constexpr std::uint32_t kBodyMax = 5u << 20;
constexpr std::string_view kHeadsPath = "/v1/heads";

}  // namespace

LedgerService::LedgerService(std::shared_ptr<Ledger> ledger) : ledger_(std::move(ledger)) {}

Result<std::unique_ptr<LedgerService>> LedgerService::start(std::shared_ptr<Ledger> ledger, const std::string& address,
                                                            std::uint16_t port) {
  std::unique_ptr<LedgerService> service(new LedgerService(std::move(ledger)));
  transport::ServerOptions options;
  options.address = address;
  options.port = port;
  options.gate.body_bytes_max = kBodyMax;
  const auto handle = [own = service.get()](transport::Request request, const transport::Respond& respond) {
    respond(answer(*own->ledger_, request));
  };
  CLEARSPAN_TRY(service->server_, transport::HttpServer::start(options, handle, service->websockets()));
  service->ledger_->set_head_listener([own = service.get()](const Head& head) { own->tell(head); });
  return service;
}

LedgerService::~LedgerService() {
  ledger_->set_head_listener({});
  if (server_) server_->stop();
}

transport::WebSocketHandler LedgerService::websockets() {
  transport::WebSocketHandler handler;
  handler.admit = [](const transport::Request& request) -> std::optional<transport::Response> {
    if (request.path() == kHeadsPath) return std::nullopt;
    return transport::problem(404, make_error(ErrorCode::not_found, "there is no stream at this path"));
  };
  handler.on_open = [this](const Session& session) {
    if (const auto head = ledger_->head(Millis(0)); head.ok()) session->send(head_json(*ledger_, *head));
    const std::lock_guard lock(mutex_);
    watchers_.insert(session);
  };
  handler.on_close = [this](const Session& session) {
    const std::lock_guard lock(mutex_);
    watchers_.erase(session);
  };
  return handler;
}

void LedgerService::tell(const Head& head) {
  const std::string text = head_json(*ledger_, head);
  const std::lock_guard lock(mutex_);
  for (const Session& session : watchers_) session->send(text);
}

}  // namespace clearspan::simulated
