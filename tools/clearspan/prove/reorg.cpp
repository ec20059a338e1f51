#include "tools/clearspan/prove/reorg.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <ostream>
#include <thread>

#include "codecs/json/writer.hpp"
#include "tools/auditor/simulated_book.hpp"
#include "tools/clearspan/exit_codes.hpp"
#include "tools/clearspan/prove/audit_logs.hpp"
#include "tools/clearspan/prove/freeze_facts.hpp"
#include "tools/clearspan/prove/reorg_world.hpp"
#include "tools/clearspan/prove/work.hpp"

namespace clearspan::tools {
namespace {

namespace fs = std::filesystem;
using SteadyClock = std::chrono::steady_clock;

constexpr std::uint64_t kDepthMax = 1000;              // a simulated ledger can undo 1024 blocks
constexpr auto kFreezeMax = std::chrono::seconds(30);  // no block is made meanwhile; a busy machine takes long
constexpr Millis kFreezePause{1};
constexpr std::uint64_t kBlocksBefore = 8;  // besides those that are undone
constexpr std::uint64_t kRestartShare = 8;  // one frozen engine of so many is started again
constexpr int kTurnsAfterFreeze = 10;       // in which it could sign something
constexpr std::size_t kViolationsShown = 20;

struct ReorgFigures {
  std::uint64_t below = 0;    // depths at which all had to end well
  std::uint64_t beyond = 0;   // depths at which the ledger had to be frozen
  std::uint64_t removed = 0;  // effects that a reorganisation took away
  std::uint64_t restarts = 0;
  std::map<Phase, std::uint64_t> ended;
  std::vector<std::string> violations;
};

using ReorgTally = Tally<ReorgFigures>;

// One depth.
class ReorgCase {
 public:
  ReorgCase(std::uint64_t depth, std::uint64_t finality, std::uint64_t seed, fs::path folder, ReorgTally& tally)
      : depth_(depth), finality_(finality), dice_(seed * 1'000'003 + depth), tally_(tally) {
    options_.folder = std::move(folder);
    options_.target = roll(dice_, 0, 1);
    options_.finality_depth = finality;
    options_.blocks_before = depth + finality + kBlocksBefore;
    options_.txn_validity = roll(dice_, 0, 1) == 0 ? 64 : 64 + 2 * finality;
    options_.seed = dice_();
  }

  void run() {
    const Status status = depth_ <= finality_ ? run_below() : run_beyond();
    if (!status.ok()) violate(describe(status.error()));
    world_.reset();
    std::error_code ignored;
    fs::remove_all(options_.folder, ignored);
  }

 private:
  Status run_below() {
    CLEARSPAN_CHECK_OK(lose_blocks(0, depth_ - 1));
    CLEARSPAN_CHECK_OK(world_->until("every trade is over", [this] { return world_->engine().stats().live == 0; }));
    if (world_->target_status().frozen) violate("the ledger is frozen, and did nothing wrong");
    world_->stop_engine();
    const std::map<std::string, Phase> phases = world_->phases();
    for (std::string& what : check_against_books(world_->asked(), phases, world_->truth())) violate(std::move(what));
    CLEARSPAN_CHECK_OK(audit_evidence(phases, true));
    CLEARSPAN_TRY(const FreezeFacts facts, read_freeze_facts(world_->data_dir(), target_id()));
    if (facts.frozen_at) violate("I8: the log says that the ledger is frozen");
    tally_.update([&](ReorgFigures& figures) {
      ++figures.below;
      for (const auto& [trade, phase] : phases) ++figures.ended[phase];
    });
    return Done{};
  }

