#include "ledgers/simulated/ledger_admin.hpp"

#include "codecs/json/document.hpp"
#include "codecs/json/writer.hpp"
#include "codecs/simulated/block.hpp"

namespace clearspan::simulated {
namespace {

// Reads an answer with one of the parsers of books.hpp.
template <class T>
Result<T> read(const std::string& body, Result<T> (*parse)(json::Value)) {
  json::Document document{json::Limits{.size_bytes_max = kBlockJsonMax, .depth_max = 4}};
  const auto root = document.parse(body);
  if (!root.ok()) return make_error(ErrorCode::remote_malformed, describe(root.error()));
  auto parsed = parse(*root);
  if (!parsed.ok()) return make_error(ErrorCode::remote_malformed, describe(parsed.error()));
  return parsed;
}

}  // namespace

Result<LedgerAdmin> LedgerAdmin::make(std::string_view url) {
  CLEARSPAN_TRY(const transport::Url parsed, transport::parse_url(url));
  return LedgerAdmin(parsed);
}

Result<Books> LedgerAdmin::books(Millis timeout) {
  CLEARSPAN_TRY(const std::string body, client_.get("/v1/books", timeout));
  return read(body, parse_books);
}

Result<std::vector<RefEffects>> LedgerAdmin::effects(Millis timeout) {
  CLEARSPAN_TRY(const std::string body, client_.get("/v1/effects", timeout));
  return read(body, parse_effects);
}

Status LedgerAdmin::produce(std::uint64_t count, Millis timeout) {
  json::Writer out;
  out.begin_object().field("count", count).end_object();
  CLEARSPAN_TRY(const std::string body, client_.post("/v1/admin/blocks", out.take(), timeout));
  return Done{};
}

Status LedgerAdmin::reorganise(std::uint64_t depth, ReorganisedTxns txns, Millis timeout) {
  json::Writer out;
  out.begin_object().field("depth", depth);
  out.field("txns", txns == ReorganisedTxns::returned ? "returned" : "dropped").end_object();
  CLEARSPAN_TRY(const std::string body, client_.post("/v1/admin/reorganisations", out.take(), timeout));
  return Done{};
}

Status LedgerAdmin::add_fault(const FaultRule& rule, Millis timeout) {
  json::Writer out;
  out.begin_object().field("action", to_string(rule.action)).field("account", rule.account.text);
  if (rule.kind) out.field("kind", to_string(*rule.kind));
  out.field("per_mille", rule.per_mille).field("delay_blocks", rule.delay_blocks).field("reason", rule.reason);
  out.field("first", rule.first.value).field("last", rule.last.value).end_object();
  CLEARSPAN_TRY(const std::string body, client_.post("/v1/admin/faults", out.take(), timeout));
  return Done{};
}

Status LedgerAdmin::clear_faults(Millis timeout) {
  CLEARSPAN_TRY(const std::string body, client_.remove("/v1/admin/faults", timeout));
  return Done{};
}

Status LedgerAdmin::set_node_fault(NodeFault fault, std::uint64_t blocks, Millis timeout) {
  json::Writer out;
  out.begin_object().field("fault", to_string(fault)).field("blocks", blocks).end_object();
  CLEARSPAN_TRY(const std::string body, client_.post("/v1/admin/node", out.take(), timeout));
  return Done{};
}

}  // namespace clearspan::simulated
