#include "tools/clearspan/bench/injected_world.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tools/clearspan/bench/orders.hpp"
#include "tools/clearspan/bench/waiting.hpp"

namespace clearspan::tools {
namespace {

constexpr std::uint32_t kCreateBatch = 1'000;
constexpr std::uint32_t kBatchesUnanswered = 16;
constexpr Millis kIndexPatience{600'000};

Profile make_profile() {
  Profile profile;
  profile.name = "bench";
  profile.source_ledger = LedgerId{"a-coin"};
  profile.source_asset = AssetId{"ACN"};
  profile.source_account = AccountId{"carol"};
  profile.destination_ledger = LedgerId{"b-coin"};
  profile.destination_asset = AssetId{"BCN"};
  profile.destination_account = AccountId{"carol"};
  profile.rate = {3, 2};
  profile.amount_min = Amount(1);
  profile.amount_max = Amount(1'000'000);
  return profile;
}

PaymentRequest payment(std::uint64_t number, Placement placed_by) {
  PaymentRequest request;
  request.payer = AccountId{"alice-" + std::to_string(number % 1'000)};
  request.merchant = AccountId{"bob-" + std::to_string(number % 100)};
  request.amount = Amount(100 + number % 10'000);
  request.placed_by = placed_by;
  return request;
}

}  // namespace

InjectedWorld::InjectedWorld(std::uint32_t trades, const std::string& data_dir)
    : data_("clearspan-bench", data_dir),
      profile_(make_profile()),
      tag_{{'b', 'e', 'n', 'c', 'h'}},
      source_(std::make_shared<InjectedLedger>(profile_.source_ledger, profile_.source_asset)),
      destination_(std::make_shared<InjectedLedger>(profile_.destination_ledger, profile_.destination_asset)),
      trades_(trades) {
  plans_.reserve(trades);
}

Status InjectedWorld::start(std::uint16_t shards, std::function<void(const PhaseChange&)> on_phase_change) {
  EngineOptions options;
  options.data_dir = data_.path();
  options.tag = tag_;
  options.shards = shards;
  options.live_trades_max = trades_;
  options.on_phase_change = std::move(on_phase_change);
  CLEARSPAN_TRY(engine_, Engine::start(std::move(options), {source_, destination_}));
  return until([this] { return engine_->ready(); }, "the engine is not ready");
}

Status InjectedWorld::create(std::uint32_t count, Placement placed_by, std::optional<Timestamp> prepare_until) {
  TimingPolicy timing;
  timing.prepare_window = kCalm;
  timing.pivot_window = kCalm;
  OrderTaker orders(*engine_, tag_, profile_, timing);
  const std::size_t end = plans_.size() + count;
  CLEARSPAN_VERIFY(end <= trades_);
  while (plans_.size() < end) {
    CLEARSPAN_CHECK_OK(until([this] { return unanswered_ < kBatchesUnanswered; }, "trades are not durable"));
    std::vector<NewTrade> trades;
    for (std::uint32_t i = 0; i < kCreateBatch && plans_.size() < end; ++i) {
      CLEARSPAN_TRY(Plan plan, orders.plan(plans_.size(), payment(plans_.size(), placed_by)));
      plan.prepare_until = prepare_until.value_or(plan.prepare_until);
      plans_.push_back(plan);
      trades.emplace_back().plan = std::move(plan);
    }
    ++unanswered_;
    engine_->create(std::move(trades), [this](const auto& answers) {
      for (const auto& answer : answers) refused_ += !answer.ok();
      --unanswered_;
    });
  }
  CLEARSPAN_CHECK_OK(until([this] { return unanswered_ == 0; }, "trades are not durable"));
  if (refused_ != 0) return make_error(ErrorCode::overloaded, fmt::format("{} trades were refused", refused_.load()));
  return engine_->sync_index(kIndexPatience);
}

}  // namespace clearspan::tools
