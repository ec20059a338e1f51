// The gate in front of the server, over bytes as they arrive. What passes has one reading, however it is cut into
// pieces, and a second reader, below, that only knows lines agrees with it.
#include <cctype>
#include <optional>
#include <string>
#include <vector>

#include "ledgers/transport/http_gate.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace clearspan::fuzz {
namespace {

using namespace transport;
using Outcome = std::variant<RequestHead, Incomplete, Refusal>;

void check_refusal(const Refusal& refusal) {
  constexpr int kStatuses[] = {400, 411, 413, 414, 417, 431, 501, 505};
  CLEARSPAN_VERIFY(std::find(std::begin(kStatuses), std::end(kStatuses), refusal.status) != std::end(kStatuses));
  expect_one_of(refusal.error, {ErrorCode::bad_request, ErrorCode::too_large, ErrorCode::method_not_allowed});
}

std::string lower(std::string_view text) {
  std::string lowered(text);
  for (char& letter : lowered) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  return lowered;
}

std::vector<std::string> lines_of(std::string_view head) {
  std::vector<std::string> lines;
  for (std::size_t end = head.find("\r\n"); end != std::string_view::npos; end = head.find("\r\n")) {
    lines.emplace_back(head.substr(0, end));
    head.remove_prefix(end + 2);
  }
  CLEARSPAN_VERIFY(head.empty());
  return lines;
}

void check_accepted(std::string_view text, const RequestHead& head) {
  CLEARSPAN_VERIFY(head.size <= text.size() && head.size <= GateLimits{}.head_bytes_max);
  const std::string_view bytes = text.substr(0, head.size);
  CLEARSPAN_VERIFY(bytes.ends_with("\r\n\r\n") && bytes.find("\r\n\r\n") + 4 == bytes.size());
  for (const char c : bytes) CLEARSPAN_VERIFY((c >= 0x20 && c < 0x7f) || c == '\t' || c == '\r' || c == '\n');
  const std::vector<std::string> lines = lines_of(bytes);
  CLEARSPAN_VERIFY(lines.size() == head.fields.size() + 2 && lines.back().empty());

  const std::string target = std::string(head.path.of(text)) +
                             (lines[0].find('?') == std::string::npos ? "" : "?" + std::string(head.query.of(text)));
  CLEARSPAN_VERIFY(lines[0] == std::string(head.method.of(text)) + " " + target + " HTTP/1.1");
  CLEARSPAN_VERIFY(head.path.of(text).starts_with('/') && head.path.of(text).find("//") == std::string_view::npos);
  std::size_t hosts = 0;
  std::optional<std::string> length;
  for (std::size_t i = 1; i + 1 < lines.size(); ++i) {
    const std::string name = lower(lines[i].substr(0, lines[i].find(':')));
    CLEARSPAN_VERIFY(name != "transfer-encoding" && name == lower(head.fields[i - 1].name.of(text)));
    if (name == "host") ++hosts;
    if (name != "content-length") continue;
    CLEARSPAN_VERIFY(!length);
    length = std::string(head.fields[i - 1].value.of(text));
  }
  CLEARSPAN_VERIFY(hosts == 1 && std::to_string(head.body_size) == length.value_or("0"));
  CLEARSPAN_VERIFY(head.body_size <= GateLimits{}.body_bytes_max);
  const std::string_view method = head.method.of(text);
  const bool may_have_body = method == "POST" || method == "PUT" || method == "PATCH";
  CLEARSPAN_VERIFY(may_have_body ? length.has_value() : head.body_size == 0);
}

// The outcome of the same bytes when they come in pieces of `step` bytes.
Outcome read_in_pieces(std::string_view text, std::size_t step) {
  std::size_t scanned = 0;
  for (std::size_t size = std::min(step, text.size());; size = std::min(size + step, text.size())) {
    Outcome outcome = read_head(text.substr(0, size), scanned, GateLimits{});
    const auto* incomplete = std::get_if<Incomplete>(&outcome);
    if (incomplete == nullptr || size == text.size()) return outcome;
    CLEARSPAN_VERIFY(incomplete->scanned <= size);
    scanned = incomplete->scanned;
  }
}

void try_query(std::string_view text) {
  const auto query = parse_query(text);
  if (!query.ok()) return expect_one_of(query.error(), {ErrorCode::bad_request, ErrorCode::duplicate_key});
  for (const auto& [name, value] : query->all()) CLEARSPAN_VERIFY(query->find(name) == value && !name.empty());
}

}  // namespace
}  // namespace clearspan::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace clearspan;
  const std::string_view text = as_text({data, size});
  const fuzz::Outcome outcome = transport::read_head(text, 0, transport::GateLimits{});
  const auto* head = std::get_if<transport::RequestHead>(&outcome);
  if (const auto* refusal = std::get_if<transport::Refusal>(&outcome)) fuzz::check_refusal(*refusal);
  if (head != nullptr) {
    fuzz::check_accepted(text, *head);
    fuzz::try_query(head->query.of(text));
    const fuzz::Outcome cut = transport::read_head(text.substr(0, head->size - 1), 0, transport::GateLimits{});
    CLEARSPAN_VERIFY(std::holds_alternative<transport::Incomplete>(cut));
  }
  // A refusal may come earlier or later than with all bytes at hand, but what passes whole passes in pieces, and the
  // other way round.
  const fuzz::Outcome slowly = fuzz::read_in_pieces(text, size < 512 ? 1 : 97);
  const auto* same = std::get_if<transport::RequestHead>(&slowly);
  CLEARSPAN_VERIFY((head == nullptr) == (same == nullptr));
  if (head != nullptr) CLEARSPAN_VERIFY(head->size == same->size && head->body_size == same->body_size);
  return 0;
}
