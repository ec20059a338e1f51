#include "codecs/evidence/verify_bundle.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "codecs/crypto/sha256.hpp"
#include "codecs/evidence/cbor_scan.hpp"
#include "codecs/tlog/merkle.hpp"
#include "core/trade/advance.hpp"

namespace clearspan::evidence {
namespace {

Error misplaced(const std::string& what) {
  return make_error(ErrorCode::record_misplaced, what);
}

// The record of an entry, if it is an item that a log may hold.
Result<ByteView> record_of(ByteView entry) {
  if (entry.size() <= Hash32::kSize) return make_error(ErrorCode::truncated, "an entry without a record");
  const ByteView record = entry.subspan(Hash32::kSize);
  if (record.size() > kRecordBytesMax) return make_error(ErrorCode::too_large, "a record larger than a log takes");
  CLEARSPAN_CHECK_OK(cbor::scan(record));
  return record;
}

class BundleCheck {
 public:
  BundleCheck(const Bundle& bundle, const tlog::TrustedKeys& trusted, const ProofChecks& checks)
      : bundle_(bundle), trusted_(trusted), checks_(checks) {}

  Result<BundleReport> run() {
    CLEARSPAN_CHECK_OK(read_logs());
    CLEARSPAN_CHECK_OK(list_proofs());
    for (const VerifiedRecord& record : report_.records) CLEARSPAN_CHECK_OK(take(record));
    if (!is_created_) return misplaced("the trade's creation is missing");
    for (const BundleAnchor& anchor : bundle_.anchors) CLEARSPAN_CHECK_OK(take_anchor(anchor));
    if (proven_.size() != bundle_.proofs.size()) return misplaced("a proof that no event cites");
    report_.proofs = proven_.size();
    for (auto& [ledger, description] : descriptions_) report_.ledgers.push_back(description);
    return std::move(report_);
  }

 private:
  // --- What stands in the logs ---

  Status read_logs() {
    if (bundle_.logs.empty()) return misplaced("a bundle without a log");
    std::set<std::string> origins;
    for (std::size_t i = 0; i < bundle_.logs.size(); ++i) {
      CLEARSPAN_TRY(auto checkpoint, tlog::verify_note(bundle_.logs[i].checkpoint, trusted_));
      if (!origins.insert(checkpoint.origin).second) {
        return make_error(ErrorCode::wrong_log_name, "the same log twice: " + checkpoint.origin);
      }
      CLEARSPAN_CHECK_OK(read_entries(i, checkpoint));
      report_.checkpoints.push_back(std::move(checkpoint));
    }
    return Done{};
  }

  Status read_entries(std::size_t log, const tlog::VerifiedCheckpoint& checkpoint) {
    std::optional<std::uint64_t> last;
    for (const BundleEntry& entry : bundle_.logs[log].entries) {
      CLEARSPAN_CHECK_OK(tlog::verify_inclusion(tlog::leaf_hash(entry.entry), entry.index, checkpoint.size,
                                                entry.inclusion, checkpoint.root));
      if (last && entry.index <= *last) return misplaced("entries that are not in the order of their log");
      last = entry.index;
      CLEARSPAN_TRY(const ByteView bytes, record_of(entry.entry));
      auto record = decode_without_attachment(bytes);
      if (!record.ok()) return make_error(ErrorCode::malformed, record.error().detail);
      if (const auto* txn = std::get_if<TxnSigned>(&record->body)) {
        const auto first = signed_until_.try_emplace(txn->ledger, txn->not_after).first;
        first->second = std::min(first->second, txn->not_after);
      }
      report_.records.push_back({log, entry.index, std::move(*record)});
    }
    return Done{};
  }

  Status list_proofs() {
    for (const BlockProof& proof : bundle_.proofs) {
      if (!proofs_.try_emplace(citation_of(proof), &proof).second) return misplaced("two proofs of one block");
    }
    return Done{};
  }

  // --- The trade ---

  Status take(const VerifiedRecord& record) {
    if (std::holds_alternative<TxnSigned>(record.record.body)) return Done{};
    if (record.log != 0) return misplaced("a record of this kind belongs into the trade's own log");
    if (const auto* described = std::get_if<LedgerDescribed>(&record.record.body)) {
      descriptions_.insert_or_assign(described->description.ledger, described->description);
      return Done{};
    }
    if (const auto* proof = std::get_if<LedgerProof>(&record.record.body)) return expect(proof->proof);
    if (const auto* left_out = std::get_if<ProofLeftOut>(&record.record.body)) {
      left_out_.insert({left_out->ledger, left_out->height, left_out->block});
      return Done{};
    }
    if (const auto* created = std::get_if<TradeCreated>(&record.record.body)) return create(created->plan);
    if (const auto* event = std::get_if<TradeEvent>(&record.record.body)) return apply(*event, record.index);
    if (std::holds_alternative<Anchored>(record.record.body)) return Done{};
    return misplaced("a record of a kind that no bundle holds");
  }

  Status create(const Plan& plan) {
    if (is_created_ || plan.id != bundle_.trade) return misplaced("the creation of another trade");
    for (const Leg& leg : plan.legs) {
      if (!descriptions_.contains(leg.ledger)) return misplaced("no description of ledger " + leg.ledger.text);
    }
    is_created_ = true;
    report_.plan = plan;
    report_.state = initial_state(plan);
    return Done{};
  }

