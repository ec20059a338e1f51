#include "ledgers/evidence/archive.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "codecs/evidence/proving.hpp"
#include "ledgers/evidence/verify_log.hpp"

namespace clearspan::evidence {
namespace {

// Records further apart than that are read separately.
constexpr std::uint64_t kReadThroughRecords = 50'000;

struct ReadRecord {
  Bytes record;
  Bytes attachment;
};

// The records with those sequences.
Result<std::map<std::uint64_t, ReadRecord>> read_records(Disk& disk, const ArchivedLog& log,
                                                         const std::set<std::uint64_t>& sequences) {
  std::map<std::uint64_t, ReadRecord> records;
  for (auto first = sequences.begin(); first != sequences.end();) {
    auto behind = std::next(first);
    while (behind != sequences.end() && *behind - *std::prev(behind) <= kReadThroughRecords) ++behind;
    const ReadRange range{*first, *std::prev(behind)};
    CLEARSPAN_CHECK_OK(read_log(disk, log.directory, log.identity, range, [&](const RecordRef& ref) -> Status {
      if (!sequences.contains(ref.sequence)) return Done{};
      const RecordBytes& bytes = ref.bytes;
      records[ref.sequence] = {{bytes.record.begin(), bytes.record.end()},
                               {bytes.attachment.begin(), bytes.attachment.end()}};
      return Done{};
    }));
    first = behind;
  }
  return records;
}

// The last of ascending sequences that is not above `limit`; 0 when none is.
std::uint64_t last_up_to(const std::vector<std::uint64_t>& sequences, std::uint64_t limit) {
  const auto above = std::upper_bound(sequences.begin(), sequences.end(), limit);
  return above == sequences.begin() ? 0 : *std::prev(above);
}

// Gathers one trade's bundle.
class Export {
 public:
  Export(Disk& disk, const TradeIndex& index, const std::vector<ArchivedLog>& logs, TradeSnapshot snapshot)
      : disk_(disk), index_(index), logs_(logs), snapshot_(std::move(snapshot)), home_(snapshot_.summary.shard) {}

  Result<Bundle> run() {
    bundle_.trade = snapshot_.summary.id;
    CLEARSPAN_CHECK_OK(choose_records());
    CLEARSPAN_CHECK_OK(choose_anchor());
    CLEARSPAN_CHECK_OK(add_log(home_));
    for (const auto& [shard, sequences] : wanted_) {
      if (shard != home_) CLEARSPAN_CHECK_OK(add_log(shard));
    }
    return std::move(bundle_);
  }

 private:
  struct CitedTxns {
    std::set<std::uint32_t> indexes;
    bool all = false;
  };

  // What is cited of one block: ledger_proof records by their sequences, the first of which goes into the bundle, and
  // which of their txns do.
  using Cited = std::map<std::uint64_t, CitedTxns>;

  Status choose_records() {
    const Plan& plan = *snapshot_.summary.plan;
    for (const HistoryEntry& entry : snapshot_.history) {
      if (std::holds_alternative<TxnClosed>(entry.record.body)) continue;
      wanted_[entry.shard].insert(entry.sequence);
      if (entry.shard == home_) last_home_sequence_ = std::max(last_home_sequence_, entry.sequence);
      const auto* event = std::get_if<TradeEvent>(&entry.record.body);
      if (event != nullptr) CLEARSPAN_CHECK_OK(cite(plan, event->event, entry.sequence));
    }
    for (const Leg& leg : plan.legs) CLEARSPAN_CHECK_OK(want_description(leg.ledger));
    return Done{};
  }

  // The last description before the trade, and every one until its last event.
  Status want_description(const LedgerId& ledger) {
    CLEARSPAN_TRY(const auto sequences, index_.descriptions_of(home_, ledger));
    const std::uint64_t first = last_up_to(sequences, snapshot_.summary.first_sequence);
    for (const std::uint64_t sequence : sequences) {
      if (sequence >= first && sequence <= last_home_sequence_) wanted_[home_].insert(sequence);
    }
    return Done{};
  }

