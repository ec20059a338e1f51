// The views read what the checkpoint covers, and refuse logs that cannot be believed.
#include "ledgers/evidence/views.hpp"

#include <gtest/gtest.h>

#include "ledgers/evidence/view_text.hpp"
#include "tests/ledgers/evidence/views_fixture.hpp"

namespace clearspan::evidence {
namespace {

TEST_F(ViewsTest, nothing_behind_the_checkpoint_is_looked_at) {
  begin();
  const Plan plan = settle(1, 10);
  write();
  publish();
  const TradeRecord before = record(plan.id);
  EXPECT_NE(to_json(before).find(R"("root":")" + to_hex(before.logs.front().checkpoint->root.view())),
            std::string::npos);
  settle(8, 20);
  write();
  EXPECT_EQ(to_json(record(plan.id)), to_json(before));
  EXPECT_EQ(fault(try_record(Story::id_of(8))).rfind("unknown_trade", 0), 0u);
  EXPECT_EQ(statement(kLedgerA, "escrow").entries.size(), 2u);
  // As an engine in the middle of a write leaves it.
  const std::string segment = segments_of(*disk_, folder(0)).front();
  Bytes bytes = read_file(segment);
  const auto last = std::find_if(bytes.rbegin(), bytes.rend(), [](std::uint8_t byte) { return byte != 0; });
  *last ^= 1;
  write_file(segment, bytes);
  EXPECT_EQ(to_json(record(plan.id)), to_json(before));
}

TEST_F(ViewsTest, refuses_logs_that_cannot_be_believed) {
  struct Reject {
    const char* expected;
    std::function<void()> spoil;
  };

  const std::vector<Reject> rejects = {
      {"root_mismatch: shard-0's tree", [this] { publish(0, true); }},
      {"checkpoint_malformed: ",
       [this] { ASSERT_TRUE(disk_->replace(folder(0) + "/checkpoint", as_bytes("nothing\n")).ok()); }},
      {"wrong_log_name: shard-0's checkpoint",
       [this] {
         publish(1);
         const Bytes other = read_file(folder(1) + "/checkpoint");
         ASSERT_TRUE(disk_->replace(folder(0) + "/checkpoint", other).ok());
       }},
      {"log_corrupt: ",
       [this] {
         const std::string segment = segments_of(*disk_, folder(0)).front();
         Bytes bytes = read_file(segment);
         bytes[kBlockBytes + 200] ^= 1;
         write_file(segment, bytes);
       }},
      {"log_corrupt: ",
       [this] {
         publish();
         const std::string segment = segments_of(*disk_, folder(0)).front();
         Bytes bytes = read_file(segment);
         bytes[kBlockBytes + 200] ^= 1;
         write_file(segment, bytes);
       }},
      {"wrong_log_name: shard-1 holds the log shard-0",
       [this] {
         std::filesystem::remove_all(folder(1));
         std::filesystem::copy(folder(0), folder(1), std::filesystem::copy_options::recursive);
       }},
      {"log_corrupt: ", [this] { std::filesystem::remove_all(folder(1)); }},
      {"not_found: ",
       [this] {
         std::filesystem::remove_all(folder(0));
         std::filesystem::remove_all(folder(1));
       }},
  };
  for (const Reject& reject : rejects) {
    std::filesystem::remove_all(folder(0));
    std::filesystem::remove_all(folder(1));
    begin(0, 2);
    begin(1, 2);
    const Plan plan = settle(1, 10);
    write(0);
    write(1);
    EXPECT_EQ(fault(try_record(plan.id)), "none");
    reject.spoil();
    EXPECT_EQ(fault(try_record(plan.id)).rfind(reject.expected, 0), 0u)
        << reject.expected << " but " << fault(try_record(plan.id));
    EXPECT_EQ(fault(try_statement(kLedgerA, "escrow")).rfind(reject.expected, 0), 0u) << reject.expected;
  }
}

TEST_F(ViewsTest, a_checkpoint_of_more_records_than_the_log_holds_is_refused) {
  begin();
  const Plan plan = settle(1, 10);
  write();
  publish(0, false, 1);
  EXPECT_EQ(fault(try_record(plan.id)).rfind("root_mismatch: ", 0), 0u) << fault(try_record(plan.id));
  const Bytes short_log = read_file(segments_of(*disk_, folder(0)).front());
  settle(8, 20);
  write();
  publish();
  EXPECT_EQ(fault(try_record(plan.id)), "none");
  write_file(segments_of(*disk_, folder(0)).front(), short_log);
  EXPECT_EQ(fault(try_record(plan.id)).rfind("root_mismatch: ", 0), 0u) << fault(try_record(plan.id));
}

TEST_F(ViewsTest, a_record_that_no_engine_would_have_written_is_named) {
  struct Reject {
    const char* expected;
    std::function<void(Story&)> tell;
  };

  const std::vector<Reject> rejects = {
      {"log_corrupt: shard-0, record 2: the trade exists already",
       [](Story& story) {
         story.create(story.plan_of(1), "");
         story.create(story.plan_of(1), "");
       }},
      {"log_corrupt: shard-0, record 1: the trade was never created",
       [](Story& story) { story.event(Story::id_of(1), Started{}); }},
      {"invalid_transition: shard-0, record 2: ",
       [](Story& story) {
         story.create(story.plan_of(1), "");
         story.event(Story::id_of(1), Decided{Decision::commit});
       }},
  };
  for (const Reject& reject : rejects) {
    std::filesystem::remove_all(folder(0));
    reject.tell(story());
    write();
    EXPECT_EQ(fault(try_record(Story::id_of(1))).rfind(reject.expected, 0), 0u) << fault(try_record(Story::id_of(1)));
  }
}

TEST(CsvTable, quotes_what_would_break_a_line) {
  CsvTable table({"a", "b", "c"});
  table.set("a", "x,y").set("c", "say \"no\"");
  table.end_row();
  table.set("b", "two\nlines");
  table.end_row();
  table.set("a", " plain ");
  table.end_row();
  EXPECT_EQ(table.take(), "a,b,c\r\n\"x,y\",,\"say \"\"no\"\"\"\r\n,\"two\nlines\",\r\n plain ,,\r\n");
}

TEST(CsvTable, disarms_what_a_spreadsheet_would_run) {
  CsvTable table({"text"});
  for (const char* text : {"=1+1", "+1", "-1", "-", "-a", "@x", "\tx", "\r", "=a,b", "a=1", "'=1"}) {
    table.set("text", text);
    table.end_row();
  }
  EXPECT_EQ(table.take(),
            "text\r\n'=1+1\r\n'+1\r\n-1\r\n'-\r\n'-a\r\n'@x\r\n'\tx\r\n\"'\r\"\r\n\"'=a,b\"\r\na=1\r\n'=1\r\n");
}

}  // namespace
}  // namespace clearspan::evidence
