#include "actors/submitter/submitter.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "actors/submitter/ledger_port.hpp"
#include "actors/trade/actor_failure.hpp"
#include "core/base/kill_point.hpp"

namespace clearspan::actors {
namespace {

const OperationRef& ref_in(const SubmitterAsk& ask) {
  if (const auto* movement = std::get_if<Movement>(&ask)) return movement->ref;
  if (const auto* withdrawal = std::get_if<WithdrawMovement>(&ask)) return withdrawal->key.ref;
  return std::get<LegOver>(ask).ref;
}

}  // namespace

Submitter::Submitter(caf::actor_config& config, const Shard& shard, LedgerServices& ledger,
                     std::vector<evidence::TxnSigned> restored, const std::function<bool(const TradeId&)>& is_live)
    : SubmitterActor::base(config),
      shard_(shard),
      ledger_(ledger),
      solvency_(ledger.traits, shard.options->solvency_interval_blocks, ledger.holdings) {
  set_exception_handler(end_process_after_exception);
  for (evidence::TxnSigned& txn : restored) restore(std::move(txn), is_live);
  ledger_.head.txns_outstanding = flights_.size();
}

Submitter::behavior_type Submitter::make_behavior() {
  send(this, Tick{});  // what was signed before a restart goes out at once
  return {
      [this](SubmitterAsks& message) { on_asks(message); },
      [this](const Flush&) { on_flush(); },
      [this](const TxnDurable& message) { on_durable(message.txn); },
      [this](const BlockBecameFinal& message) { on_final_block(message.block); },
      [this](const TxnSent& message) { on_sent(message); },
      [this](const SequenceRead& message) { on_sequence(message); },
      [this](const BalanceRead& message) { on_balance(message); },
      [this](SubmitAnchor& message) {
        signers_[message.account].anchors.push_back(std::move(message));
        schedule_flush();
      },
      [this](const Tick&) { on_tick(); },
      [this](const Shutdown&) {
        signers_.clear();
        flights_.clear();
        quit();
      },
  };
}

void Submitter::restore(evidence::TxnSigned signed_txn, const std::function<bool(const TradeId&)>& is_live) {
  Flight flight;
  flight.txn.id = signed_txn.id;
  flight.txn.raw = std::move(signed_txn.raw);
  flight.txn.signer = signed_txn.signer;
  flight.txn.sequence = signed_txn.sequence;
  flight.txn.not_after = signed_txn.not_after;
  flight.txn.fee_step = signed_txn.fee_step;
  flight.movements = std::move(signed_txn.movements);
  flight.durable = true;
  flight.first_sent = shard_.clock->now();
  for (const Movement& movement : flight.movements) {
    flight.txn.movements.push_back(key_of(movement));
    KnownLeg& leg = known_.find_or_insert(movement.ref);
    leg.trade_is_over = !is_live(trade_of(movement.ref));
    Known& known = known_in(leg, movement.kind);
    known.answered = movement.attempt;
    known.txn = flight.txn.id;
    if (takes_funds(movement.kind)) funds_.restore(movement);
  }
  const TxnId id = flight.txn.id;
  if (ledger_.traits.has_sequence) by_sequence_[{flight.txn.signer, flight.txn.sequence}].push_back(id);
  flights_.insert_or_assign(id, std::move(flight));
}

// --- From movements to signed bytes ---

void Submitter::on_asks(SubmitterAsks& message) {
  const auto take = [this](SubmitterAsk& ask) {
    if (auto* movement = std::get_if<Movement>(&ask)) {
      submit(std::move(*movement));
    } else if (const auto* withdrawal = std::get_if<WithdrawMovement>(&ask)) {
      withdraw(*withdrawal);
    } else {
      forget(std::get<LegOver>(ask));
    }
  };
  for_each_ahead(
      message.asks, take, [this](const SubmitterAsk& ask) { known_.fetch_slot(ref_in(ask)); },
      [this](const SubmitterAsk& ask) { known_.fetch_entry(ref_in(ask)); });
}

void Submitter::submit(Movement&& movement) {
  const MovementKey key = key_of(movement);
  Known& known = known_of(key);
  if (known.is_queued) return;
  if (!known.answered || movement.attempt > *known.answered) {
    queue_up(known, std::move(movement));
    return;
  }
  const auto flight = flights_.find(known.txn);
  if (flight != flights_.end() && flight->second.durable) {
    caf::anon_send(monitor_of(key), MovementsSigned{{as_signed(flight->second, movement)}});
  }
}

Submitter::Known& Submitter::known_in(KnownLeg& leg, MovementKind kind) {
  Known* const known = leg.movements.find([kind](const Known& one) { return one.kind == kind; });
  return known != nullptr ? *known : leg.movements.add({kind, false, std::nullopt, {}});
}

Submitter::Known& Submitter::known_of(const MovementKey& key) {
  return known_in(known_.find_or_insert(key.ref), key.kind);
}

const Submitter::Known* Submitter::find_known(const MovementKey& key) const {
  const KnownLeg* const leg = known_.find(key.ref);
  if (leg == nullptr) return nullptr;
  return leg->movements.find([&key](const Known& one) { return one.kind == key.kind; });
}

void Submitter::queue_up(Known& known, Movement&& movement) {
  const Result<AccountId> signer = ledger_.connector->signer_of(movement);
  if (!signer) {
    refuse(movement, signer.error().code, signer.error().detail);
    return;
  }
  known.is_queued = true;
  signers_[*signer].queue.push_back(std::move(movement));
  schedule_flush();
}

// Everything that is in the mailbox already is gathered before anything is signed.
void Submitter::schedule_flush() {
  if (flush_is_due_) return;
  flush_is_due_ = true;
  send(this, Flush{});
}

// What is signed is signed; what has ended, the trade will hear.
void Submitter::withdraw(const WithdrawMovement& message) {
  Known& known = known_of(message.key);
  if (known.answered) {
    const auto flight = flights_.find(known.txn);
    if (flight == flights_.end() || !flight->second.durable) return;
    const LedgerTime not_after = std::min(flight->second.txn.not_after, message.not_after);
    caf::anon_send(monitor_of(message.key),
                   MovementsSigned{{{message.key, {}, *known.answered, flight->second.txn.id, not_after}}});
    return;
  }
  if (std::exchange(known.is_queued, false)) {
    for (auto& [account, signer] : signers_) {
      std::erase_if(signer.queue, [&](const Movement& movement) { return key_of(movement) == message.key; });
    }
    funds_.release(message.key);
  }
  known.answered = 0;
  caf::anon_send(monitor_of(message.key),
                 MovementsRefused{{{message.key, ErrorCode::movement_rejected, "withdrawn before it was signed"}}});
}

const MonitorActor& Submitter::monitor_of(const MovementKey& key) const {
  return ledger_.monitors[shard_of(trade_of(key.ref), shard_.count)];
}

bool Submitter::may_sign() const {
  return !ledger_.head.frozen && ledger_.head.seen_ms.load() != 0;
}

void Submitter::on_flush() {
  flush_is_due_ = false;
  if (!may_sign()) return;
  for (auto& [account, signer] : signers_) flush(account, signer);
}

void Submitter::flush(const AccountId& account, Signer& signer) {
  if (signer.queue.empty() && signer.anchors.empty()) return;
  if (ledger_.traits.has_sequence && !signer.next) {
    read_sequence(account, signer);
    return;
  }
  sign_anchors(account, signer);
  while (signer.unanswered < kUnansweredTxnsMax) {
    std::vector<Movement> batch = take_batch(signer);
    if (batch.empty()) return;
    sign(account, signer, std::move(batch));
  }
}

void Submitter::sign_anchors(const AccountId& account, Signer& signer) {
  for (SubmitAnchor& anchor : std::exchange(signer.anchors, {})) {
    Result<SignedTxn> txn =
        ledger_.connector->sign_anchor(account, signer.next.value_or(Sequence{}), valid_until(), 0, anchor.digest);
    if (!txn) {
      spdlog::error("{}: a checkpoint cannot be anchored: {}", ledger_.traits.id.text, describe(txn.error()));
      continue;
    }
    if (signer.next) signer.next = signer.next->plus(1);
    record(std::move(*txn), {}).anchor = std::move(anchor);
  }
}

LedgerTime Submitter::valid_until() const {
  if (ledger_.traits.txn_validity == 0) return kNever;
  return {ledger_.head.time.load() + ledger_.traits.txn_validity};
}

std::vector<Movement> Submitter::take_batch(Signer& signer) {
  const std::size_t batch_max = std::min<std::size_t>(ledger_.traits.movements_per_txn_max, kMovementsPerTxnMax);
  std::vector<Movement> batch;
  std::vector<Movement> waiting;
  batch.reserve(std::min(batch_max, signer.queue.size()));
  for (; !signer.queue.empty() && batch.size() < batch_max; signer.queue.pop_front()) {
    Movement& movement = signer.queue.front();
    bool must_wait = false;
    if (const std::optional<Error> problem = check(movement, must_wait)) {
      refuse(movement, problem->code, problem->detail);
    } else {
      (must_wait ? waiting : batch).push_back(std::move(movement));
    }
  }
  signer.queue.insert(signer.queue.begin(), std::make_move_iterator(waiting.begin()),
                      std::make_move_iterator(waiting.end()));
  return batch;
}

// Whether the movement may be signed now. An error: it never will be.
std::optional<Error> Submitter::check(const Movement& movement, bool& must_wait) {
  if (!takes_funds(movement.kind)) return std::nullopt;
  const std::uint64_t now = ledger_.head.time.load();
  if (movement.not_after.value <= now) {
    return make_error(ErrorCode::submission_window_closed, "valid until " + std::to_string(movement.not_after.value) +
                                                               ", the ledger is at " + std::to_string(now));
  }
  switch (funds_.promise(movement, Height{ledger_.head.final_height.load()})) {
    case FundsBook::Answer::promised:
      return std::nullopt;
    case FundsBook::Answer::read_balance:
      read_balance(movement);
      must_wait = true;
      return std::nullopt;
    case FundsBook::Answer::insufficient:
      break;
  }
  return make_error(ErrorCode::insufficient_funds,
                    movement.from.text + " cannot promise " + to_string(movement.amount) + " " + movement.asset.text);
}

void Submitter::read_balance(const Movement& movement) {
  bool& reading = reading_balance_[{movement.from, movement.asset}];
  if (reading) return;
  reading = true;
  const Height height{ledger_.head.final_height.load()};
  ledger_.port->read_balance(movement.from, movement.asset, height,
                             [self = caf::actor_cast<SubmitterActor>(this), account = movement.from,
                              asset = movement.asset, height](Result<Amount> balance) {
                               caf::anon_send(self, BalanceRead{account, asset, height, std::move(balance)});
                             });
}

void Submitter::on_balance(const BalanceRead& message) {
  if (message.account == ledger_.traits.held_in) return on_held_balance(message);
  reading_balance_.erase({message.account, message.asset});
  if (!message.balance) {
    ledger_.head.set_problem(describe(message.balance.error()));
    return;  // the tick flushes again
  }
  funds_.set_balance(message.account, message.asset, message.height, *message.balance);
  schedule_flush();
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
    if (flight.durable && shard_.clock->now() - flight.first_sent >= kRaiseFeeAfter) raise_fee(flight);
  }
  schedule_flush();
}

