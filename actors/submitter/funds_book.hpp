// What accounts can still promise: the balance last read from the ledger, less what movements in flight will take from
// it. Pure; owned by the submitter. It counts every movement that it promised until a balance read at or above the
// height at which the movement became final, so nothing is promised twice and nothing is counted twice for long.
#pragma once

#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/base/hash_table.hpp"
#include "core/base/result.hpp"
#include "core/chain/movement.hpp"

namespace clearspan::actors {

// What an account spent above the height of its balance is kept in so many sums at most, each of some heights in a row.
// A balance from between them leaves the whole sum counted: too little is promised until the next reading.
inline constexpr std::size_t kSpentSumsMax = 64;

// Whether it takes from what its account has; the others end a hold.
constexpr bool takes_funds(MovementKind kind) {
  return kind == MovementKind::hold || kind == MovementKind::payment;
}

class FundsBook {
 public:
  enum class Answer : std::uint8_t {
    promised,      // the amount is now counted against the account
    read_balance,  // unknown, or too little at the height last read: read the balance again, then ask again
    insufficient,  // too little at `as_of` or above
  };

  // Asks for the movement's amount from its `from` account. Promising the same movement again changes nothing.
  Answer promise(const Movement& movement, Height as_of);

  // Counts a movement that was signed before the engine stopped.
  void restore(const Movement& movement);

  void set_balance(const AccountId& account, const AssetId& asset, Height height, const Amount& balance);

  // The movement took effect in the final block at `height`.
  void spent(const MovementKey& movement, Height height);

  // The movement can never take effect.
  void release(const MovementKey& movement);

  // What is promised to this movement comes nearer while something else is done: first where, then what.
  void fetch_slot(const MovementKey& movement) const { promises_.fetch_slot(movement); }

  void fetch_entry(const MovementKey& movement) const { promises_.fetch_entry(movement); }

  [[nodiscard]] std::optional<Amount> promised(const AccountId& account, const AssetId& asset) const;

 private:
  // By movements that became final above the height of the sum before, and at this one at the latest.
  struct Spent {
    Height height;
    Amount amount;
  };

  struct Account {
    std::optional<Amount> balance;
    Height height;             // of the balance
    Amount promised;           // sum over the movements in flight and in `spent`
    std::vector<Spent> spent;  // above the height of the balance, in the order of the heights
  };

  struct Promise {
    MovementKey movement;
    Account* account = nullptr;
    Amount amount;
  };

  using Purse = std::pair<AccountId, AssetId>;
  using PurseView = std::pair<const AccountId&, const AssetId&>;  // found without making a pair of names

  struct PurseHash {
    using is_transparent = void;

    std::size_t operator()(const auto& purse) const {
      return mix(std::hash<AccountId>{}(purse.first) + std::hash<AssetId>{}(purse.second));
    }
  };

  struct SamePurse {
    using is_transparent = void;

    bool operator()(const auto& left, const auto& right) const {
      return left.first == right.first && left.second == right.second;
    }
  };

  Account& account_of(const AccountId& account, const AssetId& asset);
  static void take_off(Account& account, const Amount& amount);
  static void add_spent(std::vector<Spent>& sums, Height height, const Amount& amount);

  std::unordered_map<Purse, Account, PurseHash, SamePurse> accounts_;
  HashTable<Promise, &Promise::movement> promises_;
};

}  // namespace clearspan::actors
