#include "ledgers/simulated/pool.hpp"

#include <algorithm>

#include "codecs/simulated/block.hpp"

namespace clearspan::simulated {
namespace {

// The largest content: every operation with the longest names and amount.
constexpr std::size_t kRawMax = 2u << 20;  // bytes

Result<PendingTxnPtr> parse_unverified(Bytes raw) {
  if (raw.size() > kRawMax) return make_error(ErrorCode::too_large, "a txn has at most 2 MiB");
  if (raw.size() <= TxnSignature::kSize) return make_error(ErrorCode::txn_malformed, "too short for a signed txn");
  auto txn = std::make_unique<PendingTxn>();
  txn->raw = std::move(raw);
  const ByteView all = txn->raw;
  const ByteView content = all.first(all.size() - TxnSignature::kSize);
  const ByteView signature = all.last(TxnSignature::kSize);
  CLEARSPAN_TRY(txn->content, parse_txn_content(content));
  std::copy(signature.begin(), signature.end(), txn->signature.bytes.begin());
  txn->id = txn_id_of(content);
  return txn;
}

}  // namespace

Result<PendingTxnPtr> parse_signed_txn(ByteView raw) {
  CLEARSPAN_TRY(auto txn, parse_unverified(Bytes(raw.begin(), raw.end())));
  if (!crypto::verify(txn->content.header.signer, txn->id.view(), txn->signature)) {
    return make_error(ErrorCode::signature_invalid, "the signature is not that of the signer over this txn");
  }
  return txn;
}

PendingTxnPtr restore_signed_txn(Bytes raw) {
  return parse_unverified(std::move(raw)).value();
}

Status Pool::add(PendingTxnPtr txn, Height next) {
  const std::lock_guard lock(mutex_);
  if (known_.contains(txn->id)) return Done{};
  if (LedgerTime{next.value} > txn->content.header.not_after) {
    return make_error(ErrorCode::movement_rejected, "the txn has expired");
  }
  const std::size_t operations = txn->content.operations.size();
  if (waiting_operations_ + operations > kPoolOperationsMax) {
    return make_error(ErrorCode::overloaded, "too many operations wait for a block");
  }
  waiting_operations_ += operations;
  known_.emplace(txn->id, false);
  waiting_.push_back(std::move(txn));
  return Done{};
}

std::vector<PendingTxnPtr> Pool::take(Height height) {
  const std::lock_guard lock(mutex_);
  while (!expiries_.empty() && expiries_.begin()->first < LedgerTime{height.value}) {
    known_.erase(expiries_.begin()->second);
    expiries_.erase(expiries_.begin());
  }
  std::vector<PendingTxnPtr> taken;
  std::deque<PendingTxnPtr> rest;
  std::size_t operations = 0;
  bool is_full = false;
  for (PendingTxnPtr& txn : waiting_) {
    const std::size_t count = txn->content.operations.size();
    if (LedgerTime{height.value} > txn->content.header.not_after) {
      waiting_operations_ -= count;
      known_.erase(txn->id);
      continue;
    }
    is_full = is_full || operations + count > kOperationsPerBlockMax || taken.size() == kTxnsPerBlockMax;
    if (is_full || txn->not_before > height) {
      rest.push_back(std::move(txn));
      continue;
    }
    operations += count;
    waiting_operations_ -= count;
    taken.push_back(std::move(txn));
  }
  waiting_ = std::move(rest);
  return taken;
}

void Pool::mark_included(const TxnId& id, LedgerTime not_after) {
  const std::lock_guard lock(mutex_);
  known_[id] = true;
  if (not_after != kNever) expiries_.emplace(not_after, id);
}

void Pool::put_back(PendingTxnPtr txn) {
  const std::lock_guard lock(mutex_);
  known_[txn->id] = false;
  waiting_operations_ += txn->content.operations.size();
  waiting_.push_front(std::move(txn));
}

void Pool::forget(const TxnId& id) {
  const std::lock_guard lock(mutex_);
  known_.erase(id);
}

std::size_t Pool::size() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

}  // namespace clearspan::simulated
