// What both connectors of the simulated ledger have in common: everything that needs no contact with the ledger.
#pragma once

#include <memory>
#include <vector>

#include "codecs/simulated/block_decoder.hpp"
#include "ledgers/connector.hpp"
#include "ledgers/simulated/genesis.hpp"
#include "ledgers/simulated/keyring.hpp"

namespace clearspan::simulated {

// What the engine knows of a ledger from its own configuration, not from the ledger's node.
struct ConnectorOptions {
  LedgerId ledger;
  std::vector<Asset> assets;
  AccountId escrow_operator;
  EngineTag engine;
  Millis block_interval{100};
  std::uint64_t finality_depth = 0;  // blocks above a block before it is final
  bool reclaim = true;
  std::uint64_t txn_validity = 64;  // blocks that a release or refund stays valid once signed
  std::uint32_t movements_per_txn_max = kOperationsPerTxnMax;
};

// The options that fit a ledger of that genesis.
ConnectorOptions options_for(const Genesis& genesis, const EngineTag& engine);

// Errors: config_invalid with the field for figures that the ledger does not have.
Status check_options(const ConnectorOptions& options);

class ConnectorBase : public Connector {
 public:
  [[nodiscard]] const LedgerTraits& traits() const override { return traits_; }

  [[nodiscard]] const BlockDecoder& decoder() const override { return decoder_; }

  [[nodiscard]] LedgerDescription description() const override;
  [[nodiscard]] Result<AccountId> canonical_account(std::string_view account) const override;
  [[nodiscard]] Result<AccountId> signer_of(const Movement& movement) const override;
  Result<SignedTxn> sign(const SigningRequest& request) override;

  // Its ref is of no trade, but of this engine.
  Result<SignedTxn> sign_anchor(const AccountId& signer, Sequence sequence, LedgerTime not_after,
                                std::uint32_t fee_step, const Hash32& digest) override;

  // Always 0: the ledger has no sequence numbers.
  Result<Sequence> next_sequence(const AccountId& account, CallTimeout timeout) override;

 protected:
  // `options` have passed check_options.
  ConnectorBase(const ConnectorOptions& options, std::shared_ptr<const Keyring> keys);

  [[nodiscard]] Tip tip_at(Height latest) const;

 private:
  class Decoder final : public BlockDecoder {
   public:
    Decoder(LedgerId ledger, const EngineTag& engine) : ledger_(std::move(ledger)), engine_(engine) {}

    [[nodiscard]] Result<VerifiedBlock> decode(const RawBlock& block) const override {
      return decode_block(block.block_json, {ledger_, block.height, engine_});
    }

   private:
    LedgerId ledger_;
    EngineTag engine_;
  };

  LedgerTraits traits_;
  std::uint64_t finality_depth_;
  EngineTag engine_;
  Decoder decoder_;
  std::shared_ptr<const Keyring> keys_;
};

}  // namespace clearspan::simulated
