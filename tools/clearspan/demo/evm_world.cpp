#include "tools/clearspan/demo/evm_world.hpp"

#include "codecs/crypto/key_file.hpp"
#include "ledgers/ethereum/notation.hpp"

namespace clearspan::tools {
namespace {

using ethereum::Address;
using ethereum::Deployer;

constexpr Millis kTimeout{30'000};
constexpr std::uint64_t kLocalChainA = 31'337;
constexpr std::uint64_t kLocalChainB = 31'338;
constexpr std::size_t kPayers = 10;
constexpr std::size_t kMerchants = 10;
constexpr std::uint64_t kAmountMax = 10'000;              // token units, of one trade
constexpr std::uint64_t kWeiPerUnit = 1'000'000'000'000;  // the rate: native coin per token unit
constexpr std::uint64_t kFeeWei = 1'000'000'000;

const Amount kPayerFunds{700'000'000'000'000'000};  // wei: all its trades, and gas
const Amount kGasFunds{500'000'000'000'000'000};    // wei: for accounts that only need gas
const Amount kPlenty{1'000'000'000'000'000'000};    // token units
const Amount kDust{3};                              // token units: less than any trade
const AssetId kCoin{"ETH"};
const AssetId kJunk{"JUNK"};
const AssetId kToken{"BCN"};

std::string numbered(std::string_view stem, std::uint64_t number) {
  return std::string(stem) + "-" + std::to_string(number);
}

std::vector<std::string> payers() {
  std::vector<std::string> names;
  names.reserve(kPayers);
  for (std::size_t i = 0; i < kPayers; ++i) names.push_back(numbered("alice", i));
  return names;
}

const std::vector<std::string> kExchangers = {"carol", "dave", "erin", "frank", "bank"};

// The exchanger that serves trades with that misfortune.
std::string exchanger_for(Misfortune misfortune) {
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

Result<crypto::SecretKey> funding_key(const EvmWorldOptions& options) {
  if (options.endpoint_a.empty()) return crypto::SecretKey::from_hex_digits(kLocalNodeKey);
  return crypto::read_key_file(options.key_file);
}

}  // namespace

Result<std::unique_ptr<EvmWorld>> EvmWorld::make(const EvmWorldOptions& options) {
  if (options.endpoint_a.empty() != options.endpoint_b.empty()) {
    return make_error(ErrorCode::config_invalid, "give both endpoints, or none for two local nodes");
  }
  if (!options.endpoint_a.empty() && options.key_file.empty()) {
    return make_error(ErrorCode::config_invalid, "endpoints need a key file of an account with funds on both",
                      "key-file");
  }
  std::unique_ptr<EvmWorld> world(new EvmWorld);
  const crypto::SecretKey tag_source = crypto::SecretKey::random();
  std::copy_n(tag_source.expose().begin(), EngineTag::kSize, world->tag_.bytes.begin());
  CLEARSPAN_CHECK_OK(world->make_people());
  CLEARSPAN_CHECK_OK(world->open_side(world->a_, options.endpoint_a, options, kLocalChainA));
  CLEARSPAN_CHECK_OK(world->open_side(world->b_, options.endpoint_b, options, kLocalChainB));
  if (world->a_.chain->chain_id() == world->b_.chain->chain_id()) {
    return make_error(ErrorCode::config_invalid, "both endpoints serve the same chain");
  }
  CLEARSPAN_CHECK_OK(world->supply_a());
  CLEARSPAN_CHECK_OK(world->supply_b());
  world->b_.chain->path().set_fate(world->people_.at("erin"), FaultyPath::Fate::dropped, FaultyPath::kAlways);
  world->b_.chain->path().set_fate(world->people_.at("frank"), FaultyPath::Fate::held_up, FaultyPath::kAlways);
  std::vector<std::string> engine_a = payers();
  engine_a.insert(engine_a.end(), {"pat", "operator"});
  std::vector<std::string> engine_b = kExchangers;
  engine_b.emplace_back("operator");
  CLEARSPAN_CHECK_OK(world->connect(world->a_, "a-chain", world->a_.chain->node_url(), engine_a));
  CLEARSPAN_CHECK_OK(world->connect(world->b_, "b-chain", world->b_.chain->path().url(), engine_b));
  world->make_profiles();
  return world;
}

// Fresh keys for every run: on a chain that others see, a key that can be derived from a name would be emptied.
Status EvmWorld::make_people() {
  std::vector<std::string> names = payers();
  names.insert(names.end(), kExchangers.begin(), kExchangers.end());
  names.insert(names.end(), {"pat", "walt", "operator"});
  for (std::size_t i = 0; i < kMerchants; ++i) names.push_back(numbered("bob", i));
  for (const std::string& name : names) {
    crypto::SecretKey key = crypto::SecretKey::random();
    CLEARSPAN_TRY(people_[name], ethereum::address_of_key(key));
    keys_.emplace(name, std::move(key));
  }
  return Done{};
}

Status EvmWorld::open_side(Side& side, const std::string& endpoint, const EvmWorldOptions& options,
                           std::uint64_t local_chain_id) {
  CLEARSPAN_TRY(crypto::SecretKey key, funding_key(options));
  const EvmSideOptions own{endpoint, local_chain_id, options.contracts_dir, people_.at("operator")};
  CLEARSPAN_TRY(side.chain, EvmSide::open(own, std::move(key)));
  return Done{};
}

Status EvmWorld::supply_a() {
  CLEARSPAN_TRY(const Address junk, a_.chain->deploy_token("Nobody's coin", "JUNK", 0));
  a_.assets = {{kCoin, 18, Address{}}, {kJunk, 0, junk}};
  ethereum::Grants funds;
  for (const std::string& name : payers()) funds.emplace_back(people_.at(name), kPayerFunds);
  for (const char* name : {"walt", "operator"}) funds.emplace_back(people_.at(name), kGasFunds);
  CLEARSPAN_CHECK_OK(a_.chain->fund(funds));
  CLEARSPAN_CHECK_OK(a_.chain->mint(junk, {{people_.at("walt"), kPlenty}}));
  CLEARSPAN_TRY(Deployer walt, a_.chain->approve(keys_.at("walt"), junk, kPlenty));
  walk_in_ = std::make_unique<Deployer>(std::move(walt));
  return Done{};
}

Status EvmWorld::supply_b() {
  CLEARSPAN_TRY(const Address coin, b_.chain->deploy_token("B-coin", "BCN", 2));
  b_.assets = {{kToken, 2, coin}};
  ethereum::Grants funds{{people_.at("operator"), kGasFunds}};
  ethereum::Grants tokens;
  for (const std::string& name : kExchangers) {
    funds.emplace_back(people_.at(name), kGasFunds);
    tokens.emplace_back(people_.at(name), name == "dave" ? kDust : kPlenty);
  }
  CLEARSPAN_CHECK_OK(b_.chain->fund(funds));
  CLEARSPAN_CHECK_OK(b_.chain->mint(coin, tokens));
  for (const std::string& name : kExchangers) {
    CLEARSPAN_TRY(const Deployer approved, b_.chain->approve(keys_.at(name), coin, kPlenty));
  }
  return Done{};
}

Status EvmWorld::connect(Side& side, std::string_view ledger, const std::string& endpoint,
                         const std::vector<std::string>& engine_people) {
  ethereum::EvmOptions options;
  options.ledger = LedgerId{std::string(ledger)};
  options.engine = tag_;
  options.chain_id = side.chain->chain_id();
  options.endpoints = {endpoint};
  options.escrow = side.chain->escrow();
  options.assets = side.assets;
  options.operators = {people_.at("operator")};
  options.finality.confirmations = 1;
  options.block_interval = Millis{1'000};
  options.poll_interval = Millis{200};
  ethereum::Keyring keyring;
  for (const std::string& name : engine_people) {
    const Result<Address> added = keyring.add(keys_.at(name).clone());
    if (!added) return added.error();
  }
  CLEARSPAN_TRY(side.connector, ethereum::EvmConnector::make(options, std::move(keyring)));
  CLEARSPAN_CHECK_OK(side.connector->check(kTimeout));
  options.endpoints = {side.chain->node_url()};
  options.operators = {};
  CLEARSPAN_TRY(side.books, EvmBooks::begin(options, people_));
  return Done{};
}

AccountId EvmWorld::account_of(const std::string& person) const {
  return ethereum::account_of(people_.at(person));
}

void EvmWorld::make_profiles() {
  for (std::size_t i = 0; i <= kMisfortunes.size(); ++i) {
    const std::string exchanger = exchanger_for(static_cast<Misfortune>(i));
    Profile profile;
    profile.name = exchanger;
    profile.source_ledger = a_.connector->traits().id;
    profile.source_asset = kCoin;
    profile.source_account = account_of(exchanger);
    profile.destination_ledger = b_.connector->traits().id;
    profile.destination_asset = kToken;
    profile.destination_account = account_of(exchanger);
    profile.rate = {kWeiPerUnit, 1};
    profile.fee = Amount(kFeeWei);
    profile.amount_min = Amount(1);
    profile.amount_max = Amount(kAmountMax);
    profiles_.push_back(std::move(profile));
  }
}

std::vector<std::shared_ptr<Connector>> EvmWorld::connectors() const {
  return {a_.connector, b_.connector};
}

TimingPolicy EvmWorld::timing() const {
  TimingPolicy policy;
  policy.prepare_window = Millis{18'000};
  policy.pivot_window = Millis{12'000};
  policy.margin = Millis{2'000};
  return policy;
}

const Profile& EvmWorld::profile_for(Misfortune misfortune) const {
  return profiles_.at(static_cast<std::size_t>(misfortune));
}

PaymentRequest EvmWorld::payment(std::uint64_t number, Misfortune misfortune) const {
  PaymentRequest request;
  request.payer = account_of(numbered("alice", number % kPayers));
  request.merchant = account_of(numbered("bob", number % kMerchants));
  request.amount = Amount(100 + number * 7919 % (kAmountMax - 100));
  if (misfortune == Misfortune::payer_short) request.payer = account_of("pat");
  if (misfortune == Misfortune::wrong_asset) {
    request.payer = account_of("walt");
    request.placed_by = Placement::payer;
  }
  return request;
}

PvpRequest EvmWorld::pvp(std::uint64_t number) const {
  PvpRequest request;
  const Amount wei(kWeiPerUnit * (100 + number % 1000));
  request.legs.push_back(
      {a_.connector->traits().id, kCoin, wei, account_of(numbered("alice", number % kPayers)), account_of("bank")});
  request.legs.push_back({b_.connector->traits().id, kToken, Amount(100 + number % 1000), account_of("bank"),
                          account_of(numbered("bob", number % kMerchants))});
  return request;
}

Status EvmWorld::deposit_wrong_asset(const Plan& plan) {
  const Leg& leg = plan.legs.front();
  ethereum::HoldItem item;
  item.ref = make_operation_ref(plan.id, 0, plan.engine);
  item.payer = walk_in_->account();
  item.token = a_.assets.back().token;
  item.amount = Amount(100);
  CLEARSPAN_TRY(item.payee, ethereum::parse_account(leg.payee.text));
  item.not_after = leg.not_after.value;
  item.reclaim_after = leg.reclaim_after.value;
  return walk_in_->send_all_ok({{a_.chain->escrow(), Amount(), ethereum::encode_hold(item), 0}}, kTimeout);
}

// The path breaks altogether. The pivots that were held up arrive now, long after their deadlines.
void EvmWorld::stall_node(bool stalled) {
  if (stalled) b_.chain->path().release_held_up();
  b_.chain->path().set_broken(stalled);
}

Millis EvmWorld::stall_needed() const {
  return timing().prepare_window + timing().pivot_window + Millis{2'000};
}

Result<std::vector<LedgerBooks>> EvmWorld::read_books() {
  std::vector<LedgerBooks> books;
  for (Side* side : {&a_, &b_}) {
    CLEARSPAN_TRY(LedgerBooks one, side->books->read());
    books.push_back(std::move(one));
  }
  return books;
}

}  // namespace clearspan::tools
