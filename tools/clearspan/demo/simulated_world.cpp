#include "tools/clearspan/demo/simulated_world.hpp"

#include <algorithm>

#include "ledgers/this_thread.hpp"

namespace clearspan::tools {
namespace {

using simulated::Genesis;
using simulated::GenesisAccount;

constexpr Millis kTxnValidity{3'000};  // a lost pivot is proven dead soon
constexpr std::uint64_t kTxnValidityBlocksMin = 30;
constexpr std::size_t kPayers = 100;
constexpr std::size_t kMerchants = 40;
constexpr std::uint64_t kAmountMax = 10'000;  // of a trade, in smallest units
constexpr std::string_view kPoorPayer = "pat-poor";
constexpr std::string_view kWalkIn = "walt-walkin";  // signs for himself; the engine has no key of his
constexpr std::string_view kOperator = "operator";

const AssetId kAcn{"ACN"};    // what payers give, on a-coin
const AssetId kJunk{"JUNK"};  // what nobody agreed on, on a-coin
const AssetId kBcn{"BCN"};    // what merchants accept, on b-coin

std::string numbered(std::string_view stem, std::uint64_t number) {
  return std::string(stem) + "-" + std::to_string(number);
}

// The exchanger that serves trades with that misfortune: an account with a key of its own, so that its txns are its
// own.
std::string_view exchanger_for(Misfortune misfortune) {
  switch (misfortune) {
    case Misfortune::exchanger_short:
      return "dave";
    case Misfortune::pivot_dropped:
      return "erin";
    case Misfortune::pivot_late:
      return "frank";
    case Misfortune::none:
    case Misfortune::payer_short:
    case Misfortune::node_stalled:
    case Misfortune::wrong_asset:
    case Misfortune::cancelled:
      return "carol";
  }
  return "carol";
}

// Accounts named `shared_key_of` share that account's key, so that their movements share batches.
GenesisAccount account(std::string_view name, std::string_view shared_key_of, std::map<AssetId, Amount> balances) {
  GenesisAccount made;
  made.id = AccountId{std::string(name)};
  made.key = crypto::Ed25519Signer(simulated::demo_key(AccountId{std::string(shared_key_of)})).public_key();
  made.balances = std::move(balances);
  return made;
}

Genesis base_genesis(std::string_view ledger, std::vector<Asset> assets) {
  Genesis genesis;
  genesis.ledger = LedgerId{std::string(ledger)};
  genesis.assets = std::move(assets);
  genesis.escrow_operator = AccountId{std::string(kOperator)};
  genesis.reclaim = false;
  genesis.accounts.push_back(account(kOperator, kOperator, {}));
  return genesis;
}

Genesis genesis_a(std::uint64_t plenty) {
  Genesis genesis = base_genesis("a-coin", {{kAcn, 2}, {kJunk, 0}});
  for (std::size_t i = 0; i < kPayers; ++i) {
    genesis.accounts.push_back(account(numbered("alice", i), "alice-0", {{kAcn, Amount(plenty)}}));
  }
  genesis.accounts.push_back(account(kPoorPayer, "alice-0", {{kAcn, Amount(1)}}));
  genesis.accounts.push_back(account(kWalkIn, kWalkIn, {{kAcn, Amount(plenty)}, {kJunk, Amount(plenty)}}));
  for (const std::string_view name : {"carol", "dave", "erin", "frank", "bank"}) {
    genesis.accounts.push_back(account(name, name, {{kAcn, Amount(plenty)}}));
  }
  return genesis;
}

Genesis genesis_b(std::uint64_t plenty) {
  Genesis genesis = base_genesis("b-coin", {{kBcn, 2}});
  genesis.finality_depth = 2;
  for (std::size_t i = 0; i < kMerchants; ++i) {
    genesis.accounts.push_back(account(numbered("bob", i), numbered("bob", i), {}));
  }
  for (const std::string_view name : {"carol", "erin", "frank", "bank"}) {
    genesis.accounts.push_back(account(name, name, {{kBcn, Amount(plenty)}}));
  }
  genesis.accounts.push_back(account("dave", "dave", {{kBcn, Amount(3)}}));
  return genesis;
}

}  // namespace

SimulatedWorld::SimulatedWorld(Millis block_interval)
    : block_interval_(block_interval),
      txn_validity_(
          std::max<std::uint64_t>(kTxnValidityBlocksMin, static_cast<std::uint64_t>(kTxnValidity / block_interval))),
      walk_in_keys_(AccountId{std::string(kOperator)}) {}

Result<std::unique_ptr<SimulatedWorld>> SimulatedWorld::make(std::uint32_t trades, std::uint64_t seed,
                                                             Millis block_interval) {
  std::unique_ptr<SimulatedWorld> world(new SimulatedWorld(block_interval));
  world->tag_.bytes = {'c', 'l', 'e', 'a', 'r', 's', 'p', 'a', 'n', '-', 'd', 'e', 'm', 'o'};
  const AccountId walk_in{std::string(kWalkIn)};
  CLEARSPAN_CHECK_OK(world->walk_in_keys_.add(walk_in, simulated::demo_key(walk_in)));
  const std::uint64_t plenty = (trades + 1ULL) * kAmountMax * 4;
  std::vector<AccountId> engine_a = {{std::string(kOperator)}, {std::string(kPoorPayer)}, {"bank"}};
  for (std::size_t i = 0; i < kPayers; ++i) engine_a.push_back({numbered("alice", i)});
  const std::vector<AccountId> engine_b = {
      {std::string(kOperator)}, {"carol"}, {"dave"}, {"erin"}, {"frank"}, {"bank"}};
  CLEARSPAN_CHECK_OK(world->make_side(world->a_, genesis_a(plenty), engine_a, seed));
  CLEARSPAN_CHECK_OK(world->make_side(world->b_, genesis_b(plenty), engine_b, seed));
  simulated::FaultRule drop;
  drop.account = AccountId{"erin"};
  CLEARSPAN_CHECK_OK(world->b_.ledger->add_fault(drop));
  simulated::FaultRule delay;
  delay.action = simulated::FaultAction::delay;
  delay.account = AccountId{"frank"};
  delay.delay_blocks = world->txn_validity_ * 3 / 2;
  CLEARSPAN_CHECK_OK(world->b_.ledger->add_fault(delay));
  world->make_profiles();
  world->producer_ = std::thread([raw = world.get()] { raw->produce(); });
  return world;
}

SimulatedWorld::~SimulatedWorld() {
  stop_producing();
}

void SimulatedWorld::stop_producing() {
  stopping_ = true;
  if (producer_.joinable()) producer_.join();
}

Status SimulatedWorld::make_side(Side& side, Genesis genesis, const std::vector<AccountId>& engine_accounts,
                                 std::uint64_t seed) {
  genesis.block_interval = block_interval_;
  CLEARSPAN_CHECK_OK(simulated::check_genesis(genesis));
  side.ledger = std::make_shared<simulated::Ledger>(genesis, clock_, seed);
  auto keys = std::make_shared<simulated::Keyring>(genesis.escrow_operator);
  for (const AccountId& one : engine_accounts) {
    const std::string_view name = one.text;
    const bool is_payer = name.starts_with("alice-") || name == kPoorPayer;
    CLEARSPAN_CHECK_OK(keys->add(one, simulated::demo_key(is_payer ? AccountId{"alice-0"} : one)));
  }
  side.engine_keys = std::move(keys);
  simulated::ConnectorOptions options = simulated::options_for(genesis, tag_);
  options.txn_validity = txn_validity_;
  side.connector = std::make_shared<simulated::InProcessConnector>(side.ledger, options, side.engine_keys);
  return Done{};
}

void SimulatedWorld::make_profiles() {
  for (std::size_t i = 0; i <= kMisfortunes.size(); ++i) {
    const std::string exchanger(exchanger_for(static_cast<Misfortune>(i)));
    Profile profile;
    profile.name = exchanger;
    profile.source_ledger = a_.connector->traits().id;
    profile.source_asset = kAcn;
    profile.source_account = AccountId{exchanger};
    profile.destination_ledger = b_.connector->traits().id;
    profile.destination_asset = kBcn;
    profile.destination_account = AccountId{exchanger};
    profile.rate = {3, 2};
    profile.fee = Amount(25);
    profile.amount_min = Amount(1);
    profile.amount_max = Amount(kAmountMax);
    profiles_.push_back(std::move(profile));
  }
}

// The ledgers do not share a clock: the one's blocks come half an interval after the other's.
void SimulatedWorld::produce() {
  name_this_thread("ledgers");
  const auto half = std::chrono::steady_clock::duration(block_interval_) / 2;
  auto next = std::chrono::steady_clock::now();
  while (!stopping_) {
    for (const Side* side : {&a_, &b_}) {
      side->ledger->produce();
      next += half;
      std::this_thread::sleep_until(next);
    }
  }
}

std::vector<std::shared_ptr<Connector>> SimulatedWorld::connectors() const {
  return {a_.connector, b_.connector};
}

TimingPolicy SimulatedWorld::timing() const {
  TimingPolicy policy;
  policy.prepare_window = Millis{12'000};
  policy.pivot_window = Millis{12'000};
  policy.margin = Millis{2'000};
  return policy;
}

const Profile& SimulatedWorld::profile_for(Misfortune misfortune) const {
  return profiles_.at(static_cast<std::size_t>(misfortune));
}

PaymentRequest SimulatedWorld::payment(std::uint64_t number, Misfortune misfortune) const {
  PaymentRequest request;
  request.payer = AccountId{numbered("alice", number % kPayers)};
  request.merchant = AccountId{numbered("bob", number % kMerchants)};
  request.amount = Amount(100 + number * 7919 % (kAmountMax - 100));
  if (misfortune == Misfortune::payer_short) request.payer = AccountId{std::string(kPoorPayer)};
  if (misfortune == Misfortune::wrong_asset) {
    request.payer = AccountId{std::string(kWalkIn)};
    request.placed_by = Placement::payer;
  }
  return request;
}

PvpRequest SimulatedWorld::pvp(std::uint64_t number) const {
  PvpRequest request;
  const AccountId alice{numbered("alice", number % kPayers)};
  const AccountId bob{numbered("bob", number % kMerchants)};
  request.legs.push_back({a_.connector->traits().id, kAcn, Amount(150 + number % 1000), alice, AccountId{"bank"}});
  request.legs.push_back({b_.connector->traits().id, kBcn, Amount(100 + number % 1000), AccountId{"bank"}, bob});
  return request;
}

Result<SignedTxn> SimulatedWorld::sign_for_walk_in(Movement movement, std::uint64_t valid_blocks) const {
  SigningRequest request;
  request.signer = AccountId{std::string(kWalkIn)};
  request.not_after = LedgerTime{a_.ledger->true_head().number.value + valid_blocks};
  request.movements.push_back(std::move(movement));
  return walk_in_keys_.sign(a_.connector->traits().id, request);
}

Result<SignedTxn> SimulatedWorld::sign_deposit(const Plan& plan, std::uint64_t valid_blocks) const {
  return sign_for_walk_in(movement_for(plan, 0, MovementKind::hold, HoldKey{}), valid_blocks);
}

Status SimulatedWorld::deposit_wrong_asset(const Plan& plan) {
  Movement deposit = movement_for(plan, 0, MovementKind::hold, HoldKey{});
  deposit.asset = kJunk;
  CLEARSPAN_TRY(const SignedTxn txn, sign_for_walk_in(std::move(deposit), txn_validity_));
  return a_.ledger->submit(txn.raw, Millis{1'000});
}

void SimulatedWorld::stall_node(bool stalled) {
  b_.ledger->set_node_fault(stalled ? simulated::NodeFault::stalled : simulated::NodeFault::none, 0);
}

Millis SimulatedWorld::stall_needed() const {
  return block_interval_ * static_cast<Millis::rep>(txn_validity_ + 5);
}

LedgerBooks SimulatedWorld::books_of(const simulated::Ledger& ledger) {
  const simulated::Books books = ledger.books();
  LedgerBooks made;
  made.ledger = books.ledger;
  for (const simulated::AccountBooks& one : books.accounts) {
    made.accounts.push_back({one.account, one.asset, one.at_genesis, one.now});
  }
  for (const simulated::AssetBooks& one : books.assets) {
    made.issued[one.asset] = one.issued;
    made.in_escrow[one.asset] = one.in_escrow;
  }
  for (const simulated::RefEffects& one : ledger.effects()) {
    made.effects[one.ref] = {one.holds, one.payments, one.releases, one.refunds};
  }
  return made;
}

Result<std::vector<LedgerBooks>> SimulatedWorld::read_books() {
  for (const Side* side : {&a_, &b_}) CLEARSPAN_CHECK_OK(simulated::check_books(side->ledger->books()));
  return std::vector<LedgerBooks>{books_of(*a_.ledger), books_of(*b_.ledger)};
}

}  // namespace clearspan::tools
