#include "ledgers/ethereum/deployment.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <thread>

#include "codecs/ethereum/txn.hpp"
#include "ledgers/ethereum/abi.hpp"
#include "ledgers/ethereum/endpoints.hpp"
#include "ledgers/ethereum/escrow_contract.hpp"
#include "ledgers/ethereum/json_span.hpp"
#include "ledgers/ethereum/keyring.hpp"
#include "ledgers/ethereum/notation.hpp"
#include "ledgers/ethereum/token_contract.hpp"

namespace clearspan::ethereum {
namespace {

constexpr std::size_t kPartMax = 50;  // txns of one account that wait at once; nodes drop more than about 64
constexpr std::uintmax_t kArtefactMax = 4u << 20;  // bytes
constexpr Millis kReceiptPoll{50};
const Amount kPriorityFee{1'000'000'000};  // wei per gas, where the node suggests none

std::string block_parameter(std::optional<Height> height) {
  return height ? quote(to_quantity(height->value)) : quote("latest");
}

Result<std::uint64_t> call_u64(JsonRpc& rpc, const RpcCall& call, Millis timeout) {
  CLEARSPAN_TRY(const std::string text, rpc.call_text(call, timeout));
  return read_quantity_u64(text);
}

Result<Amount> call_amount(JsonRpc& rpc, const RpcCall& call, Millis timeout) {
  CLEARSPAN_TRY(const RpcResult result, rpc.call(call, timeout));
  CLEARSPAN_TRY(const std::string text, read_as_quantity(result));
  return read_quantity(text);
}

Result<Bytes> code_member(const json::Object& artefact, std::string_view key) {
  CLEARSPAN_TRY(const json::Value value, artefact.require(key));
  CLEARSPAN_TRY(const std::string_view text, value.string());
  return read_data(text);
}

Result<std::string> string_of(std::string_view object_json, std::string_view key) {
  const auto value = member_text(object_json, key);
  if (!value) return make_error(ErrorCode::remote_malformed, "a receipt without " + std::string(key));
  return unquote(*value);
}

Result<Deployer::Sent> sent_of(const TxnId& id, std::string_view receipt_json) {
  CLEARSPAN_TRY(const std::string status, string_of(receipt_json, "status"));
  CLEARSPAN_TRY(const std::string number, string_of(receipt_json, "blockNumber"));
  CLEARSPAN_TRY(const std::string gas, string_of(receipt_json, "gasUsed"));
  CLEARSPAN_TRY(const std::uint64_t height, read_quantity_u64(number));
  CLEARSPAN_TRY(const std::uint64_t gas_used, read_quantity_u64(gas));
  return Deployer::Sent{id, status == "0x1", Height{height}, gas_used};
}

std::string estimate_object(const Address& from, const Deployer::Call& call) {
  std::string object = R"({"from":")" + to_text(from) + R"(","value":")" + to_quantity(call.value) + '"';
  if (call.to) object += R"(,"to":")" + to_text(*call.to) + '"';
  return object + R"(,"data":")" + to_hex_prefixed(call.data) + R"("})";
}

}  // namespace

Result<Artefact> read_artefact(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::error_code error;
  if (!file || std::filesystem::file_size(path, error) > kArtefactMax || error) {
    return make_error(ErrorCode::storage_failed, "no contract artefact; tools/contracts/build makes it", path.string());
  }
  std::stringstream text;
  text << file.rdbuf();
  json::Document document;
  const auto invalid = [&](const Error& cause) {
    return make_error(ErrorCode::config_invalid, describe(cause), path.string());
  };
  const auto root = document.parse(text.str());
  if (!root.ok()) return invalid(root.error());
  const auto object = root->object();
  if (!object.ok()) return invalid(object.error());
  auto creation = code_member(*object, "bytecode");
  if (!creation.ok()) return invalid(creation.error());
  auto runtime = code_member(*object, "runtime_bytecode");
  if (!runtime.ok()) return invalid(runtime.error());
  return Artefact{std::move(creation).value(), std::move(runtime).value()};
}

Deployer::Deployer(JsonRpc rpc, crypto::SecretKey key, const Address& account)
    : rpc_(std::move(rpc)), key_(std::move(key)), account_(account) {}

Result<Deployer> Deployer::connect(const std::string& url, crypto::SecretKey key, Millis timeout) {
  CLEARSPAN_TRY(const transport::Url parsed, transport::parse_url(url));
  CLEARSPAN_TRY(const Address account, address_of_key(key));
  Deployer deployer(JsonRpc(parsed, {}), std::move(key), account);
  CLEARSPAN_TRY(deployer.chain_id_, call_u64(deployer.rpc_, {"eth_chainId", "[]"}, timeout));
  return deployer;
}

