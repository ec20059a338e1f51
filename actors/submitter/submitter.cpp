// From asks to signed bytes on record: the signing half of the submitter.
#include "actors/submitter/submitter.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "actors/trade/actor_failure.hpp"
#include "core/base/kill_point.hpp"

namespace clearspan::actors {
namespace {

const OperationRef& ref_in(const SubmitterAsk& ask) {
  if (const auto* movement = std::get_if<AskMovement>(&ask)) return movement->ref;
  if (const auto* withdrawal = std::get_if<WithdrawMovement>(&ask)) return withdrawal->key.ref;
  return std::get<LegOver>(ask).ref;
}

}  // namespace

Submitter::Submitter(caf::actor_config& config, const Shard& shard, LedgerServices& ledger,
                     std::vector<evidence::TxnSigned> restored, const std::function<bool(const TradeId&)>& is_live)
    : SubmitterActor::base(config),
      shard_(shard),
      ledger_(ledger),
      solvency_(ledger.traits, shard.options->solvency_interval_blocks, ledger.holdings),
      legs_in_memory_(shard.tally->legs_in_memory) {
  set_exception_handler(end_process_after_exception);
  for (evidence::TxnSigned& txn : restored) restore(std::move(txn), is_live);
  ledger_.head.txns_outstanding = flights_.size();
}

Submitter::behavior_type Submitter::make_behavior() {
  send(this, Tick{});  // what was signed before a restart goes out at once
  return {
      [this](SubmitterAsks& message) { on_asks(message); },
      [this](const Flush&) { on_flush(); },
      [this](const TxnRecorded& message) { on_recorded(message); },
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
  flight.recorded_at = 0;
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

void Submitter::on_asks(SubmitterAsks& message) {
  LegsForgotten forgotten;
  const auto take = [this, &forgotten](SubmitterAsk& ask) {
    if (const auto* movement = std::get_if<AskMovement>(&ask)) {
      submit(*movement);
    } else if (const auto* withdrawal = std::get_if<WithdrawMovement>(&ask)) {
      withdraw(*withdrawal);
    } else {
      const LegOver& over = std::get<LegOver>(ask);
      forget(over);
      forgotten.refs.push_back(over.ref);
    }
  };
  const auto fetch_slot = [this](const SubmitterAsk& ask) {
    known_.fetch_slot(ref_in(ask));
    if (const auto* movement = std::get_if<AskMovement>(&ask)) fetch(movement->plan.get(), sizeof(Plan));
  };
  const auto fetch_entry = [this](const SubmitterAsk& ask) {
    known_.fetch_entry(ref_in(ask));
    const auto* const movement = std::get_if<AskMovement>(&ask);
    if (movement != nullptr) fetch(&movement->plan->legs[movement->what.leg], sizeof(Leg));
  };
  for_each_ahead(message.asks, take, fetch_slot, fetch_entry);
  if (forgotten.refs.empty()) return;
  const MonitorActor& asker = monitor_of(forgotten.refs.front());
  caf::anon_send(asker, std::move(forgotten));
}

void Submitter::submit(const AskMovement& ask) {
  const auto& [leg, kind, hold_key, attempt] = ask.what;
  const MovementKey key{ask.ref, kind};
  Known& known = known_of(key);
  if (known.queued) return;
  Movement movement = movement_for(*ask.plan, leg, kind, hold_key);
  movement.attempt = attempt;
  if (!known.answered || attempt > *known.answered) {
    queue_up(known, std::move(movement));
    return;
  }
  const auto flight = flights_.find(known.txn);
  if (flight != flights_.end() && flight->second.recorded_at) {
    caf::anon_send(monitor_of(key.ref), MovementsSigned{{as_signed(flight->second, movement)}});
  }
}

Submitter::Known& Submitter::known_in(KnownLeg& leg, MovementKind kind) {
  Known* const known = leg.movements.find([kind](const Known& one) { return one.kind == kind; });
  return known != nullptr ? *known : leg.movements.add({kind, std::nullopt, std::nullopt, {}});
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
  known.queued = movement.attempt;
  if (takes_funds(movement.kind)) funds_.fetch_slot(key_of(movement));
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
    if (flight == flights_.end() || !flight->second.recorded_at) return;
    const LedgerTime not_after = std::min(flight->second.txn.not_after, message.not_after);
    caf::anon_send(monitor_of(message.key.ref),
                   MovementsSigned{{{message.key, {}, *known.answered, flight->second.txn.id, not_after}}});
    return;
  }
  known.answered = known.queued.value_or(0);
  if (std::exchange(known.queued, std::nullopt)) {
    funds_.release(message.key);
    ++withdrawn_;
    drop_withdrawn();
  }
  caf::anon_send(monitor_of(message.key.ref),
                 MovementsRefused{{{message.key, ErrorCode::movement_rejected, "withdrawn before it was signed"}}});
}

bool Submitter::is_queued(const Movement& movement) const {
  const Known* const known = find_known(key_of(movement));
  return known != nullptr && known->queued == movement.attempt;
}

// Only once they may be half of what waits: a hundred thousand can be withdrawn at once, from as long a queue.
void Submitter::drop_withdrawn() {
  std::size_t waiting = 0;
  for (const auto& [account, signer] : signers_) waiting += signer.queue.size();
  if (2 * withdrawn_ < waiting) return;
  for (auto& [account, signer] : signers_) {
    const auto kept = std::remove_if(signer.queue.begin(), signer.queue.end(),
                                     [this](const Movement& movement) { return !is_queued(movement); });
    signer.queue.erase(kept, signer.queue.end());
  }
  withdrawn_ = 0;
}

const MonitorActor& Submitter::monitor_of(const OperationRef& ref) const {
  return ledger_.monitors[shard_of(trade_of(ref), shard_.count)];
}

bool Submitter::may_sign() const {
  return !ledger_.head.frozen && ledger_.head.seen_ms.load() != 0;
}

void Submitter::on_flush() {
  flush_is_due_ = false;
  flush_all(waits_for_shards() ? 0 : kUnansweredForGathering);
}

// Once for what is to be signed next, whatever the shards begin meanwhile.
bool Submitter::waits_for_shards() {
  if (!at_work_) {
    const auto at_work =
        std::make_shared<std::atomic<std::size_t>>(1);  // one more than there are, while it counts them
    const auto note_rest = [at_work, self = caf::actor_cast<SubmitterActor>(this)] {
      if (--*at_work == 0) caf::anon_send(self, Flush{});
    };
    for (std::uint16_t shard = 0; shard < shard_.count; ++shard) {
      ++*at_work;
      if (!shard_.once_at_rest(shard, note_rest)) --*at_work;
    }
    --*at_work;
    at_work_ = at_work;
  }
  if (*at_work_ != 0) return true;
  at_work_.reset();
  return false;
}

// `unanswered_max`: with so many no txn is signed that is not full.
void Submitter::flush_all(std::size_t unanswered_max) {
  if (!may_sign()) return;
  for (auto& [account, signer] : signers_) flush(account, signer, unanswered_max);
}

void Submitter::flush(const AccountId& account, Signer& signer, std::size_t unanswered_max) {
  if (signer.queue.empty() && signer.anchors.empty()) return;
  if (ledger_.traits.has_sequence && !signer.next) {
    read_sequence(account, signer);
    return;
  }
  sign_anchors(account, signer);
  while (signer.unanswered < (signer.queue.size() < batch_max() ? unanswered_max : kUnansweredTxnsMax)) {
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

std::size_t Submitter::batch_max() const {
  return std::min<std::size_t>(ledger_.traits.movements_per_txn_max, kMovementsPerTxnMax);
}

std::vector<Movement> Submitter::take_batch(Signer& signer) {
  const Height now{ledger_.head.final_height.load()};
  std::vector<Movement> batch;
  batch.reserve(std::min(batch_max(), signer.queue.size()));
  const auto take = [&](Movement& movement) {
    if (is_queued(movement) && may_go(movement, now)) batch.push_back(std::move(movement));
  };
  const auto fetch_slots = [this](const Movement& movement) {
    known_.fetch_slot(movement.ref);
    funds_.fetch_slot(key_of(movement));
  };
  const auto fetch_entries = [this](const Movement& movement) {
    known_.fetch_entry(movement.ref);
    funds_.fetch_entry(key_of(movement));
  };
  while (!signer.queue.empty() && batch.size() < batch_max()) {
    const std::size_t count = std::min(batch_max() - batch.size(), signer.queue.size());
    for_each_ahead(First{signer.queue, count}, take, fetch_slots, fetch_entries);
    signer.queue.erase(signer.queue.begin(), signer.queue.begin() + static_cast<std::ptrdiff_t>(count));
  }
  return batch;
}

// Whether the movement may be signed now. Otherwise it waits for its account's balance, or has been refused.
bool Submitter::may_go(Movement& movement, Height asked_at) {
  if (!takes_funds(movement.kind)) return true;
  const std::uint64_t now = ledger_.head.time.load();
  if (movement.not_after.value <= now) {
    funds_.release(key_of(movement));  // it may have waited since its amount was promised
    refuse(movement, ErrorCode::submission_window_closed,
           "valid until " + std::to_string(movement.not_after.value) + ", the ledger is at " + std::to_string(now));
    return false;
  }
  switch (funds_.promise(movement, asked_at)) {
    case FundsBook::Answer::promised:
      return true;
    case FundsBook::Answer::read_balance:
      wait_for_balance(std::move(movement), asked_at);
      break;
    case FundsBook::Answer::insufficient:
      refuse(movement, ErrorCode::insufficient_funds,
             movement.from.text + " cannot promise " + to_string(movement.amount) + " " + movement.asset.text);
      break;
  }
  return false;
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
    known.queued.reset();
    known.answered = movement.attempt;
    known.txn = id;
  }
  if (ledger_.traits.has_sequence) by_sequence_[{txn.signer, txn.sequence}].push_back(id);
  evidence::Record record{shard_.clock->now(),
                          evidence::TxnSigned{ledger_.traits.id, id, txn.signer, txn.sequence, txn.not_after,
                                              txn.fee_step, std::move(txn.raw), std::move(movements)}};
  Append append;
  append.encoded.add(record);
  shard_.once_others_may_follow(append, [self = caf::actor_cast<SubmitterActor>(this), id](std::uint64_t sequence = 0) {
    caf::anon_send(self, TxnRecorded{id, sequence});
  });
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
  known_of(key) = {key.kind, std::nullopt, movement.attempt, {}};
  caf::anon_send(monitor_of(key.ref), MovementsRefused{{{key, code, std::move(detail)}}});
}

}  // namespace clearspan::actors
