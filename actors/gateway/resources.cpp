#include "actors/gateway/resources.hpp"

#include <optional>
#include <string>
#include <utility>

#include "actors/gateway/limits.hpp"
#include "actors/gateway/list_query.hpp"
#include "actors/gateway/problem.hpp"
#include "actors/gateway/trade_json.hpp"

namespace clearspan::gateway {
namespace {

using json::Writer;

transport::Response json_answer(int status, std::string body) {
  transport::Response answer;
  answer.status = status;
  answer.body = std::move(body);
  return answer;
}

Error no_such_trade(std::string_view id) {
  return make_error(ErrorCode::unknown_trade, "no trade has the id \"" + std::string(id.substr(0, 64)) + "\"");
}

template <class Response>
transport::Response answer_or_problem(Result<Response> result, std::string_view path) {
  if (!result.ok()) return problem_answer(result.error(), path);
  return std::move(result).value();
}

Result<transport::Response> show(const Surroundings& around, std::string_view id) {
  const std::optional<TradeId> trade = parse_trade_id(id);
  if (!trade) return no_such_trade(id);
  CLEARSPAN_CHECK_OK(around.engine.sync_index(kIndexTimeout));
  CLEARSPAN_TRY(const std::optional<evidence::TradeSnapshot> snapshot, around.engine.index().show(*trade));
  if (!snapshot) return no_such_trade(id);
  return json_answer(200, trade_record_json(*snapshot, LedgerBoard(around.engine.ledgers())));
}

Result<transport::Response> list(const Surroundings& around, const transport::Request& request) {
  CLEARSPAN_TRY(const transport::Query query, request.query());
  CLEARSPAN_TRY(const ListQuery wanted, read_list_query(query, around.planner));
  CLEARSPAN_CHECK_OK(around.engine.sync_index(kIndexTimeout));
  CLEARSPAN_TRY(const evidence::TradePage page, around.engine.index().list(wanted.filter, wanted.cursor, wanted.limit));
  const LedgerBoard board(around.engine.ledgers());
  Writer out;
  out.begin_object().key("trades").begin_array();
  for (const evidence::TradeSummary& trade : page.trades) write_summary(out, trade, board);
  out.end_array().key("next_cursor");
  if (page.next_cursor.empty()) {
    out.null();
  } else {
    out.value(page.next_cursor);
  }
  out.end_object();
  return json_answer(200, out.take());
}

// How long ago the newest block was seen; null before the first.
void write_age(Writer& out, Timestamp now, Timestamp seen) {
  out.key("age_ms");
  if (seen == Timestamp{}) {
    out.null();
  } else {
    out.value((now - seen).count());
  }
}

void write_ledger(Writer& out, const LedgerStatus& ledger, Timestamp now) {
  const LedgerTraits& traits = ledger.traits;
  const std::uint64_t processed = ledger.processed.value;
  const std::uint64_t blocks = ledger.final_height.value > processed ? ledger.final_height.value - processed : 0;
  out.begin_object().field("ledger", traits.id.text);
  out.field("clock", traits.clock == ClockKind::height ? "height" : "unix_seconds");
  out.field("latest_height", ledger.latest.value).field("final_height", ledger.final_height.value);
  out.field("processed_height", processed).field("lag_blocks", blocks);
  out.field("lag_ms", static_cast<std::int64_t>(blocks) * traits.block_interval.count());
  out.field("ledger_time", ledger.time.value);
  out.key("seen");
  if (ledger.seen == Timestamp{}) {
    out.null();
  } else {
    out.value(to_rfc3339(ledger.seen));
  }
  write_age(out, now, ledger.seen);
  out.field("reachable", ledger.reachable).field("frozen", ledger.frozen).key("problem");
  if (ledger.problem.empty()) {
    out.null();
  } else {
    out.value(ledger.problem);
  }
  out.field("blocks_verified", ledger.blocks_verified).field("bytes_verified", ledger.bytes_verified);
  out.field("txns_outstanding", ledger.txns_outstanding);
  out.field("block_interval_ms", traits.block_interval.count()).field("finality_max_ms", traits.finality_max.count());
  out.field("can_reclaim", traits.has_reclaim).key("escrow");
  if (traits.escrow.empty()) {
    out.null();
  } else {
    out.value(traits.escrow);
  }
  out.key("assets").begin_array();
  for (const Asset& asset : traits.assets) {
    out.begin_object().field("asset", asset.id.text).field("scale", asset.scale).end_object();
  }
  out.end_array().end_object();
}

// What the trade has come to after a cancel that the engine accepted, or refused because it knows no such live trade.
transport::Response cancelled(const Surroundings& around, const TradeId& id, const Status& status,
                              const std::string& path) {
  const auto answer = [&]() -> Result<transport::Response> {
    if (!status.ok() && status.error().code != ErrorCode::unknown_trade) return status.error();
    CLEARSPAN_CHECK_OK(around.engine.sync_index(kIndexTimeout));
    CLEARSPAN_TRY(const std::optional<evidence::TradeSummary> trade, around.engine.index().summary(id));
    if (!trade) return no_such_trade(to_string(id));
    if (!status.ok())
      return make_error(ErrorCode::already_decided, "the trade is " + std::string(to_string(trade->phase)));
    Writer out;
    out.begin_object().field("id", to_string(id)).field("phase", to_string(trade->phase)).end_object();
    return json_answer(202, out.take());
  };
  return answer_or_problem(answer(), path);
}

}  // namespace

transport::Response show_trade(const Surroundings& around, std::string_view id, std::string_view path) {
  return answer_or_problem(show(around, id), path);
}

transport::Response list_trades(const Surroundings& around, const transport::Request& request) {
  return answer_or_problem(list(around, request), request.path());
}

transport::Response list_ledgers(const Surroundings& around) {
  const Timestamp now = around.clock.now();
  Writer out;
  out.begin_object().key("ledgers").begin_array();
  for (const LedgerStatus& ledger : around.engine.ledgers()) write_ledger(out, ledger, now);
  out.end_array().end_object();
  return json_answer(200, out.take());
}

transport::Response list_profiles(const Surroundings& around) {
  const LedgerBoard board(around.engine.ledgers());
  Writer out;
  out.begin_object().key("profiles").begin_array();
  for (const Profile& profile : around.planner.profiles()) {
    const auto source_scale = board.scale_of(profile.source_ledger, profile.source_asset);
    const auto destination_scale = board.scale_of(profile.destination_ledger, profile.destination_asset);
    out.begin_object().field("profile", profile.name);
    out.key("source").begin_object().field("ledger", profile.source_ledger.text);
    out.field("asset", profile.source_asset.text).field("account", profile.source_account.text).end_object();
    out.key("destination").begin_object().field("ledger", profile.destination_ledger.text);
    out.field("asset", profile.destination_asset.text).field("account", profile.destination_account.text).end_object();
    out.field("rate", to_string(profile.rate)).key("fee");
    write_amount(out, profile.fee, source_scale);
    out.key("amount_min");
    write_amount(out, profile.amount_min, destination_scale);
    out.key("amount_max");
    write_amount(out, profile.amount_max, destination_scale);
    out.end_object();
  }
  out.end_array().end_object();
  return json_answer(200, out.take());
}

void cancel_trade(const Surroundings& around, const RequestPtr& request, std::string_view id,
                  const std::shared_ptr<WorkerPool>& workers, const Reply& reply) {
  const std::string path(request->path());
  if (const std::string_view body = request->body(); !body.empty() && body != "{}") {
    return reply(problem_answer(make_error(ErrorCode::unknown_field, "cancelling takes no body"), path));
  }
  const std::optional<TradeId> trade = parse_trade_id(id);
  if (!trade) return reply(problem_answer(no_such_trade(id), path));
  around.engine.cancel(*trade, [around, workers, reply, path, trade = *trade](const Status& status) {
    // The index may have to be waited for, which an engine thread must not do.
    const bool taken = workers->post([=] { reply(cancelled(around, trade, status, path)); });
    if (!taken) reply(problem_answer(make_error(ErrorCode::overloaded, "too many requests are waiting"), path));
  });
}

}  // namespace clearspan::gateway
