// A real EVM node, anvil, with the escrow contract: the chain's own coin is held on a-coin, an ERC-20 token paid on
// b-coin. The engine reaches it over a path that loses txns or holds them up.
//
//   a-coin   final one block later
//   b-coin   final two blocks later
#include "tools/clearspan/prove/anvil_ledger.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "codecs/crypto/key_file.hpp"
#include "ledgers/ethereum/json_span.hpp"
#include "ledgers/ethereum/notation.hpp"
#include "tools/auditor/audit.hpp"
#include "tools/auditor/evm_book.hpp"
#include "tools/clearspan/config.hpp"

namespace clearspan::tools {
namespace {

namespace fs = std::filesystem;
using Fate = FaultyPath::Fate;

constexpr std::uint64_t kFirstChainId = 31'337;
constexpr std::array<std::uint64_t, 2> kConfirmations = {1, 2};
constexpr std::uint64_t kBlockSeconds = 1;  // no less: a block's time is in whole seconds
constexpr Millis kPollInterval{100};
constexpr std::uint64_t kRewrittenFinal = 4;  // blocks
constexpr std::uint64_t kBlocksAfterAll = 3;  // so that everything that came late is final
constexpr std::uint64_t kFaultMaxMs = 2'000;
constexpr std::uint64_t kFaultMinMs = 300;
constexpr std::uint64_t kDropShare = 2;  // one of so many waiting txns is dropped where any are

const Amount kCoins{9'000'000'000'000'000'000};  // wei: whatever a world can need for trades and gas
const Amount kTokens{1'000'000'000'000};
const Amount kDust{3};

// Who signs there. On a-coin, all but carol have coins; on b-coin all have coins for gas, and tokens but for the
// operator.
const std::array<std::vector<std::string>, 2> kSigners = {
    {{"alice", "carol", "operator"}, {"exchanger", "bob", "carol", "operator"}}};

// Txns that are lost or late, each time that they are sent.
struct Fault {
  std::size_t ledger;
  std::string_view person;
  Fate fate;
  std::uint32_t per_mille;
};

constexpr std::array<Fault, 6> kFaults = {{{1, "bob", Fate::dropped, 1000},
                                           {1, "carol", Fate::held_up, 500},
                                           {1, "exchanger", Fate::held_up, 150},
                                           {1, "operator", Fate::dropped, 80},
                                           {0, "operator", Fate::dropped, 150},
                                           {0, "alice", Fate::held_up, 150}}};

std::string key_file_name(std::size_t index, std::string_view person) {
  return fmt::format("{}-{}.key", kLedgerNames[index], person);
}

std::uint64_t unix_seconds() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(now).count());
}

}  // namespace

Result<std::unique_ptr<AnvilLedger>> AnvilLedger::start(std::size_t index, const fs::path& folder, std::uint64_t seed,
                                                        const std::string& contracts_dir) {
  std::unique_ptr<AnvilLedger> ledger(new AnvilLedger(index, seed));
  std::map<std::string, crypto::SecretKey> keys;
  for (const std::string_view person : kPeople) {
    CLEARSPAN_TRY(crypto::OwnKey own, crypto::read_or_make_key_file(folder / key_file_name(index, person)));
    CLEARSPAN_TRY(ledger->people_[std::string(person)], ethereum::address_of_key(own.key));
    keys.emplace(person, std::move(own.key));
  }
  const EvmSideOptions options{{}, kFirstChainId + index, contracts_dir, ledger->people_.at("operator")};
  CLEARSPAN_TRY(crypto::SecretKey funder, crypto::SecretKey::from_hex_digits(kLocalNodeKey));
  CLEARSPAN_TRY(ledger->side_, EvmSide::open(options, std::move(funder)));
  CLEARSPAN_CHECK_OK(ledger->supply(keys));
  CLEARSPAN_TRY(ledger->books_, EvmBooks::begin(ledger->own_options(), ledger->people_));
  return ledger;
}

Status AnvilLedger::supply(const std::map<std::string, crypto::SecretKey>& keys) {
  ethereum::Grants coins;
  ethereum::Grants tokens;
  for (const std::string& name : kSigners[index_]) {
    const bool is_poor = index_ == 0 ? name == "carol" : name == "operator";
    if (index_ == 1 || !is_poor) coins.emplace_back(people_.at(name), kCoins);
    tokens.emplace_back(people_.at(name), is_poor ? kDust : kTokens);
  }
  CLEARSPAN_CHECK_OK(side_->fund(coins));
  if (index_ == 0) return Done{};
  const std::string asset(kAssetNames[index_]);
  CLEARSPAN_TRY(token_, side_->deploy_token(asset, asset, kAssetScale));
  CLEARSPAN_CHECK_OK(side_->mint(token_, tokens));
  for (const std::string& name : kSigners[index_]) {
    CLEARSPAN_TRY(const ethereum::Deployer approved, side_->approve(keys.at(name), token_, kTokens));
  }
  return Done{};
}

