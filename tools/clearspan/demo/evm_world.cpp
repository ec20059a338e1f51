#include "tools/clearspan/demo/evm_world.hpp"

#include "codecs/crypto/key_file.hpp"
#include "codecs/json/document.hpp"
#include "ledgers/ethereum/notation.hpp"
#include "ledgers/ethereum/token_contract.hpp"

namespace clearspan::tools {
namespace {

using ethereum::Address;
using ethereum::Artefact;
using ethereum::Deployer;
using ethereum::EvmAsset;

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

Result<Artefact> artefact(const std::string& contracts_dir, const std::string& contract) {
  return ethereum::read_artefact(contracts_dir + "/" + contract + ".json");
}

Result<std::string_view> text_of(const json::Object& fields, std::string_view name) {
  CLEARSPAN_TRY(const json::Value value, fields.require(name));
  return value.string();
}

void book(Amount& total, const Amount& amount) {
  total = add(total, amount).value();
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
  if (world->a_.deployer->chain_id() == world->b_.deployer->chain_id()) {
    return make_error(ErrorCode::config_invalid, "both endpoints serve the same chain");
  }
  CLEARSPAN_CHECK_OK(world->supply_a(options.contracts_dir));
  CLEARSPAN_CHECK_OK(world->supply_b(options.contracts_dir));
  world->b_.path->set_fate(world->people_.at("erin"), FaultyPath::Fate::dropped);
  world->b_.path->set_fate(world->people_.at("frank"), FaultyPath::Fate::held_up);
  std::vector<std::string> engine_a = payers();
  engine_a.insert(engine_a.end(), {"pat", "operator"});
  std::vector<std::string> engine_b = kExchangers;
  engine_b.emplace_back("operator");
  CLEARSPAN_CHECK_OK(world->connect(world->a_, "a-chain", world->a_.url, engine_a));
  CLEARSPAN_CHECK_OK(world->connect(world->b_, "b-chain", world->b_.path->url(), engine_b));
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
  side.url = endpoint;
  if (endpoint.empty()) {
    CLEARSPAN_TRY(side.node, LocalNode::start(local_chain_id));
    side.url = side.node->url();
  }
  CLEARSPAN_TRY(side.path, FaultyPath::open(side.url));
  CLEARSPAN_TRY(crypto::SecretKey key, funding_key(options));
  CLEARSPAN_TRY(Deployer deployer, Deployer::connect(side.url, std::move(key), kTimeout));
  side.deployer = std::make_unique<Deployer>(std::move(deployer));
  CLEARSPAN_TRY(const Artefact escrow, artefact(options.contracts_dir, "Escrow"));
  CLEARSPAN_TRY(side.escrow, side.deployer->deploy_escrow(escrow, {people_.at("operator")}, kTimeout));
  return Done{};
}

Status EvmWorld::supply_a(const std::string& contracts_dir) {
  CLEARSPAN_TRY(const Artefact token, artefact(contracts_dir, "TestToken"));
  CLEARSPAN_TRY(const Address junk, a_.deployer->deploy_token(token, "Nobody's coin", "JUNK", 0, kTimeout));
  a_.assets = {{kCoin, 18, Address{}}, {kJunk, 0, junk}};
  ethereum::Grants funds;
  for (const std::string& name : payers()) funds.emplace_back(people_.at(name), kPayerFunds);
  for (const char* name : {"walt", "operator"}) funds.emplace_back(people_.at(name), kGasFunds);
  CLEARSPAN_CHECK_OK(a_.deployer->fund(funds, kTimeout));
  CLEARSPAN_CHECK_OK(a_.deployer->mint(junk, {{people_.at("walt"), kPlenty}}, kTimeout));
  return approve(a_, "walt", junk);
}

Status EvmWorld::supply_b(const std::string& contracts_dir) {
  CLEARSPAN_TRY(const Artefact token, artefact(contracts_dir, "TestToken"));
  CLEARSPAN_TRY(const Address coin, b_.deployer->deploy_token(token, "B-coin", "BCN", 2, kTimeout));
  b_.assets = {{kToken, 2, coin}};
  ethereum::Grants funds{{people_.at("operator"), kGasFunds}};
  ethereum::Grants tokens;
  for (const std::string& name : kExchangers) {
    funds.emplace_back(people_.at(name), kGasFunds);
    tokens.emplace_back(people_.at(name), name == "dave" ? kDust : kPlenty);
  }
  CLEARSPAN_CHECK_OK(b_.deployer->fund(funds, kTimeout));
  CLEARSPAN_CHECK_OK(b_.deployer->mint(coin, tokens, kTimeout));
  for (const std::string& name : kExchangers) CLEARSPAN_CHECK_OK(approve(b_, name, coin));
  return Done{};
}

Status EvmWorld::approve(Side& side, const std::string& person, const Address& token) {
  CLEARSPAN_TRY(Deployer owner, Deployer::connect(side.url, keys_.at(person).clone(), kTimeout));
  CLEARSPAN_CHECK_OK(owner.approve(token, side.escrow, kPlenty, kTimeout));
  if (person == "walt") walk_in_ = std::make_unique<Deployer>(std::move(owner));
  return Done{};
}

Status EvmWorld::connect(Side& side, std::string_view ledger, const std::string& endpoint,
                         const std::vector<std::string>& engine_people) {
  ethereum::EvmOptions options;
  options.ledger = LedgerId{std::string(ledger)};
  options.engine = tag_;
  options.chain_id = side.deployer->chain_id();
  options.endpoints = {endpoint};
  options.escrow = side.escrow;
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
  options.endpoints = {side.url};
  options.operators = {};
  CLEARSPAN_TRY(side.auditor, ethereum::EvmConnector::make(options, ethereum::Keyring{}));
  return note_balances(side);
}

Status EvmWorld::note_balances(Side& side) {
  CLEARSPAN_TRY(side.start, ethereum::read_height(side.deployer->rpc(), kTimeout));
  for (const auto& [name, address] : people_) {
    for (const EvmAsset& asset : side.assets) {
      CLEARSPAN_TRY((side.before[{ethereum::account_of(address), asset.id}]),
                    ethereum::read_balance(side.deployer->rpc(), asset.token, address, side.start, kTimeout));
    }
  }
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
  return walk_in_->send_all_ok({{a_.escrow, Amount(), ethereum::encode_hold(item), 0}}, kTimeout);
}

// The path breaks altogether. The pivots that were held up arrive now, long after their deadlines.
void EvmWorld::stall_node(bool stalled) {
  if (stalled) b_.path->release_held_up();
  b_.path->set_broken(stalled);
}

Millis EvmWorld::stall_needed() const {
  return timing().prepare_window + timing().pivot_window + Millis{2'000};
}

// --- The books ---

Result<std::vector<LedgerBooks>> EvmWorld::read_books() {
  std::vector<LedgerBooks> books;
  for (Side* side : {&a_, &b_}) {
    CLEARSPAN_TRY(LedgerBooks one, books_of(*side));
    books.push_back(std::move(one));
  }
  return books;
}

Result<LedgerBooks> EvmWorld::books_of(Side& side) {
  LedgerBooks books;
  books.ledger = side.connector->traits().id;
  CLEARSPAN_TRY(const Tip tip, side.auditor->tip(kTimeout));
  std::map<AccountId, Amount> fees;
  for (Height height = side.start.plus(1); height <= tip.final_height; height = height.plus(1)) {
    CLEARSPAN_CHECK_OK(count_block(side, height, books, fees));
  }
  for (const EvmAsset& asset : side.assets) {
    CLEARSPAN_TRY(books.in_escrow[asset.id], ethereum::read_total_held(side.deployer->rpc(), side.escrow, asset.token,
                                                                       tip.final_height, kTimeout));
    for (const auto& [name, address] : people_) {
      BalanceChange change{ethereum::account_of(address), asset.id, {}, {}};
      change.before = side.before.at({change.account, asset.id});
      // What an account paid for gas is no part of any trade.
      if (asset.token.is_zero()) {
        CLEARSPAN_TRY(change.before, subtract(change.before, fees[change.account]));
      }
      CLEARSPAN_TRY(change.after,
                    ethereum::read_balance(side.deployer->rpc(), asset.token, address, tip.final_height, kTimeout));
      book(books.issued[asset.id], change.before);
      books.accounts.push_back(std::move(change));
    }
  }
  return books;
}

// The effects that the block's receipts prove, and what its senders paid for gas.
Status EvmWorld::count_block(Side& side, Height height, LedgerBooks& books, std::map<AccountId, Amount>& fees) {
  CLEARSPAN_TRY(const RawBlock raw, side.auditor->block(height, kTimeout));
  CLEARSPAN_TRY(const VerifiedBlock block, side.auditor->decoder().decode(raw));
  for (const Outcome& outcome : block.outcomes) {
    if (!outcome.ok) continue;
    // The end of a hold may bear a ref of its own (a return does); it counts for the hold that it ended.
    if (outcome.kind == MovementKind::hold) side.holds[outcome.hold_key] = outcome.ref;
    const auto hold = side.holds.find(outcome.hold_key);
    Effects& effects = books.effects[hold == side.holds.end() ? outcome.ref : hold->second];
    if (outcome.kind == MovementKind::hold) ++effects.holds;
    if (outcome.kind == MovementKind::payment) ++effects.payments;
    if (outcome.kind == MovementKind::release) ++effects.releases;
    if (outcome.kind == MovementKind::refund) ++effects.refunds;
  }
  json::Document document;
  CLEARSPAN_TRY(const json::Value root, document.parse(raw.receipts_json));
  CLEARSPAN_TRY(const json::Array receipts, root.array());
  for (const json::Value receipt : receipts) {
    CLEARSPAN_TRY(const json::Object fields, receipt.object());
    CLEARSPAN_TRY(const std::string_view from, text_of(fields, "from"));
    CLEARSPAN_TRY(const std::string_view used, text_of(fields, "gasUsed"));
    CLEARSPAN_TRY(const std::string_view price, text_of(fields, "effectiveGasPrice"));
    CLEARSPAN_TRY(const std::uint64_t gas, ethereum::read_quantity_u64(used));
    CLEARSPAN_TRY(const Amount per_gas, ethereum::read_quantity(price));
    CLEARSPAN_TRY(const Amount fee, convert(per_gas, {gas, 1}, Rounding::down));
    CLEARSPAN_TRY(const Address sender, ethereum::parse_account(from));
    book(fees[ethereum::account_of(sender)], fee);
  }
  return Done{};
}

}  // namespace clearspan::tools
