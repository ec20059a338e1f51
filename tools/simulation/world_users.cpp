// What users do in the simulation: ask for trades, change their minds, and place holds by themselves, rightly or not.
#include "core/scenario/trade_id.hpp"
#include "tools/simulation/world.hpp"

namespace clearspan::sim {
namespace {

constexpr std::size_t kRecentTrades = 32;

const std::array kPayers = {"alice", "alice", "alice", "carol", "poor"};
const std::array kExchangers = {"carol", "erin", "erin", "bob", "poor"};
const std::array kMerchants = {"bob", "alice", "walter"};
const std::array kAssets = {"ACN", "BCN", "CCN"};
const std::array kLedgers = {"a-coin", "b-coin", "c-coin"};

}  // namespace

void World::step_user() {
  if (!engine_->ready()) return;
  const std::uint64_t dice = random_.below(10);
  if (dice < 4) {
    pay();
  } else if (dice < 6) {
    exchange();
  } else if (dice < 7) {
    cancel_one();
  } else if (!awaited_deposits_.empty()) {
    const std::size_t which = static_cast<std::size_t>(random_.below(awaited_deposits_.size()));
    deposit(awaited_deposits_[which]);
    if (random_.below(3) != 0) awaited_deposits_.erase(awaited_deposits_.begin() + static_cast<std::ptrdiff_t>(which));
  } else {
    return;
  }
  ++verdict_.events;
}

LedgerNow World::now_of(std::size_t side) {
  const LedgerStatus status = engine_->ledgers()[side];
  return {status.traits, status.time, status.seen};
}

void World::pay() {
  const auto source = static_cast<std::size_t>(random_.below(sides_.size()));
  const std::size_t destination =
      (source + 1 + static_cast<std::size_t>(random_.below(sides_.size() - 1))) % sides_.size();
  const AccountId exchanger{kExchangers[random_.below(kExchangers.size())]};
  Profile profile;
  profile.name = "exchange";
  profile.source_ledger = LedgerId{kLedgers[source]};
  profile.source_asset = AssetId{kAssets[source]};
  profile.source_account = exchanger;
  profile.destination_ledger = LedgerId{kLedgers[destination]};
  profile.destination_asset = AssetId{kAssets[destination]};
  profile.destination_account = exchanger;
  profile.rate = {3, 2};
  profile.fee = Amount(1 + random_.below(10));
  profile.amount_min = Amount(1);
  profile.amount_max = Amount(100'000'000);
  PaymentRequest request;
  const bool by_payer = random_.below(4) == 0;
  request.payer = AccountId{by_payer ? "walter" : kPayers[random_.below(kPayers.size())]};
  request.merchant = AccountId{kMerchants[random_.below(kMerchants.size())]};
  request.amount = Amount(1 + random_.below(500));
  request.placed_by = by_payer ? Placement::payer : Placement::engine;
  create(compile_payment(request, profile, now_of(source), now_of(destination), draw_timing(), next_identity()));
}

void World::exchange() {
  PvpRequest request;
  std::vector<LedgerNow> ledgers;
  const std::size_t legs = 2 + static_cast<std::size_t>(random_.below(2));
  for (std::size_t i = 0; i < legs; ++i) {
    request.legs.push_back({LedgerId{kLedgers[i]}, AssetId{kAssets[i]}, Amount(1 + random_.below(500)),
                            AccountId{kPayers[random_.below(kPayers.size())]}, AccountId{"erin"}});
    ledgers.push_back(now_of(i));
  }
  create(compile_pvp(request, ledgers, draw_timing(), next_identity()));
}

TimingPolicy World::draw_timing() {
  TimingPolicy policy;
  policy.prepare_window = Millis{1'500 + random_.below(12'000)};
  policy.pivot_window = Millis{1'500 + random_.below(12'000)};
  policy.margin = Millis{100};
  return policy;
}

PlanIdentity World::next_identity() {
  std::array<std::uint8_t, kTradeIdRandomBytes> randomness{};
  for (std::uint8_t& byte : randomness) byte = static_cast<std::uint8_t>(random_.next());
  return {make_trade_id(clock_.now(), randomness), tag_, clock_.now()};
}

void World::create(Result<Plan> plan) {
  if (!plan) return;  // the request cannot be promised now, which is no fault of the engine
  recent_.push_back(plan->id);
  if (recent_.size() > kRecentTrades) recent_.pop_front();
  if (plan->legs.front().placement == Placement::payer) awaited_deposits_.push_back(*plan);
  std::vector<NewTrade> trades(1);
  trades.front().plan = std::move(*plan);
  engine_->create(std::move(trades), [](const auto&) {});
}

void World::cancel_one() {
  if (recent_.empty()) return;
  engine_->cancel(recent_[random_.below(recent_.size())], [this](const Status& status) {
    if (!status && status.error().code == ErrorCode::already_decided) {
      reached(verdict_.sometimes, Sometimes::cancel_refused);
    }
  });
}

// The payer's hold, sometimes not as agreed, and sometimes long after everybody has forgotten it.
void World::deposit(const Plan& plan) {
  Movement hold = movement_for(plan, 0, MovementKind::hold, HoldKey{});
  switch (random_.below(8)) {
    case 0:
      hold.amount = Amount(1 + random_.below(1'000));
      break;
    case 1:
      hold.asset = AssetId{"JUNK"};
      hold.amount = Amount(1 + random_.below(5));
      break;
    case 2:
      hold.to = AccountId{"alice"};
      break;
    default:
      break;
  }
  for (const Side& side : sides_) {
    if (side.connector->traits().id != plan.legs.front().ledger) continue;
    hold.not_after = LedgerTime{side.ledger->true_head().number.value + 500};
    simulated::Keyring keys{AccountId{"operator"}};
    CLEARSPAN_VERIFY(keys.add(hold.from, simulated::demo_key(hold.from)).ok());
    const Result<SignedTxn> txn =
        keys.sign(plan.legs.front().ledger, {hold.from, Sequence{++deposits_}, hold.not_after, 0, {hold}});
    CLEARSPAN_VERIFY(txn.ok());
    static_cast<void>(side.ledger->submit(txn->raw, Millis{0}));
  }
}

}  // namespace clearspan::sim
