// What goes to the ledger's node and what it answers, signed bytes, balances and sequence numbers: the sending half of
// the submitter.
#include <spdlog/spdlog.h>

#include <algorithm>

#include "actors/submitter/ledger_port.hpp"
#include "actors/submitter/submitter.hpp"
#include "core/base/kill_point.hpp"

namespace clearspan::actors {

void Submitter::on_recorded(const TxnRecorded& message) {
  const auto found = flights_.find(message.txn);
  if (found == flights_.end()) return;
  Flight& flight = found->second;
  flight.recorded_at = message.sequence;
  if (flight.closed_at) return;  // another txn with its number was final first: there is nothing to wait for any more
  flight.first_sent = shard_.clock->now();
  kill_point(KillPoint::txn_recorded);
  answer_signed(flight);
  send_bytes(flight);
}

// The monitors hear of it before it is sent, so that they watch before there is anything to see.
void Submitter::answer_signed(const Flight& flight) {
  std::vector<MovementsSigned> answers(shard_.count);
  for (const Movement& movement : flight.movements) {
    std::vector<SignedMovement>& answer = answers[shard_of(trade_of(movement.ref), shard_.count)].movements;
    if (answer.empty()) answer.reserve(flight.movements.size());
    answer.push_back(as_signed(flight, movement));
  }
  for (std::size_t shard = 0; shard < answers.size(); ++shard) {
    if (!answers[shard].movements.empty()) caf::anon_send(ledger_.monitors[shard], std::move(answers[shard]));
  }
}

SignedMovement Submitter::as_signed(const Flight& flight, const Movement& movement) {
  return {key_of(movement), movement.hold_key, movement.attempt, flight.txn.id,
          std::min(flight.txn.not_after, movement.not_after)};
}

void Submitter::send_bytes(Flight& flight) {
  flight.last_sent = shard_.clock->now();
  flight.is_being_sent = true;
  ledger_.port->submit(flight.txn, *flight.recorded_at,
                       [self = caf::actor_cast<SubmitterActor>(this), id = flight.txn.id](Status status) {
                         caf::anon_send(self, TxnSent{id, std::move(status)});
                       });
}

void Submitter::on_sent(const TxnSent& message) {
  if (const auto flight = flights_.find(message.txn); flight != flights_.end()) {
    flight->second.is_being_sent = false;
    count_answered(flight->second);
  }
  kill_point(KillPoint::txn_answer_noted);
  if (message.status) return;
  spdlog::debug("{}: the node answered to txn {}: {}", ledger_.traits.id.text, to_hex(message.txn.view()),
                describe(message.status.error()));
  if (is_retryable(message.status.error().code)) ledger_.head.set_problem(describe(message.status.error()));
}

void Submitter::count_answered(Flight& flight) {
  if (!std::exchange(flight.is_unanswered, false)) return;
  Signer& signer = signers_[flight.txn.signer];
  --signer.unanswered;
  if (!signer.queue.empty()) schedule_flush();
}

// The same movements at the same number with a higher fee: whichever is included, there is one effect.
void Submitter::raise_fee(const Flight& flight) {
  if (!may_sign() || flight.txn.fee_step >= kFeeStepsMax) return;
  const SignedTxn& old = flight.txn;
  const SigningRequest request{old.signer, old.sequence, old.not_after, old.fee_step + 1, flight.movements};
  Result<SignedTxn> txn = flight.anchor
                              ? ledger_.connector->sign_anchor(request.signer, request.sequence, request.not_after,
                                                               request.fee_step, flight.anchor->digest)
                              : ledger_.connector->sign(request);
  if (!txn) {
    spdlog::warn("{}: txn {} cannot be replaced: {}", ledger_.traits.id.text, to_hex(flight.txn.id.view()),
                 describe(txn.error()));
    return;
  }
  const std::optional<SubmitAnchor> anchor = flight.anchor;
  record(std::move(*txn), flight.movements).anchor = anchor;
}

// Thousands may wait for the same one.
void Submitter::wait_for_balance(Movement&& movement, Height asked_at) {
  const auto [waiting, is_first] = awaits_balance_.try_emplace({movement.from, movement.asset});
  waiting->second.push_back({std::move(movement), asked_at});
  if (!is_first) return;
  const auto& [account, asset] = waiting->first;
  const Height height{ledger_.head.final_height.load()};
  ledger_.port->read_balance(
      account, asset, height,
      [self = caf::actor_cast<SubmitterActor>(this), account = account, asset = asset, height](Result<Amount> balance) {
        caf::anon_send(self, BalanceRead{account, asset, height, std::move(balance)});
      });
}

// What waited for it and may go now goes first.
void Submitter::on_balance(const BalanceRead& message) {
  if (message.account == ledger_.traits.held_in) return on_held_balance(message);
  auto waited = awaits_balance_.extract({message.account, message.asset});
  CLEARSPAN_VERIFY(!waited.empty());
  if (message.balance) {
    funds_.set_balance(message.account, message.asset, message.height, *message.balance);
    schedule_flush();
  } else {
    ledger_.head.set_problem(describe(message.balance.error()));  // the tick flushes again
  }
  std::vector<Movement> ready;
  for (auto& [movement, asked_at] : waited.mapped()) {
    if (!is_queued(movement)) continue;
    if (!message.balance || may_go(movement, asked_at)) ready.push_back(std::move(movement));
  }
  std::ranges::reverse(ready);
  for (Movement& movement : ready) {
    signers_[*ledger_.connector->signer_of(movement)].queue.push_front(std::move(movement));
  }
}

void Submitter::read_sequence(const AccountId& account, Signer& signer) {
  if (signer.reading_sequence) return;
  signer.reading_sequence = true;
  ledger_.port->read_sequence(account,
                              [self = caf::actor_cast<SubmitterActor>(this), account](Result<Sequence> sequence) {
                                caf::anon_send(self, SequenceRead{account, std::move(sequence)});
                              });
}

// The account's next number on the chain: the start for new txns, and the sign of which older ones are used up.
void Submitter::on_sequence(const SequenceRead& message) {
  Signer& signer = signers_[message.account];
  signer.reading_sequence = false;
  if (!message.sequence) {
    ledger_.head.set_problem(describe(message.sequence.error()));
    return;
  }
  const Sequence on_chain = *message.sequence;
  Sequence next = std::max(on_chain, signer.next.value_or(on_chain));
  std::optional<TxnId> stuck;
  for (const auto& [slot, txns] : by_sequence_) {
    if (slot.first != message.account) continue;
    next = std::max(next, slot.second.plus(1));
    for (const TxnId& id : txns) {
      Flight& flight = flights_.at(id);
      if (slot.second < on_chain && !flight.used_up_by) flight.used_up_by = Height{ledger_.head.latest.load()};
    }
    if (slot.second == on_chain) stuck = txns.back();
  }
  signer.next = next;
  if (stuck) {
    const Flight& flight = flights_.at(*stuck);
    const bool may_land = flight.recorded_at && !flight.closed_at;
    if (may_land && shard_.clock->now() - flight.first_sent >= kRaiseFeeAfter) raise_fee(flight);
  }
  schedule_flush();
}

void Submitter::on_tick() {
  const Timestamp now = shard_.clock->now();
  for (auto& [id, flight] : flights_) {
    if (!flight.recorded_at || flight.closed_at || flight.is_being_sent) continue;
    if (now - flight.last_sent < shard_.options->resend_after) continue;
    if (ledger_.head.frozen) continue;
    kill_point(KillPoint::resend_before_send);
    send_bytes(flight);
    if (ledger_.traits.has_sequence) read_sequence(flight.txn.signer, signers_[flight.txn.signer]);
  }
  forget_closed();
  flush_all(kUnansweredForGathering + 1);
  legs_in_memory_.set(known_.size());
  delayed_send(this, kTickInterval, Tick{});
}

}  // namespace clearspan::actors
