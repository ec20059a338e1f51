// Writes the test vectors of simulated ledgers (docs/evidence-format.md, section 12) when CLEARSPAN_WRITE_VECTORS is
// set; test_evidence then makes the forged ones and the index (tests/evidence/vectors_test.cpp).
#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>

#include "codecs/evidence/bundle.hpp"
#include "tests/evidence/small_log.hpp"
#include "tests/evidence/vector_files.hpp"
#include "tests/scenarios/world.hpp"

namespace clearspan::scenarios {
namespace {

using evidence_tests::write_bytes;

const std::filesystem::path kFolder = evidence_tests::kVectors;

// Changes of a good bundle, named by the code of the refusal.
void write_refused(const evidence::Bundle& good) {
  using evidence::Bundle;
  const auto put = [](const std::string& code, const Bytes& bytes) {
    write_bytes(kFolder / ("refused-" + code + ".evidence"), bytes);
  };
  const auto change = [&](const std::string& code, const std::function<void(Bundle&)>& edit) {
    Bundle bundle = good;
    edit(bundle);
    put(code, evidence::encode_bundle(bundle));
  };
  Bytes bytes = evidence::encode_bundle(good);
  put("truncated", {bytes.begin(), bytes.end() - 10});
  put("leftover_bytes", [&] {
    Bytes longer = bytes;
    longer.push_back(0);
    return longer;
  }());
  put("too_deep", [] {
    Bytes nested(64, 0x81);
    nested.push_back(0);
    return nested;
  }());
  put("not_canonical", {0x98, 0x01, 0x00});
  put("malformed", {0x81, 0x00});
  bytes.back() ^= 1;
  put("checksum_mismatch", bytes);
  change("checkpoint_malformed", [](Bundle& bundle) { bundle.logs.front().checkpoint.front() = 'C'; });
  change("untrusted_key", [](Bundle& bundle) {
    std::string& note = bundle.logs.front().checkpoint;
    note.replace(note.rfind("shard-"), 7, "shard-9");
  });
  change("wrong_log_name", [](Bundle& bundle) { bundle.logs.push_back(bundle.logs.front()); });
  change("signature_invalid", [](Bundle& bundle) {
    std::string& note = bundle.logs.front().checkpoint;
    const std::size_t size_line = note.find('\n') + 1;
    note[size_line] = note[size_line] == '9' ? '8' : '9';
  });
  change("index_beyond_tree", [](Bundle& bundle) { bundle.logs.front().entries.back().index += 1'000'000; });
  change("inclusion_invalid",
         [](Bundle& bundle) { bundle.logs.front().entries.back().inclusion.front().bytes[0] ^= 1; });
  change("consistency_invalid", [](Bundle& bundle) { bundle.anchors.front().consistency.emplace_back(); });
  change("record_misplaced", [](Bundle& bundle) { bundle.trade.bytes[0] ^= 1; });
  change("proof_missing", [](Bundle& bundle) { bundle.proofs.front().txns.clear(); });
  change("proof_invalid", [](Bundle& bundle) { bundle.proofs.front().header.back() ^= 1; });
}

Result<evidence::Bundle> bundle_of(World& world, const Plan& plan) {
  EXPECT_TRUE(world.engine().sync_index(Millis{10'000}).ok());
  return world.engine().archive().bundle_of(plan.id);
}

void write_vectors() {
  World world(1);
  world.anchor_from_now_on();
  world.restart();
  const std::vector<std::pair<std::string, Plan>> trades = [&] {
    std::vector<std::pair<std::string, Plan>> made;
    made.emplace_back("simulated-settled-payment", world.pay("alice", "bob", 1000, "carol"));
    made.emplace_back("simulated-settled-pvp", world.exchange("alice", 50, "carol", 30));
    world.set_window(Millis{1'500});
    made.emplace_back("simulated-rejected-payment", world.pay("walter", "bob", 1000, "carol", Placement::payer));
    simulated::FaultRule drop;
    drop.account = AccountId{"erin"};
    EXPECT_TRUE(world.b().add_fault(drop).ok());
    made.emplace_back("simulated-refunded-payment", world.pay("alice", "bob", 1000, "erin"));
    return made;
  }();
  world.until_quiet();
  world.until("all is anchored", [&] {
    const auto last = bundle_of(world, trades.back().second);
    return last.ok() && !last->anchors.empty();
  });
  for (const auto& [name, plan] : trades) {
    const auto bundle = bundle_of(world, plan);
    ASSERT_TRUE(bundle.ok()) << describe(bundle.error());
    write_bytes(kFolder / (name + ".evidence"), evidence::encode_bundle(*bundle));
  }
  write_refused(bundle_of(world, trades.front().second).value());
  write_bytes(kFolder / "trust.txt", as_bytes(world.engine().archive().trust_file()));
  world.stop();
  std::filesystem::remove_all(kFolder / "log");
  evidence_tests::copy_as_small_log(world.data_dir() + "/shard-0", (kFolder / "log").string());
}

TEST(Vectors, are_written_when_somebody_asks_for_it) {
  if (std::getenv("CLEARSPAN_WRITE_VECTORS") == nullptr) GTEST_SKIP() << "CLEARSPAN_WRITE_VECTORS is not set";
  write_vectors();
}

}  // namespace
}  // namespace clearspan::scenarios
