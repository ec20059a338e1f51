#include "tests/tools/auditor/scribe.hpp"

#include <algorithm>

#include "ledgers/evidence/log.hpp"
#include "tools/auditor/simulated_book.hpp"

namespace clearspan::audit {
namespace {

constexpr Millis kAtOnce{0};
constexpr std::uint64_t kSegmentBlocks = 32;
constexpr std::uint64_t kRecordsPerGroup = 3;
constexpr LedgerTime kLate{1'000'000};
const char kFolder[] = "data";

Leg leg(LegRole role, const char* ledger, const char* asset, std::uint64_t units, const char* from, const char* to) {
  Leg made;
  made.role = role;
  made.ledger.text = ledger;
  made.asset.text = asset;
  made.amount = Amount(units);
  made.payer.text = from;
  made.payee.text = to;
  made.not_after = kLate;
  made.reclaim_after = role == LegRole::hold ? kNever : LedgerTime{};
  return made;
}

}  // namespace

void write_logs(sim::SimDisk& disk, const std::string& folder, const EngineTag& engine, const Logs& logs) {
  for (std::size_t shard = 0; shard < logs.size(); ++shard) {
    evidence::LogOptions options;
    options.identity = {"shard-" + std::to_string(shard), engine};
    options.segment_bytes = kSegmentBlocks * evidence::kBlockBytes;
    const auto ignore = [](const evidence::RecordRef&) -> Status { return Done{}; };
    auto log = evidence::Log::open(disk, folder + "/shard-" + std::to_string(shard), options, ignore, {});
    ASSERT_TRUE(log.ok()) << describe(log.error());
    evidence::EncodedGroup group;
    for (const evidence::Record& record : logs[shard]) {
      group.add(record);
      if (group.view().count() % kRecordsPerGroup != 0) continue;
      ASSERT_TRUE((*log)->append(group).ok());
      group.clear();
      (*log)->step();
    }
    if (!group.empty()) {
      ASSERT_TRUE((*log)->append(group).ok());
    }
    (*log)->close();
  }
}

Scribe::Scribe() {
  tag.bytes.fill(0x7e);
  for (const auto& [name, asset] : {std::pair{"a-coin", "ACN"}, std::pair{"b-coin", "BCN"}}) {
    const simulated::Genesis genesis = simulated::demo_genesis(LedgerId{name}, AssetId{asset});
    auto keys = std::make_shared<simulated::Keyring>(genesis.escrow_operator);
    for (const simulated::GenesisAccount& account : genesis.accounts) {
      EXPECT_TRUE(keys->add(account.id, simulated::demo_key(account.id)).ok());
    }
    Side side;
    side.ledger = std::make_shared<simulated::Ledger>(genesis, clock_, 1);
    side.connector = std::make_unique<simulated::InProcessConnector>(side.ledger, simulated::options_for(genesis, tag),
                                                                     std::move(keys));
    sides_.push_back(std::move(side));
  }
  write(evidence::EngineStarted{"test", tag, 0, 1});
  for (const Side& side : sides_) write(evidence::LedgerDescribed{side.connector->description()});
}

Plan Scribe::payment_plan() {
  Plan plan;
  plan.id.bytes.fill(++trades_);
  plan.engine = tag;
  plan.scenario = "payment";
  plan.legs = {leg(LegRole::hold, "a-coin", "ACN", 100, "alice", "exchanger"),
               leg(LegRole::pivot, "b-coin", "BCN", 50, "exchanger", "bob")};
  return plan;
}

Plan Scribe::swap_plan() {
  Plan plan = payment_plan();
  plan.scenario = "pvp";
  plan.legs = {leg(LegRole::hold, "a-coin", "ACN", 100, "alice", "bob"),
               leg(LegRole::hold, "b-coin", "BCN", 50, "bob", "alice")};
  return plan;
}

void Scribe::write(evidence::RecordBody body, std::size_t shard) {
  time_ += Millis{1};
  logs[shard].push_back({Timestamp(time_), std::move(body)});
}

void Scribe::create(const Plan& plan) {
  write(evidence::TradeCreated{plan, {}, {}, 0});
}

std::size_t Scribe::side_of(const Plan& plan, LegIndex index) const {
  return plan.legs[index].ledger.text == "a-coin" ? kA : kB;
}

TxnId Scribe::sign(const Plan& plan, LegIndex index, MovementKind kind, const HoldKey& key) {
  return sign(side_of(plan, index), movement_for(plan, index, kind, key));
}

SignedTxn Scribe::make_txn(std::size_t side, const Movement& movement) {
  simulated::InProcessConnector& connector = *sides_[side].connector;
  auto txn = connector.sign({connector.signer_of(movement).value(), Sequence{++salt_}, kLate, 0, {movement}});
  EXPECT_TRUE(txn.ok()) << describe(txn.error());
  return *txn;
}

void Scribe::record(std::size_t side, const SignedTxn& txn, const Movement& movement) {
  write(evidence::TxnSigned{sides_[side].connector->traits().id,
                            txn.id,
                            txn.signer,
                            txn.sequence,
                            txn.not_after,
                            txn.fee_step,
                            txn.raw,
                            {movement}});
}

void Scribe::send(std::size_t side, const SignedTxn& txn) {
  EXPECT_TRUE(sides_[side].ledger->submit(txn.raw, kAtOnce).ok());
}

TxnId Scribe::sign(std::size_t side, const Movement& movement, bool is_recorded) {
  const SignedTxn txn = make_txn(side, movement);
  if (is_recorded) record(side, txn, movement);
  send(side, txn);
  return txn.id;
}

std::vector<Outcome> Scribe::block(std::size_t side, const std::function<bool(const Outcome&)>& leave_out) {
  Side& at = sides_[side];
  const Height height = at.ledger->produce().number;
  auto raw = at.connector->block(height, kAtOnce);
  auto decoded = at.connector->decoder().decode(*raw);
  EXPECT_TRUE(decoded.ok()) << describe(decoded.error());
  at.last = std::make_shared<const VerifiedBlock>(std::move(*decoded));
  const VerifiedBlock& block = *at.last;
  std::vector<std::uint32_t> indexes;
  for (const IncludedTxn& txn : block.txns) indexes.push_back(txn.index);
  if (!indexes.empty()) write(evidence::LedgerProof{make_block_proof({at.last, {}}, indexes)});
  for (const Outcome& outcome : block.outcomes) {
    if (leave_out(outcome)) continue;
    write(evidence::TradeEvent{trade_of(outcome.ref), OutcomeFinal{block.ledger, outcome}});
  }
  write(evidence::ViewAdvanced{block.ledger, block.height, block.hash, block.time});
  return block.outcomes;
}

HoldKey Scribe::hold(const Plan& plan, LegIndex index) {
  sign(plan, index, MovementKind::hold);
  return block(side_of(plan, index)).front().hold_key;
}

void Scribe::pay(const Plan& plan) {
  sign(plan, 1, MovementKind::payment);
  block(kB);
}

void Scribe::release(const Plan& plan, const HoldKey& key, LegIndex index) {
  sign(plan, index, MovementKind::release, key);
  block(side_of(plan, index));
}

void Scribe::refund(const Plan& plan, const HoldKey& key, LegIndex index) {
  sign(plan, index, MovementKind::refund, key);
  block(side_of(plan, index));
}

void Scribe::settle(const Plan& plan) {
  create(plan);
  const HoldKey key = hold(plan);
  pay(plan);
  release(plan, key);
}

std::vector<LedgerBook> Scribe::books() {
  std::vector<LedgerBook> books;
  for (const Side& side : sides_) {
    auto book = read_simulated_book(*side.ledger);
    EXPECT_TRUE(book.ok()) << describe(book.error());
    books.push_back(std::move(*book));
  }
  return books;
}

Report Scribe::audit(const std::function<void(std::vector<LedgerBook>&)>& edit_books) {
  sim::Random random(1);
  sim::SimDisk disk(random);
  write_logs(disk, kFolder, tag, logs);
  std::vector<LedgerBook> all = books();
  if (edit_books) edit_books(all);
  auto report = clearspan::audit::audit({disk, kFolder}, all, options);
  EXPECT_TRUE(report.ok()) << describe(report.error());
  return report.ok() ? *report : Report{};
}

bool found(const Report& report, Invariant invariant, std::string_view words) {
  const bool is_there = std::any_of(report.violations.begin(), report.violations.end(), [&](const Violation& one) {
    return one.invariant == invariant && one.text.find(words) != std::string::npos;
  });
  if (!is_there) std::printf("%s", to_text(report).c_str());
  return is_there;
}

}  // namespace clearspan::audit
