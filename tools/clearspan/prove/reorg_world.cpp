#include "tools/clearspan/prove/reorg_world.hpp"

#include <fmt/format.h>

#include <future>
#include <thread>

#include "core/scenario/trade_id.hpp"

namespace clearspan::tools {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr Millis kNominalInterval{100};  // what the engine reckons with; blocks are made faster
constexpr std::uint64_t kReorganisable = 1024;
constexpr std::uint64_t kChunkMax = 32;  // blocks at once while nothing waits to be included
constexpr auto kUntilMax = std::chrono::seconds(60);
constexpr auto kHandledMax = std::chrono::seconds(20);
constexpr auto kHandledPause = std::chrono::microseconds(200);
constexpr auto kActPause = std::chrono::milliseconds(2);  // for the engine to act on what it has heard
constexpr Millis kResendAfter{50};
constexpr std::uint64_t kSegmentBytes = 4u << 20;

}  // namespace

Result<std::unique_ptr<ReorgWorld>> ReorgWorld::make(const ReorgWorldOptions& options) {
  std::unique_ptr<ReorgWorld> world(new ReorgWorld(options));
  world->tag_.bytes.fill(0x5e);
  for (std::size_t i = 0; i < kLedgerNames.size(); ++i) CLEARSPAN_CHECK_OK(world->make_ledger(i));
  for (std::uint64_t i = 0; i < options.blocks_before; ++i) world->target().produce();
  // An engine is ready when its ledgers have a block that their policy makes final.
  for (const auto& ledger : world->ledgers_) {
    for (std::uint64_t i = 0; i <= ledger->genesis().finality_depth; ++i) ledger->produce();
  }
  CLEARSPAN_CHECK_OK(world->start_engine());
  return world;
}

ReorgWorld::~ReorgWorld() = default;

Status ReorgWorld::make_ledger(std::size_t index) {
  simulated::Genesis genesis =
      simulated::demo_genesis({std::string(kLedgerNames[index])}, {std::string(kAssetNames[index])});
  genesis.block_interval = kNominalInterval;
  genesis.finality_depth = index == options_.target ? options_.finality_depth : kFinalityDepths[index];
  genesis.reclaim = false;
  genesis.reorganisable_blocks = kReorganisable;
  CLEARSPAN_CHECK_OK(simulated::check_genesis(genesis));
  auto keys = std::make_shared<simulated::Keyring>(genesis.escrow_operator);
  for (const simulated::GenesisAccount& account : genesis.accounts) {
    CLEARSPAN_CHECK_OK(keys->add(account.id, simulated::demo_key(account.id)));
  }
  simulated::ConnectorOptions connector = simulated::options_for(genesis, tag_);
  connector.txn_validity = options_.txn_validity;
  ledgers_.push_back(std::make_shared<simulated::Ledger>(genesis, clock_, options_.seed));
  connectors_.push_back(std::make_shared<simulated::InProcessConnector>(ledgers_.back(), connector, std::move(keys)));
  return Done{};
}

Status ReorgWorld::start_engine() {
  EngineOptions options;
  options.data_dir = data_dir().string();
  options.tag = tag_;
  options.shards = 1;  // so that the order of the log says what came after what
  options.log_segment_bytes = kSegmentBytes;
  options.resend_after = kResendAfter;
  options.on_phase_change = [this](const PhaseChange& change) {
    const std::lock_guard lock(mutex_);
    phases_[change.trade] = change.phase;
  };
  CLEARSPAN_TRY(engine_, Engine::start(std::move(options), connectors_));
  const auto give_up = SteadyClock::now() + kUntilMax;
  while (!engine_->ready()) {
    if (SteadyClock::now() > give_up) return make_error(ErrorCode::timed_out, "the engine did not get ready");
    std::this_thread::sleep_for(kHandledPause);
  }
  return Done{};
}

// --- Trades ---

// Windows in which every block of a deep reorganisation can be made again.
TimingPolicy ReorgWorld::timing() const {
  TimingPolicy policy;
  const auto blocks = static_cast<Millis::rep>(4 * options_.finality_depth + 4 * kReorganisable);
  policy.prepare_window = policy.pivot_window = kNominalInterval * blocks;
  return policy;
}

PlanIdentity ReorgWorld::next_identity() {
  std::array<std::uint8_t, kTradeIdRandomBytes> randomness{};
  for (std::uint8_t& byte : randomness) byte = static_cast<std::uint8_t>(dice_());
  return {make_trade_id(clock_.now(), randomness), tag_, clock_.now()};
}

LedgerNow ReorgWorld::now_of(std::size_t index) const {
  const LedgerStatus status = engine_->ledgers().at(index);
  return {status.traits, status.time, status.seen};
}

