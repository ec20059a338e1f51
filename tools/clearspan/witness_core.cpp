#include "tools/clearspan/witness_core.hpp"

#include <algorithm>
#include <utility>

#include "codecs/tlog/add_checkpoint.hpp"

namespace clearspan::tools {
namespace {

constexpr std::string_view kLogLine = "log ";

WitnessDecision refuse(WitnessVerdict verdict, std::string detail) {
  WitnessDecision decision;
  decision.verdict = verdict;
  decision.detail = std::move(detail);
  return decision;
}

// The log's own signature of the note; null when it has none. Signatures of others mean nothing here.
const tlog::NoteSignature* verified_signature(const tlog::Note& note, const std::string& origin,
                                              const std::vector<tlog::PublicKey>& logs) {
  for (const tlog::NoteSignature& signature : note.signatures) {
    for (const tlog::PublicKey& key : logs) {
      const bool names_key = key.name == origin && signature.key_name == key.name &&
                             signature.key_hash == tlog::key_hash(key.name, key.type, key.key);
      if (names_key && tlog::verify_signature(note.text, signature, key).ok()) return &signature;
    }
  }
  return nullptr;
}

}  // namespace

int status_of(WitnessVerdict verdict) {
  switch (verdict) {
    case WitnessVerdict::cosign:
      return 200;
    case WitnessVerdict::malformed:
      return 400;
    case WitnessVerdict::not_signed:
      return 403;
    case WitnessVerdict::unknown_log:
      return 404;
    case WitnessVerdict::other_size:
      return 409;
    case WitnessVerdict::inconsistent:
      return 422;
  }
  return 500;
}

Result<WitnessHeads> WitnessHeads::make(std::string_view trust_file) {
  CLEARSPAN_TRY(const tlog::TrustedKeys checked, tlog::TrustedKeys::parse(std::string(trust_file)));
  WitnessHeads heads;
  while (!trust_file.empty()) {
    const std::string_view line = trust_file.substr(0, trust_file.find('\n'));
    trust_file.remove_prefix(std::min(line.size() + 1, trust_file.size()));
    if (!line.starts_with(kLogLine)) continue;
    CLEARSPAN_TRY(tlog::PublicKey key, tlog::parse_public_key(line.substr(kLogLine.size())));
    heads.logs_.push_back(std::move(key));
  }
  if (heads.logs_.empty()) return make_error(ErrorCode::config_invalid, "the trust file names no log");
  return heads;
}

bool WitnessHeads::is_trusted(const std::string& origin) const {
  return std::any_of(logs_.begin(), logs_.end(), [&](const tlog::PublicKey& key) { return key.name == origin; });
}

tlog::Checkpoint WitnessHeads::last(const std::string& origin) const {
  const auto found = heads_.find(origin);
  return found == heads_.end() ? tlog::Checkpoint{origin, 0, tlog::empty_root()} : found->second;
}

void WitnessHeads::accept(const tlog::Checkpoint& head) {
  heads_[head.origin] = head;
}

WitnessDecision WitnessHeads::decide(std::string_view body) const {
  const auto request = tlog::parse_add_checkpoint(body);
  if (!request.ok()) return refuse(WitnessVerdict::malformed, describe(request.error()));
  const auto note = tlog::parse_note(request->note);
  if (!note.ok()) return refuse(WitnessVerdict::malformed, describe(note.error()));
  const auto head = tlog::parse_checkpoint(note->text);
  if (!head.ok()) return refuse(WitnessVerdict::malformed, describe(head.error()));

  WitnessDecision decision;
  decision.head = *head;
  const auto with = [&](WitnessVerdict verdict, std::string detail) {
    decision.verdict = verdict;
    decision.detail = std::move(detail);
    return decision;
  };
  if (!is_trusted(head->origin)) return with(WitnessVerdict::unknown_log, "no log of this origin is trusted here");
  const tlog::NoteSignature* signature = verified_signature(*note, head->origin, logs_);
  if (signature == nullptr) return with(WitnessVerdict::not_signed, "no trusted key of the log signed it");
  decision.note = {note->text, {*signature}};

  const tlog::Checkpoint known = last(head->origin);
  decision.known_size = known.size;
  if (head->size == known.size && head->root != known.root) {
    decision.contradicts = known.size != 0;
    return with(known.size == 0 ? WitnessVerdict::inconsistent : WitnessVerdict::other_size,
                "another tree of this size is known");
  }
  if (request->old_size > head->size) return with(WitnessVerdict::malformed, "the old tree is larger than the new one");
  if (request->old_size != known.size) return with(WitnessVerdict::other_size, "another size is known");
  const Status joined = tlog::verify_consistency(known.size, known.root, head->size, head->root, request->consistency);
  if (!joined.ok()) return with(WitnessVerdict::inconsistent, describe(joined.error()));
  return with(WitnessVerdict::cosign, {});
}

}  // namespace clearspan::tools
