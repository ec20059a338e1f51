// What the tests of the record views share: logs of two shards that tell of trades, block by block.
#pragma once

#include <gtest/gtest.h>

#include <array>

#include "codecs/crypto/ed25519.hpp"
#include "codecs/tlog/merkle.hpp"
#include "codecs/tlog/note.hpp"
#include "ledgers/evidence/statement.hpp"
#include "ledgers/evidence/trade_record.hpp"
#include "tests/ledgers/evidence/fixture.hpp"
#include "tests/ledgers/evidence/story.hpp"

namespace clearspan::evidence {

inline constexpr const char* kGoldenFolder = "tests/ledgers/evidence/golden/";

template <class Id>
Id filled(std::uint64_t number) {
  Id id;
  id.bytes.fill(static_cast<std::uint8_t>(number));
  return id;
}

// The same outcome in a block of its own, as a ledger would have it.
inline OutcomeFinal placed(OutcomeFinal fact, std::uint64_t height, std::uint32_t effect = 0) {
  fact.outcome.position = {Height{height}, filled<BlockHash>(height), filled<TxnId>(height + 100), 3, effect};
  return fact;
}

inline LedgerDescribed described(const LedgerId& ledger, const std::string& asset, std::uint8_t scale) {
  LedgerDescription description;
  description.ledger = ledger;
  description.kind = "simulated";
  description.depth = 2;
  description.assets = {{AssetId{asset}, scale, {}}};
  return {description};
}

inline LedgerProof proof_of(const LedgerId& ledger, std::uint64_t height) {
  BlockProof proof;
  proof.ledger = ledger;
  proof.height = Height{height};
  proof.block = proof.tip = filled<BlockHash>(height);
  proof.header = Bytes(40, 1);
  return {proof};
}

class ViewsTest : public testing::Test {
 protected:
  ViewsTest() {
    stories_[0].set_time(0);
    stories_[1].set_time(0);
  }

  Story& story(std::uint16_t shard = 0) { return stories_.at(shard); }

  void begin(std::uint16_t shard = 0, std::uint16_t count = 1) {
    story(shard).add(EngineStarted{"0.1.0", story(shard).engine(), shard, count});
    story(shard).add(described(kLedgerA, "ACN", 2));
    story(shard).add(described(kLedgerB, "BCN", 8));
  }

  // A movement that is signed, and final in that block of its ledger.
  void move(const Plan& plan, LegIndex leg, MovementKind kind, std::uint64_t height, bool ok = true,
            std::uint16_t shard = 0) {
    TxnSigned txn;
    txn.ledger = plan.legs[leg].ledger;
    txn.id = filled<TxnId>(height + 100);
    txn.signer.text = "signer";
    txn.sequence = Sequence{height};
    txn.not_after = LedgerTime{900};
    txn.raw = Bytes(30, 7);
    txn.movements = {movement_for(plan, leg, kind, Story::hold_key_of(1))};
    story(shard).add(txn);
    story(shard).add(proof_of(plan.legs[leg].ledger, height));
    story(shard).event(plan.id, placed(Story::outcome(plan, leg, kind, 1, ok), height));
    story(shard).add(TxnClosed{txn.ledger, txn.id});
  }

  Plan settle(std::uint64_t number, std::uint64_t height, std::uint16_t shard = 0) {
    Plan plan = story(shard).plan_of(number);
    story(shard).create(plan, number == 1 ? "order-1" : "");
    story(shard).event(plan.id, Started{});
    move(plan, 0, MovementKind::hold, height, true, shard);
    move(plan, 1, MovementKind::payment, height + 1, true, shard);
    move(plan, 0, MovementKind::release, height + 2, true, shard);
    return plan;
  }

  // Appends what was told.
  void write(std::uint16_t shard = 0) {
    LogOptions options = test_options();
    options.identity.name = "shard-" + std::to_string(shard);
    auto log = open_log(*disk_, folder(shard), options);
    EncodedGroup group;
    for (const Record& record : story(shard).take()) group.add(record);
    ASSERT_TRUE(log->append(group).ok());
    log->close();
  }

  [[nodiscard]] std::string folder(std::uint16_t shard) const { return root_ / ("shard-" + std::to_string(shard)); }

  // Publishes what the log holds; `spoiled`: with a root of something else; `surplus`: with so many records more.
  void publish(std::uint16_t shard = 0, bool spoiled = false, std::uint64_t surplus = 0) {
    tlog::Frontier tree;
    const auto identity = identity_of_log(*disk_, folder(shard));
    ASSERT_TRUE(read_log(*disk_, folder(shard), **identity, {}, [&](const RecordRef& ref) -> Status {
                  tree.append(ref.head);
                  return Done{};
                }).ok());
    Hash32 root = tree.root();
    if (spoiled) root.bytes[0] ^= 1;
    const std::array<std::uint8_t, crypto::SecretKey::kSize> seed{7};
    const crypto::Ed25519Signer signer(crypto::SecretKey{seed});
    const tlog::Checkpoint head{tlog::origin_of((*identity)->engine, (*identity)->name), tree.size() + surplus, root};
    ASSERT_TRUE(
        disk_->replace(folder(shard) + "/checkpoint", as_bytes(tlog::to_string(tlog::sign_checkpoint(head, signer))))
            .ok());
  }

  Result<TradeRecord> try_record(const TradeId& trade) { return read_trade_record(*disk_, root_ / "", trade); }

  TradeRecord record(const TradeId& trade) {
    auto result = try_record(trade);
    EXPECT_TRUE(result.ok()) << describe(result.error());
    return result.ok() ? std::move(result).value() : TradeRecord{};
  }

  Result<AccountStatement> try_statement(const LedgerId& ledger, const std::string& account) {
    StatementQuery query{ledger, std::nullopt};
    if (!account.empty()) query.account = parse_statement_account(account);
    return read_statement(*disk_, root_ / "", query);
  }

  AccountStatement statement(const LedgerId& ledger, const std::string& account) {
    auto result = try_statement(ledger, account);
    EXPECT_TRUE(result.ok()) << describe(result.error());
    return result.ok() ? std::move(result).value() : AccountStatement{};
  }

  // "debit 1001 escrow -1001" for each entry.
  std::vector<std::string> lines(const AccountStatement& of) {
    std::vector<std::string> out;
    for (const StatementEntry& entry : of.entries) {
      out.push_back(std::string(to_string(entry.kind)) + " " + std::string(to_string(entry.side)) + " " +
                    to_string(entry.amount) + " " + to_string(entry.counter_account) + " " + entry.balance.str());
    }
    return out;
  }

  template <class View>
  std::string fault(const Result<View>& result) {
    return result.ok() ? "none" : describe(result.error());
  }

  void expect_golden(const std::string& file, const std::string& text) {
    const Bytes golden = read_file(kGoldenFolder + file);
    EXPECT_EQ(text, as_text(golden)) << file;
  }

  TemporaryDirectory root_;
  std::unique_ptr<Disk> disk_ = make_posix_disk();
  std::vector<Story> stories_ = {Story(0), Story(1)};
};

using Lines = std::vector<std::string>;

}  // namespace clearspan::evidence
