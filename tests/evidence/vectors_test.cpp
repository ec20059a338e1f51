// The test vectors of docs/evidence-format.md, section 12: bundles and logs with the statements that they give. They
// are kept, so that what was evidence once stays evidence. Those of simulated ledgers were written by the scenario
// Vectors (tests/scenarios/), those of EVM ledgers by `clearspan demo --evm`, and CLEARSPAN_WRITE_VECTORS=1 makes the
// forged ones and INDEX.json again. Keys of EVM engines are in evm-trust.txt.
#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include "codecs/tlog/key.hpp"
#include "tests/evidence/vector_files.hpp"
#include "tools/clearspan/evidence_verify.hpp"

namespace clearspan::evidence_tests {
namespace {

// The codes that the document's table of refusals names.
std::set<std::string> documented_codes() {
  const std::string page = read_text("docs/evidence-format.md");
  const std::size_t begin = page.find("| code | what is wrong |");
  std::set<std::string> codes;
  for (std::size_t at = begin; page[at] == '|'; at = page.find('\n', at) + 1) {
    const std::string cell = page.substr(at + 1, page.find('|', at + 1) - at - 1);
    for (std::size_t from = cell.find('`'); from != std::string::npos; from = cell.find('`', from + 1)) {
      const std::size_t to = cell.find('`', from + 1);
      codes.insert(cell.substr(from + 1, to - from - 1));
      from = to;
    }
  }
  return codes;
}

TEST(Vectors, give_the_statements_of_their_index) {
  if (std::getenv("CLEARSPAN_WRITE_VECTORS") != nullptr) write_forged_vectors();
  const std::string index = read_text(kVectors / "INDEX.json");
  EXPECT_EQ(index, make_index());
  EXPECT_NE(index.find(R"("phase":"refunded")"), std::string::npos);
}

TEST(Vectors, that_are_refused_say_so_in_their_name) {
  const auto trusted = tlog::TrustedKeys::parse(read_text(kVectors / "trust.txt"));
  ASSERT_TRUE(trusted.ok());
  for (const auto& entry : fs::directory_iterator(kVectors)) {
    const std::string name = entry.path().stem().string();
    if (!name.starts_with("refused-")) continue;
    const std::string statement = entry.is_directory()
                                      ? tools::log_statement(entry.path().string(), *trusted)
                                      : tools::bundle_statement(as_bytes(read_text(entry.path())), *trusted);
    EXPECT_NE(statement.find("\"code\":\"" + name.substr(8) + "\""), std::string::npos) << name << ": " << statement;
  }
}

TEST(Vectors, are_there_for_every_code_that_the_document_names) {
  const std::string index = read_text(kVectors / "INDEX.json");
  const auto codes = documented_codes();
  EXPECT_GE(codes.size(), 21U);
  for (const std::string& code : codes) {
    EXPECT_NE(index.find("\"code\":\"" + code + "\""), std::string::npos) << code;
    EXPECT_TRUE(fs::exists(kVectors / ("refused-" + code)) || fs::exists(kVectors / ("refused-" + code + ".evidence")))
        << code;
  }
}

// The log says which proof it has not, and that costs the trades of its block the proof, and nobody else theirs.
TEST(Vectors, tell_a_proof_that_was_left_out_from_one_that_is_missing) {
  const std::string index = read_text(kVectors / "INDEX.json");
  EXPECT_NE(index.find(R"({"verdict":"unproven","kind":"bundle")"), std::string::npos);
  EXPECT_NE(index.find(R"("unproven_trades":2)"), std::string::npos);
}

}  // namespace
}  // namespace clearspan::evidence_tests