void Submitter::sign(const AccountId& account, Signer& signer, std::vector<Movement> batch) {
  SigningRequest request;
  request.signer = account;
  request.sequence = signer.next.value_or(Sequence{});
  request.not_after = valid_until();
  request.movements = std::move(batch);
  Result<SignedTxn> txn = ledger_.connector->sign(request);
  if (!txn) {
    for (const Movement& movement : request.movements) {
      funds_.release(key_of(movement));
      refuse(movement, txn.error().code, txn.error().detail);
    }
    return;
  }
  if (signer.next) signer.next = signer.next->plus(1);
  record(std::move(*txn), std::move(request.movements));
}

Submitter::Flight& Submitter::record(SignedTxn txn, std::vector<Movement> movements) {
  const TxnId id = txn.id;
  for (const Movement& movement : movements) {
    Known& known = known_of(key_of(movement));
    known.is_queued = false;
    known.answered = movement.attempt;
    known.txn = id;
  }
  if (ledger_.traits.has_sequence) by_sequence_[{txn.signer, txn.sequence}].push_back(id);
  evidence::Record record{shard_.clock->now(),
                          evidence::TxnSigned{ledger_.traits.id, id, txn.signer, txn.sequence, txn.not_after,
                                              txn.fee_step, std::move(txn.raw), std::move(movements)}};
  Append append;
  append.encoded.add(record);
  append.durable = [self = caf::actor_cast<SubmitterActor>(this), id] { caf::anon_send(self, TxnDurable{id}); };
  auto& recorded = std::get<evidence::TxnSigned>(record.body);
  txn.raw = std::move(recorded.raw);
  Flight& flight = flights_[id];
  flight = Flight{};
  flight.txn = std::move(txn);
  flight.movements = std::move(recorded.movements);
  flight.is_unanswered = true;
  ++signers_[flight.txn.signer].unanswered;
  ledger_.head.txns_outstanding = flights_.size();
  kill_point(KillPoint::txn_signed);
  send(shard_.writer, std::move(append));
  return flight;
}

