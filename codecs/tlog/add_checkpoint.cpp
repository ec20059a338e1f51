#include "codecs/tlog/add_checkpoint.hpp"

#include <algorithm>
#include <charconv>

#include "codecs/tlog/base64.hpp"

namespace clearspan::tlog {
namespace {

constexpr std::string_view kOld = "old ";

Error malformed(std::string detail) {
  return make_error(ErrorCode::malformed, std::move(detail));
}

// The text up to the next line end, which is taken with it.
Result<std::string_view> take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos) return malformed("a line does not end");
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return line;
}

Result<Hash32> parse_hash(std::string_view text) {
  const auto bytes = from_base64(text);
  if (!bytes || bytes->size() != Hash32::kSize) return malformed("a hash is 32 bytes in base64");
  Hash32 hash;
  std::copy(bytes->begin(), bytes->end(), hash.bytes.begin());
  return hash;
}

}  // namespace

std::string to_string(const AddCheckpoint& request) {
  std::string body = std::string(kOld) + std::to_string(request.old_size) + '\n';
  for (const Hash32& hash : request.consistency) body += to_base64(hash.view()) + '\n';
  return body + '\n' + request.note;
}

Result<AddCheckpoint> parse_add_checkpoint(std::string_view body) {
  CLEARSPAN_TRY(const std::string_view first, take_line(body));
  if (!first.starts_with(kOld)) return malformed("the first line is \"old \" and a size");
  AddCheckpoint request;
  CLEARSPAN_TRY(request.old_size, parse_tree_size(first.substr(kOld.size())));
  while (true) {
    CLEARSPAN_TRY(const std::string_view line, take_line(body));
    if (line.empty()) break;
    if (request.consistency.size() == kConsistencyHashesMax) return malformed("more than 63 hashes");
    CLEARSPAN_TRY(const Hash32 hash, parse_hash(line));
    request.consistency.push_back(hash);
  }
  if (body.empty()) return malformed("there is no checkpoint");
  request.note = body;
  return request;
}

Result<std::uint64_t> parse_tree_size(std::string_view digits) {
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size);
  if (error != std::errc{} || end != digits.data() + digits.size() || std::to_string(size) != digits) {
    return malformed("a size is a number in decimal digits without leading zeros");
  }
  return size;
}

}  // namespace clearspan::tlog
