// Two verifiers that share no code refuse every tampering, of bundles and of logs, and agree on each. A smoke run here;
// CLEARSPAN_TAMPERINGS=100000 makes it a campaign, CLEARSPAN_SEED repeats one.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "codecs/crypto/sha256.hpp"
#include "codecs/evidence/bundle.hpp"
#include "tests/scenarios/node_verifier.hpp"
#include "tests/scenarios/small_log.hpp"
#include "tests/scenarios/world.hpp"
#include "tools/clearspan/evidence_verify.hpp"

namespace clearspan::scenarios {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kSmokeTamperings = 400;

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  std::size_t below(std::size_t end) { return static_cast<std::size_t>(engine_() % end); }

  std::uint8_t byte() { return static_cast<std::uint8_t>(engine_()); }

 private:
  std::mt19937_64 engine_;
};

using Iterator = std::ptrdiff_t;

// One change somewhere; what comes out differs from what went in.
Bytes tamper(Random& random, const Bytes& original) {
  Bytes bytes = original;
  while (bytes == original) {
    const std::size_t at = random.below(bytes.size());
    const std::size_t length = std::min(1 + random.below(64), bytes.size() - at);
    const auto begin = bytes.begin() + static_cast<Iterator>(at);
    const auto end = begin + static_cast<Iterator>(length);
    switch (random.below(7)) {
      case 0:
      case 1:
        *begin ^= static_cast<std::uint8_t>(1U << random.below(8));
        break;
      case 2:
        for (auto byte = begin; byte != end; ++byte) *byte = random.byte();
        break;
      case 3:
        bytes.erase(begin, end);
        break;
      case 4: {
        const Bytes copy(begin, end);
        bytes.insert(bytes.begin() + static_cast<Iterator>(random.below(bytes.size())), copy.begin(), copy.end());
        break;
      }
      case 5: {
        const std::size_t other = random.below(bytes.size() - length + 1);
        std::swap_ranges(begin, end, bytes.begin() + static_cast<Iterator>(other));
        break;
      }
      default:
        bytes.resize(at + 1);
        break;
    }
    if (bytes.empty()) bytes = original;
  }
  return bytes;
}

// What a forger would do next.
void mend_checksum(Bytes& bundle) {
  if (bundle.size() <= Hash32::kSize) return;
  const Hash32 checksum = crypto::sha256(ByteView(bundle).first(bundle.size() - Hash32::kSize));
  std::copy(checksum.bytes.begin(), checksum.bytes.end(), bundle.end() - Hash32::kSize);
}

bool is_refusal(const std::string& statement) {
  return statement.starts_with(R"({"verdict":"refused")");
}

