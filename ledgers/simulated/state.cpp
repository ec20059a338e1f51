#include "ledgers/simulated/state.hpp"

#include <algorithm>
#include <limits>

namespace clearspan::simulated {
namespace {

constexpr std::uint32_t kEscrow = 0;

OperationResult failed(std::string_view reason) {
  OperationResult result;
  result.reason = reason;
  return result;
}

std::string digits_of(const Amount& amount) {
  // Most amounts fit a machine word, and those are printed much faster.
  if (amount <= Amount(std::numeric_limits<std::uint64_t>::max())) {
    return std::to_string(static_cast<std::uint64_t>(amount.units()));
  }
  return to_string(amount);
}

}  // namespace

State::State(const Genesis& genesis)
    : ledger_(genesis.ledger),
      reclaim_(genesis.reclaim),
      reorganisable_blocks_(genesis.reorganisable_blocks),
      assets_(genesis.assets),
      balances_((genesis.accounts.size() + 1) * genesis.assets.size()),
      genesis_balances_((genesis.accounts.size() + 1) * genesis.assets.size()) {
  CLEARSPAN_VERIFY(check_genesis(genesis).ok());
  for (const Asset& asset : assets_) asset_index_.emplace(asset.id.text, static_cast<Index>(asset_index_.size()));
  accounts_.emplace_back(kEscrowAccount);
  keys_.emplace_back();
  for (const GenesisAccount& account : genesis.accounts) {
    const auto index = static_cast<Index>(accounts_.size());
    account_index_.emplace(account.id.text, index);
    accounts_.push_back(account.id.text);
    keys_.push_back(account.key);
    known_keys_.insert(account.key);
    if (account.id == genesis.escrow_operator) operator_key_ = account.key;
    for (const auto& [asset, amount] : account.balances) {
      const std::size_t cell = cell_of(index, asset_index_.at(asset.text));
      genesis_balances_[cell] = amount;
      balances_.set(cell, Height{0}, amount);
    }
  }
}

bool State::is_key_of(const AccountId& account, const SignerKey& key) const {
  const auto found = account_index_.find(account.text);
  return found != account_index_.end() && keys_[found->second] == key;
}

void State::begin_block(Height height) {
  CLEARSPAN_VERIFY(height == height_.plus(1));
  height_ = height;
  undo_.emplace_back();
  while (undo_.size() > 1 && (undo_.size() > reorganisable_blocks_ || undo_operations_ > kUndoOperationsMax)) {
    undo_operations_ -= undo_.front().size();
    undo_.pop_front();
  }
}

OperationResult State::apply(const Operation& operation, const SignerKey& signer, const TxnId& txn,
                             std::uint32_t index) {
  if (LedgerTime{height_.value} > operation.not_after) return failed("expired");
  switch (operation.kind) {
    case OperationKind::hold:
      return failed(apply_hold(operation, signer, txn, index));
    case OperationKind::payment:
      return failed(apply_payment(operation, signer));
    case OperationKind::release:
    case OperationKind::refund:
      return apply_end(operation, signer);
    case OperationKind::anchor:
      return failed(known_keys_.contains(signer) ? "" : "not_authorised");
  }
  return failed("unknown_kind");
}

// The checks that hold and payment share; an empty text when all are passed.
std::string_view State::find_transfer(const Operation& operation, const SignerKey& signer, Transfer& transfer) const {
  const auto asset = asset_index_.find(operation.asset);
  if (asset == asset_index_.end()) return "unknown_asset";
  const auto from = account_index_.find(operation.from);
  const auto to = account_index_.find(operation.to);
  if (from == account_index_.end() || to == account_index_.end()) return "unknown_account";
  if (keys_[from->second] != signer) return "not_authorised";
  if (operation.amount.is_zero()) return "amount_zero";
  transfer = {asset->second, from->second, to->second};
  return {};
}

std::string_view State::apply_hold(const Operation& operation, const SignerKey& signer, const TxnId& txn,
                                   std::uint32_t index) {
  Transfer transfer;
  if (const auto reason = find_transfer(operation, signer, transfer); !reason.empty()) return reason;
  if (!move(transfer.asset, transfer.from, kEscrow, operation.amount)) return "insufficient_funds";
  const HoldKey key = hold_key_of(txn, index);
  holds_.find_or_insert(key) = {key,         operation.ref,    transfer.asset,         transfer.from,
                                transfer.to, operation.amount, operation.reclaim_after};
  undo_.back().opened.push_back(key);
  count(operation.ref, &RefEffects::holds);
  return {};
}

std::string_view State::apply_payment(const Operation& operation, const SignerKey& signer) {
  Transfer transfer;
  if (const auto reason = find_transfer(operation, signer, transfer); !reason.empty()) return reason;
  const RefEffects* known = effects_.find(operation.ref);
  if (known != nullptr && known->payments > 0) return "duplicate_ref";
  if (!move(transfer.asset, transfer.from, transfer.to, operation.amount)) return "insufficient_funds";
  count(operation.ref, &RefEffects::payments);
  return {};
}

OperationResult State::apply_end(const Operation& operation, const SignerKey& signer) {
  const Hold* found = holds_.find(operation.hold_key);
  if (found == nullptr) return failed("hold_not_open");
  const Hold& hold = *found;
  const bool is_release = operation.kind == OperationKind::release;
  const bool is_operator = signer == operator_key_;
  const bool is_payer = !is_release && signer == keys_[hold.payer];
  if (!is_operator && !is_payer) return failed("not_authorised");
  const bool reclaimed = !is_operator;
  if (reclaimed && operation.ref != hold.ref) return failed("hold_mismatch");
  if (reclaimed && (!reclaim_ || LedgerTime{height_.value} <= hold.reclaim_after)) return failed("not_reclaimable");

  const Index receiver = is_release ? hold.payee : hold.payer;
  CLEARSPAN_VERIFY(move(hold.asset, kEscrow, receiver, hold.amount));
  OperationResult result;
  result.asset = assets_[hold.asset].id.text;
  result.amount_digits = digits_of(hold.amount);
  result.from = accounts_[hold.payer];
  result.to = accounts_[receiver];
  result.reclaimed = reclaimed;
  count(hold.ref, is_release ? &RefEffects::releases : &RefEffects::refunds);
  if (reclaimed) count(hold.ref, &RefEffects::reclaims);
  undo_.back().ended.push_back(hold);
  holds_.erase(operation.hold_key);
  return result;
}

bool State::move(Index asset, Index from, Index to, const Amount& amount) {
  const std::size_t source = cell_of(from, asset);
  if (amount > balances_.now(source)) return false;
  set_balance(source, subtract(balances_.now(source), amount).value());
  const std::size_t target = cell_of(to, asset);
  // The genesis has bounded the sum of all balances of the asset.
  set_balance(target, add(balances_.now(target), amount).value());
  return true;
}

void State::set_balance(std::size_t cell, const Amount& amount) {
  if (balances_.set(cell, height_, amount)) undo_.back().cells.push_back(cell);
}

void State::count(const OperationRef& ref, std::uint32_t RefEffects::*what) {
  ++(effects_.find_or_insert(ref).*what);
  undo_.back().effects.emplace_back(ref, what);
  ++undo_operations_;
}

bool State::undo_block() {
  if (undo_.empty()) return false;
  const Undo undo = std::move(undo_.back());
  undo_.pop_back();
  undo_operations_ -= undo.size();
  height_ = Height{height_.value - 1};
  for (const std::size_t cell : undo.cells) balances_.undo_to(cell, height_);
  // A hold that the block both opened and ended is put back here and taken away below.
  for (const Hold& hold : undo.ended) holds_.find_or_insert(hold.key) = hold;
  for (const HoldKey& key : undo.opened) holds_.erase(key);
  for (const auto& [ref, what] : undo.effects) {
    RefEffects& effects = *effects_.find(ref);
    --(effects.*what);
    if (effects == RefEffects{ref}) effects_.erase(ref);
  }
  return true;
}

Status State::falsify(std::string_view account, std::string_view asset, const Amount& amount) {
  CLEARSPAN_TRY(const std::size_t cell, find_cell(account, asset));
  if (balances_.set(cell, height_, amount) && !undo_.empty()) undo_.back().cells.push_back(cell);
  return Done{};
}

Result<std::size_t> State::find_cell(std::string_view account, std::string_view asset) const {
  const auto asset_found = asset_index_.find(asset);
  if (asset_found == asset_index_.end()) return make_error(ErrorCode::unknown_asset, std::string(asset), "asset");
  Index index = kEscrow;
  if (account != kEscrowAccount) {
    const auto found = account_index_.find(account);
    if (found == account_index_.end()) return make_error(ErrorCode::unknown_account, std::string(account), "account");
    index = found->second;
  }
  return cell_of(index, asset_found->second);
}

Result<Amount> State::balance(std::string_view account, std::string_view asset, Height height) const {
  CLEARSPAN_TRY(const std::size_t cell, find_cell(account, asset));
  if (height > height_) return make_error(ErrorCode::block_unavailable, "there is no such block yet", "height");
  auto amount = balances_.at(cell, height, height_);
  if (!amount) return make_error(ErrorCode::block_unavailable, "balances of that height are forgotten", "height");
  return *amount;
}

Books State::books() const {
  Books books;
  books.ledger = ledger_;
  books.height = height_;
  for (Index asset = 0; asset < assets_.size(); ++asset) {
    books.assets.push_back({assets_[asset].id, Amount(), Amount(), balances_.now(cell_of(kEscrow, asset))});
  }
  for (Index account = kEscrow + 1; account < accounts_.size(); ++account) {
    for (Index asset = 0; asset < assets_.size(); ++asset) {
      const std::size_t cell = cell_of(account, asset);
      const AccountBooks line{{accounts_[account]}, assets_[asset].id, genesis_balances_[cell], balances_.now(cell)};
      AssetBooks& sums = books.assets[asset];
      sums.issued = add(sums.issued, line.at_genesis).value();
      sums.in_accounts = add(sums.in_accounts, line.now).value();
      books.accounts.push_back(line);
    }
  }
  holds_.for_each([&](const Hold& hold) {
    books.open_holds.push_back({hold.key,
                                hold.ref,
                                assets_[hold.asset].id,
                                hold.amount,
                                {accounts_[hold.payer]},
                                {accounts_[hold.payee]},
                                hold.reclaim_after});
  });
  std::sort(books.open_holds.begin(), books.open_holds.end(),
            [](const OpenHold& a, const OpenHold& b) { return a.key < b.key; });
  return books;
}

std::vector<RefEffects> State::effects() const {
  std::vector<RefEffects> effects;
  effects.reserve(effects_.size());
  effects_.for_each([&](const RefEffects& counted) { effects.push_back(counted); });
  std::sort(effects.begin(), effects.end(), [](const RefEffects& a, const RefEffects& b) { return a.ref < b.ref; });
  return effects;
}

}  // namespace clearspan::simulated
