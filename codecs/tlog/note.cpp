#include "codecs/tlog/note.hpp"

#include <algorithm>

#include "codecs/tlog/base64.hpp"

namespace clearspan::tlog {
namespace {

constexpr std::string_view kSignaturePrefix = "\xe2\x80\x94 ";  // U+2014 and a space
constexpr std::size_t kTimeBytes = 8;

Error malformed(std::string detail) {
  return make_error(ErrorCode::checkpoint_malformed, std::move(detail));
}

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return c != '\n' && (static_cast<unsigned char>(c) < 0x20 || c == 0x7f); });
}

std::string cosigned_text(std::uint64_t time, std::string_view text) {
  return "cosignature/v1\ntime " + std::to_string(time) + '\n' + std::string(text);
}

Result<NoteSignature> parse_signature_line(std::string_view line) {
  if (!line.starts_with(kSignaturePrefix)) return malformed("a signature line starts with a dash and a space");
  line.remove_prefix(kSignaturePrefix.size());
  const std::size_t name_end = std::min(line.find(' '), line.size());
  NoteSignature signature;
  signature.key_name = line.substr(0, name_end);
  if (!is_key_name(signature.key_name)) return malformed("a signature names no key");
  const auto bytes = from_base64(line.substr(std::min(name_end + 1, line.size())));
  if (!bytes || bytes->size() <= KeyHash::kSize) return malformed("a signature is not in canonical base64");
  const auto hash_end = bytes->begin() + KeyHash::kSize;
  std::copy(bytes->begin(), hash_end, signature.key_hash.bytes.begin());
  signature.signature.assign(hash_end, bytes->end());
  return signature;
}

bool is_repeated(const std::vector<NoteSignature>& signatures, const NoteSignature& next) {
  return std::any_of(signatures.begin(), signatures.end(), [&](const NoteSignature& earlier) {
    return earlier.key_hash == next.key_hash && earlier.key_name == next.key_name;
  });
}

crypto::Ed25519Signature last_bytes(const Bytes& signature) {
  crypto::Ed25519Signature last;
  std::copy_n(signature.end() - crypto::Ed25519Signature::kSize, crypto::Ed25519Signature::kSize, last.bytes.begin());
  return last;
}

// The trusted key that the signature names.
Result<const PublicKey*> trusted_key(const NoteSignature& signature, const TrustedKeys& trusted) {
  const PublicKey* key = trusted.find(signature.key_name, signature.key_hash);
  if (key == nullptr) {
    return make_error(ErrorCode::untrusted_key, signature.key_name + '+' + to_hex(signature.key_hash.view()));
  }
  return key;
}

}  // namespace

std::string to_string(const Note& note) {
  std::string out = note.text + '\n';
  for (const NoteSignature& signature : note.signatures) {
    Bytes bytes(signature.key_hash.bytes.begin(), signature.key_hash.bytes.end());
    bytes.insert(bytes.end(), signature.signature.begin(), signature.signature.end());
    out += std::string(kSignaturePrefix) + signature.key_name + ' ' + to_base64(bytes) + '\n';
  }
  return out;
}

Result<Note> parse_note(std::string_view bytes) {
  if (bytes.size() > kNoteBytesMax) return malformed("more than " + std::to_string(kNoteBytesMax) + " bytes");
  if (has_control_character(bytes)) return malformed("a control character");
  const std::size_t text_end = bytes.rfind("\n\n");
  if (text_end == std::string_view::npos) return malformed("no empty line stands before the signatures");
  Note note;
  note.text = bytes.substr(0, text_end + 1);
  std::string_view rest = bytes.substr(text_end + 2);
  if (!rest.ends_with('\n')) return malformed("the last signature line does not end");
  while (!rest.empty()) {
    if (note.signatures.size() == kNoteSignaturesMax) return malformed("too many signatures");
    const std::size_t end = rest.find('\n');
    CLEARSPAN_TRY(NoteSignature signature, parse_signature_line(rest.substr(0, end)));
    if (is_repeated(note.signatures, signature)) return malformed("a key signs twice: " + signature.key_name);
    note.signatures.push_back(std::move(signature));
    rest.remove_prefix(end + 1);
  }
  return note;
}

