#include "tools/clearspan/demo/evm_books.hpp"

#include "codecs/json/document.hpp"
#include "ledgers/ethereum/deployment.hpp"
#include "ledgers/ethereum/notation.hpp"

namespace clearspan::tools {
namespace {

using ethereum::EvmAsset;

constexpr Millis kTimeout{30'000};

Result<std::string_view> text_of(const json::Object& fields, std::string_view name) {
  CLEARSPAN_TRY(const json::Value value, fields.require(name));
  return value.string();
}

void book(Amount& total, const Amount& amount) {
  total = add(total, amount).value();
}

}  // namespace

Result<std::unique_ptr<EvmBooks>> EvmBooks::begin(const ethereum::EvmOptions& options, const EvmPeople& people) {
  CLEARSPAN_TRY(const transport::Url url, transport::parse_url(options.endpoints.front()));
  std::unique_ptr<EvmBooks> books(new EvmBooks(options, people, ethereum::JsonRpc(url, {})));
  CLEARSPAN_TRY(books->reader_, ethereum::EvmConnector::make(options, ethereum::Keyring{}));
  CLEARSPAN_CHECK_OK(books->note_balances());
  return books;
}

Status EvmBooks::note_balances() {
  CLEARSPAN_TRY(start_, ethereum::read_height(rpc_, kTimeout));
  for (const auto& [name, address] : people_) {
    for (const EvmAsset& asset : options_.assets) {
      CLEARSPAN_TRY((before_[{ethereum::account_of(address), asset.id}]),
                    ethereum::read_balance(rpc_, asset.token, address, start_, kTimeout));
    }
  }
  return Done{};
}

Result<LedgerBooks> EvmBooks::read() {
  LedgerBooks books;
  books.ledger = options_.ledger;
  holds_.clear();
  ended_.clear();
  CLEARSPAN_TRY(const Tip tip, reader_->tip(kTimeout));
  Fees fees;
  for (Height height = start_.plus(1); height <= tip.final_height; height = height.plus(1)) {
    CLEARSPAN_CHECK_OK(read_block(height, books, fees));
  }
  for (const EvmAsset& asset : options_.assets) {
    CLEARSPAN_CHECK_OK(read_asset(asset, tip.final_height, fees, books));
  }
  return books;
}

std::vector<Outcome> EvmBooks::open_holds() const {
  std::vector<Outcome> open;
  for (const auto& [key, held] : holds_) {
    if (!ended_.contains(key)) open.push_back(held);
  }
  return open;
}

// The effects that the block's receipts prove, and what its senders paid for gas.
Status EvmBooks::read_block(Height height, LedgerBooks& books, Fees& fees) {
  CLEARSPAN_TRY(const RawBlock raw, reader_->block(height, kTimeout));
  CLEARSPAN_TRY(const VerifiedBlock block, reader_->decoder().decode(raw));
  for (const Outcome& outcome : block.outcomes) {
    if (outcome.ok) count_outcome(outcome, books);
  }
  return count_fees(raw.receipts_json, fees);
}

// The end of a hold may bear a ref of its own (a return does); it counts for the hold that it ended.
void EvmBooks::count_outcome(const Outcome& outcome, LedgerBooks& books) {
  if (outcome.kind == MovementKind::hold) holds_[outcome.hold_key] = outcome;
  const auto hold = holds_.find(outcome.hold_key);
  Effects& effects = books.effects[hold == holds_.end() ? outcome.ref : hold->second.ref];
  if (outcome.kind == MovementKind::hold) ++effects.holds;
  if (outcome.kind == MovementKind::payment) ++effects.payments;
  if (outcome.kind == MovementKind::release) ++effects.releases;
  if (outcome.kind == MovementKind::refund) ++effects.refunds;
  if (outcome.kind == MovementKind::release || outcome.kind == MovementKind::refund) {
    ended_.insert(outcome.hold_key);
  }
}

Status EvmBooks::count_fees(const std::string& receipts_json, Fees& fees) {
  json::Document document;
  CLEARSPAN_TRY(const json::Value root, document.parse(receipts_json));
  CLEARSPAN_TRY(const json::Array receipts, root.array());
  for (const json::Value receipt : receipts) {
    CLEARSPAN_TRY(const json::Object fields, receipt.object());
    CLEARSPAN_TRY(const std::string_view from, text_of(fields, "from"));
    CLEARSPAN_TRY(const std::string_view used, text_of(fields, "gasUsed"));
    CLEARSPAN_TRY(const std::string_view price, text_of(fields, "effectiveGasPrice"));
    CLEARSPAN_TRY(const std::uint64_t gas, ethereum::read_quantity_u64(used));
    CLEARSPAN_TRY(const Amount per_gas, ethereum::read_quantity(price));
    CLEARSPAN_TRY(const Amount fee, convert(per_gas, {gas, 1}, Rounding::down));
    CLEARSPAN_TRY(const ethereum::Address sender, ethereum::parse_account(from));
    book(fees[ethereum::account_of(sender)], fee);
  }
  return Done{};
}

Status EvmBooks::read_asset(const EvmAsset& asset, Height height, const Fees& fees, LedgerBooks& books) {
  CLEARSPAN_TRY(books.in_escrow[asset.id],
                ethereum::read_total_held(rpc_, options_.escrow, asset.token, height, kTimeout));
  for (const auto& [name, address] : people_) {
    BalanceChange change{ethereum::account_of(address), asset.id, {}, {}};
    change.before = before_.at({change.account, asset.id});
    // What an account paid for gas is no part of any trade.
    if (const auto fee = fees.find(change.account); asset.token.is_zero() && fee != fees.end()) {
      CLEARSPAN_TRY(change.before, subtract(change.before, fee->second));
    }
    CLEARSPAN_TRY(change.after, ethereum::read_balance(rpc_, asset.token, address, height, kTimeout));
    book(books.issued[asset.id], change.before);
    books.accounts.push_back(std::move(change));
  }
  return Done{};
}

}  // namespace clearspan::tools
