#include "actors/submitter/funds_book.hpp"

namespace clearspan::actors {

FundsBook::Answer FundsBook::promise(const Movement& movement, Height final_height) {
  if (promises_.contains(key_of(movement))) return Answer::promised;
  Account& account = accounts_[{movement.from, movement.asset}];
  if (!account.balance) return Answer::read_balance;
  const Result<Amount> wanted = add(account.promised, movement.amount);
  if (!wanted || *wanted > *account.balance) {
    return account.height < final_height ? Answer::read_balance : Answer::insufficient;
  }
  account.promised = *wanted;
  promises_.emplace(key_of(movement), Promise{{movement.from, movement.asset}, movement.amount});
  return Answer::promised;
}

void FundsBook::restore(const Movement& movement) {
  if (promises_.contains(key_of(movement))) return;
  Account& account = accounts_[{movement.from, movement.asset}];
  const Result<Amount> sum = add(account.promised, movement.amount);
  CLEARSPAN_VERIFY(sum.ok());
  account.promised = *sum;
  promises_.emplace(key_of(movement), Promise{{movement.from, movement.asset}, movement.amount});
}

void FundsBook::set_balance(const AccountId& account_id, const AssetId& asset, Height height, const Amount& balance) {
  Account& account = accounts_[{account_id, asset}];
  if (account.balance && height < account.height) return;
  account.balance = balance;
  account.height = height;
  const auto counted_end = account.spent.upper_bound(height);
  for (auto counted = account.spent.begin(); counted != counted_end; ++counted) take_off(account, counted->second);
  account.spent.erase(account.spent.begin(), counted_end);
}

void FundsBook::spent(const MovementKey& movement, Height height) {
  const auto found = promises_.find(movement);
  if (found == promises_.end()) return;
  Account& account = accounts_[found->second.purse];
  if (account.balance && height <= account.height) {
    take_off(account, found->second.amount);
  } else {
    account.spent.emplace(height, found->second.amount);
  }
  promises_.erase(found);
}

void FundsBook::release(const MovementKey& movement) {
  const auto found = promises_.find(movement);
  if (found == promises_.end()) return;
  take_off(accounts_[found->second.purse], found->second.amount);
  promises_.erase(found);
}

std::optional<Amount> FundsBook::promised(const AccountId& account, const AssetId& asset) const {
  const auto found = accounts_.find({account, asset});
  if (found == accounts_.end()) return std::nullopt;
  return found->second.promised;
}

void FundsBook::take_off(Account& account, const Amount& amount) {
  const Result<Amount> left = subtract(account.promised, amount);
  CLEARSPAN_VERIFY(left.ok());
  account.promised = *left;
}

}  // namespace clearspan::actors