  Status cite(const Plan& plan, const Event& event, std::uint64_t sequence) {
    const auto citation = citation_of(plan, event);
    if (!citation) return Done{};
    CLEARSPAN_TRY(const auto proofs, index_.proofs_of(home_, citation->block));
    const std::uint64_t proof = last_up_to(proofs, sequence);
    if (proof == 0) {
      return make_error(
          ErrorCode::proof_missing,
          "the log has no proof of block " + std::to_string(citation->height.value) + " of " + citation->ledger.text);
    }
    CitedTxns& txns = cited_[*citation][proof];
    if (const auto* fact = std::get_if<OutcomeFinal>(&event)) txns.indexes.insert(fact->outcome.position.txn_index);
    if (const auto* dead = std::get_if<MovementDead>(&event)) {
      txns.all = txns.all || needs_txn(plan, *dead);
    }
    return Done{};
  }

  // The first anchor that covers the trade.
  Status choose_anchor() {
    CLEARSPAN_TRY(const auto sequences, index_.anchors_of(home_));
    const auto behind = std::upper_bound(sequences.begin(), sequences.end(), last_home_sequence_);
    for (auto sequence = behind; sequence != sequences.end(); ++sequence) {
      CLEARSPAN_TRY(const auto records, read_records(disk_, logs_[home_], {*sequence}));
      CLEARSPAN_TRY(const Record record, decode_without_attachment(records.at(*sequence).record));
      const auto* anchored = std::get_if<Anchored>(&record.body);
      if (anchored == nullptr || anchored->size < last_home_sequence_) continue;
      anchor_ = *anchored;
      anchor_sequence_ = *sequence;
      wanted_[home_].insert(*sequence);
      CLEARSPAN_TRY(const auto descriptions, index_.descriptions_of(home_, anchored->ledger));
      wanted_[home_].insert(last_up_to(descriptions, *sequence));
      const Citation citation{anchored->ledger, anchored->position.height, anchored->position.block};
      CLEARSPAN_TRY(const auto proofs, index_.proofs_of(home_, citation.block));
      cited_[citation][last_up_to(proofs, *sequence)].indexes.insert(anchored->position.txn_index);
      return Done{};
    }
    return Done{};
  }

  // A checkpoint that covers those records: the newest with signatures of witnesses if it does, else the newest.
  Result<std::string> checkpoint_for(const ArchivedLog& log, std::uint64_t last) const {
    CLEARSPAN_TRY(const std::string witnessed, read_note(disk_, log.directory, kWitnessedFile));
    if (!witnessed.empty()) {
      CLEARSPAN_TRY(const tlog::Note note, tlog::parse_note(witnessed));
      CLEARSPAN_TRY(const tlog::Checkpoint head, tlog::parse_checkpoint(note.text));
      if (head.size >= last) return witnessed;
    }
    if (log.publisher->head().size < last) CLEARSPAN_CHECK_OK(log.publisher->publish());
    return log.publisher->checkpoint();
  }

  Status add_log(std::uint16_t shard) {
    const ArchivedLog& log = logs_[shard];
    std::set<std::uint64_t>& wanted = wanted_[shard];
    std::set<std::uint64_t> to_read;
    if (shard == home_) {
      for (const auto& [citation, cited] : cited_) {
        for (const auto& [sequence, txns] : cited) to_read.insert(sequence);
      }
    }
    to_read.insert(wanted.begin(), wanted.end());
    CLEARSPAN_TRY(const auto records, read_records(disk_, log, to_read));
    if (shard == home_) {
      for (const auto& [citation, cited] : cited_) CLEARSPAN_CHECK_OK(add_proof(records, cited));
    }
    BundleLog out;
    CLEARSPAN_TRY(out.checkpoint, checkpoint_for(log, *wanted.rbegin()));
    CLEARSPAN_TRY(const tlog::Note note, tlog::parse_note(out.checkpoint));
    CLEARSPAN_TRY(const tlog::Checkpoint head, tlog::parse_checkpoint(note.text));
    for (const std::uint64_t sequence : wanted) {
      CLEARSPAN_TRY(BundleEntry entry, entry_of(log, sequence, records.at(sequence).record, head.size));
      out.entries.push_back(std::move(entry));
    }
    bundle_.logs.push_back(std::move(out));
    if (shard != home_) return Done{};
    return anchor_ ? add_anchor(log, head.size) : Status(Done{});
  }

