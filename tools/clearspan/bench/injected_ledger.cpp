#include "tools/clearspan/bench/injected_ledger.hpp"

#include <algorithm>
#include <utility>

#include "codecs/crypto/sha256.hpp"

namespace clearspan::tools {
namespace {

constexpr std::uint32_t kMovementsPerTxn = 4096;
constexpr std::uint64_t kRiches = 1'000'000'000'000'000;

BlockHash hash_of(const LedgerId& ledger, std::uint64_t height) {
  return crypto::sha256(as_bytes(ledger.text + "/" + std::to_string(height))).as<BlockHash>();
}

// A hold is found again by the hash of its ref.
Outcome show(const Movement& movement) {
  Outcome outcome = effect_of(movement);
  if (movement.kind == MovementKind::hold) outcome.hold_key = crypto::sha256(movement.ref.view()).as<HoldKey>();
  return outcome;
}

}  // namespace

InjectedLedger::InjectedLedger(LedgerId id, AssetId asset) {
  traits_.id = std::move(id);
  traits_.block_interval = Millis{10};
  traits_.txn_validity = kNever.value / 2;
  traits_.movements_per_txn_max = kMovementsPerTxn;
  traits_.assets = {{std::move(asset), 2}};
  const std::lock_guard lock(mutex_);
  begin_block();
  seal_block();
}

void InjectedLedger::place_holds(std::span<const Plan> plans) {
  std::vector<Outcome> holds;
  holds.reserve(plans.size());
  for (const Plan& plan : plans) holds.push_back(show(movement_for(plan, 0, MovementKind::hold, HoldKey{})));
  const std::lock_guard lock(mutex_);
  begin_block();
  include(hash_of(traits_.id, blocks_.size()).as<TxnId>(), false, std::move(holds));
  seal_block();
}

void InjectedLedger::fall_silent() {
  const std::lock_guard lock(mutex_);
  is_silent_ = keeps_txns_ = true;
}

void InjectedLedger::answer_again() {
  const std::lock_guard lock(mutex_);
  is_silent_ = false;
  changed_.notify_all();
}

void InjectedLedger::include_all() {
  const std::lock_guard lock(mutex_);
  begin_block();
  for (auto& [txn, outcomes] : kept_) include(txn, true, std::move(outcomes));
  seal_block();
  keeps_txns_ = false;
  kept_.clear();
  kept_movements_ = 0;
}

std::size_t InjectedLedger::kept() const {
  const std::lock_guard lock(mutex_);
  return kept_movements_;
}

void InjectedLedger::begin_block() {
  next_ = VerifiedBlock{};
  next_.ledger = traits_.id;
  next_.height = Height{blocks_.size()};
  next_.hash = hash_of(traits_.id, blocks_.size());
  if (!blocks_.empty()) next_.parent = hash_of(traits_.id, blocks_.size() - 1);
  next_.time = LedgerTime{blocks_.size()};
}

void InjectedLedger::include(const TxnId& txn, bool is_ours, std::vector<Outcome> outcomes) {
  const std::uint32_t index = next_.txn_count++;
  std::uint32_t effect = 0;
  for (Outcome& outcome : outcomes) {
    outcome.position = {next_.height, next_.hash, txn, index, effect++};
    next_.outcomes.push_back(std::move(outcome));
  }
  if (is_ours) next_.txns.push_back({txn, index, true, {}, {}});
}

void InjectedLedger::seal_block() {
  blocks_.emplace_back(std::move(next_));
  changed_.notify_all();
}

Result<VerifiedBlock> InjectedLedger::Decoder::decode(const RawBlock& block) const {
  const std::lock_guard lock(ledger_.mutex_);
  return *std::exchange(ledger_.blocks_[block.height.value], std::nullopt);
}

LedgerDescription InjectedLedger::description() const {
  LedgerDescription described;
  described.ledger = traits_.id;
  described.kind = "simulated";
  described.clock = traits_.clock;
  for (const Asset& asset : traits_.assets) {
    described.assets.push_back({asset.id, static_cast<std::uint8_t>(asset.scale), {}});
  }
  return described;
}

Result<AccountId> InjectedLedger::canonical_account(std::string_view account) const {
  return AccountId{std::string(account)};
}

Result<Tip> InjectedLedger::tip(CallTimeout) {
  const std::lock_guard lock(mutex_);
  const Height newest{blocks_.size() - 1};
  return Tip{newest, newest};
}

void InjectedLedger::wait_for_block(Height height, CallTimeout timeout) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, timeout, [&] { return blocks_.size() > height.value + 1; });
}

Result<RawBlock> InjectedLedger::block(Height height, CallTimeout) {
  const std::lock_guard lock(mutex_);
  if (height.value >= blocks_.size() || !blocks_[height.value]) {
    return make_error(ErrorCode::block_unavailable, "no block " + std::to_string(height.value) + " here, or not twice");
  }
  return RawBlock{height, {}, {}};
}

Result<Amount> InjectedLedger::balance(const AccountId&, const AssetId&, Height, CallTimeout) {
  return Amount(kRiches);
}

Result<AccountId> InjectedLedger::signer_of(const Movement&) const {
  return AccountId{"engine"};
}

Result<SignedTxn> InjectedLedger::sign(const SigningRequest& request) {
  SignedTxn txn;
  std::vector<Outcome> outcomes;
  outcomes.reserve(request.movements.size());
  txn.movements.reserve(request.movements.size());
  for (const Movement& movement : request.movements) {
    txn.raw.insert(txn.raw.end(), movement.ref.bytes.begin(), movement.ref.bytes.end());
    txn.raw.push_back(static_cast<std::uint8_t>(movement.kind));
    txn.movements.push_back(key_of(movement));
    outcomes.push_back(show(movement));
  }
  txn.id = crypto::sha256(txn.raw).as<TxnId>();
  txn.signer = request.signer;
  txn.not_after = request.not_after;
  const std::lock_guard lock(mutex_);
  signed_.insert_or_assign(txn.id, std::move(outcomes));
  return txn;
}

Result<SignedTxn> InjectedLedger::sign_anchor(const AccountId&, Sequence, LedgerTime, std::uint32_t, const Hash32&) {
  return make_error(ErrorCode::movement_rejected, "this ledger takes no anchors");
}

Status InjectedLedger::submit(const SignedTxn& txn, CallTimeout timeout) {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, timeout, [this] { return !is_silent_; })) return make_error(ErrorCode::unreachable);
  auto found = signed_.extract(txn.id);
  if (found.empty()) return Done{};  // the same bytes again
  if (keeps_txns_) {
    kept_movements_ += found.mapped().size();
    kept_.emplace_back(txn.id, std::move(found.mapped()));
    return Done{};
  }
  begin_block();
  include(txn.id, true, std::move(found.mapped()));
  seal_block();
  return Done{};
}

Result<Sequence> InjectedLedger::next_sequence(const AccountId&, CallTimeout) {
  return Sequence{0};
}

}  // namespace clearspan::tools