  Status apply(const TradeEvent& event, std::uint64_t index) {
    if (!is_created_ || event.trade != bundle_.trade) return misplaced("an event of another trade");
    CLEARSPAN_TRY(auto step, advance(report_.plan, std::move(report_.state), event.event));
    report_.state = std::move(step.next);
    ++report_.events;
    const auto citation = citation_of(report_.plan, event.event);
    if (!citation) return Done{};
    Status proven = prove(event.event, *citation);
    if (proven.ok() || proven.error().code != ErrorCode::proof_missing || !left_out_.contains(*citation)) return proven;
    report_.unproven.push_back(index);
    return Done{};
  }

  Status prove(const Event& event, const Citation& citation) {
    CLEARSPAN_TRY(const ProvenBlock* const block, prove(citation));
    CLEARSPAN_CHECK_OK(check_event(event, *block));
    const auto* dead = std::get_if<MovementDead>(&event);
    if (dead == nullptr || !needs_txn(report_.plan, *dead) || !block->txns.empty()) return Done{};
    const auto signed_until = signed_until_.find(citation.ledger);
    if (signed_until != signed_until_.end() && signed_until->second < dead->time) return Done{};
    return make_error(ErrorCode::proof_missing, "nothing shows that the movement is dead");
  }

  // The log says what the proof of a block ends in; the proof itself stands beside the log.
  Status expect(const BlockProof& recorded) {
    if (proofs_.contains(citation_of(recorded)) && tips_.try_emplace(citation_of(recorded), recorded.tip).second) {
      return Done{};
    }
    return misplaced("the record of a proof that the bundle does not hold, or a second one");
  }

  // The proof of that block, checked under the description that stands before what cites it first.
  Result<const ProvenBlock*> prove(const Citation& citation) {
    if (const auto known = proven_.find(citation); known != proven_.end()) return &known->second;
    const auto proof = proofs_.find(citation);
    if (proof == proofs_.end()) {
      return make_error(ErrorCode::proof_missing,
                        "no proof of block " + std::to_string(citation.height.value) + " of " + citation.ledger.text);
    }
    const auto description = descriptions_.find(citation.ledger);
    if (description == descriptions_.end()) return misplaced("no description of ledger " + citation.ledger.text);
    if (proof->second->descendants.size() != description->second.depth) {
      return make_error(ErrorCode::proof_invalid, "a proof with another number of descendants than the depth");
    }
    const auto tip = tips_.find(citation);
    if (tip == tips_.end()) return misplaced("no record of the proof stands before what cites it");
    BlockProof complete = *proof->second;
    complete.tip = tip->second;
    CLEARSPAN_TRY(ProvenBlock block, check_proof(checks_, description->second, complete));
    return &proven_.emplace(citation, std::move(block)).first->second;
  }

  // --- Anchors ---

  [[nodiscard]] const Anchored* anchored_at(std::uint64_t index) const {
    for (const VerifiedRecord& record : report_.records) {
      if (record.log == 0 && record.index == index) return std::get_if<Anchored>(&record.record.body);
    }
    return nullptr;
  }

  Status take_anchor(const BundleAnchor& anchor) {
    const tlog::VerifiedCheckpoint& newest = report_.checkpoints.front();
    CLEARSPAN_TRY(const auto checkpoint, tlog::verify_note(anchor.checkpoint, trusted_));
    if (checkpoint.origin != newest.origin) return make_error(ErrorCode::wrong_log_name, "an anchor of another log");
    const Anchored* record = anchored_at(anchor.index);
    if (!record || record->size != checkpoint.size || record->root != checkpoint.root) {
      return misplaced("an anchor without its record");
    }
    CLEARSPAN_CHECK_OK(
        tlog::verify_consistency(checkpoint.size, checkpoint.root, newest.size, newest.root, anchor.consistency));
    const BlockPosition& at = record->position;
    CLEARSPAN_TRY(const ProvenBlock* const block, prove({record->ledger, at.height, at.block}));
    const Hash32 digest = crypto::sha256(as_bytes(checkpoint.text));
    if (!is_anchored(*block, at, digest)) return make_error(ErrorCode::outcome_mismatch, "the ledger shows no anchor");
    report_.anchors.push_back({record->ledger, checkpoint.size, at});
    return Done{};
  }

  static bool is_anchored(const ProvenBlock& block, const BlockPosition& at, const Hash32& digest) {
    return std::any_of(block.txns.begin(), block.txns.end(), [&](const ProvenTxn& txn) {
      const std::pair anchor(at.effect_index, digest);
      return txn.index == at.txn_index && txn.id == at.txn &&
             std::find(txn.anchors.begin(), txn.anchors.end(), anchor) != txn.anchors.end();
    });
  }

  const Bundle& bundle_;
  const tlog::TrustedKeys& trusted_;
  const ProofChecks& checks_;
  BundleReport report_;
  bool is_created_ = false;
  std::map<LedgerId, LedgerDescription> descriptions_;
  std::map<Citation, const BlockProof*> proofs_;
  std::map<LedgerId, LedgerTime> signed_until_;  // when the first of the trade's signed txns there is over
  std::set<Citation> left_out_;                  // blocks whose proof the log says it has not
  std::map<Citation, BlockHash> tips_;           // as the log's records say
  std::map<Citation, ProvenBlock> proven_;
};

}  // namespace

Result<BundleReport> verify_bundle(const Bundle& bundle, const tlog::TrustedKeys& trusted, const ProofChecks& checks) {
  return BundleCheck(bundle, trusted, checks).run();
}

}  // namespace clearspan::evidence
