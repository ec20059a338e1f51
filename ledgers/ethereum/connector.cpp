#include "ledgers/ethereum/connector.hpp"

#include <algorithm>

#include "codecs/crypto/keccak.hpp"
#include "ledgers/ethereum/json_span.hpp"
#include "ledgers/ethereum/notation.hpp"
#include "ledgers/ethereum/token_contract.hpp"

namespace clearspan::ethereum {
namespace {

// JSON-RPC error codes that nodes agree on.
constexpr const char* kMethodNotFound = "-32601";
constexpr const char* kUnknownBlock = "-39001";  // also for a `finalized` tag before anything is

std::string tag_or_height(Height height) {
  return quote(to_quantity(height.value));
}

// The member of a block or header that is a string. Errors: block_unavailable for null.
Result<std::string> text_member(std::string_view block, std::string_view key) {
  if (block == "null") return make_error(ErrorCode::block_unavailable, "the node has no such block");
  const auto value = member_text(block, key);
  if (!value) return make_error(ErrorCode::remote_malformed, "a block without " + std::string(key));
  return unquote(*value);
}

Result<std::uint64_t> number_of(const RpcResult& block) {
  CLEARSPAN_TRY(const std::string text, text_member(block, "number"));
  return read_quantity_u64(text);
}

std::vector<transport::Url> parse_urls(const std::vector<std::string>& endpoints) {
  std::vector<transport::Url> urls;
  urls.reserve(endpoints.size());
  for (const std::string& endpoint : endpoints) urls.push_back(transport::parse_url(endpoint).value());
  return urls;
}

}  // namespace

Result<std::unique_ptr<EvmConnector>> EvmConnector::make(EvmOptions options, Keyring keyring) {
  CLEARSPAN_CHECK_OK(check_options(options));
  for (const Address& account : options.operators) {
    if (!keyring.has(account))
      return make_error(ErrorCode::config_invalid, "no key for " + to_text(account), "operators");
  }
  const auto urls = parse_urls(options.endpoints);
  return std::unique_ptr<EvmConnector>(new EvmConnector(std::move(options), std::move(keyring), urls));
}

EvmConnector::EvmConnector(EvmOptions options, Keyring keyring, const std::vector<transport::Url>& urls)
    : options_(std::move(options)),
      traits_(traits_of(options_)),
      keyring_(std::move(keyring)),
      assets_(options_.assets),
      fees_(options_.fees),
      signer_(options_, keyring_, assets_, fees_),
      decoder_(options_, assets_, keyring_.accounts()),
      read_(urls, options_.limits, options_.agreement_min),
      write_(urls, options_.limits, options_.agreement_min),
      heads_(options_.heads_url, options_.limits, poll_interval_of(options_), 2 * options_.block_interval) {}

Status EvmConnector::check(CallTimeout timeout) {
  const Deadline deadline(timeout);
  CLEARSPAN_TRY(const auto chain, read_.agree({"eth_chainId", "[]"}, read_as_quantity, deadline));
  if (chain.reading != to_quantity(options_.chain_id)) {
    return make_error(ErrorCode::config_invalid, "the nodes serve chain " + chain.reading, "chain_id");
  }
  const RpcCall code_call{"eth_getCode", params({quote(to_text(options_.escrow)), quote("latest")})};
  CLEARSPAN_TRY(const auto code_text, read_.agree(code_call, read_text, deadline));
  CLEARSPAN_TRY(const Bytes code, read_data(code_text.reading));
  if (code.empty()) return make_error(ErrorCode::config_invalid, "there is no contract at that address", "escrow");
  if (crypto::keccak256(code) != options_.escrow_code_hash) {
    return make_error(ErrorCode::config_invalid, "the contract there has other code", "escrow");
  }
  return Done{};
}

LedgerDescription EvmConnector::description() const {
  LedgerDescription described;
  described.ledger = options_.ledger;
  described.kind = "ethereum";
  described.network = std::to_string(options_.chain_id);
  described.escrow = to_text(options_.escrow);
  described.clock = traits_.clock;
  switch (options_.finality.policy) {
    case Finality::Policy::confirmations:
      described.depth = static_cast<std::uint32_t>(options_.finality.confirmations);
      break;
    case Finality::Policy::finalized_tag:
      break;  // the ledger's own word
  }
  for (const EvmAsset& asset : options_.assets) {
    described.assets.push_back(
        {asset.id, static_cast<std::uint8_t>(asset.scale), Bytes(asset.token.bytes.begin(), asset.token.bytes.end())});
  }
  return described;
}

Result<AccountId> EvmConnector::canonical_account(std::string_view account) const {
  CLEARSPAN_TRY(const Address address, parse_account(account));
  return account_of(address);
}

Result<Tip> EvmConnector::tip(CallTimeout timeout) {
  const Deadline deadline(timeout);
  const RpcCall latest_call{"eth_blockNumber", "[]"};
  const auto read_number = [](const RpcResult& result) -> Result<std::uint64_t> {
    CLEARSPAN_TRY(const std::string text, unquote(result));
    return read_quantity_u64(text);
  };
  CLEARSPAN_TRY(const std::uint64_t latest, read_.reached_by_enough(latest_call, read_number, deadline));
  CLEARSPAN_TRY(const Height final_height, this->final_height(Height{latest}, deadline));
  const Status refreshed = refresh_fees(deadline);  // without it the last fees stay, and fee steps make up for them
  static_cast<void>(refreshed);
  return Tip{Height{latest}, final_height};
}

Result<Height> EvmConnector::final_height(Height latest, const Deadline& deadline) {
  switch (options_.finality.policy) {
    case Finality::Policy::confirmations:
      return Height{latest.value - std::min(latest.value, options_.finality.confirmations)};
    case Finality::Policy::finalized_tag:
      break;
  }
  const RpcCall call{"eth_getBlockByNumber", params({quote("finalized"), "false"})};
  auto number = read_.reached_by_enough(call, number_of, deadline);
  if (number.ok()) return Height{std::min(*number, latest.value)};
  // Before the first checkpoint only the genesis block is final.
  const bool nothing_yet = number.error().code == ErrorCode::block_unavailable || number.error().field == kUnknownBlock;
  if (nothing_yet) return Height{0};
  return number.error();
}

// Fees are nobody's truth: any node's proposal will do, and a wrong one is capped.
Status EvmConnector::refresh_fees(const Deadline& deadline) {
  Error last = make_error(ErrorCode::timed_out, "fees");
  for (std::size_t i = 0; i < read_.size(); ++i) {
    const std::size_t endpoint = (turn_ + i) % read_.size();
    auto block =
        read_.call(endpoint, {"eth_getBlockByNumber", params({quote("latest"), "false"})}, deadline.left() / 2);
    if (!block.ok()) {
      last = block.error();
      continue;
    }
    if (member_text(*block, "baseFeePerGas")) {
      CLEARSPAN_TRY(const std::string text, text_member(*block, "baseFeePerGas"));
      CLEARSPAN_TRY(const Amount base_fee, read_quantity(text));
      fees_.observe_base_fee(base_fee);
      return Done{};
    }
    CLEARSPAN_TRY(const RpcResult price, read_.call(endpoint, {"eth_gasPrice", "[]"}, deadline.left()));
    CLEARSPAN_TRY(const std::string text, unquote(price));
    CLEARSPAN_TRY(const Amount gas_price, read_quantity(text));
    fees_.observe_gas_price(gas_price);
    return Done{};
  }
  return last;
}

void EvmConnector::wait_for_block(Height height, CallTimeout timeout) {
  heads_.wait(height, timeout, [this](Millis poll_timeout) -> std::optional<std::uint64_t> {
    auto result = read_.call(turn_++ % read_.size(), {"eth_blockNumber", "[]"}, poll_timeout);
    if (!result.ok()) return std::nullopt;
    const auto text = unquote(*result);
    const auto number = text.ok() ? read_quantity_u64(*text) : Result<std::uint64_t>(text.error());
    return number.ok() ? std::optional(*number) : std::nullopt;
  });
}

Result<RawBlock> EvmConnector::block(Height height, CallTimeout timeout) {
  const Deadline deadline(timeout);
  if (read_.size() == 1) return fetch(0, height, "", deadline);
  const RpcCall call{"eth_getBlockByNumber", params({tag_or_height(height), "false"})};
  const auto hash_of = [](const RpcResult& result) { return text_member(result, "hash"); };
  CLEARSPAN_TRY(const auto agreed, read_.agree(call, hash_of, deadline));
  ++turn_;
  Error last = make_error(ErrorCode::timed_out, "eth_getBlockByHash");
  for (std::size_t i = 0; i < agreed.endpoints.size(); ++i) {
    const std::size_t endpoint = agreed.endpoints[(turn_ + i) % agreed.endpoints.size()];
    auto block = fetch(endpoint, height, agreed.reading, deadline);
    if (block.ok()) return block;
    last = block.error();
  }
  return last;
}

// With a hash, the block must state that hash, and the decoder will hold it to that.
Result<RawBlock> EvmConnector::fetch(std::size_t endpoint, Height height, const std::string& hash,
                                     const Deadline& deadline) {
  const RpcCall call = hash.empty() ? RpcCall{"eth_getBlockByNumber", params({tag_or_height(height), "true"})}
                                    : RpcCall{"eth_getBlockByHash", params({quote(hash), "true"})};
  CLEARSPAN_TRY(RpcResult block, read_.call(endpoint, call, deadline.left()));
  CLEARSPAN_TRY(const std::string stated, text_member(block, "hash"));
  if (!hash.empty() && stated != hash) {
    return make_error(ErrorCode::block_hash_mismatch, "asked for " + hash + ", got " + stated);
  }
  CLEARSPAN_TRY(std::string receipts, fetch_receipts(endpoint, block, deadline));
  return RawBlock{height, std::move(block), std::move(receipts)};
}

Result<std::string> EvmConnector::fetch_receipts(std::size_t endpoint, std::string_view block_json,
                                                 const Deadline& deadline) {
  const auto txns = member_text(block_json, "transactions");
  if (!txns) return make_error(ErrorCode::remote_malformed, "a block without transactions");
  if (element_texts(*txns).empty()) return std::string("[]");
  if (without_receipts_.contains(endpoint)) return fetch_receipts_singly(endpoint, *txns, deadline);
  CLEARSPAN_TRY(const std::string hash, text_member(block_json, "hash"));
  auto receipts = read_.call(endpoint, {"eth_getBlockReceipts", params({quote(hash)})}, deadline.left());
  if (receipts.ok()) {
    if (*receipts == "null") return make_error(ErrorCode::block_unavailable, "the node has no receipts of this block");
    return std::move(receipts).value();
  }
  if (receipts.error().code != ErrorCode::remote_refused) return receipts.error();
  if (receipts.error().field == kMethodNotFound) without_receipts_.insert(endpoint);
  return fetch_receipts_singly(endpoint, *txns, deadline);
}

// For nodes without eth_getBlockReceipts. The receipts root shows whether they all belong to this block.
Result<std::string> EvmConnector::fetch_receipts_singly(std::size_t endpoint, std::string_view txns_json,
                                                        const Deadline& deadline) {
  std::vector<RpcCall> calls;
  for (const std::string_view txn : element_texts(txns_json)) {
    CLEARSPAN_TRY(const std::string hash, text_member(txn, "hash"));
    calls.push_back({"eth_getTransactionReceipt", params({quote(hash)})});
  }
  std::string receipts = "[";
  for (std::size_t start = 0; start < calls.size(); start += JsonRpc::kBatchMax) {
    const std::size_t end = std::min(start + JsonRpc::kBatchMax, calls.size());
    const std::vector<RpcCall> part(calls.begin() + static_cast<std::ptrdiff_t>(start),
                                    calls.begin() + static_cast<std::ptrdiff_t>(end));
    for (auto& receipt : read_.batch(endpoint, part, deadline.left())) {
      if (!receipt.ok()) return receipt.error();
      if (*receipt == "null") return make_error(ErrorCode::block_unavailable, "the node has no receipt of a txn");
      if (receipts.size() > 1) receipts += ',';
      receipts += *receipt;
    }
  }
  return receipts + "]";
}

Result<Amount> EvmConnector::balance(const AccountId& account, const AssetId& asset, Height height,
                                     CallTimeout timeout) {
  CLEARSPAN_TRY(const Address owner, parse_account(account.text));
  CLEARSPAN_TRY(const Address token, assets_.token_of(asset));
  RpcCall call{"eth_getBalance", params({quote(to_text(owner)), tag_or_height(height)})};
  if (!token.is_zero()) {
    call = {"eth_call", params({call_object(token, encode_balance_of(owner)), tag_or_height(height)})};
  }
  const Deadline deadline(timeout);
  CLEARSPAN_TRY(const auto agreed, write_.agree(call, read_as_quantity, deadline));
  CLEARSPAN_TRY(const Amount owned, read_quantity(agreed.reading));
  if (owner != options_.escrow) return owned;
  // Anybody can give the contract more than its holds keep, and that is nobody's. Less is missing.
  call = {"eth_call", params({call_object(owner, encode_total_held(token)), tag_or_height(height)})};
  CLEARSPAN_TRY(const auto held, write_.agree(call, read_as_quantity, deadline));
  CLEARSPAN_TRY(const Amount total_held, read_quantity(held.reading));
  return std::min(owned, total_held);
}

Result<AccountId> EvmConnector::signer_of(const Movement& movement) const {
  CLEARSPAN_TRY(const Address signer, signer_.signer_of(movement));
  return account_of(signer);
}

Result<SignedTxn> EvmConnector::sign(const SigningRequest& request) {
  return signer_.sign(request);
}

Result<SignedTxn> EvmConnector::sign_anchor(const AccountId& signer, Sequence sequence, LedgerTime,
                                            std::uint32_t fee_step, const Hash32& digest) {
  return signer_.sign_anchor(signer, sequence, fee_step, digest);
}

Status EvmConnector::submit(const SignedTxn& txn, CallTimeout timeout) {
  const Deadline deadline(timeout);
  Error last = make_error(ErrorCode::timed_out, "eth_sendRawTransaction");
  bool is_accepted = false;
  for (std::size_t endpoint = 0; endpoint < write_.size(); ++endpoint) {
    const auto turns_left = static_cast<int>(write_.size() - endpoint);
    auto status = submit_to(endpoint, txn, Deadline(deadline.left() / turns_left));
    if (status.ok()) {
      is_accepted = true;
    } else {
      last = status.error();
    }
  }
  if (!is_accepted) return last;
  return Done{};
}

// Nodes word "I have it already" in many ways, and say that the number is too low once it is in a block; so a refusal
// is followed by the question whether the node knows the txn.
Status EvmConnector::submit_to(std::size_t endpoint, const SignedTxn& txn, const Deadline& deadline) {
  const RpcCall send{"eth_sendRawTransaction", params({quote(to_hex_prefixed(txn.raw))})};
  auto sent = write_.call(endpoint, send, deadline.left());
  if (sent.ok()) return Done{};
  if (sent.error().code != ErrorCode::remote_refused) return sent.error();
  const RpcCall find{"eth_getTransactionByHash", params({quote(to_hex_prefixed(txn.id.view()))})};
  const auto known = write_.call(endpoint, find, deadline.left());
  if (known.ok() && *known != "null") return Done{};
  return sent.error();
}

Result<Sequence> EvmConnector::next_sequence(const AccountId& account, CallTimeout timeout) {
  CLEARSPAN_TRY(const Address owner, parse_account(account.text));
  const RpcCall call{"eth_getTransactionCount", params({quote(to_text(owner)), quote("latest")})};
  const auto read = [](const RpcResult& result) -> Result<std::uint64_t> {
    CLEARSPAN_TRY(const std::string text, unquote(result));
    return read_quantity_u64(text);
  };
  CLEARSPAN_TRY(const std::uint64_t count, write_.reached_by_enough(call, read, Deadline(timeout)));
  return Sequence{count};
}

}  // namespace clearspan::ethereum
