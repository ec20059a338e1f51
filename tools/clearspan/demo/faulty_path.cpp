#include "tools/clearspan/demo/faulty_path.hpp"

#include "codecs/ethereum/txn.hpp"
#include "ledgers/ethereum/json_rpc.hpp"
#include "ledgers/ethereum/json_span.hpp"
#include "ledgers/ethereum/notation.hpp"

namespace clearspan::tools {
namespace {

constexpr Millis kNodeTimeout{10'000};

// The bytes that a request wants to have sent; none for any other request.
std::optional<Bytes> raw_txn_in(std::string_view body) {
  if (ethereum::member_text(body, "method") != "\"eth_sendRawTransaction\"") return std::nullopt;
  const auto params = ethereum::member_text(body, "params");
  if (!params) return std::nullopt;
  const auto elements = ethereum::element_texts(*params);
  if (elements.empty()) return std::nullopt;
  const auto text = ethereum::unquote(elements.front());
  if (!text) return std::nullopt;
  auto raw = ethereum::read_data(*text);
  if (!raw) return std::nullopt;
  return std::move(*raw);
}

// What a node answers that has taken the txn.
std::string accepted(std::string_view body, ByteView raw) {
  return "{\"jsonrpc\":\"2.0\",\"id\":" + std::string(ethereum::member_text(body, "id").value_or("null")) +
         ",\"result\":\"" + to_hex_prefixed(ethereum::txn_id(raw).view()) + "\"}";
}

}  // namespace

Result<std::unique_ptr<FaultyPath>> FaultyPath::open(const std::string& url) {
  CLEARSPAN_TRY(transport::Url target, transport::parse_url(url));
  std::unique_ptr<FaultyPath> path(new FaultyPath(std::move(target)));
  transport::ServerOptions options;
  const auto answer = [raw = path.get()](const transport::Request& request, const transport::Respond& respond) {
    raw->answer(request, respond);
  };
  CLEARSPAN_TRY(path->server_, transport::HttpServer::start(options, answer));
  return path;
}

void FaultyPath::set_fate(const ethereum::Address& sender, Fate fate, std::uint32_t per_mille) {
  const std::lock_guard lock(mutex_);
  fates_[sender] = {fate, per_mille};
}

void FaultyPath::clear_fates() {
  const std::lock_guard lock(mutex_);
  fates_.clear();
}

void FaultyPath::set_broken(bool broken) {
  const std::lock_guard lock(mutex_);
  broken_ = broken;
}

void FaultyPath::release_held_up() {
  const std::lock_guard lock(mutex_);
  for (const std::string& body : held_up_) (void)client_.post_json(body, false, kNodeTimeout).ok();
  held_up_.clear();
}

FaultyPath::Fate FaultyPath::fate_of(std::string_view body) {
  const auto raw = raw_txn_in(body);
  if (!raw) return Fate::passed;
  const auto txn = ethereum::decode_txn(*raw);
  if (!txn) return Fate::passed;
  const auto sender = ethereum::sender_of(*txn, ethereum::HighS::refused);
  if (!sender) return Fate::passed;
  const auto fate = fates_.find(*sender);
  if (fate == fates_.end() || dice_() % kAlways >= fate->second.per_mille) return Fate::passed;
  return fate->second.fate;
}

// The server's thread waits for the node here: the demo's engine has one reader and one sender, and a node on loopback.
void FaultyPath::answer(const transport::Request& request, const transport::Respond& respond) {
  const std::string body(request.body());
  const std::lock_guard lock(mutex_);
  transport::Response response;
  if (broken_) {
    response.status = 503;
    respond(std::move(response));
    return;
  }
  const Fate fate = fate_of(body);
  if (fate != Fate::passed) {
    if (fate == Fate::held_up) held_up_.push_back(body);
    response.body = accepted(body, *raw_txn_in(body));
    respond(std::move(response));
    return;
  }
  auto answered = client_.post_json(body, true, kNodeTimeout);
  response.status = answered.ok() ? 200 : 502;
  if (answered.ok()) response.body = *std::move(answered);
  respond(std::move(response));
}

}  // namespace clearspan::tools
