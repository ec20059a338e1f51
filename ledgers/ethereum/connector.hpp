// An EVM chain as a ledger: value is held by the escrow contract, and everything is read from blocks whose hashes the
// decoder recomputes. Standard JSON-RPC only.
//
//   read   tip, wait_for_block, block, check              the block follower
//   write  submit, next_sequence, balance                 the sender
//   pure   sign, sign_anchor                                    any one thread at a time
//          signer_of, canonical_account                   any thread
//
// Each group has its own connections. An agreement of several nodes is needed for whatever money rests on: the hash at
// a height, a balance, a sequence number, the chain's id and the contract's code.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "codecs/json/document.hpp"
#include "ledgers/connector.hpp"
#include "ledgers/ethereum/assets.hpp"
#include "ledgers/ethereum/decoder.hpp"
#include "ledgers/ethereum/endpoints.hpp"
#include "ledgers/ethereum/fees.hpp"
#include "ledgers/ethereum/head_watch.hpp"
#include "ledgers/ethereum/keyring.hpp"
#include "ledgers/ethereum/options.hpp"
#include "ledgers/ethereum/signer.hpp"

namespace clearspan::ethereum {

class EvmConnector final : public Connector {
 public:
  // No I/O. Errors: config_invalid.
  static Result<std::unique_ptr<EvmConnector>> make(EvmOptions options, Keyring keyring);

  // Whether the nodes serve the configured chain and the escrow contract has the expected code, by the agreement of
  // enough of them. Errors: config_invalid, naming what differs; those of Endpoints::agree.
  Status check(CallTimeout timeout);

  [[nodiscard]] const LedgerTraits& traits() const override { return traits_; }

  [[nodiscard]] const BlockDecoder& decoder() const override { return decoder_; }

  [[nodiscard]] LedgerDescription description() const override;
  [[nodiscard]] Result<AccountId> canonical_account(std::string_view account) const override;
  Result<Tip> tip(CallTimeout timeout) override;
  void wait_for_block(Height height, CallTimeout timeout) override;
  Result<RawBlock> block(Height height, CallTimeout timeout) override;
  Result<Amount> balance(const AccountId& account, const AssetId& asset, Height height, CallTimeout timeout) override;
  [[nodiscard]] Result<AccountId> signer_of(const Movement& movement) const override;

  // The same request gives the same bytes for as long as the process lives (see FeeBook).
  Result<SignedTxn> sign(const SigningRequest& request) override;
  Result<SignedTxn> sign_anchor(const AccountId& signer, Sequence sequence, LedgerTime not_after,
                                std::uint32_t fee_step, const Hash32& digest) override;

  // Given to every endpoint; success when one has it, be it since before.
  Status submit(const SignedTxn& txn, CallTimeout timeout) override;
  Result<Sequence> next_sequence(const AccountId& account, CallTimeout timeout) override;

  [[nodiscard]] const EvmOptions& options() const { return options_; }

 private:
  EvmConnector(EvmOptions options, Keyring keyring, const std::vector<transport::Url>& urls);

  Result<Height> final_height(Height latest, const Deadline& deadline);
  Status refresh_fees(const Deadline& deadline);
  Result<RawBlock> fetch(std::size_t endpoint, Height height, const std::string& hash, const Deadline& deadline);
  Result<std::string> fetch_receipts(std::size_t endpoint, std::string_view block_json, const Deadline& deadline);
  Result<std::string> fetch_receipts_singly(std::size_t endpoint, std::string_view block_json,
                                            const Deadline& deadline);
  Status submit_to(std::size_t endpoint, const SignedTxn& txn, const Deadline& deadline);

  EvmOptions options_;
  LedgerTraits traits_;
  Keyring keyring_;
  Assets assets_;
  FeeBook fees_;
  Signer signer_;
  Decoder decoder_;
  Endpoints read_;
  Endpoints write_;
  HeadWatch heads_;
  std::size_t turn_ = 0;                    // which of those that agree serves the next block
  std::set<std::size_t> without_receipts_;  // endpoints that do not know eth_getBlockReceipts
};

}  // namespace clearspan::ethereum
