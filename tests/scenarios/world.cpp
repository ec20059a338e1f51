#include "tests/scenarios/world.hpp"

#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <future>
#include <thread>

#include "core/scenario/trade_id.hpp"

namespace clearspan::scenarios {
namespace {

constexpr auto kPatience = std::chrono::seconds(60);
constexpr auto kBlockPause = std::chrono::milliseconds(4);
constexpr auto kFollowMax = std::chrono::milliseconds(50);  // for the engine to act on a block before the next one
constexpr auto kFollowPause = std::chrono::microseconds(200);

simulated::GenesisAccount account(const std::string& name, std::map<AssetId, Amount> balances) {
  const AccountId id{name};
  return {id, crypto::Ed25519Signer(simulated::demo_key(id)).public_key(), std::move(balances)};
}

simulated::Genesis genesis(const std::string& ledger, const std::string& asset, std::uint64_t finality_depth) {
  simulated::Genesis made;
  made.ledger = LedgerId{ledger};
  made.assets = {{AssetId{asset}, 2}, {AssetId{"JUNK"}, 0}};
  made.escrow_operator = AccountId{"operator"};
  made.block_interval = Millis{10};
  made.finality_depth = finality_depth;
  made.reclaim = false;
  made.accounts.push_back(account("operator", {}));
  for (const char* name : {"alice", "walter", "carol", "erin"}) {
    made.accounts.push_back(account(name, {{AssetId{asset}, Amount(1'000'000)}, {AssetId{"JUNK"}, Amount(1'000)}}));
  }
  made.accounts.push_back(account("bob", {{AssetId{asset}, Amount(1'000)}}));
  made.accounts.push_back(account("poor", {{AssetId{asset}, Amount(1)}}));
  return made;
}

}  // namespace

World::World(std::uint16_t shards) : shards_(shards) {
  tag_.bytes.fill(0xc5);
  data_dir_ = (std::filesystem::temp_directory_path() /
               ("clearspan-world-" + std::to_string(::getpid()) + "-" +
                std::to_string(std::chrono::steady_clock::now().time_since_epoch().count())))
                  .string();
  const std::vector<std::string> engine_accounts = {"operator", "alice", "carol", "erin", "bob", "poor"};
  a_ = make_side(genesis("a-coin", "ACN", 0), engine_accounts);
  b_ = make_side(genesis("b-coin", "BCN", 2), engine_accounts);
  start();
}

World::~World() {
  engine_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(data_dir_, ignored);
}

World::Side World::make_side(const simulated::Genesis& made, const std::vector<std::string>& engine_accounts) {
  EXPECT_TRUE(simulated::check_genesis(made).ok());
  Side side;
  side.ledger = std::make_shared<simulated::Ledger>(made, clock_, 7);
  auto keys = std::make_shared<simulated::Keyring>(made.escrow_operator);
  for (const std::string& name : engine_accounts) {
    EXPECT_TRUE(keys->add(AccountId{name}, simulated::demo_key(AccountId{name})).ok());
  }
  simulated::ConnectorOptions options = simulated::options_for(made, tag_);
  options.txn_validity = 300;  // blocks, which stories make as fast as they can: a second or so
  side.connector = std::make_shared<simulated::InProcessConnector>(side.ledger, options, std::move(keys));
  return side;
}

void World::start() {
  EngineOptions options;
  options.data_dir = data_dir_;
  options.tag = tag_;
  options.shards = shards_;
  options.checkpoint_interval = Millis{50};
  if (is_anchoring_) options.anchor = AnchorOptions{LedgerId{"a-coin"}, AccountId{"erin"}, Millis{100}};
  options.on_phase_change = [this](const PhaseChange& change) {
    const std::lock_guard lock(mutex_);
    phases_[change.trade] = change.phase;
  };
  if (tune_) tune_(options);
  auto started = Engine::start(std::move(options), {a_.connector, b_.connector});
  ASSERT_TRUE(started.ok()) << describe(started.error());
  engine_ = std::move(*started);
  until("the engine is ready", [this] { return engine_->ready(); });
}

void World::stop() {
  engine_.reset();
}

void World::restart() {
  stop();
  start();
}

LedgerNow World::now_of(const Side& side) {
  for (const LedgerStatus& status : engine_->ledgers()) {
    if (status.traits.id == side.connector->traits().id) return {status.traits, status.time, status.seen};
  }
  return {};
}

PlanIdentity World::next_identity() {
  std::array<std::uint8_t, kTradeIdRandomBytes> randomness{};
  randomness.back() = ++trades_made_;
  return {make_trade_id(clock_.now(), randomness), tag_, clock_.now()};
}

Plan World::create(Plan plan) {
  std::vector<NewTrade> trades(1);
  trades.front().plan = plan;
  std::promise<Result<TradeId>> answered;
  engine_->create(std::move(trades), [&answered](std::vector<Result<TradeId>> answers) {
    answered.set_value(std::move(answers.front()));
  });
  const Result<TradeId> answer = answered.get_future().get();
  EXPECT_TRUE(answer.ok()) << describe(answer.error());
  return plan;
}

Plan World::pay(const std::string& payer, const std::string& merchant, std::uint64_t units,
                const std::string& exchanger, Placement placed_by) {
  Profile profile;
  profile.name = exchanger;
  profile.source_ledger = LedgerId{"a-coin"};
  profile.source_asset = AssetId{"ACN"};
  profile.source_account = AccountId{exchanger};
  profile.destination_ledger = LedgerId{"b-coin"};
  profile.destination_asset = AssetId{"BCN"};
  profile.destination_account = AccountId{exchanger};
  profile.rate = {3, 2};
  profile.fee = Amount(10);
  profile.amount_min = Amount(1);
  profile.amount_max = Amount(100'000'000);
  PaymentRequest request;
  request.payer = AccountId{payer};
  request.merchant = AccountId{merchant};
  request.amount = Amount(units);
  request.placed_by = placed_by;
  TimingPolicy policy;
  policy.prepare_window = window_;
  policy.pivot_window = window_;
  policy.margin = Millis{100};
  auto plan = compile_payment(request, profile, now_of(a_), now_of(b_), policy, next_identity());
  EXPECT_TRUE(plan.ok()) << describe(plan.error());
  return create(std::move(plan).value());
}

Plan World::exchange(const std::string& alice, std::uint64_t a_units, const std::string& bob, std::uint64_t b_units) {
  PvpRequest request;
  request.legs.push_back({LedgerId{"a-coin"}, AssetId{"ACN"}, Amount(a_units), AccountId{alice}, AccountId{"erin"}});
  request.legs.push_back({LedgerId{"b-coin"}, AssetId{"BCN"}, Amount(b_units), AccountId{bob}, AccountId{"erin"}});
  TimingPolicy policy;
  policy.prepare_window = window_;
  policy.margin = Millis{100};
  auto plan = compile_pvp(request, {now_of(a_), now_of(b_)}, policy, next_identity());
  EXPECT_TRUE(plan.ok()) << describe(plan.error());
  return create(std::move(plan).value());
}

Status World::cancel(const Plan& plan) {
  std::promise<Status> answered;
  engine_->cancel(plan.id, [&answered](Status status) { answered.set_value(std::move(status)); });
  return answered.get_future().get();
}

void World::deposit(const Plan& plan, const std::function<void(Movement&)>& edit) {
  SigningRequest request;
  request.movements.push_back(movement_for(plan, 0, MovementKind::hold, HoldKey{}));
  edit(request.movements.back());
  request.signer = request.movements.back().from;
  request.not_after = LedgerTime{a().true_head().number.value + 1'000};
  request.sequence = Sequence{++trades_made_};
  simulated::Keyring keys{AccountId{"operator"}};
  ASSERT_TRUE(keys.add(request.signer, simulated::demo_key(request.signer)).ok());
  const auto txn = keys.sign(LedgerId{"a-coin"}, request);
  ASSERT_TRUE(txn.ok()) << describe(txn.error());
  const Status sent = a().submit(txn->raw, Millis{1'000});
  ASSERT_TRUE(sent.ok()) << describe(sent.error());
}

void World::produce(int blocks) {
  for (int i = 0; i < blocks; ++i) {
    a().produce();
    b().produce();
    std::this_thread::sleep_for(kBlockPause);
    const auto give_up = std::chrono::steady_clock::now() + kFollowMax;
    while (!has_followed() && std::chrono::steady_clock::now() < give_up) std::this_thread::sleep_for(kFollowPause);
  }
}

bool World::has_followed() const {
  if (!engine_) return true;
  const std::vector<LedgerStatus> seen = engine_->ledgers();
  for (std::size_t i = 0; i < seen.size(); ++i) {
    const simulated::Ledger& ledger = i == 0 ? *a_.ledger : *b_.ledger;
    const bool can_follow = !seen[i].frozen && ledger.node_fault() == simulated::NodeFault::none;
    const std::uint64_t handled = seen[i].processed.value + ledger.genesis().finality_depth;
    if (can_follow && handled < ledger.true_head().number.value) return false;
  }
  return true;
}

std::uint64_t World::balance(simulated::Ledger& ledger, const std::string& name, const std::string& asset) const {
  for (const simulated::AccountBooks& one : ledger.books().accounts) {
    if (one.account.text == name && one.asset.text == asset) return std::stoull(to_string(one.now));
  }
  ADD_FAILURE() << "no account " << name;
  return 0;
}

simulated::RefEffects World::effects(simulated::Ledger& ledger, const Plan& plan, LegIndex leg) const {
  const OperationRef ref = make_operation_ref(plan.id, leg, plan.engine);
  for (const simulated::RefEffects& one : ledger.effects()) {
    if (one.ref == ref) return one;
  }
  return {ref};
}

void World::until(const std::string& what, const std::function<bool()>& is_true) {
  const auto give_up = std::chrono::steady_clock::now() + kPatience;
  while (!is_true()) {
    ASSERT_LT(std::chrono::steady_clock::now(), give_up) << "it never happened that " << what;
    produce(1);
  }
}

void World::until_phase(const Plan& plan, Phase wanted) {
  until("trade " + to_string(plan.id) + " is " + std::string(to_string(wanted)), [&] { return phase(plan) == wanted; });
}

void World::until_quiet() {
  until("no trade is live", [this] { return engine_->stats().live == 0; });
}

Phase World::phase(const Plan& plan) const {
  const std::lock_guard lock(mutex_);
  const auto found = phases_.find(plan.id);
  return found == phases_.end() ? Phase::preparing : found->second;
}

evidence::TradeSnapshot World::snapshot(const Plan& plan) {
  EXPECT_TRUE(engine_->sync_index(kPatience).ok());
  auto shown = engine_->index().show(plan.id);
  EXPECT_TRUE(shown.ok() && shown->has_value());
  return shown.ok() && shown->has_value() ? **shown : evidence::TradeSnapshot{};
}

void World::expect_books_add_up() {
  for (simulated::Ledger* ledger : {&a(), &b()}) {
    const Status books = simulated::check_books(ledger->books());
    EXPECT_TRUE(books.ok()) << describe(books.error());
  }
}

}  // namespace clearspan::scenarios