Status ReorgWorld::create_payment() {
  Profile profile;
  profile.name = "sound";
  profile.source_ledger = LedgerId{std::string(kLedgerNames[0])};
  profile.source_asset = AssetId{std::string(kAssetNames[0])};
  profile.source_account = AccountId{"exchanger"};
  profile.destination_ledger = LedgerId{std::string(kLedgerNames[1])};
  profile.destination_asset = AssetId{std::string(kAssetNames[1])};
  profile.destination_account = AccountId{"exchanger"};
  profile.rate = {kRateNumerator, kRateDenominator};
  profile.fee = Amount(kFee);
  profile.amount_min = Amount(1);
  profile.amount_max = Amount(1'000'000);
  PaymentRequest request;
  request.payer = AccountId{"alice"};
  request.merchant = AccountId{"bob"};
  request.amount = Amount(roll(dice_, 100, 10'000));
  CLEARSPAN_TRY(const Plan plan, compile_payment(request, profile, now_of(0), now_of(1), timing(), next_identity()));
  return create(plan);
}

Status ReorgWorld::create_exchange() {
  PvpRequest request;
  for (std::size_t i = 0; i < kLedgerNames.size(); ++i) {
    request.legs.push_back({LedgerId{std::string(kLedgerNames[i])}, AssetId{std::string(kAssetNames[i])},
                            Amount(roll(dice_, 100, 10'000)), AccountId{i == 0 ? "alice" : "carol"},
                            AccountId{i == 0 ? "carol" : "alice"}});
  }
  CLEARSPAN_TRY(const Plan plan, compile_pvp(request, {now_of(0), now_of(1)}, timing(), next_identity()));
  return create(plan);
}

Status ReorgWorld::create(const Plan& plan) {
  std::vector<NewTrade> trades(1);
  trades.front().plan = plan;
  std::promise<Result<TradeId>> answered;
  engine_->create(std::move(trades), [&answered](std::vector<Result<TradeId>> answers) {
    answered.set_value(std::move(answers.front()));
  });
  const Result<TradeId> answer = answered.get_future().get();
  if (!answer.ok()) return answer.error();
  AskedTrade asked;
  asked.id = to_string(plan.id);
  for (const Leg& leg : plan.legs) {
    const std::size_t ledger = leg.ledger.text == kLedgerNames[0] ? 0 : 1;
    asked.legs.push_back(
        {ledger, leg.payer.text, leg.payee.text, std::stoull(to_string(leg.amount)), leg.role == LegRole::pivot});
  }
  asked_.front().trades.push_back(std::move(asked));
  return Done{};
}

// --- Blocks ---

Status ReorgWorld::until(std::string_view what, const std::function<bool()>& is_true) {
  const auto give_up = SteadyClock::now() + kUntilMax;
  while (!is_true()) {
    if (SteadyClock::now() > give_up) return make_error(ErrorCode::timed_out, fmt::format("waited in vain: {}", what));
    const bool is_idle = ledgers_[0]->waiting_txns() + ledgers_[1]->waiting_txns() == 0;
    const std::uint64_t blocks = is_idle ? std::clamp<std::uint64_t>(options_.finality_depth / 8, 1, kChunkMax) : 1;
    for (std::uint64_t i = 0; i < blocks; ++i) target().produce();
    ledgers_[1 - options_.target]->produce();
    CLEARSPAN_CHECK_OK(wait_handled());
    std::this_thread::sleep_for(kActPause);
  }
  return Done{};
}

Status ReorgWorld::extend_target(std::uint64_t blocks) {
  for (std::uint64_t i = 0; i < blocks; ++i) target().produce();
  return wait_handled();
}

// Until everything that is final now has been acted on, on every ledger that is not frozen.
Status ReorgWorld::wait_handled() {
  const auto give_up = SteadyClock::now() + kHandledMax;
  while (true) {
    const std::vector<LedgerStatus> statuses = engine_->ledgers();
    bool is_handled = true;
    for (std::size_t i = 0; i < ledgers_.size(); ++i) {
      const std::uint64_t head = ledgers_[i]->true_head().number.value;
      const std::uint64_t depth = ledgers_[i]->genesis().finality_depth;
      const std::uint64_t final_height = head > depth ? head - depth : 0;
      is_handled = is_handled && (statuses[i].frozen || statuses[i].processed.value >= final_height);
    }
    if (is_handled) return Done{};
    if (SteadyClock::now() > give_up) return make_error(ErrorCode::timed_out, "the engine does not follow");
    std::this_thread::sleep_for(kHandledPause);
  }
}

LedgerStatus ReorgWorld::target_status() const {
  return engine_->ledgers().at(options_.target);
}

std::uint64_t ReorgWorld::effects_on_target(MovementKind kind) {
  std::uint64_t count = 0;
  for (const simulated::RefEffects& effects : target().effects()) {
    switch (kind) {
      case MovementKind::hold:
        count += effects.holds;
        break;
      case MovementKind::payment:
        count += effects.payments;
        break;
      case MovementKind::release:
        count += effects.releases;
        break;
      case MovementKind::refund:
        count += effects.refunds;
        break;
    }
  }
  return count;
}

std::map<std::string, Phase> ReorgWorld::phases() const {
  const std::lock_guard lock(mutex_);
  std::map<std::string, Phase> phases;
  for (const auto& [trade, phase] : phases_) phases.emplace(to_string(trade), phase);
  return phases;
}

std::array<LedgerTruth, 2> ReorgWorld::truth() const {
  return {LedgerTruth{ledgers_[0]->books(), ledgers_[0]->effects()},
          LedgerTruth{ledgers_[1]->books(), ledgers_[1]->effects()}};
}

}  // namespace clearspan::tools
