#include "ledgers/evidence/publisher.hpp"

#include <algorithm>

#include "core/base/kill_point.hpp"
#include "ledgers/evidence/reader.hpp"
#include "ledgers/evidence/verify_log.hpp"

namespace clearspan::evidence {
namespace {

Error contradiction(const std::string& directory, const std::string& what) {
  return make_error(ErrorCode::log_corrupt, directory + ", checkpoint: " + what);
}

}  // namespace

Publisher::Publisher(Disk& disk, std::string directory, LogIdentity identity, const Log& log,
                     const crypto::Ed25519Signer& signer)
    : disk_(disk),
      directory_(std::move(directory)),
      identity_(std::move(identity)),
      log_(log),
      signer_(signer),
      public_key_{tlog::origin_of(identity_.engine, identity_.name), tlog::KeyType::log, signer.public_key()} {}

Result<std::unique_ptr<Publisher>> Publisher::open(Disk& disk, const std::string& directory,
                                                   const LogIdentity& identity, const Log& log,
                                                   const crypto::Ed25519Signer& signer) {
  std::unique_ptr<Publisher> publisher(new Publisher(disk, directory, identity, log, signer));
  CLEARSPAN_CHECK_OK(publisher->load());
  CLEARSPAN_CHECK_OK(publisher->publish());
  return publisher;
}

Status Publisher::load() {
  CLEARSPAN_TRY(auto newest, load(kCheckpointFile));
  CLEARSPAN_TRY(const auto witnessed, load(kWitnessedFile));
  if (witnessed) witnessed_size_ = witnessed->head.size;
  if (newest) recent_.push_back(std::move(*newest));
  return Done{};
}

// What was published must still be so. Signatures of witnesses are kept as they are: they are for others to check.
Result<std::optional<Publisher::Signed>> Publisher::load(std::string_view file) const {
  CLEARSPAN_TRY(const std::string text, read_note(disk_, directory_, file));
  if (text.empty()) return std::optional<Signed>();
  const auto note = tlog::parse_note(text);
  if (!note.ok()) return contradiction(directory_, note.error().detail);
  const auto head = tlog::parse_checkpoint(note->text);
  if (!head.ok()) return contradiction(directory_, head.error().detail);
  if (head->origin != public_key_.name) return contradiction(directory_, "it is of another log");
  if (!tlog::verify_signature(note->text, note->signatures.front(), public_key_).ok()) {
    return contradiction(directory_, "it is not signed by this engine's key");
  }
  const std::uint64_t size = log_.tree().head().size;
  if (head->size > size) {
    return contradiction(directory_, "it names " + std::to_string(head->size) + " records and the log holds " +
                                         std::to_string(size) + ": records were lost");
  }
  CLEARSPAN_TRY(const Hash32 root, log_.tree().root_of(head->size));
  if (root != head->root) return contradiction(directory_, "the log held other records when it was published");
  return std::optional<Signed>({*head, *note});
}

Status Publisher::publish() {
  const auto now = std::chrono::steady_clock::now();
  const TreeHead tree = log_.tree().head();
  const std::lock_guard lock(mutex_);
  if (!recent_.empty() && tree.size == recent_.back().head.size) {
    published_at_ = now;
    return Done{};
  }
  const tlog::Checkpoint head{public_key_.name, tree.size, tree.root};
  Signed next{head, tlog::sign_checkpoint(head, signer_)};
  kill_point(KillPoint::checkpoint_signed);
  CLEARSPAN_CHECK_OK(replace(kCheckpointFile, next.note));
  kill_point(KillPoint::checkpoint_stored);
  recent_.push_back(std::move(next));
  published_at_ = now;
  if (recent_.size() > kRecentCheckpoints) recent_.pop_front();
  return Done{};
}

Status Publisher::replace(std::string_view file, const tlog::Note& note) {
  return disk_.replace(directory_ + "/" + std::string(file), as_bytes(tlog::to_string(note)));
}

std::string Publisher::sign_again(const TreeHead& head) const {
  return tlog::to_string(tlog::sign_checkpoint({public_key_.name, head.size, head.root}, signer_));
}

std::string Publisher::checkpoint() const {
  const std::lock_guard lock(mutex_);
  return tlog::to_string(recent_.back().note);
}

tlog::Checkpoint Publisher::head() const {
  const std::lock_guard lock(mutex_);
  return recent_.back().head;
}

Millis Publisher::age() const {
  const std::lock_guard lock(mutex_);
  return std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - published_at_);
}

Status Publisher::cosign(const std::string& note, const tlog::TrustedKeys& witnesses) {
  CLEARSPAN_TRY(const tlog::Note cosigned, tlog::parse_note(note));
  const std::lock_guard lock(mutex_);
  const auto own =
      std::find_if(recent_.begin(), recent_.end(), [&](const Signed& one) { return one.note.text == cosigned.text; });
  if (own == recent_.end()) {
    return make_error(ErrorCode::wrong_log_name, "the note is none of this log's recent checkpoints");
  }
  tlog::Note merged = own->note;
  for (const tlog::NoteSignature& signature : cosigned.signatures) {
    const auto is_same_key = [&](const tlog::NoteSignature& known) {
      return known.key_name == signature.key_name && known.key_hash == signature.key_hash;
    };
    if (std::any_of(merged.signatures.begin(), merged.signatures.end(), is_same_key)) continue;
    const tlog::PublicKey* key = witnesses.find(signature.key_name, signature.key_hash);
    if (key == nullptr || key->type != tlog::KeyType::witness) {
      return make_error(ErrorCode::untrusted_key, signature.key_name);
    }
    CLEARSPAN_CHECK_OK(tlog::verify_signature(merged.text, signature, *key));
    merged.signatures.push_back(signature);
  }
  if (merged.signatures.size() == own->note.signatures.size()) return Done{};
  own->note = std::move(merged);
  if (own->head.size < witnessed_size_) return Done{};
  witnessed_size_ = own->head.size;
  if (own + 1 == recent_.end()) CLEARSPAN_CHECK_OK(replace(kCheckpointFile, own->note));
  return replace(kWitnessedFile, own->note);
}

Result<Bytes> Publisher::tile(const tlog::Tile& tile) const {
  const std::uint64_t size = head().size;
  if (tile.width > tlog::tile_width(tile.level, tile.index, size)) {
    return make_error(ErrorCode::index_beyond_tree, "the log has no such tile");
  }
  const std::uint64_t first = tile.index * tlog::kTileWidth;
  Bytes out;
  if (tile.kind == tlog::TileKind::hashes) {
    CLEARSPAN_TRY(const auto hashes, log_.tree().nodes(tile.level * tlog::kTileHeight, first, tile.width));
    for (const Hash32& hash : hashes) out.insert(out.end(), hash.bytes.begin(), hash.bytes.end());
    return out;
  }
  // An entry is the head before the record, and the record.
  std::vector<Hash32> heads{chain_start(identity_)};
  if (first > 0) {
    CLEARSPAN_TRY(heads, log_.tree().nodes(0, first - 1, 1));
  }
  const ReadRange range{first + 1, first + tile.width};
  CLEARSPAN_CHECK_OK(read_log(disk_, directory_, identity_, range, [&](const RecordRef& ref) -> Status {
    Bytes entry(heads.back().bytes.begin(), heads.back().bytes.end());
    entry.insert(entry.end(), ref.bytes.record.begin(), ref.bytes.record.end());
    heads.back() = ref.head;
    return tlog::append_entry(entry, out);
  }));
  return out;
}

}  // namespace clearspan::evidence
