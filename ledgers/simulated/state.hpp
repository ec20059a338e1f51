// The rules of the simulated ledger: what each operation does to balances and holds. Not thread-safe; Ledger owns it.
//
// * hold      moves the amount from `from` into escrow, under the key hold_key_of(txn, index). Any number of holds may
//             carry the same ref.
// * release   ends an open hold: the amount goes to the hold's payee. Only the escrow operator.
// * refund    ends an open hold: the amount goes back to its payer. The escrow operator, or after the hold's
//             reclaim_after the payer itself.
// * payment   moves the amount from `from` to `to`. A second payment with the same ref fails.
// * anchor    moves nothing: the block shows that the digest was there. Anybody who has an account.
//
// Reasons of failure, in the order in which they are looked for: expired, unknown_asset, unknown_account,
// not_authorised, amount_zero, duplicate_ref, insufficient_funds; for release and refund: expired, hold_not_open,
// not_authorised, hold_mismatch (a payer's refund with another ref than the hold's), not_reclaimable. For an anchor:
// not_authorised.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "codecs/simulated/block.hpp"
#include "core/base/hash_table.hpp"
#include "ledgers/simulated/balances.hpp"
#include "ledgers/simulated/books.hpp"
#include "ledgers/simulated/faults.hpp"
#include "ledgers/simulated/genesis.hpp"

namespace clearspan::simulated {

// Undoing a block needs about 100 bytes per operation of it; beyond this many operations the oldest blocks become firm.
inline constexpr std::size_t kUndoOperationsMax = 500'000;

class State final : public KeyDirectory {
 public:
  explicit State(const Genesis& genesis);

  [[nodiscard]] bool is_key_of(const AccountId& account, const SignerKey& key) const override;

  // All operations until the next call belong to the block of that height, which is the last one plus one.
  void begin_block(Height height);

  // What the operation did. Names in the result live as long as the state.
  OperationResult apply(const Operation& operation, const SignerKey& signer, const TxnId& txn, std::uint32_t index);

  // Sets a balance that no operation explains, as of the newest block: books that somebody has cooked. Errors: those of
  // balance().
  Status falsify(std::string_view account, std::string_view asset, const Amount& amount);

  // Takes the newest block's effects back. False, and nothing happens, when it is too old for that.
  bool undo_block();

  [[nodiscard]] std::size_t undoable_blocks() const { return undo_.size(); }

  // The cell of an account ("escrow" included) and asset. Errors: unknown_account, unknown_asset.
  Result<Amount> balance(std::string_view account, std::string_view asset, Height height) const;

  // Takes the memory that operations of so many refs need at once, not in steps that each take as long as all before.
  void reserve(std::size_t refs) { effects_.reserve(refs); }

  [[nodiscard]] Books books() const;
  [[nodiscard]] std::vector<RefEffects> effects() const;  // in the order of refs

 private:
  using Index = std::uint32_t;

  struct TextHash {
    using is_transparent = void;

    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };

  using Indexes = std::unordered_map<std::string, Index, TextHash, std::equal_to<>>;

  struct Hold {
    HoldKey key;
    OperationRef ref;
    Index asset = 0;
    Index payer = 0;
    Index payee = 0;
    Amount amount;
    LedgerTime reclaim_after;
  };

  struct Transfer {
    Index asset = 0;
    Index from = 0;
    Index to = 0;
  };

  // What it takes to undo one block.
  struct Undo {
    std::vector<std::size_t> cells;
    std::vector<HoldKey> opened;
    std::vector<Hold> ended;
    std::vector<std::pair<OperationRef, std::uint32_t RefEffects::*>> effects;

    [[nodiscard]] std::size_t size() const { return effects.size(); }
  };

  [[nodiscard]] std::string_view find_transfer(const Operation& operation, const SignerKey& signer,
                                               Transfer& transfer) const;
  std::string_view apply_hold(const Operation& operation, const SignerKey& signer, const TxnId& txn,
                              std::uint32_t index);
  std::string_view apply_payment(const Operation& operation, const SignerKey& signer);
  OperationResult apply_end(const Operation& operation, const SignerKey& signer);

  bool move(Index asset, Index from, Index to, const Amount& amount);
  void set_balance(std::size_t cell, const Amount& amount);
  void count(const OperationRef& ref, std::uint32_t RefEffects::*what);

  Result<std::size_t> find_cell(std::string_view account, std::string_view asset) const;

  [[nodiscard]] std::size_t cell_of(Index account, Index asset) const { return account * assets_.size() + asset; }

  LedgerId ledger_;
  bool reclaim_;
  std::size_t reorganisable_blocks_;
  std::vector<Asset> assets_;
  std::vector<std::string> accounts_;         // the first is the escrow
  std::vector<SignerKey> keys_;               // of the accounts
  std::unordered_set<SignerKey> known_keys_;  // the same, to find
  SignerKey operator_key_;
  Indexes asset_index_;
  Indexes account_index_;
  Balances balances_;
  std::vector<Amount> genesis_balances_;  // by cell

  Height height_;
  HashTable<Hold, &Hold::key> holds_;  // the open ones
  HashTable<RefEffects, &RefEffects::ref> effects_;
  std::deque<Undo> undo_;  // the newest block last
  std::size_t undo_operations_ = 0;
};

}  // namespace clearspan::simulated
