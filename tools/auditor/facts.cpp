#include "tools/auditor/facts.hpp"

#include <algorithm>

#include "ledgers/evidence/layout.hpp"

namespace clearspan::audit {
namespace {

constexpr std::size_t kLogsMax = 256;  // shards of one engine

// Reads the records of one log, in order.
class LogReader {
 public:
  LogReader(std::uint16_t shard, Facts& facts, Findings& findings)
      : shard_(shard), facts_(facts), log_(facts.logs.back()), findings_(findings) {}

  Status take(const evidence::RecordRef& ref) {
    log_.heads.push_back(ref.head);
    ++facts_.records;
    now_.point = {shard_, ref.sequence};
    auto record = evidence::decode(ref.bytes);
    if (!record.ok()) {
      complain(Invariant::evidence, "these bytes are no record: " + record.error().detail);
      return Done{};
    }
    now_.time = record->at;
    std::visit([this](auto& body) { fold(body); }, record->body);
    return Done{};
  }

 private:
  struct LastProof {
    evidence::Citation of;
    ProvenBlock block;
  };

  void complain(Invariant invariant, std::string text) { findings_.add(invariant, std::move(text), {now_.point}); }

  void fold(const evidence::EngineStarted& body) {
    log_.shard_count = body.shard_count;
    log_.shards = static_cast<std::uint16_t>(1 + body.further_shards);
    if (body.engine != log_.identity.engine || body.shard != shard_ || body.shard >= body.shard_count) {
      complain(Invariant::log, "a run of another engine or shard began in this log");
    }
  }

  void fold(const evidence::TradeCreated& body) {
    const std::string name = "trade " + to_string(body.plan.id);
    if (body.plan.engine != log_.identity.engine) complain(Invariant::evidence, name + " is another engine's");
    const auto [found, is_new] = facts_.trades.try_emplace(body.plan.id, std::make_shared<const Plan>(body.plan));
    if (!is_new) return complain(Invariant::evidence, name + " was created before");
    found->second.created = now_;
  }

  void fold(const evidence::TradeEvent& body) {
    const std::string name = "trade " + to_string(body.trade);
    const auto found = facts_.trades.find(body.trade);
    if (found == facts_.trades.end() || found->second.created.point.shard != shard_) {
      return complain(Invariant::evidence, name + " was never created in this log");
    }
    TradeFact& trade = found->second;
    note_cause(trade, body.event);
    const bool was_over = trade.machine.is_over();
    if (const auto problem = trade.machine.take(body.event)) {
      return complain(Invariant::evidence,
                      name + ", " + std::string(to_string(trade.machine.phase())) + ": " + *problem);
    }
    note_decision(trade);
    if (!was_over && trade.machine.is_over()) trade.over = now_;
    check_proof_of(trade, name, body.event);
    if (const auto* fact = std::get_if<OutcomeFinal>(&body.event)) {
      facts_.outcomes.push_back({now_, body.trade, fact->ledger, fact->outcome});
    } else if (const auto* dead = std::get_if<MovementDead>(&body.event)) {
      facts_.dead.push_back({now_, body.trade, *dead});
    }
  }

  // Remembers when the evidence came that justifies a later signature.
  void note_cause(TradeFact& trade, const Event& event) {
    const Plan& plan = trade.machine.plan();
    const auto first = [this](std::optional<Moment>& moment) {
      if (!moment) moment = now_;
    };
    const auto failed = [&](LegIndex leg, MovementKind kind) {
      ++trade.failed_tries[{make_operation_ref(plan.id, leg, plan.engine), kind}];
      if (kind == MovementKind::payment) first(trade.pivot_failed);
    };
    if (const auto* dead = std::get_if<MovementDead>(&event)) {
      failed(dead->leg, dead->kind);
    } else if (const auto* refused = std::get_if<MovementRefused>(&event)) {
      ++trade.failed_tries[{make_operation_ref(plan.id, refused->leg, plan.engine), refused->kind}];
    } else if (const auto* fact = std::get_if<OutcomeFinal>(&event)) {
      const Outcome& outcome = fact->outcome;
      const LegIndex leg = leg_of(outcome.ref);
      if (trade_of(outcome.ref) != plan.id || leg >= plan.legs.size()) return;
      const Leg& terms = plan.legs[leg];
      if (terms.ledger != fact->ledger) return;
      if (!outcome.ok && (outcome.kind != MovementKind::payment || outcome.from == terms.payer)) {
        failed(leg, outcome.kind);
      } else if (outcome.ok && outcome.kind == MovementKind::hold && fits_leg(terms, outcome)) {
        first(trade.holds[leg]);
      } else if (outcome.ok && outcome.kind == MovementKind::payment && is_exact_payment(terms, outcome)) {
        first(trade.pivot_paid);
      }
    }
  }

