// Two verifiers that share no code refuse every tampering, of bundles and of logs, and agree on each: of trades between
// simulated ledgers and between EVM nodes, as the test vectors keep them. A smoke run here;
// CLEARSPAN_TAMPERINGS=100000 makes it a campaign, CLEARSPAN_SEED repeats one.
#include <gtest/gtest.h>

#include <filesystem>
#include <random>

#include "codecs/crypto/sha256.hpp"
#include "codecs/evidence/bundle.hpp"
#include "tests/evidence/node_verifier.hpp"
#include "tests/evidence/vector_files.hpp"
#include "tools/clearspan/evidence_verify.hpp"

namespace clearspan::evidence_tests {
namespace {

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
  const std::string text = read_text(path);
  return {text.begin(), text.end()};
}

class Tampering : public testing::Test {
 protected:
  void SetUp() override {
    if (!NodeVerifier::is_there()) GTEST_SKIP() << "Node.js is not installed";
    std::cout << "seed " << seed_ << ", " << count_ << " tamperings\n";
    for (const char* name : {"simulated-settled-payment", "simulated-settled-pvp", "simulated-rejected-payment",
                             "evm-settled", "evm-refunded", "evm-rejected"}) {
      bundles_.push_back(read_file(kVectors / (std::string(name) + ".evidence")));
    }
    trust_ = read_text(kVectors / "trust.txt");
    folder_ = make_folder();
    write_bytes(folder_ / "trust", as_bytes(trust_));
  }

  void TearDown() override {
    std::error_code ignored;
    if (!folder_.empty()) fs::remove_all(folder_, ignored);
  }

  static fs::path make_folder() {
    std::string name = (fs::temp_directory_path() / "clearspan-tampering-XXXXXX").string();
    return ::mkdtemp(name.data());
  }

  tlog::TrustedKeys trusted() const { return tlog::TrustedKeys::parse(trust_).value(); }

  // What a log is made of.
  static std::vector<fs::path> files_of(const fs::path& log) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(log)) {
      const std::string name = entry.path().filename().string();
      if (name.ends_with(".seg") || name == "HEAD" || name == "checkpoint") files.push_back(entry.path().filename());
    }
    std::sort(files.begin(), files.end());
    return files;
  }

  // A tampered log: one of its files changed, missing, or two exchanged.
  void tamper_log(Random& random, const fs::path& log, const std::vector<fs::path>& files) {
    const fs::path& victim = files[random.below(files.size())];
    const Bytes original = read_file(log / victim);
    switch (random.below(12)) {
      case 0:
        fs::remove(folder_ / "tampered" / victim);
        return;
      case 1: {
        const Bytes other = read_file(log / files[random.below(files.size())]);
        if (other != original) return write_bytes(folder_ / "tampered" / victim, other);
        break;
      }
      default:
        break;
    }
    write_bytes(folder_ / "tampered" / victim, tamper(random, original));
  }

  // So many tamperings of that log.
  void expect_refused(const fs::path& log, std::uint64_t count) {
    NodeVerifier other("--batch", (folder_ / "trust").string());
    const tlog::TrustedKeys keys = trusted();
    EXPECT_EQ(tools::log_statement(log.string(), keys), other.state_path(log.string()));
    ASSERT_FALSE(is_refusal(tools::log_statement(log.string(), keys)));
    const std::vector<fs::path> files = files_of(log);
    ASSERT_GT(files.size(), 3U);
    const std::string tampered = (folder_ / "tampered").string();
    fs::remove_all(tampered);
    fs::create_directory(tampered);
    Random random(seed_);
    for (std::uint64_t i = 0; i < count; ++i) {
      for (const fs::path& file : files) {
        fs::copy_file(log / file, tampered / file, fs::copy_options::overwrite_existing);
      }
      tamper_log(random, log, files);
      const std::string ours = tools::log_statement(tampered, keys);
      const std::string theirs = other.state_path(tampered);
      ASSERT_TRUE(is_refusal(ours)) << "seed " << seed_ << ", tampering " << i << ": " << ours;
      ASSERT_TRUE(is_refusal(theirs)) << "seed " << seed_ << ", tampering " << i << ": " << theirs
                                      << "\nours: " << ours;
    }
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

TEST_F(Tampering, both_verifiers_refuse_every_tampered_log_of_simulated_ledgers) {
  expect_refused(kVectors / "log", count_);
}

TEST_F(Tampering, both_verifiers_refuse_every_tampered_log_of_evm_ledgers) {
  expect_refused(kVectors / "evm-log-0", count_);
}

}  // namespace
}  // namespace clearspan::evidence_tests
