#include "codecs/tlog/checkpoint.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "codecs/tlog/base64.hpp"
#include "codecs/tlog/key.hpp"

namespace clearspan::tlog {
namespace {

constexpr std::string_view kOriginPrefix = "clearspan/";
constexpr std::size_t kEngineDigits = 2 * EngineTag::kSize;

Error malformed(std::string detail) {
  return make_error(ErrorCode::checkpoint_malformed, std::move(detail));
}

// The three lines; none when there are more or less, or the last one does not end.
std::optional<std::array<std::string_view, 3>> split(std::string_view text) {
  std::array<std::string_view, 3> lines;
  for (std::string_view& line : lines) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    line = text.substr(0, end);
    text.remove_prefix(end + 1);
  }
  if (!text.empty()) return std::nullopt;
  return lines;
}

std::optional<std::uint64_t> parse_decimal(std::string_view digits) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  if (digits.front() == '0' && digits.size() > 1) return std::nullopt;
  return value;
}

}  // namespace

bool is_log_name(std::string_view name) {
  return name.size() <= kLogNameBytesMax && is_key_name(name);
}

std::string origin_of(const EngineTag& engine, std::string_view log_name) {
  return std::string(kOriginPrefix) + to_hex(engine.view()) + '/' + std::string(log_name);
}

Result<Origin> parse_origin(std::string_view text) {
  Origin origin;
  if (text.size() > kOriginPrefix.size() + kEngineDigits) {
    from_hex(text.substr(kOriginPrefix.size(), kEngineDigits), origin.engine.bytes);
    origin.log_name = text.substr(kOriginPrefix.size() + kEngineDigits + 1);
  }
  if (!is_log_name(origin.log_name) || origin_of(origin.engine, origin.log_name) != text) {
    return malformed("an origin is clearspan/<engine tag>/<log name>");
  }
  return origin;
}

std::string to_text(const Checkpoint& checkpoint) {
  return checkpoint.origin + '\n' + std::to_string(checkpoint.size) + '\n' + to_base64(checkpoint.root.view()) + '\n';
}

Result<Checkpoint> parse_checkpoint(std::string_view text) {
  const auto lines = split(text);
  if (!lines) return malformed("the text of a checkpoint has three lines");
  const auto& [origin, size, root] = *lines;
  CLEARSPAN_CHECK_OK(parse_origin(origin));
  Checkpoint checkpoint;
  checkpoint.origin = origin;
  const std::optional<std::uint64_t> value = parse_decimal(size);
  if (!value) return malformed("the second line is the tree's size in decimal digits, below 2^64");
  checkpoint.size = *value;
  const std::optional<Bytes> bytes = from_base64(root);
  if (!bytes || bytes->size() != Hash32::kSize) return malformed("the third line is the base64 of 32 bytes");
  std::copy(bytes->begin(), bytes->end(), checkpoint.root.bytes.begin());
  return checkpoint;
}

}  // namespace clearspan::tlog