  void note_decision(TradeFact& trade) const {
    const std::optional<Decision> decision = trade.machine.decision();
    if (!decision) return;
    std::optional<Moment>& moment = *decision == Decision::commit ? trade.committed : trade.aborted;
    if (!moment) moment = now_;
  }

  // The block that the event cites must be proven right before it, and show it.
  void check_proof_of(const TradeFact& trade, const std::string& name, const Event& event) {
    const auto citation = evidence::citation_of(trade.machine.plan(), event);
    if (!citation) return;
    const auto proof = proofs_.find(citation->ledger);
    if (proof == proofs_.end() || proof->second.of != *citation) {
      if (left_out_.contains(*citation)) {
        ++findings_.report().counts.unproven;
        return;
      }
      return complain(Invariant::evidence, name + ": no proof of the block that the event cites stands before it");
    }
    if (const Status shown = evidence::check_event(event, proof->second.block); !shown.ok()) {
      complain(Invariant::evidence, name + ": " + shown.error().detail);
    }
  }

  void fold(evidence::TxnSigned& body) {
    SignedFact fact{now_, body.ledger, body.id, body.signer, {}, body.sequence, body.not_after, body.fee_step, {}, {}};
    const auto described = facts_.descriptions.find(body.ledger);
    if (described == facts_.descriptions.end()) {
      return complain(Invariant::evidence, "a txn was signed for " + body.ledger.text + ", which is not described");
    }
    auto key = signer_key_of(described->second, body);
    if (!key.ok()) complain(Invariant::submission, "txn " + to_hex(body.id.view()) + ": " + key.error().detail);
    if (key.ok()) {
      fact.key = std::move(*key);
      facts_.our_keys[body.ledger].insert(fact.key);
    }
    fact.movements = std::move(body.movements);
    // The same bytes signed again are the same txn.
    if (facts_.txn_by_id.try_emplace(fact.id, facts_.txns.size()).second) facts_.txns.push_back(std::move(fact));
    if (log_.frozen.contains(body.ledger)) {
      findings_.add(Invariant::fork, "a txn was signed for " + body.ledger.text + " after the ledger was frozen",
                    {now_.point, log_.frozen.at(body.ledger).point});
    }
    if (log_.unexplained.contains(body.ledger)) {
      findings_.add(Invariant::conservation,
                    "a txn was signed for " + body.ledger.text + " while its escrow had an unexplained difference",
                    {now_.point, log_.unexplained.at(body.ledger).point});
    }
  }

  void fold(const evidence::TxnClosed& body) {
    const auto found = facts_.txn_by_id.find(body.id);
    if (found == facts_.txn_by_id.end()) {
      return complain(Invariant::submission, "txn " + to_hex(body.id.view()) + " is closed and was never signed");
    }
    facts_.txns[found->second].closed = now_;
  }

  void fold(const evidence::ViewAdvanced& body) {
    const auto [handled, is_new] = log_.handled.try_emplace({body.ledger, body.shard}, body.height);
    if (body.shard >= log_.shards) complain(Invariant::log, "a view of a shard that the log has not");
    if (body.height < handled->second) complain(Invariant::log, "the view of " + body.ledger.text + " goes back");
    handled->second = std::max(handled->second, body.height);
    facts_.views.push_back({now_, body});
  }

