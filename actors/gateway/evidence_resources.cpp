#include "actors/gateway/evidence_resources.hpp"

#include <optional>
#include <utility>

#include "actors/gateway/limits.hpp"
#include "actors/gateway/problem.hpp"
#include "codecs/json/writer.hpp"
#include "codecs/tlog/add_checkpoint.hpp"
#include "codecs/tlog/checkpoint.hpp"

namespace clearspan::gateway {
namespace {

constexpr std::string_view kText = "text/plain; charset=utf-8";
constexpr std::string_view kOctets = "application/octet-stream";
constexpr std::string_view kCbor = "application/cbor";

// What never changes again, for those who may see it.
constexpr std::string_view kForever = "max-age=31536000, immutable";

transport::Response answer_of(std::string_view content_type, std::string body, std::string cache_control) {
  transport::Response answer;
  answer.body = std::move(body);
  answer.content_type = content_type;
  answer.headers.emplace_back("Cache-Control", std::move(cache_control));
  return answer;
}

std::string forever(bool is_public) {
  return std::string(is_public ? "public, " : "private, ") + std::string(kForever);
}

Result<std::uint16_t> shard_of(const evidence::Archive& archive, std::string_view log) {
  for (std::uint16_t shard = 0; shard < archive.log_count(); ++shard) {
    if (log_name(archive, shard) == log) return shard;
  }
  return make_error(ErrorCode::not_found, "no log has the name \"" + std::string(log.substr(0, 64)) + "\"");
}

// What is not there is not found, whatever the reason.
Error not_found_if(ErrorCode code, const Error& error) {
  return error.code == code ? make_error(ErrorCode::not_found, error.detail) : error;
}

Result<transport::Response> tile_of(const Surroundings& around, std::string_view log, std::string_view path,
                                    bool is_public) {
  const evidence::Archive& archive = around.engine.archive();
  CLEARSPAN_TRY(const std::uint16_t shard, shard_of(archive, log));
  const auto tile = tlog::parse_tile_path(path);
  if (!tile.ok()) return not_found_if(ErrorCode::invalid_value, tile.error());
  const auto bytes = archive.publisher(shard).tile(*tile);
  if (!bytes.ok()) return not_found_if(ErrorCode::index_beyond_tree, bytes.error());
  const bool is_full = tile->width == tlog::kTileWidth;
  return answer_of(kOctets, std::string(as_text(*bytes)), is_full ? forever(is_public) : "no-cache");
}

Result<transport::Response> attachment_at(const Surroundings& around, std::string_view log, std::string_view leaf,
                                          bool is_public) {
  const evidence::Archive& archive = around.engine.archive();
  CLEARSPAN_TRY(const std::uint16_t shard, shard_of(archive, log));
  const auto index = tlog::parse_tree_size(leaf);
  if (!index.ok()) return make_error(ErrorCode::not_found, "a leaf is a number");
  const auto bytes = archive.attachment(shard, *index);
  if (bytes.ok()) return answer_of(kOctets, std::string(as_text(*bytes)), forever(is_public));
  return not_found_if(ErrorCode::index_beyond_tree, not_found_if(ErrorCode::invalid_value, bytes.error()));
}

Result<transport::Response> cosign(const Surroundings& around, std::string_view log, std::string_view note,
                                   const tlog::TrustedKeys& witnesses) {
  const evidence::Archive& archive = around.engine.archive();
  CLEARSPAN_TRY(const std::uint16_t shard, shard_of(archive, log));
  CLEARSPAN_CHECK_OK(archive.publisher(shard).cosign(std::string(note), witnesses));
  json::Writer out;
  out.begin_object().field("log", log).field("accepted", true).end_object();
  return answer_of({}, out.take(), "no-store");
}

Error no_such_trade(std::string_view id) {
  return make_error(ErrorCode::unknown_trade, "no trade has the id \"" + std::string(id.substr(0, 64)) + "\"");
}

Result<transport::Response> bundle_of(const Surroundings& around, std::string_view id) {
  const std::optional<TradeId> trade = parse_trade_id(id);
  if (!trade) return no_such_trade(id);
  CLEARSPAN_CHECK_OK(around.engine.sync_index(kIndexTimeout));
  CLEARSPAN_TRY(const evidence::Bundle bundle, around.engine.archive().bundle_of(*trade));
  const Bytes bytes = evidence::encode_bundle(bundle);
  if (bytes.size() > evidence::kBundleBytesMax) {
    return make_error(ErrorCode::too_large, "the trade's evidence is larger than a bundle may be");
  }
  return answer_of(kCbor, std::string(as_text(bytes)), "private, no-cache");
}

transport::Response answer_or_problem(Result<transport::Response> result, std::string_view path) {
  if (!result.ok()) return problem_answer(result.error(), path);
  return std::move(result).value();
}

}  // namespace

std::string log_name(const evidence::Archive& archive, std::uint16_t shard) {
  const auto origin = tlog::parse_origin(archive.publisher(shard).public_key().name);
  CLEARSPAN_VERIFY(origin.ok());
  return origin->log_name;
}

transport::Response evidence_keys(const Surroundings& around) {
  return answer_of(kText, around.engine.archive().trust_file(), "no-cache");
}

transport::Response evidence_checkpoint(const Surroundings& around, std::string_view log, std::string_view path) {
  const evidence::Archive& archive = around.engine.archive();
  const auto shard = shard_of(archive, log);
  if (!shard.ok()) return problem_answer(shard.error(), path);
  return answer_of(kText, archive.publisher(*shard).checkpoint(), "no-cache");
}

transport::Response evidence_tile(const Surroundings& around, std::string_view log, std::string_view tile,
                                  bool is_public, std::string_view path) {
  return answer_or_problem(tile_of(around, log, tile, is_public), path);
}

transport::Response evidence_attachment(const Surroundings& around, std::string_view log, std::string_view leaf,
                                        bool is_public, std::string_view path) {
  return answer_or_problem(attachment_at(around, log, leaf, is_public), path);
}

transport::Response evidence_cosign(const Surroundings& around, std::string_view log, std::string_view note,
                                    const tlog::TrustedKeys& witnesses, std::string_view path) {
  return answer_or_problem(cosign(around, log, note, witnesses), path);
}

transport::Response trade_evidence(const Surroundings& around, std::string_view id, std::string_view path) {
  return answer_or_problem(bundle_of(around, id), path);
}

}  // namespace clearspan::gateway
