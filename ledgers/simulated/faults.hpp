// Scripted misfortune. Rules say what happens to the txns or operations of an account; a node fault says how the
// ledger's node treats its clients. Everything is decided by rules, a seed and ids, so that a run can be repeated.
//
// Batches group the movements of one signing key. A script that wants some payments to go wrong and no others therefore
// gives them an account with a key of its own and writes its rules for that account.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codecs/simulated/txn.hpp"
#include "core/base/result.hpp"

namespace clearspan::simulated {

enum class FaultAction : std::uint8_t {
  drop,   // the txn is never included, as if nobody had sent it; the same bytes again share its fate
  delay,  // the txn waits for delay_blocks more; past its not_after it is lost
  fail,   // the operation is included and fails with `reason`
};

struct FaultRule {
  FaultAction action = FaultAction::drop;
  AccountId account;                 // drop, delay: whose key signed the txn. fail: that, or `from`. Empty: any
  std::optional<MovementKind> kind;  // fail: only such operations. drop, delay: only txns with at least one such
  std::uint32_t per_mille = 1000;    // the share that is hit, chosen by the seed and the txn's id or operation's ref
  std::uint64_t delay_blocks = 0;
  std::string reason = "scripted_failure";
  Height first{0};  // the heights of the blocks at which the rule holds
  Height last{std::numeric_limits<std::uint64_t>::max()};
};

// Errors: invalid_value or out_of_range with the field's name.
Status check_fault_rule(const FaultRule& rule);

enum class NodeFault : std::uint8_t {
  none,
  stalled,      // answers, but shows no new block; what it is given reaches the ledger when the fault ends
  silent,       // every call times out; half of what it is given reaches the ledger all the same
  unreachable,  // every call fails at once
  lying,        // serves blocks with one digit altered
};

std::string_view to_string(FaultAction action);
std::string_view to_string(NodeFault fault);
std::optional<FaultAction> parse_fault_action(std::string_view text);
std::optional<NodeFault> parse_node_fault(std::string_view text);

// What the rules ask about a signer: whether a key is that of an account.
class KeyDirectory {
 public:
  virtual ~KeyDirectory() = default;
  [[nodiscard]] virtual bool is_key_of(const AccountId& account, const SignerKey& key) const = 0;
};

class FaultPlan {
 public:
  explicit FaultPlan(std::uint64_t seed) : seed_(seed) {}

  void add(FaultRule rule) { rules_.push_back(std::move(rule)); }

  void clear() { rules_.clear(); }

  [[nodiscard]] bool empty() const { return rules_.empty(); }

  // The rule that keeps a txn out of the block of that height, the first in order; none lets it in.
  [[nodiscard]] const FaultRule* txn_fault(const TxnContent& txn, const TxnId& id, Height height,
                                           const KeyDirectory& keys) const;

  // Why the operation must fail; empty lets it work.
  [[nodiscard]] std::string_view operation_fault(const Operation& operation, const SignerKey& signer, Height height,
                                                 const KeyDirectory& keys) const;

  // A number that depends on the seed and the text alone, evenly spread.
  [[nodiscard]] std::uint64_t dice(ByteView text) const;

 private:
  [[nodiscard]] bool is_hit(const FaultRule& rule, ByteView id) const;

  std::uint64_t seed_;
  std::vector<FaultRule> rules_;
};

}  // namespace clearspan::simulated
