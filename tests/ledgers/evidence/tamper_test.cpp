// Damage to a log's files: an interrupted write is cut off, everything else is refused and named.
#include <gtest/gtest.h>

#include "ledgers/evidence/layout.hpp"
#include "tests/ledgers/evidence/fixture.hpp"

namespace clearspan::evidence {
namespace {

namespace fs = std::filesystem;

// A log as a crash leaves it: HEAD is from the last new segment. Its last group is nine records of 600 bytes.
class DamagedLog : public testing::Test {
 protected:
  void make_log(std::uint64_t groups_of_100, std::size_t segments) {
    auto log = open_log(*disk_, directory_, test_options(segment_bytes_));
    for (std::uint64_t i = 0; i < groups_of_100; ++i) append_numbered(*log, 100 * i + 1, 100 * i + 100);
    kept_ = 100 * groups_of_100 + 1;
    append_numbered(*log, kept_, kept_);
    append_numbered(*log, kept_ + 1, kept_ + 9, 600);
    end_ = log->durable();
    segments_ = segments_of(*disk_, directory_);
    ASSERT_EQ(segments_.size(), segments);
    log.reset();
    const ReadBack back = read_back(*disk_, directory_);
    ASSERT_EQ(back.fault, "") << back.detail;
    end_offset_ = back.end.offset;
    ASSERT_EQ(back.records.size(), kept_ + 9);
    fs::copy(directory_, pristine_);
  }

  void restore() {
    fs::remove_all(directory_);
    fs::copy(pristine_, directory_);
  }

  void flip(const std::string& path, std::uint64_t offset, std::uint8_t mask = 0x01) {
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    file.seekg(static_cast<std::streamoff>(offset));
    const auto byte = static_cast<std::uint8_t>(file.get());
    file.seekp(static_cast<std::streamoff>(offset));
    file.put(static_cast<char>(byte ^ mask));
  }

  // Both the reader and the writer refuse the log, and neither changes it.
  void expect_corrupt(const std::string& what) {
    const ReadBack back = read_back(*disk_, directory_);
    EXPECT_EQ(back.fault, "log_corrupt") << what;
    EXPECT_NE(back.detail.find("segment "), std::string::npos) << back.detail;
    EXPECT_NE(back.detail.find("offset "), std::string::npos) << back.detail;
    EXPECT_NE(back.detail.find("sequence "), std::string::npos) << back.detail;
    const auto log = Log::open(*disk_, directory_, test_options(), ignore_records(), {});
    ASSERT_FALSE(log.ok()) << what;
    EXPECT_EQ(log.error().code, ErrorCode::log_corrupt) << what;
  }

  // The log opens without its last group, and goes on from there.
  void expect_cut(const std::string& what) {
    const auto size_before = fs::file_size(segments_.back());
    ReadBack back = read_back(*disk_, directory_);
    ASSERT_EQ(back.fault, "") << what << ": " << back.detail;
    ASSERT_EQ(back.records.size(), kept_) << what;
    ASSERT_EQ(fs::file_size(segments_.back()), size_before) << "reading changes nothing";
    auto log = open_log(*disk_, directory_, test_options(segment_bytes_));
    ASSERT_NE(log, nullptr) << what;
    ASSERT_EQ(log->durable().sequence, kept_) << what;
    ASSERT_EQ(fs::file_size(segments_.back()), segment_bytes_) << what;
    append_numbered(*log, kept_ + 1, kept_ + 2);
    back = read_back(*disk_, directory_);
    ASSERT_EQ(back.fault, "") << what << ": " << back.detail;
    ASSERT_EQ(back.records.size(), kept_ + 2) << what;
    ASSERT_EQ(back.end.torn_bytes, 0u) << what;
  }

  [[nodiscard]] std::uint64_t last_group_offset() const { return end_offset_ - group_bytes(9 * (600 + 4)); }

