#include "ledgers/ethereum/head_watch.hpp"

#include <algorithm>
#include <thread>

#include "codecs/ethereum/hex.hpp"
#include "ledgers/transport/url.hpp"

namespace clearspan::ethereum {
namespace {

constexpr Millis kConnectMax{2000};  // a node that takes longer is polled instead
constexpr Millis kRetryAfter{5000};  // between attempts to open the WebSocket
constexpr Millis kPollTimeoutMax{2000};

constexpr const char* kSubscribe = R"({"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]})";

}  // namespace

HeadWatch::HeadWatch(std::string url, const transport::ClientLimits& limits, Millis poll_interval, Millis quiet_max)
    : url_(std::move(url)), poll_interval_(poll_interval), quiet_max_(quiet_max), socket_(limits) {}

bool HeadWatch::subscribe(const Deadline& deadline) {
  if (socket_.is_open()) return true;
  if (url_.empty() || std::chrono::steady_clock::now() < retry_at_) return false;
  retry_at_ = std::chrono::steady_clock::now() + kRetryAfter;
  const auto url = transport::parse_url(url_);
  if (!url.ok()) return false;
  if (!socket_.connect(*url, {}, std::min(deadline.left(), kConnectMax)).ok()) return false;
  return socket_.send_text(kSubscribe, std::min(deadline.left(), kConnectMax)).ok();
}

std::optional<std::uint64_t> HeadWatch::next_announced(const Deadline& deadline) {
  auto message = socket_.receive(std::min(deadline.left(), quiet_max_));
  if (!message.ok()) return std::nullopt;
  const auto root = document_.parse(*message);
  const auto object = root.ok() ? root->if_object() : std::nullopt;
  const auto parameters = object ? object->find("params") : std::nullopt;
  const auto fields = parameters ? parameters->if_object() : std::nullopt;
  const auto head = fields ? fields->find("result") : std::nullopt;
  const auto header = head ? head->if_object() : std::nullopt;
  const auto number = header ? header->find("number") : std::nullopt;
  const auto text = number ? number->if_string() : std::nullopt;
  return text ? parse_quantity_u64(*text) : std::nullopt;
}

void HeadWatch::wait(Height height, Millis timeout, const Poll& poll) {
  const Deadline deadline(timeout);
  while (!deadline.has_passed()) {
    const bool subscribed = subscribe(deadline);
    if (subscribed) {
      if (const auto number = next_announced(deadline)) {
        if (*number > height.value) return;
        continue;
      }
    }
    const auto polled = poll(std::min(deadline.left(), kPollTimeoutMax));
    if (polled && *polled > height.value) return;
    if (!subscribed || !socket_.is_open()) std::this_thread::sleep_for(std::min(poll_interval_, deadline.left()));
  }
}

}  // namespace clearspan::ethereum
