// The texts of transparency logs. Each kind has one form: what is accepted is written again as the same text.
#include <string>

#include "codecs/tlog/add_checkpoint.hpp"
#include "codecs/tlog/base64.hpp"
#include "codecs/tlog/checkpoint.hpp"
#include "codecs/tlog/key.hpp"
#include "codecs/tlog/note.hpp"
#include "codecs/tlog/tile.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace clearspan::fuzz {
namespace {

void try_note(std::string_view text) {
  const auto note = tlog::parse_note(text);
  if (!note.ok()) return expect_one_of(note.error(), {ErrorCode::checkpoint_malformed});
  CLEARSPAN_VERIFY(to_string(*note) == text && note->signatures.size() <= tlog::kNoteSignaturesMax);
  CLEARSPAN_VERIFY(tlog::verify_note(text, tlog::TrustedKeys()).error().code != ErrorCode::signature_invalid);
}

void try_checkpoint(std::string_view text) {
  const auto checkpoint = tlog::parse_checkpoint(text);
  if (!checkpoint.ok()) return expect_one_of(checkpoint.error(), {ErrorCode::checkpoint_malformed});
  CLEARSPAN_VERIFY(to_text(*checkpoint) == text);
  const auto origin = tlog::parse_origin(checkpoint->origin);
  CLEARSPAN_VERIFY(origin.ok() && tlog::origin_of(origin->engine, origin->log_name) == checkpoint->origin);
}

void try_keys(std::string_view text) {
  const auto key = tlog::parse_public_key(text);
  if (key.ok()) {
    CLEARSPAN_VERIFY(to_string(*key) == text);
  } else {
    expect_one_of(key.error(), {ErrorCode::key_invalid});
  }
  const auto trusted = tlog::TrustedKeys::parse(text);
  if (!trusted.ok()) return expect_one_of(trusted.error(), {ErrorCode::config_invalid});
  CLEARSPAN_VERIFY(trusted->size() <= tlog::kTrustedKeysMax);
}

void try_add_checkpoint(std::string_view text) {
  const auto request = tlog::parse_add_checkpoint(text);
  if (!request.ok()) return expect_one_of(request.error(), {ErrorCode::malformed});
  CLEARSPAN_VERIFY(to_string(*request) == text && request->consistency.size() <= tlog::kConsistencyHashesMax);
}

void try_numbers_and_paths(std::string_view text) {
  const auto size = tlog::parse_tree_size(text);
  if (size.ok()) CLEARSPAN_VERIFY(std::to_string(*size) == text);
  const auto tile = tlog::parse_tile_path(text);
  if (!tile.ok()) return expect_one_of(tile.error(), {ErrorCode::invalid_value});
  CLEARSPAN_VERIFY(path_of(*tile) == text && tile->width >= 1 && tile->width <= tlog::kTileWidth);
}

void try_base64(std::string_view text) {
  const auto bytes = tlog::from_base64(text);
  if (bytes) CLEARSPAN_VERIFY(tlog::to_base64(*bytes) == text);
  CLEARSPAN_VERIFY(tlog::from_base64(tlog::to_base64(as_bytes(text))).has_value());
}

void try_entries(ByteView bytes) {
  const unsigned width = bytes.empty() ? 1 : 1 + bytes[0] % tlog::kTileWidth;
  const ByteView bundle = bytes.subspan(std::min<std::size_t>(1, bytes.size()));
  const auto entries = tlog::decode_bundle(bundle, width);
  if (!entries.ok()) return expect_one_of(entries.error(), {ErrorCode::truncated, ErrorCode::leftover_bytes});
  Bytes again;
  for (const ByteView entry : *entries) CLEARSPAN_VERIFY(tlog::append_entry(entry, again).ok());
  CLEARSPAN_VERIFY(entries->size() == width && is_same(again, bundle));
}

}  // namespace
}  // namespace clearspan::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const clearspan::ByteView bytes(data, size);
  const std::string_view text = clearspan::as_text(bytes);
  clearspan::fuzz::try_note(text);
  clearspan::fuzz::try_checkpoint(text);
  clearspan::fuzz::try_keys(text);
  clearspan::fuzz::try_add_checkpoint(text);
  clearspan::fuzz::try_numbers_and_paths(text);
  clearspan::fuzz::try_base64(text);
  clearspan::fuzz::try_entries(bytes);
  return 0;
}
