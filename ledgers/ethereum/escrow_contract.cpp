#include "ledgers/ethereum/escrow_contract.hpp"

#include <array>

namespace clearspan::ethereum {
namespace {

constexpr const char* kHoldTuple = "(bytes32,address,address,uint256,address,uint64,uint64)";
constexpr const char* kEndTuple = "(bytes32,bytes32)";
constexpr const char* kPayTuple = "(bytes32,address,uint256,address,uint64)";

std::string batch_signature() {
  return std::string("batch(") + kHoldTuple + "[]," + kEndTuple + "[]," + kEndTuple + "[]," + kPayTuple + "[])";
}

void append(abi::Words& words, const HoldItem& item) {
  words.fixed(item.ref).address(item.payer).address(item.token).amount(item.amount).address(item.payee);
  words.u64(item.not_after).u64(item.reclaim_after);
}

void append(abi::Words& words, const EndItem& item) {
  words.fixed(item.ref).fixed(item.key);
}

void append(abi::Words& words, const PayItem& item) {
  words.fixed(item.ref).address(item.token).amount(item.amount).address(item.payee).u64(item.not_after);
}

template <class Item>
abi::Argument array_of(const std::vector<Item>& items) {
  abi::Words words;
  for (const Item& item : items) append(words, item);
  return abi::array_argument(items.size(), words);
}

Bytes call(std::string_view signature, const abi::Words& words) {
  return abi::encode_call(abi::selector_of(signature), {abi::static_argument(words)});
}

// The contract's errors by their selectors, for people.
std::string reason_of(const abi::Selector& selector) {
  static const auto errors = [] {
    constexpr std::array kNames = {"NotOwner",    "NotOperator",     "NotPayer",     "NotSelf",
                                   "Reentered",   "TooLate",         "TooEarly",     "ZeroAmount",
                                   "BadPayee",    "WrongValue",      "HoldNotOpen",  "AlreadyPaid",
                                   "TokenFailed", "NothingReceived", "ReceivedLess", "SendFailed"};
    std::vector<std::pair<abi::Selector, std::string>> named;
    named.reserve(kNames.size());
    for (const char* name : kNames) named.emplace_back(abi::selector_of(std::string(name) + "()"), name);
    return named;
  }();
  for (const auto& [known, name] : errors) {
    if (known == selector) return name;
  }
  return selector.is_zero() ? "OutOfGas" : to_hex_prefixed(selector.view());
}

// Topics after the first, then the data: the contract's events index what comes first, so that both together are the
// arguments in their order.
Bytes arguments_of(std::span<const Hash32> topics, ByteView data) {
  Bytes words;
  for (std::size_t i = 1; i < topics.size(); ++i)
    words.insert(words.end(), topics[i].bytes.begin(), topics[i].bytes.end());
  words.insert(words.end(), data.begin(), data.end());
  return words;
}

EscrowEvent read_held(abi::Reader& words) {
  Held event;
  event.ref = words.fixed<OperationRef>();
  event.key = words.fixed<HoldKey>();
  event.payer = words.address();
  event.payee = words.address();
  event.token = words.address();
  event.amount = words.amount();
  event.reclaim_after = words.u64();
  return event;
}

EscrowEvent read_released(abi::Reader& words) {
  Released event;
  event.ref = words.fixed<OperationRef>();
  event.key = words.fixed<HoldKey>();
  event.payer = words.address();
  event.payee = words.address();
  event.token = words.address();
  event.amount = words.amount();
  return event;
}

EscrowEvent read_refunded(abi::Reader& words) {
  Refunded event;
  event.ref = words.fixed<OperationRef>();
  event.key = words.fixed<HoldKey>();
  event.payer = words.address();
  event.token = words.address();
  event.amount = words.amount();
  event.by_payer = words.boolean();
  return event;
}

EscrowEvent read_paid(abi::Reader& words) {
  Paid event;
  event.ref = words.fixed<OperationRef>();
  event.payer = words.address();
  event.payee = words.address();
  event.token = words.address();
  event.amount = words.amount();
  return event;
}

Result<EscrowEvent> read_failed(abi::Reader& words) {
  constexpr std::array kKinds = {MovementKind::hold, MovementKind::release, MovementKind::refund,
                                 MovementKind::payment};
  Failed event;
  event.ref = words.fixed<OperationRef>();
  event.key = words.fixed<HoldKey>();
  event.by = words.address();
  const std::uint64_t kind = words.u64();
  event.payer = words.address();
  event.reason = reason_of(words.selector());
  if (kind >= kKinds.size()) return make_error(ErrorCode::remote_malformed, "a Failed event has an unknown kind");
  event.kind = kKinds[static_cast<std::size_t>(kind)];
  return EscrowEvent(event);
}

// What the contract can log that moves value.
struct EventShape {
  Hash32 topic;
  std::size_t topic_count;
  Result<EscrowEvent> (*read)(abi::Reader&);
};

const std::array<EventShape, 5>& shapes() {
  static const std::array<EventShape, 5> all = {{
      {abi::topic_of("Held(bytes32,bytes32,address,address,address,uint256,uint64)"), 4,
       [](abi::Reader& words) -> Result<EscrowEvent> { return read_held(words); }},
      {abi::topic_of("Released(bytes32,bytes32,address,address,address,uint256)"), 3,
       [](abi::Reader& words) -> Result<EscrowEvent> { return read_released(words); }},
      {abi::topic_of("Refunded(bytes32,bytes32,address,address,uint256,bool)"), 3,
       [](abi::Reader& words) -> Result<EscrowEvent> { return read_refunded(words); }},
      {abi::topic_of("Paid(bytes32,address,address,address,uint256)"), 3,
       [](abi::Reader& words) -> Result<EscrowEvent> { return read_paid(words); }},
      {abi::topic_of("Failed(bytes32,bytes32,address,uint8,address,bytes4)"), 4, read_failed},
  }};
  return all;
}

}  // namespace

Bytes encode_batch(const Batch& batch) {
  static const abi::Selector selector = abi::selector_of(batch_signature());
  return abi::encode_call(
      selector, {array_of(batch.holds), array_of(batch.releases), array_of(batch.refunds), array_of(batch.payments)});
}

Bytes encode_hold(const HoldItem& item) {
  abi::Words words;
  words.fixed(item.ref).address(item.token).amount(item.amount).address(item.payee);
  words.u64(item.not_after).u64(item.reclaim_after);
  return call("hold(bytes32,address,uint256,address,uint64,uint64)", words);
}

Bytes encode_hold_from(const HoldItem& item) {
  abi::Words words;
  append(words, item);
  return call("holdFrom(bytes32,address,address,uint256,address,uint64,uint64)", words);
}

Bytes encode_end(MovementKind release_or_refund, const EndItem& item) {
  abi::Words words;
  append(words, item);
  const bool is_release = release_or_refund == MovementKind::release;
  return call(is_release ? "release(bytes32,bytes32)" : "refund(bytes32,bytes32)", words);
}

Bytes encode_reclaim(const HoldKey& key) {
  return call("reclaim(bytes32)", abi::Words{}.fixed(key));
}

Bytes encode_pay(const PayItem& item) {
  abi::Words words;
  append(words, item);
  return call("pay(bytes32,address,uint256,address,uint64)", words);
}

Bytes encode_set_operator(const Address& account, bool allowed) {
  return call("setOperator(address,bool)", abi::Words{}.address(account).boolean(allowed));
}

Bytes encode_anchor(const Hash32& digest) {
  return call("anchor(bytes32)", abi::Words{}.fixed(digest));
}

Bytes encode_total_held(const Address& token) {
  return call("totalHeld(address)", abi::Words{}.address(token));
}

Result<std::optional<EscrowEvent>> decode_log(std::span<const Hash32> topics, ByteView data) {
  if (topics.empty()) return make_error(ErrorCode::remote_malformed, "a log of the escrow contract without topics");
  for (const EventShape& shape : shapes()) {
    if (shape.topic != topics[0]) continue;
    if (topics.size() != shape.topic_count) {
      return make_error(ErrorCode::remote_malformed, "a log of the escrow contract has the wrong number of topics");
    }
    const Bytes arguments = arguments_of(topics, data);
    abi::Reader words(arguments);
    auto event = shape.read(words);
    CLEARSPAN_CHECK_OK(words.finish());
    CLEARSPAN_TRY(EscrowEvent known, std::move(event));
    return std::optional<EscrowEvent>(std::move(known));
  }
  return std::optional<EscrowEvent>();
}

Result<std::optional<Anchored>> decode_anchor(std::span<const Hash32> topics, ByteView data) {
  static const Hash32 topic = abi::topic_of("Anchored(address,bytes32)");
  if (topics.empty() || topics[0] != topic) return std::optional<Anchored>();
  if (topics.size() != 3) {
    return make_error(ErrorCode::remote_malformed, "a log of the escrow contract has the wrong number of topics");
  }
  const Bytes arguments = arguments_of(topics, data);
  abi::Reader words(arguments);
  Anchored anchored;
  anchored.by = words.address();
  anchored.digest = words.fixed<Hash32>();
  CLEARSPAN_CHECK_OK(words.finish());
  return std::optional(anchored);
}

const OperationRef& ref_of(const EscrowEvent& event) {
  return std::visit([](const auto& content) -> const OperationRef& { return content.ref; }, event);
}

}  // namespace clearspan::ethereum