  void fold(const evidence::LedgerFrozen& body) { log_.frozen.try_emplace(body.ledger, now_); }

  void fold(const evidence::LedgerDescribed& body) {
    described_.insert_or_assign(body.description.ledger, body.description);
    facts_.descriptions.insert_or_assign(body.description.ledger, body.description);
  }

  void fold(const evidence::LedgerProof& body) {
    const LedgerId& ledger = body.proof.ledger;
    proofs_.erase(ledger);
    const auto described = described_.find(ledger);
    if (described == described_.end()) {
      return complain(Invariant::evidence, "a proof of " + ledger.text + ", which is not described");
    }
    auto proven = evidence::check_proof(all_proof_checks(), described->second, body.proof);
    if (!proven.ok()) {
      return complain(Invariant::evidence, "a proof of " + ledger.text + " proves nothing: " + proven.error().detail);
    }
    proofs_.insert_or_assign(ledger, LastProof{evidence::citation_of(body.proof), std::move(*proven)});
  }

  void fold(const evidence::ProofLeftOut& body) { left_out_.insert({body.ledger, body.height, body.block}); }

  void fold(const evidence::HoldingsChecked& body) {
    if (body.unexplained() == nullptr) {
      log_.unexplained.erase(body.ledger);
    } else {
      log_.unexplained.try_emplace(body.ledger, now_);
    }
  }

  void fold(const evidence::Anchored& body) {
    log_.anchors.push_back({now_, body.ledger, body.size, body.root, body.position});
  }

