#include "tools/simulation/hostile_connector.hpp"

#include "ledgers/simulated/genesis.hpp"

namespace clearspan::sim {
namespace {

constexpr Millis kTimeout{1'000};

}  // namespace

Status HostileConnector::fail_sometimes() {
  if (!random_.chance(faults_.call_fails)) return Done{};
  return random_.below(2) == 0 ? make_error(ErrorCode::unreachable) : make_error(ErrorCode::timed_out);
}

Result<Tip> HostileConnector::tip(CallTimeout timeout) {
  CLEARSPAN_CHECK_OK(fail_sometimes());
  CLEARSPAN_TRY(Tip tip, inner_->tip(timeout));
  if (earlier_tip_ && random_.chance(faults_.stale_tip)) return *earlier_tip_;
  if (!earlier_tip_ || random_.below(8) == 0) earlier_tip_ = tip;
  if (random_.chance(faults_.imagined_tip)) {
    const std::uint64_t more = 1 + random_.below(5);
    tip = {tip.latest.plus(more), tip.final_height.plus(more)};
  }
  return tip;
}

Result<RawBlock> HostileConnector::block(Height height, CallTimeout timeout) {
  CLEARSPAN_CHECK_OK(fail_sometimes());
  CLEARSPAN_TRY(RawBlock block, inner_->block(height, timeout));
  const auto [first, is_new] = first_served_.try_emplace(height, block.block_json);
  if (first->second != block.block_json && random_.chance(faults_.stale_block)) {
    reached(counts_, Sometimes::stale_chain_served);
    block.block_json = first->second;
  }
  if (height.value > 0 && random_.chance(faults_.other_block)) {
    return inner_->block(Height{height.value - 1}, timeout);
  }
  if (random_.chance(faults_.altered_block)) {
    char& letter = block.block_json[random_.below(block.block_json.size())];
    letter = letter == '1' ? '2' : '1';
  }
  return block;
}

Result<Amount> HostileConnector::balance(const AccountId& account, const AssetId& asset, Height height,
                                         CallTimeout timeout) {
  CLEARSPAN_CHECK_OK(fail_sometimes());
  CLEARSPAN_TRY(const Amount balance, inner_->balance(account, asset, height, timeout));
  const bool may_lie = account.text != simulated::kEscrowAccount && !balance.is_zero();
  return may_lie && random_.chance(faults_.wrong_balance) ? subtract(balance, Amount(1)) : balance;
}

Status HostileConnector::arrive(const SignedTxn& txn, CallTimeout timeout) {
  if (!arrived_.insert(txn.id).second) reached(counts_, Sometimes::delivered_twice);
  return inner_->submit(txn, timeout);
}

Status HostileConnector::submit(const SignedTxn& txn, CallTimeout timeout) {
  CLEARSPAN_CHECK_OK(fail_sometimes());
  if (random_.chance(faults_.sent_late)) {
    late_.push_back(txn);
    return random_.below(2) == 0 ? Status{Done{}} : make_error(ErrorCode::timed_out);
  }
  Status answer = arrive(txn, timeout);
  if (random_.chance(faults_.sent_twice)) static_cast<void>(arrive(txn, timeout));
  if (random_.chance(faults_.answer_lost)) {
    reached(counts_, Sometimes::answer_lost);
    return make_error(ErrorCode::timed_out);
  }
  if (random_.chance(faults_.answer_false)) {
    reached(counts_, Sometimes::success_called_failure);
    return make_error(ErrorCode::movement_rejected, "failed, says the node");
  }
  return answer;
}

bool HostileConnector::deliver_late() {
  if (late_.empty()) return false;
  const SignedTxn txn = std::move(late_.front());
  late_.pop_front();
  reached(counts_, Sometimes::delivered_late);
  static_cast<void>(arrive(txn, kTimeout));
  return true;
}

}  // namespace clearspan::sim