  Status run_beyond() {
    CLEARSPAN_CHECK_OK(lose_blocks(finality_, depth_ - 1));
    world_->target().produce();
    const auto give_up = SteadyClock::now() + kFreezeMax;
    while (!world_->target_status().frozen && SteadyClock::now() < give_up) std::this_thread::sleep_for(kFreezePause);
    if (!world_->target_status().frozen) violate("I8: the ledger is not frozen one block later");
    CLEARSPAN_CHECK_OK(go_on_frozen());
    if (roll(dice_, 1, kRestartShare) == 1) {
      world_->stop_engine();
      CLEARSPAN_CHECK_OK(world_->start_engine());
      if (!world_->target_status().frozen) violate("I8: the ledger is not frozen after a restart");
      CLEARSPAN_CHECK_OK(go_on_frozen());
      tally_.update([](ReorgFigures& figures) { ++figures.restarts; });
    }
    world_->stop_engine();
    CLEARSPAN_TRY(const FreezeFacts facts, read_freeze_facts(world_->data_dir(), target_id()));
    if (!facts.frozen_at) violate("I8: that the ledger is frozen is not on record");
    if (facts.signed_before == 0) violate("nothing was ever signed: the case says nothing");
    CLEARSPAN_CHECK_OK(audit_evidence(world_->phases(), false));
    if (facts.signed_after != 0) violate(fmt::format("I8: {} txns were signed afterwards", facts.signed_after));
    tally_.update([](ReorgFigures& figures) { ++figures.beyond; });
    return Done{};
  }

  // Trades get going; once a movement of a random kind has taken effect, and so many blocks later, it is undone.
  Status lose_blocks(std::uint64_t later_least, std::uint64_t later_most) {
    CLEARSPAN_TRY(world_, ReorgWorld::make(options_));
    CLEARSPAN_CHECK_OK(world_->create_payment());
    CLEARSPAN_CHECK_OK(world_->create_exchange());
    CLEARSPAN_CHECK_OK(world_->create_payment());
    const MovementKind kind = stage();
    CLEARSPAN_CHECK_OK(world_->until(to_string(kind), [&] { return world_->effects_on_target(kind) != 0; }));
    CLEARSPAN_CHECK_OK(world_->extend_target(roll(dice_, later_least, later_most)));
    const std::uint64_t before = all_effects();
    const bool is_dropped = roll(dice_, 0, 1) == 0;
    CLEARSPAN_CHECK_OK(world_->target().reorganise(
        depth_, is_dropped ? simulated::ReorganisedTxns::dropped : simulated::ReorganisedTxns::returned));
    const std::uint64_t after = all_effects();
    tally_.update([&](ReorgFigures& figures) { figures.removed += before - std::min(before, after); });
    return Done{};
  }

  // The engine does not follow a ledger that is frozen: what its book says now, no log can say.
  Status audit_evidence(const std::map<std::string, Phase>& phases, bool ended) {
    std::vector<audit::LedgerBook> books;
    for (std::size_t i = 0; i < kLedgerNames.size(); ++i) {
      if (!ended && i == options_.target) continue;
      CLEARSPAN_TRY(audit::LedgerBook book, audit::read_simulated_book(world_->ledger(i)));
      books.push_back(std::move(book));
    }
    CLEARSPAN_TRY(AuditedLogs audited, audit_logs(world_->data_dir(), books, phases, {}, ended));
    for (std::string& what : audited.violations) violate(std::move(what));
    return Done{};
  }

  // What could be signed for the ledger now?
  Status go_on_frozen() {
    for (int i = 0; i < kTurnsAfterFreeze; ++i) {
      int turn = 0;
      CLEARSPAN_CHECK_OK(world_->until("time passes", [&] { return turn++ > 0; }));
    }
    const Status created = world_->create_payment();
    if (created.ok()) violate("I8: a trade was created on the frozen ledger");
    return Done{};
  }

  [[nodiscard]] MovementKind stage() {
    if (options_.target == 1 && roll(dice_, 0, 1) == 0) return MovementKind::payment;
    return roll(dice_, 0, 1) == 0 ? MovementKind::hold : MovementKind::release;
  }

  [[nodiscard]] std::uint64_t all_effects() const {
    std::uint64_t count = 0;
    for (const MovementKind kind :
         {MovementKind::hold, MovementKind::release, MovementKind::refund, MovementKind::payment}) {
      count += world_->effects_on_target(kind);
    }
    return count;
  }

  [[nodiscard]] LedgerId target_id() const { return world_->target().genesis().ledger; }

