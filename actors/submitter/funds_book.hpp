// What accounts can still promise: the balance last read from the ledger, less what movements in flight will take from
// it. Pure; owned by the submitter. It counts every movement that it promised until a balance read at or above the
// height at which the movement became final, so nothing is promised twice and nothing is counted twice for long.
#pragma once

#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "core/base/result.hpp"
#include "core/chain/movement.hpp"

namespace clearspan::actors {

class FundsBook {
 public:
  enum class Answer : std::uint8_t {
    promised,      // the amount is now counted against the account
    read_balance,  // unknown, or too little at the height last read: read the balance again, then ask again
    insufficient,  // too little at `final_height` or above
  };

  // Asks for the movement's amount from its `from` account. Promising the same movement again changes nothing.
  Answer promise(const Movement& movement, Height final_height);

  // Counts a movement that was signed before the engine stopped.
  void restore(const Movement& movement);

  void set_balance(const AccountId& account, const AssetId& asset, Height height, const Amount& balance);

  // The movement took effect in the final block at `height`.
  void spent(const MovementKey& movement, Height height);

  // The movement can never take effect.
  void release(const MovementKey& movement);

  [[nodiscard]] std::optional<Amount> promised(const AccountId& account, const AssetId& asset) const;

 private:
  using Purse = std::pair<AccountId, AssetId>;

  struct Promise {
    Purse purse;
    Amount amount;
  };

  struct Account {
    std::optional<Amount> balance;
    Height height;                        // of the balance
    Amount promised;                      // sum over the movements in flight and in `spent`
    std::multimap<Height, Amount> spent;  // final, but above the height of the balance
  };

  void take_off(Account& account, const Amount& amount);

  std::map<Purse, Account> accounts_;
  std::unordered_map<MovementKey, Promise> promises_;
};

}  // namespace clearspan::actors
