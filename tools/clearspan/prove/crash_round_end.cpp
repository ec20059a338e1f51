// The end of a round: the load and the ledgers' faults stop, every trade must end, and everything is checked.
#include <fmt/format.h>
#include <signal.h>

#include <thread>

#include "codecs/json/document.hpp"
#include "tools/clearspan/exit_codes.hpp"
#include "tools/clearspan/prove/audit_logs.hpp"
#include "tools/clearspan/prove/crash_books.hpp"
#include "tools/clearspan/prove/crash_round.hpp"

namespace clearspan::tools {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr Millis kDrainPause{20};

Error unexpected(std::string what) {
  return make_error(ErrorCode::not_ready, std::move(what));
}

}  // namespace

Status CrashRound::end() {
  for (std::size_t i = 0; i < kLedgerNames.size(); ++i) {
    CLEARSPAN_CHECK_OK(world_->ledger(i).clear_faults());
  }
  CLEARSPAN_CHECK_OK(start(std::nullopt));
  CLEARSPAN_CHECK_OK(await_serving());
  CLEARSPAN_CHECK_OK(load_->finish());
  CLEARSPAN_TRY(ApiClient client, world_->connect());
  CLEARSPAN_CHECK_OK(drain(client));
  CLEARSPAN_TRY(const auto phases, list_trades(client));
  CLEARSPAN_CHECK_OK(stop_engine());
  return check_everything(phases);
}

// Until no trade is live, and nothing that was signed can take effect any more.
Status CrashRound::drain(ApiClient& client) {
  const auto give_up = SteadyClock::now() + pace_.drain_max;
  while (SteadyClock::now() < give_up) {
    bool is_quiet = true;
    for (const std::string_view phase : {"preparing", "deciding", "releasing", "refunding"}) {
      CLEARSPAN_TRY(const ApiAnswer page, client.get(fmt::format("/v1/trades?phase={}&limit=1", phase)));
      if (!trade_ids_in(page.body).empty()) is_quiet = false;
    }
    if (is_quiet) return Done{};
    std::this_thread::sleep_for(kDrainPause);
  }
  violate("I11: faults have stopped, and not every trade has ended");
  return Done{};
}

Result<std::map<std::string, Phase>> CrashRound::list_trades(ApiClient& client) {
  std::map<std::string, Phase> phases;
  json::Document document;
  std::string cursor;
  while (true) {
    CLEARSPAN_TRY(const ApiAnswer page,
                  client.get("/v1/trades?limit=500" + (cursor.empty() ? "" : "&cursor=" + cursor)));
    CLEARSPAN_TRY(const json::Value root, document.parse(page.body));
    CLEARSPAN_TRY(const json::Object object, root.object());
    CLEARSPAN_TRY(const json::Value list, object.require("trades"));
    CLEARSPAN_TRY(const json::Array trades, list.array());
    for (const json::Value value : trades) {
      CLEARSPAN_TRY(const json::Object trade, value.object());
      CLEARSPAN_TRY(const json::Value id, trade.require("id"));
      CLEARSPAN_TRY(const json::Value phase, trade.require("phase"));
      CLEARSPAN_TRY(const std::string_view id_text, id.string());
      CLEARSPAN_TRY(const std::string_view name, phase.string());
      phases[std::string(id_text)] = parse_phase(name).value_or(Phase::suspended);
      load_->note_phase(std::string(id_text), phases[std::string(id_text)]);
    }
    CLEARSPAN_TRY(const json::Value next, object.require("next_cursor"));
    if (next.is_null()) return phases;
    cursor = std::string(next.if_string().value_or(""));
  }
}

Status CrashRound::stop_engine() {
  load_->engine_is_gone();
  world_->engine().send_signal(SIGTERM);
  const auto ended = world_->engine().wait(kStopMax);
  if (!ended) return unexpected("the engine did not end");
  if (ended->signal == 0 && ended->exit_status == kExitOk) return Done{};
  return unexpected(fmt::format("the engine did not end well: {}, {}", ended->exit_status, ended->signal));
}

Status CrashRound::check_everything(const std::map<std::string, Phase>& phases) {
  std::array<LedgerTruth, 2> truth;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    CLEARSPAN_TRY(truth[i], world_->ledger(i).truth());
  }
  for (std::string& what : load_->take_violations()) violate(std::move(what));
  for (std::string& what : check_against_books(load_->batches(), phases, truth)) violate(std::move(what));
  tally_.update([&](CrashFigures& figures) {
    figures.trades += phases.size();
    figures.repeated += load_->repeated();
  });
  return audit_logs(phases);
}

// The evidence against the ledgers' books, by somebody who shares no decision with the engine.
Status CrashRound::audit_logs(const std::map<std::string, Phase>& phases) {
  std::vector<audit::LedgerBook> books;
  for (std::size_t i = 0; i < kLedgerNames.size(); ++i) {
    CLEARSPAN_TRY(audit::LedgerBook book, world_->ledger(i).book(world_->data_dir()));
    books.push_back(std::move(book));
  }
  CLEARSPAN_TRY(AuditedLogs audited, tools::audit_logs(world_->data_dir(), books, phases, load_->checkpoints(), true));
  for (std::string& what : audited.violations) violate(std::move(what));
  tally_.update([&](CrashFigures& figures) { figures.records_audited += audited.records; });
  return Done{};
}

}  // namespace clearspan::tools
