// The texts around HTTP: queries and addresses.
#include "ledgers/transport/request.hpp"
#include "ledgers/transport/url.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace clearspan::fuzz {
namespace {

// Every byte as a %-sequence, which stands for itself.
std::string encode(std::string_view text) {
  std::string encoded;
  for (const char c : text) encoded += "%" + to_hex(as_bytes(std::string_view(&c, 1)));
  return encoded;
}

void try_query(std::string_view text) {
  const auto query = transport::parse_query(text);
  if (!query.ok()) return expect_one_of(query.error(), {ErrorCode::bad_request, ErrorCode::duplicate_key});
  std::string again;
  for (const auto& [name, value] : query->all()) {
    CLEARSPAN_VERIFY(!name.empty() && query->find(name) == value);
    again += (again.empty() ? "" : "&") + encode(name) + "=" + encode(value);
    const auto number = query->number(name, 1000);
    if (number.ok()) CLEARSPAN_VERIFY(**number <= 1000);
  }
  const auto second = transport::parse_query(again);
  CLEARSPAN_VERIFY(second.ok() && second->all() == query->all());
}

void try_url(std::string_view text) {
  const auto url = transport::parse_url(text);
  if (!url.ok()) return expect_one_of(url.error(), {ErrorCode::invalid_value});
  CLEARSPAN_VERIFY(!url->host.empty() && url->target.starts_with('/'));
  for (const char c : url->authority() + url->target) CLEARSPAN_VERIFY(c > 0x20 && c < 0x7f);
  const auto again = transport::parse_url(url->text());
  CLEARSPAN_VERIFY(again.ok() && *again == *url);
}

}  // namespace
}  // namespace clearspan::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = clearspan::as_text({data, size});
  clearspan::fuzz::try_query(text);
  clearspan::fuzz::try_url(text);
  return 0;
}
