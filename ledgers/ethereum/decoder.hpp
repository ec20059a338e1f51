// From a block with its receipts to what concerns settlement. codecs/ethereum recomputes every hash first; here the
// logs of the escrow contract in successful txns become outcomes.
//
// What a log proves: the contract at the configured address wrote it, in a txn that succeeded, with the amount that
// arrived. A Failed event counts only when an account of ours made the call: anybody can fail a movement of any name.
#pragma once

#include <set>

#include "codecs/ethereum/block.hpp"
#include "ledgers/connector.hpp"
#include "ledgers/ethereum/assets.hpp"
#include "ledgers/ethereum/escrow_contract.hpp"
#include "ledgers/ethereum/options.hpp"

namespace clearspan::ethereum {

class Decoder final : public BlockDecoder {
 public:
  // `options` and `assets` outlive the decoder. `ours`: the accounts that the engine signs for.
  Decoder(const EvmOptions& options, const Assets& assets, std::set<Address> ours);

  // Errors: those of ethereum::decode_block; not_a_block when it is of another height; receipt_malformed for a log that
  // the escrow contract cannot have written. May be called by several threads.
  [[nodiscard]] Result<VerifiedBlock> decode(const RawBlock& block) const override;

 private:
  Status add_txn(VerifiedBlock& out, const EthereumBlock& block, std::size_t index) const;
  Status add_outcomes(VerifiedBlock& out, const EthereumBlock& block, std::size_t index) const;
  [[nodiscard]] Result<bool> has_our_anchor(const EthereumBlock& block, std::size_t index) const;
  [[nodiscard]] bool concerns_us(const EscrowEvent& event) const;

  const EvmOptions& options_;
  const Assets& assets_;
  std::set<Address> ours_;
};

}  // namespace clearspan::ethereum
