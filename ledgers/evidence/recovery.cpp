#include "ledgers/evidence/recovery.hpp"

#include <algorithm>

#include "core/trade/deposit.hpp"

namespace clearspan::evidence {
namespace {

std::string at_record(std::uint64_t sequence) {
  return "record " + std::to_string(sequence);
}

Error unfit(ErrorCode code, const RecordRef& ref, const std::string& what) {
  return make_error(code, at_record(ref.sequence) + ": " + what);
}

}  // namespace

Status RecoveryFold::apply(const RecordRef& ref) {
  auto record = decode(ref.bytes);
  if (!record.ok()) return unfit(ErrorCode::log_corrupt, ref, describe(record.error()));
  ++recovered_.records;
  recovered_.end = {ref.sequence, ref.head};
  return std::visit([&](auto& body) { return fold(ref, record->at, std::move(body)); }, record->body);
}

Status RecoveryFold::fold(const RecordRef&, Timestamp, EngineStarted&& body) {
  recovered_.last_start = std::move(body);
  return Done{};
}

Status RecoveryFold::fold(const RecordRef& ref, Timestamp at, TradeCreated&& body) {
  const TradeId id = body.plan.id;
  expected_returns_.erase(id);
  if (over_.contains(id)) return unfit(ErrorCode::log_corrupt, ref, "trade " + to_string(id) + " exists and is over");
  const auto [found, is_new] = recovered_.trades.try_emplace(id);
  if (!is_new) return unfit(ErrorCode::log_corrupt, ref, "trade " + to_string(id) + " exists already");
  LiveTrade& trade = found->second;
  trade.plan = std::make_shared<const Plan>(std::move(body.plan));
  trade.state = initial_state(*trade.plan);
  trade.created = trade.updated = at;
  trade.first_sequence = trade.last_sequence = ref.sequence;
  trade.idempotency_key = std::move(body.idempotency_key);
  trade.request_digest = body.request_digest;
  trade.request_item = body.request_item;
  return Done{};
}

Status RecoveryFold::fold(const RecordRef& ref, Timestamp at, TradeEvent&& body) {
  const auto found = recovered_.trades.find(body.trade);
  if (found == recovered_.trades.end()) {
    if (over_.contains(body.trade)) {
      const auto* fact = std::get_if<OutcomeFinal>(&body.event);
      if (fact != nullptr && fact->outcome.kind == MovementKind::hold && fact->outcome.ok) {
        expect_return({fact->ledger, fact->outcome, ReturnReason::late});
      }
      return Done{};
    }
    return unfit(ErrorCode::log_corrupt, ref, "trade " + to_string(body.trade) + " was never created");
  }
  LiveTrade& trade = found->second;
  auto step = advance(*trade.plan, std::move(trade.state), body.event);
  if (!step.ok()) {
    return unfit(
        step.error().code, ref,
        "trade " + to_string(body.trade) + ", " + std::string(name_of(body.event)) + ": " + step.error().detail);
  }
  for (const Command& command : step->commands) {
    if (const auto* deposit = std::get_if<Rare<ReturnDeposit>>(&command)) expect_return(**deposit);
  }
  if (is_terminal(phase_of(step->next))) {
    over_.insert(body.trade);
    recovered_.trades.erase(found);
    return Done{};
  }
  trade.state = std::move(step->next);
  trade.updated = at;
  trade.last_sequence = ref.sequence;
  return Done{};
}

void RecoveryFold::expect_return(const ReturnDeposit& deposit) {
  const TradeId id = return_id_of(deposit.outcome);
  if (!recovered_.trades.contains(id) && !over_.contains(id)) expected_returns_.insert_or_assign(id, deposit);
}

Status RecoveryFold::fold(const RecordRef& ref, Timestamp, TxnSigned&& body) {
  auto& txns = open_txns_[body.ledger];
  const TxnId id = body.id;
  txns.try_emplace(id, OutstandingTxn{ref.sequence, std::move(body)});  // the same bytes signed again are the same txn
  return Done{};
}

// Closing a txn again says nothing new: after a crash its block is processed once more.
Status RecoveryFold::fold(const RecordRef&, Timestamp, TxnClosed&& body) {
  const auto txns = open_txns_.find(body.ledger);
  if (txns != open_txns_.end()) txns->second.erase(body.id);
  return Done{};
}

Status RecoveryFold::fold(const RecordRef& ref, Timestamp, ViewAdvanced&& body) {
  const auto [found, is_new] = recovered_.views.try_emplace({body.ledger, body.shard}, body);
  if (is_new) return Done{};
  if (body.height < found->second.height) {
    return unfit(ErrorCode::log_corrupt, ref, "the view of " + body.ledger.text + " goes back");
  }
  found->second = std::move(body);
  return Done{};
}

Status RecoveryFold::fold(const RecordRef&, Timestamp, LedgerFrozen&& body) {
  recovered_.frozen.try_emplace(body.ledger, body);
  return Done{};
}

Status RecoveryFold::fold(const RecordRef&, Timestamp, LedgerDescribed&& body) {
  recovered_.descriptions.insert_or_assign(body.description.ledger, std::move(body.description));
  return Done{};
}

Status RecoveryFold::fold(const RecordRef&, Timestamp, LedgerProof&&) {
  return Done{};
}

Status RecoveryFold::fold(const RecordRef&, Timestamp, Anchored&&) {
  return Done{};
}

// A difference stays on record: no later check takes it back.
Status RecoveryFold::fold(const RecordRef&, Timestamp, HoldingsChecked&& body) {
  const auto found = recovered_.holdings.find(body.ledger);
  if (found != recovered_.holdings.end() && found->second.unexplained() != nullptr) return Done{};
  recovered_.holdings.insert_or_assign(body.ledger, std::move(body));
  return Done{};
}

Status RecoveryFold::fold(const RecordRef&, Timestamp, ProofLeftOut&&) {
  return Done{};
}

Recovered RecoveryFold::finish() {
  for (auto& [ledger, txns] : open_txns_) {
    if (txns.empty()) continue;
    auto& outstanding = recovered_.outstanding[ledger];
    outstanding.reserve(txns.size());
    for (auto& [id, txn] : txns) outstanding.push_back(std::move(txn));
    std::sort(outstanding.begin(), outstanding.end(),
              [](const OutstandingTxn& a, const OutstandingTxn& b) { return a.sequence < b.sequence; });
  }
  for (auto& [id, deposit] : expected_returns_) recovered_.missing_returns.push_back(std::move(deposit));
  expected_returns_.clear();
  open_txns_.clear();
  over_.clear();
  return std::exchange(recovered_, {});
}

Result<RecoveredLog> open_and_recover(Disk& disk, const std::string& directory, const LogOptions& options,
                                      OnDurable on_durable) {
  RecoveryFold fold;
  CLEARSPAN_TRY(auto log, Log::open(
                              disk, directory, options, [&](const RecordRef& ref) { return fold.apply(ref); },
                              std::move(on_durable)));
  RecoveredLog opened{std::move(log), fold.finish()};
  opened.recovered.end = opened.log->durable();
  return opened;
}

Result<Recovered> recover(Disk& disk, const std::string& directory, const LogIdentity& identity) {
  RecoveryFold fold;
  CLEARSPAN_TRY(const LogEnd end,
                read_log(disk, directory, identity, {}, [&](const RecordRef& ref) { return fold.apply(ref); }));
  Recovered recovered = fold.finish();
  recovered.end = end.position;
  return recovered;
}

}  // namespace clearspan::evidence