NoteSignature sign_as_log(std::string_view text, std::string_view name, const crypto::Ed25519Signer& signer) {
  const crypto::Ed25519Signature signature = signer.sign(as_bytes(text));
  return {std::string(name), key_hash(name, KeyType::log, signer.public_key()),
          Bytes(signature.bytes.begin(), signature.bytes.end())};
}

NoteSignature cosign(std::string_view text, std::string_view name, std::uint64_t time,
                     const crypto::Ed25519Signer& signer) {
  const crypto::Ed25519Signature signature = signer.sign(as_bytes(cosigned_text(time, text)));
  Bytes bytes;
  for (std::size_t i = kTimeBytes; i-- > 0;) bytes.push_back(static_cast<std::uint8_t>(time >> (8 * i)));
  bytes.insert(bytes.end(), signature.bytes.begin(), signature.bytes.end());
  return {std::string(name), key_hash(name, KeyType::witness, signer.public_key()), std::move(bytes)};
}

std::uint64_t time_of(const NoteSignature& cosignature) {
  CLEARSPAN_VERIFY(cosignature.signature.size() >= kTimeBytes);
  std::uint64_t time = 0;
  for (std::size_t i = 0; i < kTimeBytes; ++i) time = time << 8 | cosignature.signature[i];
  return time;
}

Status verify_signature(std::string_view text, const NoteSignature& signature, const PublicKey& key) {
  const auto refuse = [&](std::string why) {
    return make_error(ErrorCode::signature_invalid, "of " + key.name + ": " + std::move(why));
  };
  const bool is_witness = key.type == KeyType::witness;
  if (signature.signature.size() != crypto::Ed25519Signature::kSize + (is_witness ? kTimeBytes : 0)) {
    return refuse("it has another length than the key's type calls for");
  }
  if (is_witness && time_of(signature) >> 63 != 0) return refuse("its time is not below 2^63");
  const std::string message = is_witness ? cosigned_text(time_of(signature), text) : std::string(text);
  if (!crypto::verify(key.key, as_bytes(message), last_bytes(signature.signature))) {
    return refuse("it is not by this key over this text");
  }
  return Done{};
}

Note sign_checkpoint(const Checkpoint& checkpoint, const crypto::Ed25519Signer& signer) {
  const std::string text = to_text(checkpoint);
  return {text, {sign_as_log(text, checkpoint.origin, signer)}};
}

Result<VerifiedCheckpoint> verify_note(std::string_view bytes, const TrustedKeys& trusted) {
  CLEARSPAN_TRY(const Note note, parse_note(bytes));
  CLEARSPAN_TRY(const Checkpoint checkpoint, parse_checkpoint(note.text));
  VerifiedCheckpoint verified{checkpoint.origin, checkpoint.size, checkpoint.root, note.text, {}};
  for (const NoteSignature& signature : note.signatures) {
    CLEARSPAN_TRY(const PublicKey* const key, trusted_key(signature, trusted));
    const bool is_first = &signature == &note.signatures.front();
    if (is_first != (key->type == KeyType::log)) {
      return malformed(is_first ? "the first signature is not a log's" : "two logs sign");
    }
    if (is_first && key->name != checkpoint.origin) {
      return make_error(ErrorCode::wrong_log_name, checkpoint.origin + " is signed by " + key->name);
    }
    CLEARSPAN_CHECK_OK(verify_signature(note.text, signature, *key));
    if (!is_first) verified.witnesses.push_back({key->name, time_of(signature)});
  }
  return verified;
}

}  // namespace clearspan::tlog