void Submitter::refuse(const Movement& movement, ErrorCode code, std::string detail) {
  const MovementKey key = key_of(movement);
  known_of(key) = {key.kind, false, movement.attempt, {}};
  caf::anon_send(monitor_of(key), MovementsRefused{{{key, code, std::move(detail)}}});
}

// --- Signed bytes on their way ---

void Submitter::on_durable(const TxnId& txn) {
  const auto found = flights_.find(txn);
  if (found == flights_.end()) return;
  Flight& flight = found->second;
  flight.durable = true;
  flight.first_sent = shard_.clock->now();
  kill_point(KillPoint::txn_durable);
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
  ledger_.port->submit(flight.txn, [self = caf::actor_cast<SubmitterActor>(this), id = flight.txn.id](Status status) {
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

void Submitter::on_tick() {
  const Timestamp now = shard_.clock->now();
  for (auto& [id, flight] : flights_) {
    if (!flight.durable || flight.closed_at || flight.is_being_sent) continue;
    if (now - flight.last_sent < shard_.options->resend_after) continue;
    if (ledger_.head.frozen) continue;
    kill_point(KillPoint::resend_before_send);
    send_bytes(flight);
    if (ledger_.traits.has_sequence) read_sequence(flight.txn.signer, signers_[flight.txn.signer]);
  }
  forget_closed();
  const bool any_queued = std::any_of(signers_.begin(), signers_.end(), [](const auto& signer) {
    return !signer.second.queue.empty() || !signer.second.anchors.empty();
  });
  if (any_queued) schedule_flush();
  delayed_send(this, kTickInterval, Tick{});
}

}  // namespace clearspan::actors
