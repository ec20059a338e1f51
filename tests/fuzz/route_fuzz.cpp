// Paths of the REST API: a path leads to one resource, and what needs the bearer key needs it in every spelling that
// the gate lets through.
#include "actors/gateway/route.hpp"
#include "tests/fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace clearspan;
  const std::string_view path = as_text({data, size});
  if (!path.starts_with('/')) return 0;
  for (const std::string_view method : {"GET", "POST", "DELETE"}) {
    const gateway::Match match = gateway::match_route(method, path);
    if (const auto* matched = std::get_if<gateway::Matched>(&match)) {
      for (const std::string_view part : {matched->trade, matched->log, matched->rest}) {
        CLEARSPAN_VERIFY(fuzz::is_within(as_bytes(part), as_bytes(path)));
      }
      // Whatever creates, cancels or shows a trade stands behind the key.
      if (path.starts_with("/v1/")) CLEARSPAN_VERIFY(gateway::needs_key(path, true));
    }
    if (const auto* other = std::get_if<gateway::NoSuchMethod>(&match)) {
      CLEARSPAN_VERIFY(!other->allowed.empty() && other->allowed.find(method) == std::string_view::npos);
    }
  }
  // What is public stays public when entries are; nothing is public only because they are not.
  if (!gateway::needs_key(path, false)) CLEARSPAN_VERIFY(!gateway::needs_key(path, true));
  return 0;
}
