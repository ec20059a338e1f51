#include "tools/auditor/evm_book.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "codecs/ethereum/block.hpp"
#include "ledgers/ethereum/assets.hpp"
#include "ledgers/ethereum/escrow_contract.hpp"
#include "ledgers/ethereum/json_rpc.hpp"
#include "ledgers/ethereum/json_span.hpp"
#include "ledgers/ethereum/notation.hpp"
#include "ledgers/ethereum/outcome.hpp"
#include "ledgers/ethereum/token_contract.hpp"

namespace clearspan::audit {
namespace {

using ethereum::Address;
using ethereum::EthereumBlock;
using ethereum::params;
using ethereum::quote;
using ethereum::to_quantity;

class EvmReading {
 public:
  EvmReading(ethereum::JsonRpc rpc, Address escrow, const LedgerDescription& described,
             const std::vector<AccountId>& accounts, Millis timeout)
      : rpc_(std::move(rpc)),
        escrow_(escrow),
        described_(described),
        accounts_(accounts.begin(), accounts.end()),
        assets_(assets_of(described)),
        timeout_(timeout) {}

  Result<LedgerBook> read(Height first) {
    book_.ledger = described_.ledger;
    book_.kind = described_.kind;
    book_.first = first;
    CLEARSPAN_TRY(book_.final_height, final_height());
    book_.height = book_.final_height;
    for (Height at = first; at <= book_.height; at = at.plus(1)) CLEARSPAN_CHECK_OK(add_block(at));
    for (const DescribedAsset& asset : described_.assets) CLEARSPAN_CHECK_OK(add_escrow(address_of(asset.token)));
    for (const Address& token : strange_tokens_) CLEARSPAN_CHECK_OK(add_escrow(token));
    return std::move(book_);
  }

 private:
  static Address address_of(const Bytes& token) {
    Address address;
    std::copy_n(token.begin(), std::min(token.size(), Address::kSize), address.bytes.begin());
    return address;
  }

  static ethereum::Assets assets_of(const LedgerDescription& described) {
    std::vector<ethereum::EvmAsset> assets;
    for (const DescribedAsset& asset : described.assets) {
      assets.push_back({asset.id, asset.scale, address_of(asset.token)});
    }
    return ethereum::Assets(assets);
  }

  Result<Height> final_height() {
    if (described_.depth == 0) {
      const auto tagged = rpc_.call({"eth_getBlockByNumber", params({quote("finalized"), "false"})}, timeout_);
      if (tagged.ok() && *tagged != "null") return number_of(*tagged);
    }
    CLEARSPAN_TRY(const std::string latest, rpc_.call_text({"eth_blockNumber", "[]"}, timeout_));
    CLEARSPAN_TRY(const std::uint64_t number, ethereum::read_quantity_u64(latest));
    return Height{number - std::min<std::uint64_t>(number, described_.depth)};
  }

  static Result<Height> number_of(const std::string& block) {
    const auto member = ethereum::member_text(block, "number");
    if (!member) return make_error(ErrorCode::remote_malformed, "a block without a number");
    CLEARSPAN_TRY(const std::string text, ethereum::unquote(*member));
    CLEARSPAN_TRY(const std::uint64_t number, ethereum::read_quantity_u64(text));
    return Height{number};
  }

  Status add_block(Height at) {
    const std::string height = quote(to_quantity(at.value));
    CLEARSPAN_TRY(const std::string block_json,
                  rpc_.call({"eth_getBlockByNumber", params({height, "true"})}, timeout_));
    CLEARSPAN_TRY(const std::string receipts, rpc_.call({"eth_getBlockReceipts", params({height})}, timeout_));
    CLEARSPAN_TRY(const EthereumBlock block, ethereum::decode_block(block_json, receipts));
    if (block.header.number != at.value) return make_error(ErrorCode::not_a_block, "the block of another height");
    if (!book_.blocks.empty() && book_.blocks.back().hash != block.header.parent_hash) {
      return make_error(ErrorCode::parent_mismatch, "the chain changed meanwhile", to_quantity(at.value));
    }
    book_.blocks.push_back({block.hash, LedgerTime{block.header.timestamp}});
    for (std::size_t index = 0; index < block.txns.size(); ++index) CLEARSPAN_CHECK_OK(add_txn(at, block, index));
    return Done{};
  }