  [[nodiscard]] std::uint64_t last_group_content() const { return kGroupHeaderBytes + 9 * (600 + 4) + 8; }

  TemporaryDirectory root_;
  std::string directory_ = root_ / "log";
  std::string pristine_ = root_ / "pristine";
  std::unique_ptr<Disk> disk_ = make_posix_disk();
  std::vector<std::string> segments_;
  std::uint64_t segment_bytes_ = kTestSegmentBytes;
  LogPosition end_;
  std::uint64_t end_offset_ = 0;
  std::uint64_t kept_ = 0;  // records before the last group
};

// Three full segments and a last one with several groups.
class TamperTest : public DamagedLog {
 protected:
  void SetUp() override { make_log(42, 4); }
};

// One small segment, so that every byte can be tried.
class TornTest : public DamagedLog {
 protected:
  void SetUp() override {
    segment_bytes_ = 64 * 1024;
    make_log(1, 1);
  }
};

TEST_F(TamperTest, a_flipped_bit_in_any_structure_is_found) {
  struct Place {
    const char* what;
    std::size_t segment;
    std::uint64_t offset;
  };

  const std::uint64_t first = kBlockBytes;
  const std::uint64_t payload = first + kGroupHeaderBytes;
  const std::uint64_t trailer = payload + 100 * (200 + 4);
  const std::vector<Place> places = {
      {"segment magic", 0, 0},
      {"segment first sequence", 1, 16},
      {"segment head", 1, 24},
      {"engine tag", 0, 56},
      {"name length", 0, 70},
      {"name", 0, 72},
      {"after the name", 0, 100},
      {"segment size", 0, 136},
      {"unused part of the header", 2, 2000},
      {"header digest", 2, 4095},
      {"header of the last segment", 3, 30},
      {"group magic", 0, first},
      {"record count", 1, first + 4},
      {"group first sequence", 1, first + 8},
      {"payload size", 2, first + 16},
      {"head after the group", 3, first + 24},
      {"group digest", 3, first + 56},
      {"record length", 0, payload},
      {"record length, high byte", 0, payload + 3},
      {"first record", 1, payload + 4},
      {"a record in the middle", 2, payload + 50 * 204 + 77},
      {"last byte of the payload", 3, trailer - 1},
      {"trailer", 0, trailer},
      {"trailer's end", 3, trailer + 7},
      {"padding", 1, trailer + 8},
      {"padding's end", 3, first + group_bytes(100 * 204) - 1},
      {"unused space of a full segment", 0, kTestSegmentBytes - 1},
  };
  for (const Place& place : places) {
    for (const std::uint8_t mask : {std::uint8_t{0x01}, std::uint8_t{0x80}}) {
      restore();
      flip(segments_[place.segment], place.offset, mask);
      expect_corrupt(place.what);
    }
  }
}

TEST_F(TornTest, a_flipped_bit_anywhere_in_the_last_group_is_no_torn_write) {
  for (std::uint64_t at = 0; at < group_bytes(9 * 604); ++at) {
    flip(segments_.back(), last_group_offset() + at, 0x10);
    const ReadBack back = read_back(*disk_, directory_);
    ASSERT_EQ(back.fault, "log_corrupt") << "byte " << at;
    flip(segments_.back(), last_group_offset() + at, 0x10);
  }
  EXPECT_EQ(read_back(*disk_, directory_).fault, "");
}

TEST_F(TornTest, bytes_behind_the_last_group_are_no_torn_write_unless_a_sector_could_have_come_first) {
  flip(segments_.back(), end_offset_ + 100);
  expect_corrupt("a byte where the next group's first sector would be");

  // Disks may write a group's sectors in any order: these may be all that is left of one. Nothing acknowledged is lost.
  restore();
  flip(segments_.back(), end_offset_ + 2 * kBlockBytes + 100);
  const ReadBack back = read_back(*disk_, directory_);
  EXPECT_EQ(back.fault, "");
  EXPECT_EQ(back.records.size(), kept_ + 9);
  EXPECT_GT(back.end.torn_bytes, 0u);
}

TEST_F(TornTest, a_last_group_of_which_only_a_front_part_was_written_is_cut_at_every_byte) {
  const Bytes whole = read_file(segments_.back());
  for (std::uint64_t written = 0; written < last_group_content(); ++written) {
    Bytes torn = whole;
    std::fill(torn.begin() + static_cast<std::ptrdiff_t>(last_group_offset() + written), torn.end(), std::uint8_t{0});
    write_file(segments_.back(), torn);
    const ReadBack back = read_back(*disk_, directory_);
    ASSERT_EQ(back.fault, "") << "after " << written << " bytes: " << back.detail;
    ASSERT_EQ(back.records.size(), kept_) << "after " << written << " bytes";
    ASSERT_EQ(back.end.torn_bytes > 0, written > 0) << "after " << written << " bytes";
    if (written % 512 == 100 || written + 1 == last_group_content()) {
      expect_cut("after " + std::to_string(written) + " bytes");
      restore();
    }
  }
}

TEST_F(TornTest, a_file_cut_at_every_byte_of_the_last_group_loses_only_that_group) {
  const Bytes whole = read_file(segments_.back());
  for (std::uint64_t kept = 0; kept < last_group_content(); ++kept) {
    fs::resize_file(segments_.back(), last_group_offset() + kept);
    const ReadBack back = read_back(*disk_, directory_);
    ASSERT_EQ(back.fault, "") << "cut to " << kept << " bytes: " << back.detail;
    ASSERT_EQ(back.records.size(), kept_) << "cut to " << kept << " bytes";
    if (kept % 1000 == 7) expect_cut("cut to " + std::to_string(kept) + " bytes");
    write_file(segments_.back(), whole);
    if (kept % 1000 == 7) restore();
  }
}

TEST_F(TornTest, a_last_group_with_sectors_missing_in_any_order_is_cut) {
  const Bytes whole = read_file(segments_.back());
  const std::uint64_t sectors = (last_group_content() + 511) / 512;
  for (std::uint64_t missing = 1; missing < (1u << sectors); missing += 7) {
    Bytes torn = whole;
    for (std::uint64_t sector = 0; sector < sectors; ++sector) {
      if ((missing >> sector & 1) == 0) continue;
      const auto at = torn.begin() + static_cast<std::ptrdiff_t>(last_group_offset() + sector * 512);
      std::fill(at, at + 512, std::uint8_t{0});
    }
    write_file(segments_.back(), torn);
    const ReadBack back = read_back(*disk_, directory_);
    ASSERT_EQ(back.fault, "") << "sectors " << missing << ": " << back.detail;
    ASSERT_EQ(back.records.size(), kept_) << "sectors " << missing;
  }
  expect_cut("the last combination");
}

TEST_F(TornTest, a_missing_group_before_a_valid_one_is_no_torn_write) {
  Bytes damaged = read_file(segments_.back());
  const auto begin = damaged.begin() + kBlockBytes;
  std::fill(begin, begin + static_cast<std::ptrdiff_t>(group_bytes(100 * 204)), std::uint8_t{0});
  write_file(segments_.back(), damaged);
  expect_corrupt("a zeroed group with groups behind it");
}

TEST_F(TamperTest, missing_swapped_cut_and_foreign_segments_are_refused) {
  const std::string spare = root_ / "spare";
  for (std::size_t i = 0; i < segments_.size(); ++i) {
    restore();
    fs::remove(segments_[i]);
    expect_corrupt("segment " + std::to_string(i) + " missing");
  }
  restore();
  fs::remove(segments_[1]);
  EXPECT_NE(read_back(*disk_, directory_).detail.find("does not follow the one before it"), std::string::npos);

  restore();
  fs::rename(segments_[1], spare);
  fs::rename(segments_[2], segments_[1]);
  fs::rename(spare, segments_[2]);
  expect_corrupt("segments swapped");

  restore();
  fs::copy_file(segments_[0], segments_[1], fs::copy_options::overwrite_existing);
  expect_corrupt("a segment put in twice");

  for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{100}, std::uint64_t{kBlockBytes},
                                   std::uint64_t{50000}, kTestSegmentBytes - 1, kTestSegmentBytes + 1}) {
    restore();
    fs::resize_file(segments_[1], size);
    expect_corrupt("a middle segment of " + std::to_string(size) + " bytes");
  }
  restore();
  fs::resize_file(segments_[3], 10);
  expect_corrupt("the last segment without its header");

