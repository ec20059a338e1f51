#include "actors/submitter/funds_book.hpp"

#include <algorithm>

namespace clearspan::actors {
namespace {

void add_to(Amount& sum, const Amount& amount) {
  const Result<Amount> more = add(sum, amount);
  CLEARSPAN_VERIFY(more.ok());
  sum = *more;
}

}  // namespace

FundsBook::Answer FundsBook::promise(const Movement& movement, Height as_of) {
  if (promises_.contains(key_of(movement))) return Answer::promised;
  Account& account = account_of(movement.from, movement.asset);
  if (!account.balance) return Answer::read_balance;
  const Result<Amount> wanted = add(account.promised, movement.amount);
  if (!wanted || *wanted > *account.balance) {
    return account.height < as_of ? Answer::read_balance : Answer::insufficient;
  }
  account.promised = *wanted;
  promises_.find_or_insert(key_of(movement)) = {key_of(movement), &account, movement.amount};
  return Answer::promised;
}

void FundsBook::restore(const Movement& movement) {
  if (promises_.contains(key_of(movement))) return;
  Account& account = account_of(movement.from, movement.asset);
  add_to(account.promised, movement.amount);
  promises_.find_or_insert(key_of(movement)) = {key_of(movement), &account, movement.amount};
}

void FundsBook::set_balance(const AccountId& account_id, const AssetId& asset, Height height, const Amount& balance) {
  Account& account = account_of(account_id, asset);
  if (account.balance && height < account.height) return;
  account.balance = balance;
  account.height = height;
  const auto counted_end = std::ranges::upper_bound(account.spent, height, {}, &Spent::height);
  for (auto counted = account.spent.begin(); counted != counted_end; ++counted) take_off(account, counted->amount);
  account.spent.erase(account.spent.begin(), counted_end);
}

void FundsBook::spent(const MovementKey& movement, Height height) {
  const Promise* const promise = promises_.find(movement);
  if (promise == nullptr) return;
  Account& account = *promise->account;
  if (account.balance && height <= account.height) {
    take_off(account, promise->amount);
  } else {
    add_spent(account.spent, height, promise->amount);
  }
  promises_.erase(movement);
}

// When there are as many sums as may be, each two become one.
void FundsBook::add_spent(std::vector<Spent>& sums, Height height, const Amount& amount) {
  const auto later = std::ranges::lower_bound(sums, height, {}, &Spent::height);
  if (later != sums.end()) return add_to(later->amount, amount);
  if (sums.size() == kSpentSumsMax) {
    for (std::size_t pair = 0; pair < kSpentSumsMax / 2; ++pair) {
      const Amount earlier = sums[2 * pair].amount;
      sums[pair] = sums[2 * pair + 1];
      add_to(sums[pair].amount, earlier);
    }
    sums.resize(kSpentSumsMax / 2);
  }
  sums.push_back({height, amount});
}

void FundsBook::release(const MovementKey& movement) {
  const Promise* const promise = promises_.find(movement);
  if (promise == nullptr) return;
  take_off(*promise->account, promise->amount);
  promises_.erase(movement);
}

std::optional<Amount> FundsBook::promised(const AccountId& account, const AssetId& asset) const {
  const auto found = accounts_.find(PurseView(account, asset));
  if (found == accounts_.end()) return std::nullopt;
  return found->second.promised;
}

FundsBook::Account& FundsBook::account_of(const AccountId& account, const AssetId& asset) {
  const auto found = accounts_.find(PurseView(account, asset));
  return found != accounts_.end() ? found->second : accounts_[{account, asset}];
}

void FundsBook::take_off(Account& account, const Amount& amount) {
  const Result<Amount> left = subtract(account.promised, amount);
  CLEARSPAN_VERIFY(left.ok());
  account.promised = *left;
}

}  // namespace clearspan::actors