  // Recovering senders is dear: only of txns that may matter.
  Status add_txn(Height at, const EthereumBlock& block, std::size_t index) {
    const ethereum::BlockTxn& included = block.txns[index];
    const auto logs = block.logs_of(index);
    const bool has_event =
        std::any_of(logs.begin(), logs.end(), [&](const auto& log) { return log.address == escrow_; });
    const bool is_ours = included.claimed_from && accounts_.contains(ethereum::account_of(*included.claimed_from));
    if (!has_event && !is_ours && included.txn.to != escrow_) return Done{};
    CLEARSPAN_TRY(const Address sender, ethereum::sender_of(included.txn, ethereum::HighS::refused));
    BookTxn txn;
    txn.id = included.id;
    txn.height = at;
    txn.index = static_cast<std::uint32_t>(index);
    txn.signer = ethereum::account_of(sender).text;
    txn.sequence.value = included.txn.nonce;
    txn.ok = block.receipts[index].succeeded.value_or(false);
    for (std::size_t i = 0; txn.ok && i < logs.size(); ++i) {
      if (logs[i].address != escrow_) continue;
      const BlockPosition position{at, block.hash, txn.id, txn.index, static_cast<std::uint32_t>(i)};
      CLEARSPAN_CHECK_OK(add_log(logs[i], position, txn));
    }
    book_.txns.push_back(std::move(txn));
    return Done{};
  }

  Status add_log(const ethereum::Log& log, const BlockPosition& position, BookTxn& txn) {
    const auto topics = std::span(log.topics).first(log.topic_count);
    CLEARSPAN_TRY(const auto anchor, ethereum::decode_anchor(topics, log.data));
    if (anchor) {
      BookEffect& effect = txn.effects.emplace_back();
      effect.outcome.ok = true;
      effect.outcome.position = position;
      effect.anchor = anchor->digest;
      return Done{};
    }
    CLEARSPAN_TRY(const auto event, ethereum::decode_log(topics, log.data));
    if (!event) return Done{};
    if (const auto* held = std::get_if<ethereum::Held>(&*event);
        held != nullptr && !assets_.is_configured(held->token)) {
      strange_tokens_.insert(held->token);
    }
    txn.effects.push_back({ethereum::outcome_of(*event, assets_, position), std::nullopt});
    return Done{};
  }

  Result<Amount> ask(const ethereum::RpcCall& call) {
    CLEARSPAN_TRY(const std::string answer, rpc_.call_text(call, timeout_));
    if (call.method == "eth_getBalance") return ethereum::read_quantity(answer);
    CLEARSPAN_TRY(const Bytes word, ethereum::read_data(answer));
    if (word.size() != AmountWord::kSize) return make_error(ErrorCode::remote_malformed, "the answer is no number");
    return from_word(word);
  }

  Status add_escrow(const Address& token) {
    const std::string height = quote(to_quantity(book_.height.value));
    BookEscrow line;
    line.asset = assets_.id_of(token);
    CLEARSPAN_TRY(
        line.held,
        ask({"eth_call", params({ethereum::call_object(escrow_, ethereum::encode_total_held(token)), height})}));
    if (token.is_zero()) {
      CLEARSPAN_TRY(line.balance, ask({"eth_getBalance", params({quote(ethereum::to_text(escrow_)), height})}));
    } else {
      const std::string call = ethereum::call_object(token, ethereum::encode_balance_of(escrow_));
      CLEARSPAN_TRY(line.balance, ask({"eth_call", params({call, height})}));
    }
    book_.escrow.push_back(std::move(line));
    return Done{};
  }

  ethereum::JsonRpc rpc_;
  Address escrow_;
  const LedgerDescription& described_;
  std::set<AccountId> accounts_;
  ethereum::Assets assets_;
  Millis timeout_;
  LedgerBook book_;
  std::set<Address> strange_tokens_;
};

}  // namespace

Result<LedgerBook> read_evm_book(std::string_view url, const LedgerDescription& described,
                                 const std::vector<AccountId>& accounts, Height first, Millis timeout) {
  if (described.kind != "ethereum") return make_error(ErrorCode::config_invalid, "this ledger is no EVM chain");
  CLEARSPAN_TRY(const transport::Url parsed, transport::parse_url(url));
  CLEARSPAN_TRY(const Address escrow, ethereum::parse_account(described.escrow));
  return EvmReading(ethereum::JsonRpc(parsed, {}), escrow, described, accounts, timeout).read(first);
}

}  // namespace clearspan::audit