Result<Address> Deployer::deploy(const Artefact& artefact, ByteView arguments, Millis timeout) {
  const Deadline deadline(timeout);
  const RpcCall count{"eth_getTransactionCount", params({quote(to_text(account_)), quote("pending")})};
  CLEARSPAN_TRY(const std::uint64_t sequence, call_u64(rpc_, count, deadline.left()));
  Call call;
  call.data = artefact.creation_code;
  call.data.insert(call.data.end(), arguments.begin(), arguments.end());
  CLEARSPAN_CHECK_OK(send_all_ok({call}, deadline.left()));
  return contract_address(account_, sequence);
}

Result<Address> Deployer::deploy_escrow(const Artefact& escrow, const std::vector<Address>& operators, Millis timeout) {
  abi::Words accounts;
  for (const Address& account : operators) accounts.address(account);
  return deploy(escrow, abi::encode({abi::array_argument(operators.size(), accounts)}), timeout);
}

Result<Address> Deployer::deploy_token(const Artefact& token, const std::string& name, const std::string& symbol,
                                       unsigned decimals, Millis timeout) {
  const Bytes arguments = abi::encode(
      {abi::string_argument(name), abi::string_argument(symbol), abi::static_argument(abi::Words{}.u64(decimals))});
  return deploy(token, arguments, timeout);
}

Status Deployer::fund(const Grants& native, Millis timeout) {
  std::vector<Call> calls;
  for (const auto& [account, amount] : native) calls.push_back({account, amount, {}, 0});
  return send_all_ok(calls, timeout);
}

Status Deployer::mint(const Address& token, const Grants& grants, Millis timeout) {
  std::vector<Call> calls;
  for (const auto& [account, amount] : grants) calls.push_back({token, Amount(), encode_mint(account, amount), 0});
  return send_all_ok(calls, timeout);
}

Status Deployer::approve(const Address& token, const Address& spender, const Amount& amount, Millis timeout) {
  return send_all_ok({{token, Amount(), encode_approve(spender, amount), 0}}, timeout);
}

Status Deployer::send_all_ok(const std::vector<Call>& calls, Millis timeout) {
  CLEARSPAN_TRY(const auto sent, send(calls, timeout));
  for (const Sent& txn : sent) {
    if (!txn.ok) return make_error(ErrorCode::movement_rejected, "txn " + to_hex_prefixed(txn.id.view()) + " failed");
  }
  return Done{};
}

Result<std::vector<Deployer::Sent>> Deployer::send(const std::vector<Call>& calls, Millis timeout) {
  const Deadline deadline(timeout);
  std::vector<Sent> all;
  for (std::size_t start = 0; start < calls.size(); start += kPartMax) {
    const std::size_t end = std::min(start + kPartMax, calls.size());
    const std::vector<Call> part(calls.begin() + static_cast<std::ptrdiff_t>(start),
                                 calls.begin() + static_cast<std::ptrdiff_t>(end));
    CLEARSPAN_TRY(const auto sent, send_part(part, deadline.left()));
    all.insert(all.end(), sent.begin(), sent.end());
  }
  return all;
}

Result<std::vector<std::uint64_t>> Deployer::gas_limits(const std::vector<Call>& calls, Millis timeout) {
  std::vector<RpcCall> estimates;
  std::vector<std::uint64_t> limits;
  for (const Call& call : calls) {
    limits.push_back(call.gas_limit);
    if (call.gas_limit == 0) estimates.push_back({"eth_estimateGas", params({estimate_object(account_, call)})});
  }
  if (estimates.empty()) return limits;
  auto results = rpc_.batch(estimates, timeout);
  auto next = results.begin();
  for (std::uint64_t& limit : limits) {
    if (limit != 0) continue;
    auto& result = *next++;
    if (!result.ok()) return result.error();
    CLEARSPAN_TRY(const std::string text, unquote(*result));
    CLEARSPAN_TRY(const std::uint64_t estimate, read_quantity_u64(text));
    limit = estimate + estimate / 4;
  }
  return limits;
}