  std::uint16_t shard_;
  Facts& facts_;
  LogFacts& log_;
  Findings& findings_;
  Moment now_;
  std::map<LedgerId, LedgerDescription> described_;  // in this log
  std::map<LedgerId, LastProof> proofs_;             // the last one of each ledger
  std::set<evidence::Citation> left_out_;            // blocks whose proofs were too large
};

// What HEAD says; none when it is no such file.
Result<std::optional<evidence::Watermark>> read_watermark(const Evidence& evidence, std::size_t shard) {
  const std::string path = log_directory(evidence, shard) + "/" + std::string(evidence::kHeadFile);
  CLEARSPAN_TRY(const auto file, evidence.disk.open_to_read(path));
  Bytes text(evidence::kBlockBytes);
  CLEARSPAN_TRY(const std::size_t size, file->read(0, text));
  return evidence::decode_watermark(as_text(ByteView(text).first(size)));
}

// False when the log is damaged.
Result<bool> read_one(const Evidence& evidence, const Options& options, const evidence::LogIdentity& identity,
                      Facts& facts, Findings& findings) {
  const auto shard = static_cast<std::uint16_t>(facts.logs.size());
  facts.logs.emplace_back().identity = identity;
  LogReader reader(shard, facts, findings);
  const auto end = evidence::read_log(evidence.disk, log_directory(evidence, shard), identity, {},
                                      [&](const evidence::RecordRef& ref) { return reader.take(ref); });
  if (end.ok()) {
    if (options.closed) {
      CLEARSPAN_TRY(const auto watermark, read_watermark(evidence, shard));
      if (end->torn_bytes > 0 || end->is_short || !watermark || watermark->position != end->position) {
        findings.add(Invariant::log, "shard-" + std::to_string(shard) + " was not closed where it ends");
      }
    } else if (end->torn_bytes > 0) {
      findings.report().notes.push_back("shard " + std::to_string(shard) +
                                        ": the last group was cut short in writing (" +
                                        std::to_string(end->torn_bytes) + " bytes); nobody was told of it");
    }
    return true;
  }
  if (end.error().code != ErrorCode::log_corrupt) return end.error();
  findings.add(Invariant::log, end.error().detail);
  return false;
}

// The identity of the log there. None: there is no log. A damaged header is a violation.
Result<std::optional<evidence::LogIdentity>> identity_at(const Evidence& evidence, std::size_t shard,
                                                         Findings& findings) {
  auto identity = evidence::identity_of_log(evidence.disk, log_directory(evidence, shard));
  if (identity.ok() || identity.error().code != ErrorCode::log_corrupt) return identity;
  findings.add(Invariant::log, identity.error().detail);
  return std::optional<evidence::LogIdentity>();
}

enum class Absence : std::uint8_t { no_log, nothing_written, records_missing };

// Where no segment is, HEAD says whether there must have been one.
Result<Absence> absence_at(const Evidence& evidence, std::size_t shard) {
  CLEARSPAN_TRY(const auto names, evidence.disk.list(log_directory(evidence, shard)));
  if (std::find(names.begin(), names.end(), evidence::kHeadFile) == names.end()) return Absence::no_log;
  CLEARSPAN_TRY(const auto watermark, read_watermark(evidence, shard));
  return watermark && watermark->position.sequence == 0 ? Absence::nothing_written : Absence::records_missing;
}

}  // namespace

const TradeFact* Facts::find_trade(const TradeId& id) const {
  const auto found = trades.find(id);
  return found == trades.end() ? nullptr : &found->second;
}

const SignedFact* Facts::find_txn(const TxnId& id) const {
  const auto found = txn_by_id.find(id);
  return found == txn_by_id.end() ? nullptr : &txns[found->second];
}

bool Facts::is_our_key(const LedgerId& ledger, const std::string& key) const {
  const auto keys = our_keys.find(ledger);
  return keys != our_keys.end() && keys->second.contains(key);
}

bool Facts::is_frozen(const LedgerId& ledger) const {
  return std::any_of(logs.begin(), logs.end(), [&](const LogFacts& log) { return log.frozen.contains(ledger); });
}

void Findings::add(Invariant invariant, std::string text, std::vector<RecordPoint> records) {
  ++report_.violations_found;
  if (report_.violations.size() >= kViolationsKept) return;
  report_.violations.push_back({invariant, std::move(text), std::move(records)});
}

std::string log_directory(const Evidence& evidence, std::size_t shard) {
  return evidence.folder + "/shard-" + std::to_string(shard);
}

Result<bool> read_facts(const Evidence& evidence, const Options& options, Facts& facts, Findings& findings) {
  bool is_whole = true;
  facts.logs.reserve(kLogsMax);
  for (std::size_t shard = 0; shard < kLogsMax; ++shard) {
    CLEARSPAN_TRY(const auto identity, identity_at(evidence, shard, findings));
    if (!identity) {
      CLEARSPAN_TRY(const Absence absence, absence_at(evidence, shard));
      if (absence == Absence::records_missing) {
        findings.add(Invariant::log, "the records of shard-" + std::to_string(shard) + " are gone, and HEAD is there");
        return false;
      }
      if (absence == Absence::nothing_written && shard > 0) {
        facts.logs.emplace_back().identity = {"shard-" + std::to_string(shard), facts.logs.front().identity.engine};
        continue;
      }
      if (shard == 0 && findings.count() == 0) {
        return make_error(ErrorCode::not_found, "there is no log in " + log_directory(evidence, 0));
      }
      break;
    }
    if (identity->name != "shard-" + std::to_string(shard) ||
        (shard > 0 && identity->engine != facts.logs.front().identity.engine)) {
      findings.add(Invariant::log, "the log in shard-" + std::to_string(shard) + " is " + identity->name +
                                       " of engine " + to_hex(identity->engine.view()));
      return false;
    }
    CLEARSPAN_TRY(const bool is_good, read_one(evidence, options, *identity, facts, findings));
    is_whole = is_whole && is_good;
  }
  const std::size_t expected = facts.logs.empty() ? 1 : facts.logs.front().shard_count;
  if (facts.logs.size() == expected) return is_whole;
  findings.add(Invariant::log, "the engine has " + std::to_string(expected) + " logs, and " +
                                   std::to_string(facts.logs.size()) + " are there");
  return false;
}

}  // namespace clearspan::audit
