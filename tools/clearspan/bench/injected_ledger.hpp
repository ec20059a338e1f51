// A ledger without work: what it is handed takes effect in its next block, and blocks come already verified. It lets a
// benchmark measure the engine alone. It keeps no balances; whoever asks for one is rich. Each block is read once.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <span>
#include <unordered_map>

#include "core/trade/plan.hpp"
#include "ledgers/connector.hpp"

namespace clearspan::tools {

class InjectedLedger final : public Connector {
 public:
  InjectedLedger(LedgerId id, AssetId asset);

  // Makes a block in which the payers of these plans place their first leg's hold.
  void place_holds(std::span<const Plan> plans);

  // From now on its node answers to no txn before the caller has given up.
  void fall_silent();

  // It takes txns again, and keeps them until include_all(): one block for those, and one for each later txn, as
  // before.
  void answer_again();
  void include_all();

  // Movements in the txns that it keeps.
  [[nodiscard]] std::size_t kept() const;

  [[nodiscard]] const LedgerTraits& traits() const override { return traits_; }

  [[nodiscard]] const BlockDecoder& decoder() const override { return decoder_; }

  [[nodiscard]] LedgerDescription description() const override;
  [[nodiscard]] Result<AccountId> canonical_account(std::string_view account) const override;
  Result<Tip> tip(CallTimeout timeout) override;
  void wait_for_block(Height height, CallTimeout timeout) override;
  Result<RawBlock> block(Height height, CallTimeout timeout) override;
  Result<Amount> balance(const AccountId& account, const AssetId& asset, Height height, CallTimeout timeout) override;
  [[nodiscard]] Result<AccountId> signer_of(const Movement& movement) const override;
  Result<SignedTxn> sign(const SigningRequest& request) override;
  Result<SignedTxn> sign_anchor(const AccountId& signer, Sequence sequence, LedgerTime not_after,
                                std::uint32_t fee_step, const Hash32& digest) override;
  Status submit(const SignedTxn& txn, CallTimeout timeout) override;
  Result<Sequence> next_sequence(const AccountId& account, CallTimeout timeout) override;

 private:
  class Decoder final : public BlockDecoder {
   public:
    explicit Decoder(InjectedLedger& ledger) : ledger_(ledger) {}

    [[nodiscard]] Result<VerifiedBlock> decode(const RawBlock& block) const override;

   private:
    InjectedLedger& ledger_;
  };

  // These need mutex_.
  void begin_block();
  void include(const TxnId& txn, bool is_ours, std::vector<Outcome> outcomes);
  void seal_block();

  LedgerTraits traits_;
  Decoder decoder_{*this};
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::unordered_map<TxnId, std::vector<Outcome>> signed_;  // and not handed over
  std::vector<std::optional<VerifiedBlock>> blocks_;        // by height; none once it has been read
  VerifiedBlock next_;
  bool is_silent_ = false;
  bool keeps_txns_ = false;
  std::vector<std::pair<TxnId, std::vector<Outcome>>> kept_;
  std::size_t kept_movements_ = 0;
};

}  // namespace clearspan::tools
