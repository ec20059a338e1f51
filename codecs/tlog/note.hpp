// Signed notes (C2SP signed-note): a text, an empty line, and one line per signature, which names its key.
//
//   <text, which ends with a line end>
//
//   — <key name> <base64(key hash (4) ‖ signature)>
//
// A checkpoint is such a note. Its first signature is the log's, over the text. The others are witnesses'
// (C2SP tlog-cosignature, cosignature/v1), each over a time and the text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "codecs/tlog/checkpoint.hpp"
#include "codecs/tlog/key.hpp"

namespace clearspan::tlog {

inline constexpr std::size_t kNoteBytesMax = 65'536;
inline constexpr std::size_t kNoteSignaturesMax = 64;

struct NoteSignature {
  std::string key_name;
  KeyHash key_hash;
  Bytes signature;  // an Ed25519 signature; a witness's has 8 bytes of time in front of it

  bool operator==(const NoteSignature&) const = default;
};

struct Note {
  std::string text;
  std::vector<NoteSignature> signatures;

  bool operator==(const Note&) const = default;
};

std::string to_string(const Note& note);

// Checks the form only: accepts what to_string writes for a text without control characters, 1 to 64 signatures, each
// by another key, and at most 65,536 bytes. Error: checkpoint_malformed.
Result<Note> parse_note(std::string_view bytes);

// Signs the text as the log of that name.
NoteSignature sign_as_log(std::string_view text, std::string_view name, const crypto::Ed25519Signer& signer);

// The same as a witness who has seen at that time (Unix seconds, below 2^63) that the log only grew.
NoteSignature cosign(std::string_view text, std::string_view name, std::uint64_t time,
                     const crypto::Ed25519Signer& signer);

// Whether the signature is the key's for that text. It must name the key. Error: signature_invalid.
Status verify_signature(std::string_view text, const NoteSignature& signature, const PublicKey& key);

// The time in a witness's signature that has been verified.
std::uint64_t time_of(const NoteSignature& cosignature);

// The checkpoint as a note, signed by its log.
Note sign_checkpoint(const Checkpoint& checkpoint, const crypto::Ed25519Signer& signer);

struct WitnessedAt {
  std::string name;
  std::uint64_t time = 0;  // Unix seconds

  bool operator==(const WitnessedAt&) const = default;
};

struct VerifiedCheckpoint {
  std::string origin;
  std::uint64_t size = 0;
  Hash32 root;
  std::string text;
  std::vector<WitnessedAt> witnesses;  // in the order of the note
};

// Nothing unchecked stands in what is accepted: every signature is by a trusted key and verifies. Whether the origin is
// the one that was asked for, the caller compares. Errors: checkpoint_malformed for the form, also when the log's
// signature does not stand first and alone; untrusted_key; wrong_log_name when the origin is not the name of the log's
// key; signature_invalid.
Result<VerifiedCheckpoint> verify_note(std::string_view note, const TrustedKeys& trusted);

}  // namespace clearspan::tlog
