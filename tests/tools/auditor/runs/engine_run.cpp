#include "tests/tools/auditor/runs/engine_run.hpp"

#include "ledgers/evidence/publisher.hpp"
#include "tests/scenarios/world.hpp"
#include "tools/auditor/simulated_book.hpp"

namespace clearspan::audit {
namespace {

using scenarios::World;

std::string read_text(evidence::Disk& disk, const std::string& path) {
  const auto file = disk.open_to_read(path);
  EXPECT_TRUE(file.ok());
  Bytes bytes(file.ok() ? static_cast<std::size_t>((*file)->size().value()) : 0);
  if (file.ok()) {
    EXPECT_TRUE((*file)->read(0, bytes).ok());
  }
  return std::string(as_text(bytes));
}

// Every trade that the engine can make, and most of what can happen to them.
std::vector<Plan> live(World& world) {
  simulated::FaultRule failing_pivot;
  failing_pivot.action = simulated::FaultAction::fail;
  failing_pivot.account = AccountId{"erin"};
  failing_pivot.kind = MovementKind::payment;
  EXPECT_TRUE(world.b().add_fault(failing_pivot).ok());
  simulated::FaultRule slow;
  slow.action = simulated::FaultAction::delay;
  slow.per_mille = 200;
  slow.delay_blocks = 3;
  EXPECT_TRUE(world.a().add_fault(slow).ok());

  world.anchor_from_now_on();
  world.restart();
  std::vector<Plan> plans;
  for (int round = 0; round < 4; ++round) {
    plans.push_back(world.pay("alice", "bob", 100, "carol"));
    plans.push_back(world.pay("alice", "bob", 200, "erin"));  // its pivot fails
    plans.push_back(world.exchange("alice", 50, "carol", 30));
    plans.push_back(world.exchange("alice", 50, "poor", 300));  // one side is short
    world.produce(2 * round + 2);
    EXPECT_TRUE(world.b().reorganise(1, simulated::ReorganisedTxns::returned).ok());
    world.restart();
  }
  plans.push_back(world.pay("walter", "bob", 1000, "carol", Placement::payer));
  world.deposit(plans.back());
  plans.push_back(world.pay("walter", "bob", 1000, "carol", Placement::payer));
  world.deposit(plans.back(), [](Movement& hold) { hold.amount = Amount(7); });  // underpaid, and sent back
  EXPECT_TRUE(world.cancel(plans.back()).ok());
  world.a().set_node_fault(simulated::NodeFault::lying, 5);
  world.produce(10);
  world.until_quiet();
  world.a().set_node_fault(simulated::NodeFault::none, 0);
  world.produce(20);
  world.until_quiet();
  return plans;
}

Logs read_logs(evidence::Disk& disk, const std::string& folder) {
  Logs logs;
  for (std::size_t shard = 0;; ++shard) {
    const std::string directory = folder + "/shard-" + std::to_string(shard);
    const auto identity = evidence::identity_of_log(disk, directory);
    if (!identity.ok() || !identity->has_value()) return logs;
    std::vector<evidence::Record>& log = logs.emplace_back();
    const auto read =
        evidence::read_log(disk, directory, **identity, {}, [&](const evidence::RecordRef& ref) -> Status {
          CLEARSPAN_TRY(evidence::Record record, evidence::decode(ref.bytes));
          log.push_back(std::move(record));
          return Done{};
        });
    EXPECT_TRUE(read.ok());
  }
}

}  // namespace

EngineRun run_engine() {
  World world;
  const std::vector<Plan> plans = live(world);
  EngineRun run;
  run.tag = world.tag();
  run.trust = world.engine().archive().trust_file();
  for (const Plan& plan : plans) run.seen[plan.id] = world.phase(plan);
  world.stop();
  const auto disk = evidence::make_posix_disk();
  run.logs = read_logs(*disk, world.data_dir());
  for (std::size_t shard = 0; shard < run.logs.size(); ++shard) {
    run.checkpoints.push_back(read_text(*disk, world.data_dir() + "/shard-" + std::to_string(shard) + "/checkpoint"));
  }
  for (simulated::Ledger* ledger : {&world.a(), &world.b()}) {
    auto book = read_simulated_book(*ledger);
    EXPECT_TRUE(book.ok()) << describe(book.error());
    run.books.push_back(std::move(*book));
  }
  return run;
}

void put_on_disk(sim::SimDisk& disk, const EngineRun& run, bool with_checkpoints) {
  write_logs(disk, kFolder, run.tag, run.logs);
  for (std::size_t shard = 0; with_checkpoints && shard < run.logs.size(); ++shard) {
    const std::string path = std::string(kFolder) + "/shard-" + std::to_string(shard) + "/checkpoint";
    ASSERT_TRUE(disk.replace(path, as_bytes(run.checkpoints[shard])).ok());
  }
}

}  // namespace clearspan::audit
