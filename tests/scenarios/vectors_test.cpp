// The test vectors of docs/evidence-format.md, section 12: bundles and logs with the statements that they give. They
// are kept, so that what was evidence once stays evidence. CLEARSPAN_WRITE_VECTORS=1 makes those of simulated ledgers
// again; those of EVM ledgers (evm-*.evidence and their key, evm-trust.txt) were exported by `clearspan demo --evm`.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>

#include "codecs/evidence/bundle.hpp"
#include "tests/scenarios/small_log.hpp"
#include "tests/scenarios/world.hpp"
#include "tools/clearspan/evidence_verify.hpp"

namespace clearspan::scenarios {
namespace {

namespace fs = std::filesystem;

const fs::path kFolder = "tests/evidence/vectors";

std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void write_bytes(const fs::path& path, ByteView bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

// What INDEX.json must be: every bundle and log of the folder, with its statement.
std::string make_index() {
  const auto trusted = tlog::TrustedKeys::parse(read_text(kFolder / "trust.txt"));
  EXPECT_TRUE(trusted.ok()) << describe(trusted.error());
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    if (entry.is_directory() || entry.path().extension() == ".evidence") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::string index;
  for (const fs::path& file : files) {
    const std::string statement = fs::is_directory(file) ? tools::log_statement(file.string(), *trusted)
                                                         : tools::bundle_statement(as_bytes(read_text(file)), *trusted);
    index += index.empty() ? "[\n" : ",\n";
    index += R"({"file":")" + file.filename().string() + R"(","statement":)" + statement + "}";
  }
  return index + "\n]\n";
}

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
  const std::string trust = world.engine().archive().trust_file() + read_text(kFolder / "evm-trust.txt");
  write_bytes(kFolder / "trust.txt", as_bytes(trust));
  world.stop();
  for (const char* name : {"log", "log-refused"}) {
    fs::remove_all(kFolder / name);
    copy_as_small_log(world.data_dir() + "/shard-0", (kFolder / name).string());
    for (const char* derived : {"LOCK", "hashes.0", "hashes.8"}) fs::remove(kFolder / name / derived);
  }
  std::fstream segment(kFolder / "log-refused" / "00000000000000000001.seg", std::ios::in | std::ios::out);
  segment.seekp(4096 + 200);
  segment.put('\x01');
  segment.close();
  write_bytes(kFolder / "INDEX.json", as_bytes(make_index()));
}

TEST(Vectors, give_the_statements_of_their_index) {
  if (std::getenv("CLEARSPAN_WRITE_VECTORS") != nullptr) write_vectors();
  const std::string index = read_text(kFolder / "INDEX.json");
  EXPECT_EQ(index, make_index());
  EXPECT_NE(index.find(R"("phase":"refunded")"), std::string::npos);
}

TEST(Vectors, that_are_refused_say_so_in_their_name) {
  const auto trusted = tlog::TrustedKeys::parse(read_text(kFolder / "trust.txt"));
  ASSERT_TRUE(trusted.ok());
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    const std::string name = entry.path().stem().string();
    if (!name.starts_with("refused-")) continue;
    const std::string statement = tools::bundle_statement(as_bytes(read_text(entry.path())), *trusted);
    EXPECT_NE(statement.find("\"code\":\"" + name.substr(8) + "\""), std::string::npos) << name << ": " << statement;
  }
}

}  // namespace
}  // namespace clearspan::scenarios
