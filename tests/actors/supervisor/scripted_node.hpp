// A simulated ledger, and a node in front of it that answers what the test wants: a tip that is overstated, no block
// any more after so many, or txns with numbers like an EVM ledger's.
#pragma once

#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <memory>
#include <string>
#include <tuple>

#include "ledgers/simulated/in_process_connector.hpp"

namespace clearspan::actors {

inline constexpr std::uint64_t kFinalityDepth = 2;

class ManualClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override { return Timestamp{time}; }

  Millis time{1'800'000'000'000};
};

class ScriptedNode final : public simulated::ConnectorBase {
 public:
  ScriptedNode(const std::shared_ptr<simulated::Ledger>& ledger, const simulated::ConnectorOptions& options,
               const std::shared_ptr<const simulated::Keyring>& keys)
      : ConnectorBase(options, keys), inner_(ledger, options, keys), traits_(ConnectorBase::traits()) {}

  bool overstates_what_is_final = false;
  bool loses_what_it_is_given = false;
  Sequence next_number;                                                   // of every account, where txns are numbered
  std::uint64_t blocks_left = std::numeric_limits<std::uint64_t>::max();  // that it still serves

  // From the engine's next start on, the accounts of this ledger number their txns.
  void number_txns() { traits_.has_sequence = true; }

  // From the engine's next start on, txns for this ledger are valid for so many blocks.
  void end_validity_after(std::uint64_t blocks) { traits_.txn_validity = blocks; }

  // Whose txn this is, and its number, as its blocks show it.
  void show_number(const TxnId& txn, const AccountId& sender, Sequence number) {
    decoder_.numbers[txn] = {sender, number};
  }

  [[nodiscard]] const LedgerTraits& traits() const override { return traits_; }

  [[nodiscard]] const BlockDecoder& decoder() const override { return decoder_; }

  Result<Tip> tip(CallTimeout timeout) override {
    CLEARSPAN_TRY(Tip tip, inner_.tip(timeout));
    if (overstates_what_is_final) tip.final_height = tip.latest;
    return tip;
  }

  Result<RawBlock> block(Height height, CallTimeout timeout) override {
    if (blocks_left == 0) return make_error(ErrorCode::unreachable);
    --blocks_left;
    return inner_.block(height, timeout);
  }

  // This ledger has no fees: what replaces a txn is valid for less long instead.
  Result<SignedTxn> sign(const SigningRequest& request) override {
    SigningRequest without_fee = request;
    without_fee.fee_step = 0;
    without_fee.not_after.value -= request.fee_step;
    CLEARSPAN_TRY(SignedTxn txn, ConnectorBase::sign(without_fee));
    txn.fee_step = request.fee_step;
    return txn;
  }

  void wait_for_block(Height, CallTimeout) override {}

  Result<Sequence> next_sequence(const AccountId& /*account*/, CallTimeout /*timeout*/) override { return next_number; }

  Result<Amount> balance(const AccountId& account, const AssetId& asset, Height height, CallTimeout timeout) override {
    return inner_.balance(account, asset, height, timeout);
  }

  Status submit(const SignedTxn& txn, CallTimeout timeout) override {
    return loses_what_it_is_given ? Status{Done{}} : inner_.submit(txn, timeout);
  }

 private:
  class Decoder final : public BlockDecoder {
   public:
    explicit Decoder(const BlockDecoder& inner) : inner_(inner) {}

    std::map<TxnId, std::pair<AccountId, Sequence>> numbers;

    [[nodiscard]] Result<VerifiedBlock> decode(const RawBlock& raw) const override {
      CLEARSPAN_TRY(VerifiedBlock block, inner_.decode(raw));
      for (IncludedTxn& txn : block.txns) {
        if (const auto found = numbers.find(txn.id); found != numbers.end()) {
          std::tie(txn.sender, txn.sequence) = found->second;
        }
      }
      return block;
    }

   private:
    const BlockDecoder& inner_;
  };

  simulated::InProcessConnector inner_;
  LedgerTraits traits_;
  Decoder decoder_{ConnectorBase::decoder()};
};

struct Side {
  std::shared_ptr<simulated::Ledger> ledger;
  std::shared_ptr<ScriptedNode> node;

  void produce(std::uint64_t blocks) const {
    for (std::uint64_t i = 0; i < blocks; ++i) ledger->produce();
  }
};

// Its blocks are final when kFinalityDepth others follow them.
inline Side make_side(const std::string& ledger, const std::string& asset, const EngineTag& tag, const Clock& clock) {
  simulated::Genesis genesis = simulated::demo_genesis(LedgerId{ledger}, AssetId{asset});
  genesis.finality_depth = kFinalityDepth;
  EXPECT_TRUE(simulated::check_genesis(genesis).ok());
  auto keys = std::make_shared<simulated::Keyring>(genesis.escrow_operator);
  for (const simulated::GenesisAccount& account : genesis.accounts) {
    EXPECT_TRUE(keys->add(account.id, simulated::demo_key(account.id)).ok());
  }
  simulated::ConnectorOptions options = simulated::options_for(genesis, tag);
  options.txn_validity = 10'000;  // nothing dies by accident
  Side side;
  side.ledger = std::make_shared<simulated::Ledger>(genesis, clock, 7);
  side.node = std::make_shared<ScriptedNode>(side.ledger, options, keys);
  return side;
}

}  // namespace clearspan::actors