  Result<BundleEntry> entry_of(const ArchivedLog& log, std::uint64_t sequence, const Bytes& record,
                               std::uint64_t size) const {
    BundleEntry entry;
    entry.index = sequence - 1;
    Hash32 before = chain_start(log.identity);
    if (sequence > 1) {
      CLEARSPAN_TRY(const auto heads, log.log->tree().nodes(0, sequence - 2, 1));
      before = heads.front();
    }
    entry.entry.assign(before.bytes.begin(), before.bytes.end());
    entry.entry.insert(entry.entry.end(), record.begin(), record.end());
    CLEARSPAN_TRY(entry.inclusion, log.log->tree().inclusion(entry.index, size));
    return entry;
  }

  // Of the records of one block, the first proof is wanted as an entry, and each that says that a proof was left out.
  Status add_proof(const std::map<std::uint64_t, ReadRecord>& records, const Cited& cited) {
    std::optional<BlockProof> whole;
    std::map<std::uint32_t, TxnProof> kept;
    for (const auto& [sequence, txns] : cited) {
      const ReadRecord& read = records.at(sequence);
      CLEARSPAN_TRY(Record record, decode({read.record, read.attachment}));
      auto* const proof = std::get_if<LedgerProof>(&record.body);
      const bool is_left_out = std::holds_alternative<ProofLeftOut>(record.body);
      if (is_left_out || !whole) wanted_[home_].insert(sequence);
      if (is_left_out) continue;
      if (proof == nullptr) return make_error(ErrorCode::storage_failed, "the index names another record as a proof");
      for (TxnProof& txn : proof->proof.txns) {
        if (txns.all || txns.indexes.contains(txn.index)) kept.try_emplace(txn.index, std::move(txn));
      }
      if (!whole) whole = std::move(proof->proof);
    }
    if (!whole) return Done{};
    whole->txns.clear();
    for (auto& [index, txn] : kept) whole->txns.push_back(std::move(txn));
    whole->tip = {};  // the record says it
    bundle_.proofs.push_back(std::move(*whole));
    return Done{};
  }

  // An Ed25519 signature is the same each time, so the checkpoint that was anchored need not have been kept.
  Status add_anchor(const ArchivedLog& log, std::uint64_t size) {
    BundleAnchor out;
    out.checkpoint = log.publisher->sign_again({anchor_->size, anchor_->root});
    CLEARSPAN_TRY(out.consistency, log.log->tree().consistency(anchor_->size, size));
    out.index = anchor_sequence_ - 1;
    bundle_.anchors.push_back(std::move(out));
    return Done{};
  }

  Disk& disk_;
  const TradeIndex& index_;
  const std::vector<ArchivedLog>& logs_;
  const TradeSnapshot snapshot_;
  const std::uint16_t home_;
  Bundle bundle_;
  std::uint64_t last_home_sequence_ = 0;
  std::map<std::uint16_t, std::set<std::uint64_t>> wanted_;  // by shard: sequences of the entries
  std::map<Citation, Cited> cited_;
  std::optional<Anchored> anchor_;
  std::uint64_t anchor_sequence_ = 0;
};

}  // namespace

Archive::Archive(Disk& disk, const TradeIndex& index, std::vector<ArchivedLog> logs)
    : disk_(disk), index_(index), logs_(std::move(logs)) {}

std::string Archive::trust_file() const {
  std::string text;
  for (const ArchivedLog& log : logs_) text += "log " + tlog::to_string(log.publisher->public_key()) + "\n";
  return text;
}

Result<Bundle> Archive::bundle_of(const TradeId& trade) const {
  CLEARSPAN_TRY(auto snapshot, index_.show(trade));
  if (!snapshot) return make_error(ErrorCode::unknown_trade, "no trade has the id " + to_string(trade));
  return Export(disk_, index_, logs_, std::move(*snapshot)).run();
}

Result<Bytes> Archive::attachment(std::uint16_t shard, std::uint64_t leaf) const {
  const ArchivedLog& log = logs_[shard];
  if (leaf >= log.publisher->head().size) {
    return make_error(ErrorCode::index_beyond_tree, "the log has no such record");
  }
  CLEARSPAN_TRY(auto records, read_records(disk_, log, {leaf + 1}));
  Bytes& attachment = records.at(leaf + 1).attachment;
  if (attachment.empty()) return make_error(ErrorCode::invalid_value, "the record has no attachment", "leaf");
  return std::move(attachment);
}

}  // namespace clearspan::evidence
