// A run of the real engine audits clean; at least a thousand random tamperings with what it left do not.
//
// CLEARSPAN_TAMPERINGS scales them, CLEARSPAN_SEED repeats a run of this test with the same choices.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <map>
#include <random>

#include "ledgers/evidence/layout.hpp"
#include "tests/tools/auditor/runs/forgery.hpp"
#include "tools/auditor/book_file.hpp"

namespace clearspan::audit {
namespace {

constexpr std::uint64_t kSmokeTamperings = 60;  // of each kind

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// How often each kind of tampering was made; printed at the end.
class Kinds {
 public:
  void count(const std::string& what) { ++kinds_[what.substr(0, what.find(": "))]; }

  ~Kinds() {
    for (const auto& [kind, times] : kinds_) std::cout << "  " << times << " x " << kind << "\n";
  }

 private:
  std::map<std::string, int> kinds_;
};

class AuditedRun : public testing::Test {
 protected:
  static const EngineRun& run() {
    static const EngineRun made = run_engine();
    return made;
  }

  void SetUp() override { std::cout << "seed " << seed_ << ", " << count_ << " tamperings\n"; }

  static Options strict() {
    Options options;
    options.ended = true;
    options.closed = true;
    options.seen = run().seen;
    return options;
  }

  static Report audit_disk(sim::SimDisk& disk, const std::vector<LedgerBook>& books, const Options& options) {
    auto report = clearspan::audit::audit({disk, kFolder}, books, options);
    // What cannot be read at all is refused too.
    if (report.ok()) return *report;
    Report refused;
    refused.violations_found = 1;
    refused.notes.push_back(describe(report.error()));
    return refused;
  }

  static Report audit_logs(const EngineRun& tampered) {
    sim::Random random(1);
    sim::SimDisk disk(random);
    put_on_disk(disk, tampered, false);
    return audit_disk(disk, tampered.books, strict());
  }

  const std::uint64_t seed_ = number_from("CLEARSPAN_SEED", std::random_device{}());
  const std::uint64_t count_ = number_from("CLEARSPAN_TAMPERINGS", kSmokeTamperings);
  Kinds kinds_;
};

TEST_F(AuditedRun, is_clean_with_all_that_went_wrong_in_it) {
  sim::Random random(1);
  sim::SimDisk disk(random);
  put_on_disk(disk, run(), true);
  auto trusted = tlog::TrustedKeys::parse(run().trust);
  ASSERT_TRUE(trusted.ok());
  Options options = strict();
  options.trusted = &*trusted;
  options.heads = run().checkpoints;
  const Report report = audit_disk(disk, run().books, options);
  EXPECT_TRUE(report.ok()) << to_text(report);
  EXPECT_TRUE(report.without_book.empty());
  EXPECT_EQ(report.counts.logs, 1U);
  for (const Phase phase : {Phase::settled, Phase::refunded}) {
    EXPECT_GT(report.phases[static_cast<std::size_t>(phase)], 0U);
  }
}

TEST_F(AuditedRun, gives_books_that_are_the_same_from_a_file) {
  std::vector<LedgerBook> books;
  for (const LedgerBook& book : run().books) {
    const std::string text = to_json(book);
    auto read = parse_book(text);
    ASSERT_TRUE(read.ok()) << describe(read.error());
    EXPECT_EQ(to_json(*read), text);
    EXPECT_FALSE(parse_book(text.substr(0, text.size() / 2)).ok());
    books.push_back(std::move(*read));
  }
  sim::Random random(1);
  sim::SimDisk disk(random);
  put_on_disk(disk, run(), true);
  const Report report = audit_disk(disk, books, strict());
  EXPECT_TRUE(report.ok()) << to_text(report);
}

// Bytes changed in place, files cut, missing or exchanged, a head put back: by somebody who cannot hash.
TEST_F(AuditedRun, shows_every_change_of_its_files) {
  sim::Random random(seed_);
  sim::SimDisk disk(random);
  put_on_disk(disk, run(), true);
  std::map<std::string, Bytes> whole;
  std::vector<std::string> names;
  for (const auto& [path, bytes] : disk.files()) {
    if (path.find("/hashes.") != std::string::npos || path.ends_with("LOCK") || bytes.empty()) continue;
    whole.emplace(path, bytes);
    names.push_back(path);
  }
  disk.put_back(whole);
  const auto trusted = tlog::TrustedKeys::parse(run().trust);
  ASSERT_TRUE(trusted.ok());
  Options options = strict();
  options.trusted = &*trusted;
  const Report clean = audit_disk(disk, run().books, options);
  ASSERT_TRUE(clean.ok()) << to_text(clean);
  for (std::uint64_t i = 0; i < count_; ++i) {
    std::map<std::string, Bytes> tampered = whole;
    const std::string what = tamper_files(random, names, tampered);
    if (tampered == whole) continue;
    kinds_.count(what);
    disk.put_back(tampered);
    EXPECT_FALSE(audit_disk(disk, run().books, options).ok())
        << "seed " << seed_ << ", tampering " << i << ": " << what;
  }
}

// The same by the log's own keeper, who hashes it anew and shows no checkpoint: now the content and the books speak.
TEST_F(AuditedRun, shows_every_forgery_that_hashes_well) {
  sim::Random random(seed_);
  const Report clean = audit_logs(run());
  ASSERT_TRUE(clean.ok()) << to_text(clean);
  for (std::uint64_t i = 0; i < count_; ++i) {
    EngineRun tampered = run();
    const std::string what = forge_logs(random, tampered.logs);
    if (what.empty()) continue;
    kinds_.count(what);
    EXPECT_FALSE(audit_logs(tampered).ok()) << "seed " << seed_ << ", forgery " << i << ": " << what;
  }
}

// A forged log next to the checkpoints that were published: whatever was changed shows.
TEST_F(AuditedRun, shows_every_forgery_against_what_was_published) {
  sim::Random random(seed_);
  for (std::uint64_t i = 0; i < count_ / 4 + 1; ++i) {
    EngineRun tampered = run();
    const std::string what = forge_anything(random, tampered.logs, tampered.checkpoints);
    kinds_.count(what);
    sim::SimDisk disk(random);
    put_on_disk(disk, tampered, true);
    Options options = strict();
    options.heads = run().checkpoints;
    EXPECT_FALSE(audit_disk(disk, run().books, options).ok()) << "seed " << seed_ << ", forgery " << i << ": " << what;
  }
}

TEST_F(AuditedRun, shows_books_that_are_altered_by_one_unit) {
  sim::Random random(seed_);
  sim::SimDisk disk(random);
  put_on_disk(disk, run(), true);
  for (std::uint64_t i = 0; i < count_; ++i) {
    std::vector<LedgerBook> books = run().books;
    const std::string what = alter_books(random, books);
    kinds_.count(what);
    EXPECT_FALSE(audit_disk(disk, books, strict()).ok()) << "seed " << seed_ << ", alteration " << i << ": " << what;
  }
}

}  // namespace
}  // namespace clearspan::audit