// To read the node itself, not over the path.
ethereum::EvmOptions AnvilLedger::own_options() const {
  ethereum::EvmOptions options;
  options.ledger = LedgerId{std::string(kLedgerNames[index_])};
  options.engine = engine_tag_of(std::string(kCrashEngine));
  options.chain_id = side_->chain_id();
  options.endpoints = {side_->node_url()};
  options.escrow = side_->escrow();
  options.assets = {{AssetId{std::string(kAssetNames[index_])}, kAssetScale, token_}};
  options.finality.confirmations = kConfirmations[index_];
  options.block_interval = Millis{kBlockSeconds * 1000};
  return options;
}

std::string AnvilLedger::config() const {
  std::string text = fmt::format(
      "[[ledger]]\nid = \"{}\"\nkind = \"ethereum\"\nchain_id = {}\nendpoints = [\"{}\"]\nescrow = \"{}\"\n"
      "operators = [\"{}\"]\nfinality = {}\nblock_interval_ms = {}\npoll_interval_ms = {}\n",
      kLedgerNames[index_], side_->chain_id(), side_->path().url(), ethereum::to_text(side_->escrow()),
      account_of("operator"), kConfirmations[index_], kBlockSeconds * 1000, kPollInterval.count());
  text += fmt::format("[[ledger.asset]]\nname = \"{}\"\nscale = {}\n", kAssetNames[index_], kAssetScale);
  if (!token_.is_zero()) text += fmt::format("token = \"{}\"\n", ethereum::to_text(token_));
  for (const std::string& name : kSigners[index_]) {
    text += fmt::format("[[ledger.key]]\nfile = \"{}\"\n", key_file_name(index_, name));
  }
  return text;
}

std::string AnvilLedger::account_of(std::string_view person) const {
  return ethereum::to_text(people_.at(std::string(person)));
}

// --- Faults ---

Status AnvilLedger::add_faults() {
  for (const Fault& fault : kFaults) {
    if (fault.ledger != index_) continue;
    side_->path().set_fate(people_.at(std::string(fault.person)), fault.fate, fault.per_mille);
  }
  return Done{};
}

Status AnvilLedger::clear_faults() {
  healing_ = {};
  side_->path().clear_fates();
  side_->path().release_held_up();
  return Done{};
}

void AnvilLedger::do_mischief(Mischief mischief) {
  healing_ = {};  // the last fault has ended
  const Millis span{roll(dice_, kFaultMinMs, kFaultMaxMs)};
  switch (mischief) {
    case Mischief::silent:
      side_->node()->pause();
      return heal_after(span, [this] { side_->node()->resume(); });
    case Mischief::unreachable:
      side_->path().set_broken(true);
      return heal_after(span, [this] { side_->path().set_broken(false); });
    case Mischief::stalled:
      static_cast<void>(call("evm_setIntervalMining", "[0]"));
      return heal_after(span, [this] {
        drop_waiting_txns();
        side_->path().release_held_up();
        static_cast<void>(call("evm_setIntervalMining", fmt::format("[{}]", kBlockSeconds)));
      });
    case Mischief::reorganised_dropped:
      return static_cast<void>(reorganise(kConfirmations[index_], false));
    case Mischief::reorganised_returned:
      return static_cast<void>(reorganise(1, true));
  }
}

// Faults end by themselves, also while the engine is down.
void AnvilLedger::heal_after(Millis span, std::function<void()> heal) {
  healing_ = std::jthread([span, heal = std::move(heal)] {
    std::this_thread::sleep_for(span);
    heal();
  });
}

// Some of those that wait for a block, as a node does whose pool is full.
void AnvilLedger::drop_waiting_txns() {
  const auto pending = call("eth_getBlockByNumber", R"(["pending",false])");
  if (!pending.ok()) return;
  for (const std::string_view hash :
       ethereum::element_texts(ethereum::member_text(*pending, "transactions").value_or(""))) {
    if (roll(dice_, 1, kDropShare) == 1) static_cast<void>(call("anvil_dropTransaction", fmt::format("[{}]", hash)));
  }
}

