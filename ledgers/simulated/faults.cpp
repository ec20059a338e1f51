#include "ledgers/simulated/faults.hpp"

#include <algorithm>
#include <array>

#include "codecs/crypto/sha256.hpp"
#include "codecs/simulated/block.hpp"
#include "codecs/simulated/wire.hpp"

namespace clearspan::simulated {
namespace {

constexpr std::array kActions{FaultAction::drop, FaultAction::delay, FaultAction::fail};
constexpr std::array kNodeFaults{NodeFault::none, NodeFault::stalled, NodeFault::silent, NodeFault::unreachable,
                                 NodeFault::lying};
constexpr std::uint32_t kPerMilleAll = 1000;

bool holds_at(const FaultRule& rule, Height height) {
  return rule.first <= height && height <= rule.last;
}

}  // namespace

std::string_view to_string(FaultAction action) {
  switch (action) {
    case FaultAction::drop:
      return "drop";
    case FaultAction::delay:
      return "delay";
    case FaultAction::fail:
      return "fail";
  }
  return "";
}

std::string_view to_string(NodeFault fault) {
  switch (fault) {
    case NodeFault::none:
      return "none";
    case NodeFault::stalled:
      return "stalled";
    case NodeFault::silent:
      return "silent";
    case NodeFault::unreachable:
      return "unreachable";
    case NodeFault::lying:
      return "lying";
  }
  return "";
}

std::optional<FaultAction> parse_fault_action(std::string_view text) {
  for (const FaultAction action : kActions) {
    if (text == to_string(action)) return action;
  }
  return std::nullopt;
}

std::optional<NodeFault> parse_node_fault(std::string_view text) {
  for (const NodeFault fault : kNodeFaults) {
    if (text == to_string(fault)) return fault;
  }
  return std::nullopt;
}

Status check_fault_rule(const FaultRule& rule) {
  if (rule.per_mille > kPerMilleAll) return make_error(ErrorCode::out_of_range, "at most 1000", "per_mille");
  if (rule.action == FaultAction::fail && !is_reason(rule.reason)) {
    return make_error(ErrorCode::invalid_value, "must be 1 to 64 of a-z _", "reason");
  }
  if (!rule.account.text.empty() && !is_account_name(rule.account.text)) {
    return make_error(ErrorCode::invalid_value, "this is no name of an account", "account");
  }
  return Done{};
}

std::uint64_t FaultPlan::dice(ByteView text) const {
  Bytes seed;
  put_u64(seed, seed_);
  const Hash32 hash = crypto::sha256(seed, text);
  return WireReader(hash.view()).number<std::uint64_t>();
}

bool FaultPlan::is_hit(const FaultRule& rule, ByteView id) const {
  return rule.per_mille >= kPerMilleAll || dice(id) % kPerMilleAll < rule.per_mille;
}

const FaultRule* FaultPlan::txn_fault(const TxnContent& txn, const TxnId& id, Height height,
                                      const KeyDirectory& keys) const {
  const auto has_kind = [&](MovementKind kind) {
    return std::any_of(txn.operations.begin(), txn.operations.end(),
                       [&](const Operation& operation) { return operation.kind == operation_kind(kind); });
  };
  for (const FaultRule& rule : rules_) {
    if (rule.action == FaultAction::fail || !holds_at(rule, height)) continue;
    if (!rule.account.text.empty() && !keys.is_key_of(rule.account, txn.header.signer)) continue;
    if (rule.kind && !has_kind(*rule.kind)) continue;
    if (is_hit(rule, id.view())) return &rule;
  }
  return nullptr;
}

std::string_view FaultPlan::operation_fault(const Operation& operation, const SignerKey& signer, Height height,
                                            const KeyDirectory& keys) const {
  for (const FaultRule& rule : rules_) {
    if (rule.action != FaultAction::fail || !holds_at(rule, height)) continue;
    if (rule.kind && operation_kind(*rule.kind) != operation.kind) continue;
    const bool is_concerned =
        rule.account.text.empty() || rule.account.text == operation.from || keys.is_key_of(rule.account, signer);
    if (is_concerned && is_hit(rule, operation.ref.view())) return rule.reason;
  }
  return {};
}

}  // namespace clearspan::simulated