  restore();
  LogOptions other = test_options();
  other.identity.engine.bytes.fill(0x43);
  const auto log = Log::open(*disk_, directory_, other, ignore_records(), {});
  ASSERT_FALSE(log.ok());
  EXPECT_EQ(log.error().code, ErrorCode::log_corrupt);
  EXPECT_NE(log.error().detail.find("another log"), std::string::npos);
}

TEST_F(TamperTest, a_log_behind_its_watermark_is_refused) {
  open_log(*disk_, directory_)->close();
  const Bytes watermark = read_file(directory_ + "/HEAD");
  ASSERT_EQ(decode_watermark(as_text(watermark))->position, end_);

  fs::resize_file(segments_.back(), last_group_offset());
  expect_corrupt("the last group gone");

  restore();
  write_file(directory_ + "/HEAD", watermark);
  fs::remove(segments_.back());
  expect_corrupt("the last segment gone");

  restore();
  for (const std::string& segment : segments_) fs::remove(segment);
  expect_corrupt("all segments gone");
}

TEST_F(TamperTest, a_watermark_that_is_missing_damaged_or_of_another_history_is_refused) {
  const std::string head = directory_ + "/HEAD";
  fs::remove(head);
  expect_corrupt("HEAD missing");

  const Bytes watermark = read_file(pristine_ + "/HEAD");
  for (std::size_t at = 0; at < watermark.size(); ++at) {
    Bytes damaged = watermark;
    damaged[at] ^= 0x01;
    write_file(head, damaged);
    ASSERT_EQ(read_back(*disk_, directory_).fault, "log_corrupt") << "HEAD, byte " << at;
  }
  for (const std::uint64_t sequence : {0u, 1u, 100u, 1234u, 4210u}) {
    Watermark other{{sequence, {}}, 1};
    other.position.head.bytes.fill(0x77);
    write_file(head, as_bytes(encode_watermark(other)));
    expect_corrupt("HEAD of another history at " + std::to_string(sequence));
  }
  write_file(head, as_bytes(encode_watermark({{0, chain_start(test_options().identity)}, 1})));
  EXPECT_EQ(read_back(*disk_, directory_).fault, "") << "an old watermark is still right";
}

TEST_F(TamperTest, a_rewritten_history_with_valid_hashes_is_refused_by_the_watermark) {
  fs::remove_all(directory_);
  auto log = open_log(*disk_, directory_);
  for (std::uint64_t first = 1; first <= 4300; first += 100) append_numbered(*log, first, first + 99, 201);
  log->close();
  log.reset();
  ASSERT_EQ(read_back(*disk_, directory_).fault, "");
  fs::copy_file(pristine_ + "/HEAD", directory_ + "/HEAD", fs::copy_options::overwrite_existing);
  expect_corrupt("another history under the same name");
}

TEST_F(TamperTest, a_draft_that_a_crash_left_is_no_segment) {
  write_file(segments_.back() + ".new", Bytes(1000, 0x55));
  write_file(directory_ + "/HEAD.new", Bytes(10, 0x55));
  EXPECT_EQ(read_back(*disk_, directory_).fault, "");
  EXPECT_NE(open_log(*disk_, directory_), nullptr);
}

}  // namespace
}  // namespace clearspan::evidence
