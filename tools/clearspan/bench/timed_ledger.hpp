// A connector that notes when the engine hands it what, and when the blocks come that show it.
#pragma once

#include <memory>
#include <mutex>

#include "ledgers/connector.hpp"
#include "ledgers/simulated/ledger.hpp"
#include "tools/clearspan/bench/moments.hpp"

namespace clearspan::tools {

class TimedLedger final : public Connector {
 public:
  // `connector` leads to `ledger`; `moments` lives longer than this.
  TimedLedger(std::shared_ptr<Connector> connector, std::shared_ptr<simulated::Ledger> ledger, Moments& moments);
  ~TimedLedger() override;

  [[nodiscard]] BlockMoments block_moments() const;

  [[nodiscard]] const LedgerTraits& traits() const override { return inner_->traits(); }

  [[nodiscard]] const BlockDecoder& decoder() const override { return decoder_; }

  [[nodiscard]] LedgerDescription description() const override { return inner_->description(); }

  [[nodiscard]] Result<AccountId> canonical_account(std::string_view account) const override {
    return inner_->canonical_account(account);
  }

  Result<Tip> tip(CallTimeout timeout) override { return inner_->tip(timeout); }

  void wait_for_block(Height height, CallTimeout timeout) override { inner_->wait_for_block(height, timeout); }

  Result<RawBlock> block(Height height, CallTimeout timeout) override;

  Result<Amount> balance(const AccountId& account, const AssetId& asset, Height height, CallTimeout timeout) override {
    return inner_->balance(account, asset, height, timeout);
  }

  [[nodiscard]] Result<AccountId> signer_of(const Movement& movement) const override {
    return inner_->signer_of(movement);
  }

  Result<SignedTxn> sign(const SigningRequest& request) override { return inner_->sign(request); }

  Result<SignedTxn> sign_anchor(const AccountId& signer, Sequence sequence, LedgerTime not_after,
                                std::uint32_t fee_step, const Hash32& digest) override {
    return inner_->sign_anchor(signer, sequence, not_after, fee_step, digest);
  }

  Status submit(const SignedTxn& txn, CallTimeout timeout) override;

  Result<Sequence> next_sequence(const AccountId& account, CallTimeout timeout) override {
    return inner_->next_sequence(account, timeout);
  }

 private:
  class Decoder final : public BlockDecoder {
   public:
    explicit Decoder(TimedLedger& ledger) : ledger_(ledger) {}

    [[nodiscard]] Result<VerifiedBlock> decode(const RawBlock& block) const override;

   private:
    TimedLedger& ledger_;
  };

  // The first time that there is something to note of the block.
  void note(std::vector<Moment> BlockMoments::*list, Height height, Moment now);

  const std::shared_ptr<Connector> inner_;
  const std::shared_ptr<simulated::Ledger> ledger_;
  Moments& moments_;
  const Decoder decoder_{*this};
  mutable std::mutex mutex_;
  BlockMoments blocks_;
};

}  // namespace clearspan::tools
