#include "ledgers/evidence/views.hpp"

#include <algorithm>

#include "codecs/tlog/merkle.hpp"
#include "codecs/tlog/note.hpp"
#include "ledgers/evidence/verify_log.hpp"

namespace clearspan::evidence {
namespace {

std::string name_of_shard(std::uint32_t shard) {
  return "shard-" + std::to_string(shard);
}

Error in_log(const std::string& log, const Error& error) {
  return make_error(error.code, log + ", " + error.detail, error.field);
}

class LogsReading {
 public:
  LogsReading(Disk& disk, const std::string& data_directory, const ViewVisitor& visit)
      : disk_(disk), data_directory_(data_directory), visit_(visit) {}

  Result<std::vector<ViewedLog>> run() {
    for (std::uint16_t shard = 0; shard < kViewedLogsMax; ++shard) {
      const std::string directory = data_directory_ + "/" + name_of_shard(shard);
      CLEARSPAN_TRY(const auto identity, identity_of_log(disk_, directory));
      if (!identity) continue;
      CLEARSPAN_CHECK_OK(check_identity(shard, *identity));
      CLEARSPAN_CHECK_OK(read_one(directory, *identity));
    }
    if (logs_.empty()) return make_error(ErrorCode::not_found, data_directory_ + " holds no evidence log");
    CLEARSPAN_CHECK_OK(check_complete());
    return std::move(logs_);
  }

 private:
  // The same log under two names would count everything twice.
  [[nodiscard]] Status check_identity(std::uint16_t shard, const LogIdentity& identity) const {
    if (identity.name != name_of_shard(shard)) {
      return make_error(ErrorCode::wrong_log_name, name_of_shard(shard) + " holds the log " + identity.name);
    }
    if (!logs_.empty() && identity.engine != logs_.front().engine) {
      return make_error(ErrorCode::wrong_log_name,
                        name_of_shard(shard) + " is of another engine than " + logs_.front().name);
    }
    return Done{};
  }

  Status read_one(const std::string& directory, const LogIdentity& identity) {
    logs_.push_back({identity.name, identity.engine, 0, std::nullopt});
    ViewedLog& log = logs_.back();
    CLEARSPAN_TRY(log.checkpoint, checkpoint_of(directory, identity));
    ReadRange range;
    if (log.checkpoint) range.through = log.checkpoint->size;
    tlog::Frontier tree;
    CLEARSPAN_TRY(const LogEnd end, read_log(disk_, directory, identity, range, [&](const RecordRef& ref) {
                    tree.append(ref.head);
                    return take(ref);
                  }));
    log.records = end.position.sequence;
    if (!log.checkpoint) return Done{};
    const Hash32 root = tree.size() == 0 ? tlog::empty_root() : tree.root();
    if (tree.size() == log.checkpoint->size && root == log.checkpoint->root) return Done{};
    return make_error(ErrorCode::root_mismatch, log.name + "'s tree is not the one that its checkpoint signs");
  }

  Result<std::optional<tlog::Checkpoint>> checkpoint_of(const std::string& directory, const LogIdentity& identity) {
    CLEARSPAN_TRY(const std::string text, read_note(disk_, directory, kCheckpointFile));
    if (text.empty()) return std::optional<tlog::Checkpoint>();
    CLEARSPAN_TRY(const tlog::Note note, tlog::parse_note(text));
    CLEARSPAN_TRY(tlog::Checkpoint checkpoint, tlog::parse_checkpoint(note.text));
    if (checkpoint.origin != tlog::origin_of(identity.engine, identity.name)) {
      return make_error(ErrorCode::wrong_log_name, identity.name + "'s checkpoint is of " + checkpoint.origin);
    }
    return std::optional<tlog::Checkpoint>(std::move(checkpoint));
  }

  Status take(const RecordRef& ref) {
    const std::string& log = logs_.back().name;
    const std::string where = "record " + std::to_string(ref.sequence) + ": ";
    const auto record = decode_without_attachment(ref.bytes.record);
    if (!record.ok()) return in_log(log, make_error(ErrorCode::log_corrupt, where + describe(record.error())));
    if (const auto* start = std::get_if<EngineStarted>(&record->body)) {
      shard_count_ = std::max(shard_count_, start->shard_count);
    }
    Status status = visit_({{logs_.size() - 1, ref.sequence - 1}, ref.bytes, *record});
    if (status.ok()) return status;
    return in_log(log, make_error(status.error().code, where + status.error().detail, status.error().field));
  }

  // Without one shard's log a view would be wrong and not show it.
  [[nodiscard]] Status check_complete() const {
    for (std::uint16_t shard = 0; shard < shard_count_; ++shard) {
      const auto is_it = [&](const ViewedLog& log) { return log.name == name_of_shard(shard); };
      if (std::any_of(logs_.begin(), logs_.end(), is_it)) continue;
      return make_error(ErrorCode::log_corrupt, data_directory_ + ": the engine ran with " +
                                                    std::to_string(shard_count_) + " shards, and the log of " +
                                                    name_of_shard(shard) + " is missing");
    }
    return Done{};
  }

  Disk& disk_;
  const std::string& data_directory_;
  const ViewVisitor& visit_;
  std::vector<ViewedLog> logs_;
  std::uint16_t shard_count_ = 0;
};

}  // namespace

Result<std::vector<ViewedLog>> read_logs(Disk& disk, const std::string& data_directory, const ViewVisitor& visit) {
  return LogsReading(disk, data_directory, visit).run();
}

void Scales::learn(const LedgerDescription& ledger) {
  for (const DescribedAsset& asset : ledger.assets) scales_[{ledger.ledger, asset.id}] = asset.scale;
}

std::optional<unsigned> Scales::of(const LedgerId& ledger, const AssetId& asset) const {
  const auto found = scales_.find({ledger, asset});
  if (found == scales_.end()) return std::nullopt;
  return found->second;
}

}  // namespace clearspan::evidence