// Replaces so many of the newest blocks. Their txns are gone from the node, or come back in the first new block.
Status AnvilLedger::reorganise(std::uint64_t depth, bool is_returned) {
  CLEARSPAN_TRY(const Height height, newest());
  if (depth > height.value) return Done{};
  std::string txns;
  for (std::uint64_t at = height.value - depth + 1; is_returned && at <= height.value; ++at) {
    CLEARSPAN_TRY(const std::string block,
                  call("eth_getBlockByNumber", fmt::format("[\"{}\",false]", ethereum::to_quantity(at))));
    for (const std::string_view hash :
         ethereum::element_texts(ethereum::member_text(block, "transactions").value_or(""))) {
      CLEARSPAN_TRY(const std::string raw, call("eth_getRawTransactionByHash", fmt::format("[{}]", hash)));
      txns += fmt::format("{}[{},0]", txns.empty() ? "" : ",", raw);
    }
  }
  CLEARSPAN_TRY(const std::uint64_t time, time_of(Height{height.value - depth}));
  // Blocks without txns would be the same again.
  CLEARSPAN_TRY(const std::string other,
                call("anvil_setCoinbase", fmt::format("[\"0x{:040x}\"]", roll(dice_, 1, 255))));
  CLEARSPAN_TRY(const std::string done, call("anvil_reorg", fmt::format("[{},[{}]]", depth, txns)));
  // The node's clock has gone back with its chain.
  const std::uint64_t behind = std::max(unix_seconds(), time) - time;
  CLEARSPAN_TRY(const std::string set, call("evm_increaseTime", fmt::format("[{}]", behind)));
  return Done{};
}

Result<Rewritten> AnvilLedger::rewrite_final_blocks() {
  healing_ = {};
  const std::uint64_t depth = kConfirmations[index_] + kRewrittenFinal;
  CLEARSPAN_CHECK_OK(reorganise(depth, false));
  CLEARSPAN_TRY(const Height height, newest());
  return Rewritten{depth, height};
}

// --- What the node says ---

Result<std::string> AnvilLedger::call(const std::string& method, const std::string& params) const {
  CLEARSPAN_TRY(const transport::Url url, transport::parse_url(side_->node_url()));
  return ethereum::JsonRpc(url, {}).call({method, params}, kLedgerTimeout);
}

Result<Height> AnvilLedger::newest() const {
  CLEARSPAN_TRY(const transport::Url url, transport::parse_url(side_->node_url()));
  ethereum::JsonRpc rpc(url, {});
  return ethereum::read_height(rpc, kLedgerTimeout);
}

Result<std::uint64_t> AnvilLedger::time_of(Height height) const {
  CLEARSPAN_TRY(const std::string block,
                call("eth_getBlockByNumber", fmt::format("[\"{}\",false]", ethereum::to_quantity(height.value))));
  CLEARSPAN_TRY(const std::string time, ethereum::unquote(ethereum::member_text(block, "timestamp").value_or("")));
  return ethereum::read_quantity_u64(time);
}

Result<LedgerTruth> AnvilLedger::truth() {
  CLEARSPAN_TRY(const std::string mined, call("anvil_mine", fmt::format("[{}]", kBlocksAfterAll)));
  CLEARSPAN_TRY(const LedgerBooks books, books_->read());
  const AssetId asset{std::string(kAssetNames[index_])};
  LedgerTruth truth;
  truth.books.ledger = books.ledger;
  simulated::AssetBooks& sums = truth.books.assets.emplace_back();
  sums.asset = asset;
  sums.issued = books.issued.at(asset);
  sums.in_escrow = books.in_escrow.at(asset);
  for (const BalanceChange& change : books.accounts) {
    CLEARSPAN_TRY(sums.in_accounts, add(sums.in_accounts, change.after));
    truth.books.accounts.push_back({person_of(change.account), asset, change.before, change.after});
  }
  for (const Outcome& held : books_->open_holds()) {
    truth.books.open_holds.push_back({held.hold_key, held.ref, held.asset, held.amount, person_of(held.from),
                                      person_of(held.to), held.reclaim_after});
  }
  for (const auto& [ref, effects] : books.effects) {
    truth.effects.push_back({ref, effects.holds, effects.payments, effects.releases, effects.refunds, 0});
  }
  return truth;
}

AccountId AnvilLedger::person_of(const AccountId& account) const {
  for (const auto& [name, address] : people_) {
    if (ethereum::account_of(address) == account) return AccountId{name};
  }
  return account;
}

Result<audit::LedgerBook> AnvilLedger::book(const fs::path& data_dir) {
  const auto disk = evidence::make_posix_disk();
  CLEARSPAN_TRY(const auto known, audit::ledgers_of({*disk, data_dir.string()}));
  for (const audit::KnownLedger& one : known) {
    if (one.description.ledger.text != kLedgerNames[index_]) continue;
    return audit::read_evm_book(side_->node_url(), one.description, one.signers, Height{}, kLedgerTimeout);
  }
  return make_error(ErrorCode::unknown_ledger, "the evidence does not describe the ledger",
                    std::string(kLedgerNames[index_]));
}

Result<std::unique_ptr<CrashLedger>> start_anvil_ledger(std::size_t index, const fs::path& folder, std::uint64_t seed,
                                                        const std::string& contracts_dir) {
  CLEARSPAN_TRY(std::unique_ptr<CrashLedger> ledger, AnvilLedger::start(index, folder, seed, contracts_dir));
  return ledger;
}

}  // namespace clearspan::tools