Bytes read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void write_file(const fs::path& path, ByteView bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

class Tampering : public testing::Test {
 protected:
  void SetUp() override {
    if (!NodeVerifier::is_there()) GTEST_SKIP() << "Node.js is not installed";
    std::cout << "seed " << seed_ << ", " << count_ << " tamperings\n";
    World world;
    world.anchor_from_now_on();
    world.restart();
    std::vector<Plan> plans = {world.pay("alice", "bob", 1000, "carol"), world.exchange("alice", 50, "carol", 30)};
    world.set_window(Millis{1'500});
    plans.push_back(world.pay("walter", "bob", 1000, "carol", Placement::payer));
    world.until_quiet();
    world.until("everything is anchored", [&] { return !bundle_of(world, plans.back()).anchors.empty(); });
    for (const Plan& plan : plans) bundles_.push_back(evidence::encode_bundle(bundle_of(world, plan)));
    trust_ = world.engine().archive().trust_file();
    world.stop();
    folder_ = make_folder();
    write_file(folder_ / "trust", as_bytes(trust_));
    copy_as_small_log(world.data_dir() + "/shard-0", (folder_ / "log").string());
  }

  void TearDown() override {
    std::error_code ignored;
    if (!folder_.empty()) fs::remove_all(folder_, ignored);
  }

  static evidence::Bundle bundle_of(World& world, const Plan& plan) {
    EXPECT_TRUE(world.engine().sync_index(Millis{10'000}).ok());
    auto bundle = world.engine().archive().bundle_of(plan.id);
    EXPECT_TRUE(bundle.ok()) << describe(bundle.error());
    return std::move(bundle).value();
  }

  static fs::path make_folder() {
    std::string name = (fs::temp_directory_path() / "clearspan-tampering-XXXXXX").string();
    return ::mkdtemp(name.data());
  }

  tlog::TrustedKeys trusted() const { return tlog::TrustedKeys::parse(trust_).value(); }

  // A tampered log: one of its files changed, missing, or two exchanged.
  void tamper_log(Random& random, const std::vector<fs::path>& files) {
    const fs::path& victim = files[random.below(files.size())];
    const Bytes original = read_file(folder_ / "log" / victim);
    switch (random.below(12)) {
      case 0:
        fs::remove(folder_ / "tampered" / victim);
        return;
      case 1: {
        const Bytes other = read_file(folder_ / "log" / files[random.below(files.size())]);
        if (other != original) return write_file(folder_ / "tampered" / victim, other);
        break;
      }
      default:
        break;
    }
    write_file(folder_ / "tampered" / victim, tamper(random, original));
  }

  const std::uint64_t seed_ = number_from("CLEARSPAN_SEED", std::random_device{}());
  const std::uint64_t count_ = number_from("CLEARSPAN_TAMPERINGS", kSmokeTamperings);
  std::string trust_;
  std::vector<Bytes> bundles_;
  fs::path folder_;
};

TEST_F(Tampering, both_verifiers_refuse_every_tampered_bundle) {
  NodeVerifier other("--stream", (folder_ / "trust").string());
  const tlog::TrustedKeys keys = trusted();
  for (const Bytes& bundle : bundles_) {
    EXPECT_EQ(tools::bundle_statement(bundle, keys), other.state_bundle(bundle));
    EXPECT_FALSE(is_refusal(tools::bundle_statement(bundle, keys)));
  }
  Random random(seed_);
  for (std::uint64_t i = 0; i < count_; ++i) {
    Bytes bundle = tamper(random, bundles_[i % bundles_.size()]);
    if (i % 4 != 0) mend_checksum(bundle);
    if (bundle == bundles_[i % bundles_.size()]) continue;  // the checksum itself was hit, and mended
    const std::string ours = tools::bundle_statement(bundle, keys);
    const std::string theirs = other.state_bundle(bundle);
    ASSERT_TRUE(is_refusal(ours)) << "seed " << seed_ << ", tampering " << i << ": " << ours;
    ASSERT_TRUE(is_refusal(theirs)) << "seed " << seed_ << ", tampering " << i << ": " << theirs << "\nours: " << ours;
  }
}

TEST_F(Tampering, both_verifiers_refuse_every_tampered_log) {
  NodeVerifier other("--batch", (folder_ / "trust").string());
  const tlog::TrustedKeys keys = trusted();
  const std::string whole = (folder_ / "log").string();
  EXPECT_EQ(tools::log_statement(whole, keys), other.state_path(whole));
  EXPECT_FALSE(is_refusal(tools::log_statement(whole, keys)));
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(whole)) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with(".seg") || name == "HEAD" || name == "checkpoint") files.push_back(entry.path().filename());
  }
  std::sort(files.begin(), files.end());
  ASSERT_GT(files.size(), 3U);
  const std::string tampered = (folder_ / "tampered").string();
  fs::create_directory(tampered);
  Random random(seed_);
  for (std::uint64_t i = 0; i < count_; ++i) {
    for (const fs::path& file : files) {
      fs::copy_file(folder_ / "log" / file, folder_ / "tampered" / file, fs::copy_options::overwrite_existing);
    }
    tamper_log(random, files);
    const std::string ours = tools::log_statement(tampered, keys);
    const std::string theirs = other.state_path(tampered);
    ASSERT_TRUE(is_refusal(ours)) << "seed " << seed_ << ", tampering " << i << ": " << ours;
    ASSERT_TRUE(is_refusal(theirs)) << "seed " << seed_ << ", tampering " << i << ": " << theirs << "\nours: " << ours;
  }
}

}  // namespace
}  // namespace clearspan::scenarios