  void violate(std::string what) {
    tally_.update(
        [&](ReorgFigures& figures) { figures.violations.push_back(fmt::format("depth {}: {}", depth_, what)); });
  }

  const std::uint64_t depth_;
  const std::uint64_t finality_;
  Dice dice_;
  ReorgTally& tally_;
  ReorgWorldOptions options_;
  std::unique_ptr<ReorgWorld> world_;
};

struct DepthRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

Result<DepthRange> parse_depth(const std::string& text) {
  const auto number = [](std::string_view digits) {
    std::uint64_t value = 0;
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc() && stop == digits.data() + digits.size() ? value : 0;
  };
  const std::size_t colon = text.find(':');
  DepthRange range;
  range.first = number(std::string_view(text).substr(0, colon));
  range.last = colon == std::string::npos ? range.first : number(std::string_view(text).substr(colon + 1));
  if (range.first >= 1 && range.first <= range.last && range.last <= kDepthMax) return range;
  return make_error(ErrorCode::config_invalid, "must be one depth or FIRST:LAST, 1 to 1000", "--depth");
}

int report(const ReorgFigures& figures, const ReorgOptions& options, const DepthRange& range, std::uint64_t finality,
           std::int64_t seconds, std::ostream& out) {
  json::Writer json;
  json.begin_object().field("depths", range.last - range.first + 1).field("finality", finality);
  json.field("below", figures.below).field("beyond", figures.beyond).field("effects_removed", figures.removed);
  for (const Phase phase : {Phase::settled, Phase::refunded, Phase::rejected}) {
    const auto found = figures.ended.find(phase);
    json.field(to_string(phase), found == figures.ended.end() ? 0 : found->second);
  }
  json.field("restarts_frozen", figures.restarts).field("violations", figures.violations.size());
  json.field("seconds", seconds).field("seed", options.seed).end_object();
  out << json.take() << "\n";
  const std::size_t shown = std::min(figures.violations.size(), kViolationsShown);
  for (std::size_t i = 0; i < shown; ++i) out << figures.violations[i] << "\n";
  const bool is_whole = figures.below + figures.beyond == range.last - range.first + 1 && figures.removed > 0;
  const bool is_good = figures.violations.empty() && is_whole;
  out << fmt::format("{}: {} depths ended well, at {} the ledger was frozen, {} violations; seed {}\n",
                     is_good ? "GOOD" : "BAD", figures.below, figures.beyond, figures.violations.size(), options.seed);
  return is_good ? kExitOk : kExitNegative;
}

}  // namespace

int run_prove_reorg(const ReorgOptions& options, std::ostream& out, std::ostream& err) {
  spdlog::set_level(spdlog::level::off);  // reorganisations and frozen ledgers are the point here, not news
  const Result<DepthRange> range = parse_depth(options.depth);
  if (!range.ok()) {
    err << "clearspan prove: " << describe(range.error()) << "\n";
    return kExitUsage;
  }
  const std::uint64_t finality = options.finality != 0 ? options.finality : std::max<std::uint64_t>(range->last / 2, 1);
  const auto began = SteadyClock::now();
  const fs::path folder = fs::temp_directory_path() / fmt::format("clearspan-reorg-{}", ::getpid());
  err << fmt::format("  seed {}, depths {} to {}, final after {}\n", options.seed, range->first, range->last, finality);
  ReorgTally tally;
  run_all(
      range->last - range->first + 1, options.jobs,
      [&](std::uint64_t at) {
        const std::uint64_t depth = range->first + at;
        ReorgCase(depth, finality, options.seed, folder / std::to_string(depth), tally).run();
      },
      [&] {
        const ReorgFigures figures = tally.figures();
        err << fmt::format("  {} depths ended well, {} frozen, {} violations\n", figures.below, figures.beyond,
                           figures.violations.size())
            << std::flush;
      });
  std::error_code ignored;
  fs::remove_all(folder, ignored);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(SteadyClock::now() - began).count();
  return report(tally.figures(), options, *range, finality, seconds, out);
}

}  // namespace clearspan::tools
