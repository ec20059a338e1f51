// A connector between the engine and a simulated ledger whose node and network cannot be trusted: calls fail, answers
// are lost or false, what was sent arrives late or twice, and blocks are altered or of a chain that is no more. It says
// nothing that safety.md calls authentic: everything that it alters has to be found by the engine.
#pragma once

#include <deque>
#include <map>
#include <set>

#include "ledgers/connector.hpp"
#include "tools/simulation/random.hpp"
#include "tools/simulation/sometimes.hpp"

namespace clearspan::sim {

struct NetworkFaults {  // per million calls
  std::uint32_t call_fails = 0;
  std::uint32_t answer_lost = 0;   // of a submit that arrived
  std::uint32_t answer_false = 0;  // "rejected", of a submit that arrived
  std::uint32_t sent_late = 0;     // a submit that arrives when deliver_late() says so
  std::uint32_t sent_twice = 0;
  std::uint32_t stale_tip = 0;      // an earlier one
  std::uint32_t imagined_tip = 0;   // of blocks that do not exist
  std::uint32_t altered_block = 0;  // one character changed
  std::uint32_t stale_block = 0;    // as it was served first, before any reorganisation
  std::uint32_t other_block = 0;    // of the height below
  std::uint32_t wrong_balance = 0;  // one unit less than there is, never of the escrow account
};

class HostileConnector final : public Connector {
 public:
  HostileConnector(std::shared_ptr<Connector> inner, Random& random, SometimesCounts& counts)
      : inner_(std::move(inner)), random_(random), counts_(counts) {}

  void set_faults(const NetworkFaults& faults) { faults_ = faults; }

  // Lets one of the delayed txns arrive; false when there is none.
  bool deliver_late();

  // Txns that have reached the ledger at least once.
  [[nodiscard]] bool has_arrived(const TxnId& txn) const { return arrived_.contains(txn); }

  // How often anything was signed.
  [[nodiscard]] std::uint64_t signatures() const { return signatures_; }

  [[nodiscard]] const LedgerTraits& traits() const override { return inner_->traits(); }

  [[nodiscard]] const BlockDecoder& decoder() const override { return inner_->decoder(); }

  [[nodiscard]] LedgerDescription description() const override { return inner_->description(); }

  [[nodiscard]] Result<AccountId> canonical_account(std::string_view account) const override {
    return inner_->canonical_account(account);
  }

  [[nodiscard]] Result<AccountId> signer_of(const Movement& movement) const override {
    return inner_->signer_of(movement);
  }

  Result<SignedTxn> sign(const SigningRequest& request) override {
    ++signatures_;
    return inner_->sign(request);
  }

  Result<SignedTxn> sign_anchor(const AccountId& signer, Sequence sequence, LedgerTime not_after,
                                std::uint32_t fee_step, const Hash32& digest) override {
    ++signatures_;
    return inner_->sign_anchor(signer, sequence, not_after, fee_step, digest);
  }

  Result<Tip> tip(CallTimeout timeout) override;

  void wait_for_block(Height, CallTimeout) override {}

  Result<RawBlock> block(Height height, CallTimeout timeout) override;
  Result<Amount> balance(const AccountId& account, const AssetId& asset, Height height, CallTimeout timeout) override;
  Status submit(const SignedTxn& txn, CallTimeout timeout) override;

  Result<Sequence> next_sequence(const AccountId& account, CallTimeout timeout) override {
    return inner_->next_sequence(account, timeout);
  }

 private:
  Status fail_sometimes();
  Status arrive(const SignedTxn& txn, CallTimeout timeout);

  std::shared_ptr<Connector> inner_;
  Random& random_;
  SometimesCounts& counts_;
  NetworkFaults faults_;
  std::uint64_t signatures_ = 0;
  std::deque<SignedTxn> late_;
  std::set<TxnId> arrived_;
  std::map<Height, std::string> first_served_;  // the JSON of each block when it was asked for first
  std::optional<Tip> earlier_tip_;
};

}  // namespace clearspan::sim
