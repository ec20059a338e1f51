// The log on disk, after whatever may have happened to its files. The input is a list of edits of a good log. Nothing
// that was not written may be read, and nothing that HEAD knows of may be missing; edits that also make the checksums
// right (a forger's) may change what is read, but never crash the reader.
//
//   edit = u8 kind | u8 file | u16 place | ...
#include "codecs/crypto/sha256.hpp"
#include "ledgers/evidence/reader.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/made_log.hpp"

namespace clearspan::fuzz {
namespace {

using evidence::kBlockBytes;

constexpr std::uint64_t kSegmentBytes = 5 * kBlockBytes;
constexpr std::size_t kRecords = 24;
constexpr std::uint64_t kWatermark = 20;
constexpr std::size_t kEditsMax = 32;

struct Story {
  std::vector<Bytes> records;
  MadeLog log{kSegmentBytes};

  Story() {
    for (std::size_t i = 0; i < kRecords; ++i) {
      const std::string text = "record " + std::to_string(i + 1) + std::string(i * 150, static_cast<char>('a' + i));
      records.emplace_back(as_bytes(text).begin(), as_bytes(text).end());
    }
    for (std::size_t first = 0, count = 1; first < kRecords; first += count, count = 1 + count % 3) {
      std::vector<evidence::RecordBytes> group;
      for (std::size_t i = first; i < std::min(first + count, kRecords); ++i) group.push_back({records[i], {}});
      log.add_group(group);
    }
    log.set_watermark(kWatermark);
  }
};

const Story& story() {
  static const Story one;
  return one;
}

Bytes& file_at(Files& files, std::size_t index) {
  auto found = files.begin();
  std::advance(found, static_cast<std::ptrdiff_t>(index % files.size()));
  return found->second;
}

void put(Bytes& bytes, std::size_t at, ByteView content) {
  for (std::size_t i = 0; i < content.size() && at + i < bytes.size(); ++i) bytes[at + i] = content[i];
}

// The digests of a segment's header and of every group's header, as if the fields had been written so.
void refit_digests(Bytes& segment) {
  if (segment.size() < kBlockBytes) return;
  const std::size_t covered = kBlockBytes - Hash32::kSize;
  put(segment, covered, crypto::sha256(ByteView(segment).first(covered)).view());
  for (std::size_t at = kBlockBytes; at + kBlockBytes <= segment.size(); at += kBlockBytes) {
    const ByteView header = ByteView(segment).subspan(at, evidence::kGroupHeaderBytes);
    if (as_text(header.first(4)) != "GRP1") continue;
    const Hash32 digest = crypto::sha256(header.first(56));
    put(segment, at + 56, digest.view().first(8));
  }
}

// One edit. True when it is one that only a forger makes.
bool edit(Files& files, Pieces& input) {
  const std::uint8_t kind = input.byte() % 9;
  const std::size_t index = input.byte();
  const std::size_t place = input.number();
  if (files.empty()) return false;
  Bytes& bytes = file_at(files, index);
  const std::size_t at = bytes.empty() ? 0 : place % bytes.size();
  switch (kind) {
    case 0:
      put(bytes, at, input.piece());
      return false;
    case 1:
      if (!bytes.empty()) bytes[at] ^= static_cast<std::uint8_t>(1U << (input.byte() % 8));
      return false;
    case 2:
      bytes.resize(at);
      return false;
    case 3: {
      auto found = files.begin();
      std::advance(found, static_cast<std::ptrdiff_t>(index % files.size()));
      files.erase(found);
      return false;
    }
    case 4: {  // blocks that change places
      Bytes& other = file_at(files, input.byte());
      const std::size_t mine = at / kBlockBytes * kBlockBytes;
      const std::size_t theirs = input.byte() * kBlockBytes;
      for (std::size_t i = 0; i < kBlockBytes && mine + i < bytes.size() && theirs + i < other.size(); ++i) {
        std::swap(bytes[mine + i], other[theirs + i]);
      }
      return false;
    }
    case 5:  // what a disk that lost a write leaves
      put(bytes, at, Bytes(input.number(), 0));
      return false;
    case 6: {
      const Bytes taken = bytes;
      files[evidence::segment_name(1 + place % 40)] = taken;
      return false;
    }
    case 7:
      refit_digests(bytes);
      return true;
    default:
      bytes.resize(std::min<std::size_t>(bytes.size() + place, 2 * kSegmentBytes));
      return false;
  }
}

void check_records(const Files& files, const evidence::ReadRange& range, bool is_forged) {
  ReadOnlyDisk disk(files);
  std::uint64_t last = 0;
  bool is_as_written = true;
  const auto end = read_log(disk, kLogFolder, made_identity(), range, [&](const evidence::RecordRef& ref) -> Status {
    CLEARSPAN_VERIFY(last == 0 ? ref.sequence >= range.from : ref.sequence == last + 1);
    last = ref.sequence;
    const bool exists = ref.sequence <= kRecords;
    is_as_written = is_as_written && exists && is_same(ref.bytes.record, story().records[ref.sequence - 1]) &&
                    ref.head == story().log.heads[ref.sequence];
    return Done{};
  });
  CLEARSPAN_VERIFY(is_as_written || is_forged);
  if (!end.ok()) return expect_one_of(end.error(), {ErrorCode::log_corrupt});
  CLEARSPAN_VERIFY(last <= range.through && (last == 0 || end->position.sequence == last));
  const auto head_file = files.find(std::string(evidence::kHeadFile));
  const bool reads_to_end = range.through == evidence::ReadRange{}.through;
  if (!is_forged && reads_to_end && head_file != files.end()) CLEARSPAN_VERIFY(end->position.sequence >= kWatermark);
}

}  // namespace
}  // namespace clearspan::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace clearspan;
  fuzz::Files files = fuzz::story().log.files;
  fuzz::Pieces input({data, size});
  const evidence::ReadRange part{1 + input.byte() % fuzz::kRecords, 1 + input.byte() % fuzz::kRecords};
  bool is_forged = false;
  for (std::size_t i = 0; i < fuzz::kEditsMax && !input.empty(); ++i) {
    const bool forges = fuzz::edit(files, input);
    is_forged = is_forged || forges;
  }
  fuzz::check_records(files, {}, is_forged);
  if (part.from <= part.through) fuzz::check_records(files, part, is_forged);
  fuzz::ReadOnlyDisk disk(files);
  const auto identity = identity_of_log(disk, fuzz::kLogFolder);
  if (!identity.ok()) fuzz::expect_one_of(identity.error(), {ErrorCode::log_corrupt});
  return 0;
}
