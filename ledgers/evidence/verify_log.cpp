#include "ledgers/evidence/verify_log.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>

#include "codecs/crypto/sha256.hpp"
#include "codecs/evidence/record.hpp"
#include "codecs/tlog/merkle.hpp"
#include "core/trade/advance.hpp"
#include "ledgers/evidence/reader.hpp"

namespace clearspan::evidence {
namespace {

class LogCheck {
 public:
  LogCheck(const tlog::VerifiedCheckpoint& checkpoint, const ProofChecks& checks) : checks_(checks) {
    report_.checkpoint = checkpoint;
  }

  Status take(const RecordRef& ref) {
    tree_.append(ref.head);
    if (tree_.size() == report_.checkpoint.size) root_ = tree_.root();
    auto record = decode(ref.bytes);
    Status status = record.ok() ? std::visit([&](const auto& body) { return fold(body); }, record->body)
                                : Status(make_error(ErrorCode::malformed, record.error().detail));
    if (status.ok()) return status;
    return make_error(status.error().code, "record " + std::to_string(ref.sequence) + ": " + status.error().detail);
  }

  Result<LogReport> finish() {
    if (report_.checkpoint.size == 0) root_ = tlog::empty_root();
    if (!root_ || *root_ != report_.checkpoint.root) {
      return make_error(ErrorCode::root_mismatch, "the log's tree is not the one that the checkpoint signs");
    }
    report_.records = tree_.size();
    report_.unsigned_records = tree_.size() - report_.checkpoint.size;
    report_.trades = trades_.size();
    std::vector<std::string> lines;
    lines.reserve(trades_.size());
    for (const auto& [id, trade] : trades_) {
      const Phase phase = phase_of(trade.state);
      ++report_.phases[static_cast<std::size_t>(phase)];
      if (trade.is_unproven) ++report_.unproven_trades;
      lines.push_back(to_string(id) + " " + std::string(to_string(phase)) + "\n");
    }
    std::sort(lines.begin(), lines.end());
    crypto::Sha256 digest;
    for (const std::string& line : lines) digest.update(as_bytes(line));
    report_.digest = digest.finish();
    return report_;
  }

 private:
  // One that is over stays: what still happens in its name is checked like the rest.
  struct Trade {
    PlanPtr plan;
    State state;
    bool is_unproven = false;  // an event's proof was left out
  };

  struct LastProof {
    Citation of;
    ProvenBlock block;
  };

  Status fold(const TradeCreated& body) {
    const auto [found, is_new] = trades_.try_emplace(body.plan.id);
    if (!is_new) return make_error(ErrorCode::record_misplaced, "the trade was created before");
    found->second = {std::make_shared<const Plan>(body.plan), initial_state(body.plan), false};
    return Done{};
  }

  Status fold(const TradeEvent& body) {
    const auto found = trades_.find(body.trade);
    if (found == trades_.end()) return make_error(ErrorCode::record_misplaced, "an event of a trade that is unknown");
    Trade& trade = found->second;
    CLEARSPAN_TRY(auto step, advance(*trade.plan, std::move(trade.state), body.event));
    trade.state = std::move(step.next);
    const auto citation = citation_of(*trade.plan, body.event);
    if (!citation) return Done{};
    Status proven = prove(body.event, *citation);
    if (proven.ok() || proven.error().code != ErrorCode::proof_missing || !left_out_.contains(*citation)) return proven;
    trade.is_unproven = true;
    return Done{};
  }

  // A proof that does not stand there is missing, unless the log has said that it is left out.
  Status prove(const Event& event, const Citation& citation) const {
    const auto proof = proofs_.find(citation.ledger);
    if (proof == proofs_.end() || proof->second.of != citation) {
      return make_error(ErrorCode::proof_missing, "no proof of the block that the event cites stands before it");
    }
    return check_event(event, proof->second.block);
  }

  Status fold(const ProofLeftOut& body) {
    left_out_.insert({body.ledger, body.height, body.block});
    return Done{};
  }

  Status fold(const LedgerProof& body) {
    const auto description = descriptions_.find(body.proof.ledger);
    if (description == descriptions_.end()) {
      return make_error(ErrorCode::record_misplaced, "a proof of a ledger that is not described");
    }
    CLEARSPAN_TRY(ProvenBlock block, check_proof(checks_, description->second, body.proof));
    proofs_.insert_or_assign(body.proof.ledger, LastProof{citation_of(body.proof), std::move(block)});
    return Done{};
  }

  Status fold(const LedgerDescribed& body) {
    descriptions_.insert_or_assign(body.description.ledger, body.description);
    return Done{};
  }

  // The others say nothing of trades that could be checked.
  Status fold(const auto&) { return Done{}; }

  const ProofChecks& checks_;
  LogReport report_;
  tlog::Frontier tree_;
  std::optional<Hash32> root_;  // at the checkpoint's size
  std::unordered_map<TradeId, Trade> trades_;
  std::map<LedgerId, LedgerDescription> descriptions_;
  std::map<LedgerId, LastProof> proofs_;  // the last one of each ledger
  std::set<Citation> left_out_;           // blocks whose proof was too large
};

}  // namespace

Result<std::string> read_note(Disk& disk, const std::string& directory, std::string_view name) {
  CLEARSPAN_TRY(const auto names, disk.list(directory));
  if (std::find(names.begin(), names.end(), name) == names.end()) return std::string();
  CLEARSPAN_TRY(const auto file, disk.open_to_read(directory + "/" + std::string(name)));
  Bytes text(tlog::kNoteBytesMax + 1);
  CLEARSPAN_TRY(const std::size_t size, file->read(0, text));
  if (size > tlog::kNoteBytesMax) return make_error(ErrorCode::checkpoint_malformed, "the checkpoint is too large");
  return std::string(as_text(ByteView(text).first(size)));
}

Result<LogReport> verify_log(Disk& disk, const std::string& directory, const tlog::TrustedKeys& trusted,
                             const ProofChecks& checks) {
  CLEARSPAN_TRY(const auto identity, identity_of_log(disk, directory));
  if (!identity) return make_error(ErrorCode::log_corrupt, directory + " holds no log");
  CLEARSPAN_TRY(const std::string note, read_note(disk, directory, kCheckpointFile));
  CLEARSPAN_TRY(const auto checkpoint, tlog::verify_note(note, trusted));
  if (checkpoint.origin != tlog::origin_of(identity->engine, identity->name)) {
    return make_error(ErrorCode::wrong_log_name, "the checkpoint is of " + checkpoint.origin);
  }
  LogCheck check(checkpoint, checks);
  CLEARSPAN_TRY(const LogEnd end,
                read_log(disk, directory, *identity, {}, [&](const RecordRef& ref) { return check.take(ref); }));
  if (end.torn_bytes > 0 || end.is_short) {
    return make_error(ErrorCode::log_corrupt, directory + ": the last group was cut short");
  }
  return check.finish();
}

}  // namespace clearspan::evidence