Result<Deployer::Offer> Deployer::offer(Millis timeout) {
  const Deadline deadline(timeout);
  CLEARSPAN_TRY(const RpcResult block,
                rpc_.call({"eth_getBlockByNumber", params({quote("latest"), "false"})}, deadline.left()));
  Offer offer;
  offer.has_base_fee = member_text(block, "baseFeePerGas").has_value();
  if (!offer.has_base_fee) {
    CLEARSPAN_TRY(offer.price, call_amount(rpc_, {"eth_gasPrice", "[]"}, deadline.left()));
    return offer;
  }
  CLEARSPAN_TRY(const std::string base_text, string_of(block, "baseFeePerGas"));
  CLEARSPAN_TRY(const Amount base_fee, read_quantity(base_text));
  const auto suggested = call_amount(rpc_, {"eth_maxPriorityFeePerGas", "[]"}, deadline.left());
  offer.priority_fee = suggested.ok() ? *suggested : kPriorityFee;
  CLEARSPAN_TRY(offer.price, clearspan::add(base_fee, base_fee));
  CLEARSPAN_TRY(offer.price, clearspan::add(offer.price, offer.priority_fee));
  return offer;
}

Result<std::vector<Deployer::Sent>> Deployer::send_part(const std::vector<Call>& calls, Millis timeout) {
  const Deadline deadline(timeout);
  const RpcCall count{"eth_getTransactionCount", params({quote(to_text(account_)), quote("pending")})};
  CLEARSPAN_TRY(std::uint64_t sequence, call_u64(rpc_, count, deadline.left()));
  CLEARSPAN_TRY(const Offer offered, offer(deadline.left()));
  CLEARSPAN_TRY(const auto limits, gas_limits(calls, deadline.left()));
  std::vector<RpcCall> sends;
  std::vector<TxnId> ids;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    Txn txn;
    txn.type = offered.has_base_fee ? TxnType::dynamic_fee : TxnType::legacy;
    txn.chain_id = chain_id_;
    txn.nonce = sequence++;
    txn.gas_price = to_word(offered.price);
    txn.max_fee_per_gas = to_word(offered.price);
    txn.max_priority_fee_per_gas = to_word(offered.priority_fee);
    txn.gas_limit = limits[i];
    txn.to = calls[i].to;
    txn.value = to_word(calls[i].value);
    txn.data = calls[i].data;
    CLEARSPAN_TRY(const SignedBytes signed_bytes, sign_txn(txn, key_));
    sends.push_back({"eth_sendRawTransaction", params({quote(to_hex_prefixed(signed_bytes.raw))})});
    ids.push_back(signed_bytes.id);
  }
  for (const auto& result : rpc_.batch(sends, deadline.left())) {
    if (!result.ok()) return result.error();
  }
  return await_receipts(ids, deadline.left());
}

Result<std::vector<Deployer::Sent>> Deployer::await_receipts(const std::vector<TxnId>& ids, Millis timeout) {
  const Deadline deadline(timeout);
  std::vector<RpcCall> calls;
  calls.reserve(ids.size());
  for (const TxnId& id : ids)
    calls.push_back({"eth_getTransactionReceipt", params({quote(to_hex_prefixed(id.view()))})});
  while (true) {
    std::vector<Sent> all;
    const auto receipts = rpc_.batch(calls, std::max(deadline.left(), kReceiptPoll));
    for (std::size_t i = 0; i < receipts.size(); ++i) {
      if (!receipts[i].ok()) return receipts[i].error();
      if (*receipts[i] == "null") break;
      CLEARSPAN_TRY(const Sent sent, sent_of(ids[i], *receipts[i]));
      all.push_back(sent);
    }
    if (all.size() == ids.size()) return all;
    if (deadline.has_passed()) return make_error(ErrorCode::timed_out, "txns are not in a block yet");
    std::this_thread::sleep_for(kReceiptPoll);
  }
}

Result<Height> read_height(JsonRpc& rpc, Millis timeout) {
  CLEARSPAN_TRY(const std::uint64_t height, call_u64(rpc, {"eth_blockNumber", "[]"}, timeout));
  return Height{height};
}

Result<Amount> read_balance(JsonRpc& rpc, const Address& token, const Address& account, std::optional<Height> height,
                            Millis timeout) {
  const std::string at = block_parameter(height);
  if (token.is_zero()) return call_amount(rpc, {"eth_getBalance", params({quote(to_text(account)), at})}, timeout);
  return call_amount(rpc, {"eth_call", params({call_object(token, encode_balance_of(account)), at})}, timeout);
}

Result<Amount> read_total_held(JsonRpc& rpc, const Address& escrow, const Address& token, std::optional<Height> height,
                               Millis timeout) {
  const std::string call = call_object(escrow, encode_total_held(token));
  return call_amount(rpc, {"eth_call", params({call, block_parameter(height)})}, timeout);
}

}  // namespace clearspan::ethereum
