#include "ledgers/evidence/index_store.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/merge_operator.h>
#include <rocksdb/options.h>
#include <rocksdb/rate_limiter.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <deque>
#include <filesystem>
#include <vector>

namespace clearspan::evidence {
namespace {

// Rows of trades come nearly in the order of their keys, the others in any: apart, the former hardly ever meet files
// that they must be merged with.
constexpr std::string_view kTradesFamily = "trades";
constexpr char kTradeKind = 's';

// What RocksDB holds in memory: twice the first two while they are written to disk, and what is read often.
constexpr std::size_t kTradesBufferBytes = 32u << 20;
constexpr std::size_t kRestBufferBytes = 16u << 20;
constexpr std::size_t kReadCacheBytes = 16u << 20;

// So many files as they were written from memory are joined at once. What they are joined with (older files with trades
// that went on since) is written anew each time, so more of them are cheaper; but each is looked into when its trades
// are read.
constexpr int kFilesToJoin = 8;

// A full buffer that goes to disk as fast as it can holds up the evidence log for a tenth of a second, with the disk
// and with a core. At this rate there is room for three times of what 100,000 settlements per second need.
constexpr std::int64_t kBytesPerSecondBesideTheLog = 48'000'000;
constexpr std::int64_t kBytesPerSecondAlone = std::int64_t{1} << 40;
constexpr std::int64_t kRefillMicros = 10'000;
constexpr std::size_t kSyncEveryBytes = 256u << 10;  // rather than all of a file when it is complete

constexpr std::size_t kLogFilesKept = 2;          // RocksDB's own diagnostic log
constexpr double kBloomBitsPerKey = 10;           // about 1 % of reads for absent keys go to disk
constexpr std::size_t kTableBlockBytes = 16'384;  // of a table: fewer, larger ones are cheaper to write

rocksdb::Slice slice(std::string_view text) {
  return {text.data(), text.size()};
}

std::string_view view(const rocksdb::Slice& slice) {
  return {slice.data(), slice.size()};
}

Status to_status(const rocksdb::Status& status) {
  if (status.ok()) return Done{};
  return make_error(ErrorCode::storage_failed, "trade index: " + status.ToString());
}

rocksdb::DBOptions make_options(const std::shared_ptr<rocksdb::RateLimiter>& limiter) {
  rocksdb::DBOptions options;
  options.rate_limiter = limiter;
  options.bytes_per_sync = kSyncEveryBytes;
  for (const auto pool : {rocksdb::Env::HIGH, rocksdb::Env::LOW}) {
    // A system that refuses this is only slower.
    static_cast<void>(options.env->LowerThreadPoolCPUPriority(pool, rocksdb::CpuPriority::kLow));
  }
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.keep_log_file_num = kLogFilesKept;
  options.paranoid_checks = true;
  options.allow_concurrent_memtable_write = false;  // there is one writer
  options.atomic_flush = true;                      // families have no log of their own to agree by
  return options;
}

// What the rows hold is random for the most part, and is not worth compressing.
rocksdb::ColumnFamilyOptions make_family(rocksdb::CompactionStyle style, std::size_t buffer_bytes,
                                         const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions options;
  options.write_buffer_size = buffer_bytes;
  options.compression = rocksdb::kNoCompression;
  options.compaction_style = style;
  options.level0_file_num_compaction_trigger = kFilesToJoin;
  rocksdb::BlockBasedTableOptions table;
  table.block_size = kTableBlockBytes;
  table.block_cache = cache;
  table.cache_index_and_filter_blocks = true;  // which grow with all trades that ever were
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBitsPerKey));
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

class Joiner final : public rocksdb::MergeOperator {
 public:
  explicit Joiner(IndexStore::Join join) : join_(join) {}

  bool FullMergeV2(const MergeOperationInput& in, MergeOperationOutput* out) const override {
    if (!in.existing_value && in.operand_list.size() == 1) {
      out->existing_operand = in.operand_list.front();
      return true;
    }
    std::vector<std::string_view> values;
    values.reserve(in.operand_list.size() + 1);
    if (in.existing_value) values.push_back(view(*in.existing_value));
    for (const rocksdb::Slice& operand : in.operand_list) values.push_back(view(operand));
    return join_(view(in.key), values, out->new_value);
  }

  bool PartialMergeMulti(const rocksdb::Slice& key, const std::deque<rocksdb::Slice>& operands, std::string* out,
                         rocksdb::Logger*) const override {
    std::vector<std::string_view> values;
    values.reserve(operands.size());
    for (const rocksdb::Slice& operand : operands) values.push_back(view(operand));
    return join_(view(key), values, *out);
  }

  const char* Name() const override { return "clearspan.join"; }

 private:
  const IndexStore::Join join_;
};

bool has_prefix(const rocksdb::Iterator& at, std::string_view prefix) {
  return at.Valid() && at.key().starts_with(slice(prefix));
}

}  // namespace

struct IndexStore::Database {
  std::shared_ptr<rocksdb::RateLimiter> limiter;
  std::unique_ptr<rocksdb::DB> db;
  std::unique_ptr<rocksdb::ColumnFamilyHandle> rest;
  std::unique_ptr<rocksdb::ColumnFamilyHandle> trades;

  [[nodiscard]] rocksdb::ColumnFamilyHandle* family_of(std::string_view key) const {
    return !key.empty() && key.front() == kTradeKind ? trades.get() : rest.get();
  }

  [[nodiscard]] std::unique_ptr<rocksdb::Iterator> iterator(std::string_view prefix) const {
    return std::unique_ptr<rocksdb::Iterator>(db->NewIterator(rocksdb::ReadOptions(), family_of(prefix)));
  }
};

struct IndexStore::Batch::Content {
  const Database& database;
  rocksdb::WriteBatch batch;
};

IndexStore::Batch::Batch(const IndexStore& store)
    : content_(std::make_unique<Content>(Content{*store.database_, rocksdb::WriteBatch()})) {}

IndexStore::Batch::~Batch() = default;

void IndexStore::Batch::put(std::string_view key, std::string_view value) {
  content_->batch.Put(content_->database.family_of(key), slice(key), slice(value));
}

void IndexStore::Batch::add(std::string_view key, std::string_view value) {
  content_->batch.Merge(content_->database.family_of(key), slice(key), slice(value));
}

void IndexStore::Batch::remove(std::string_view key) {
  content_->batch.Delete(content_->database.family_of(key), slice(key));
}

struct IndexStore::Cursor::Content {
  std::unique_ptr<rocksdb::Iterator> at;
  std::string prefix;
};

IndexStore::Cursor::Cursor(std::unique_ptr<Content> content) : content_(std::move(content)) {}

IndexStore::Cursor::Cursor(Cursor&&) noexcept = default;

IndexStore::Cursor::~Cursor() = default;

bool IndexStore::Cursor::valid() const {
  return has_prefix(*content_->at, content_->prefix);
}

std::string_view IndexStore::Cursor::key() const {
  return view(content_->at->key());
}

std::string_view IndexStore::Cursor::value() const {
  return view(content_->at->value());
}

void IndexStore::Cursor::step_down() {
  content_->at->Prev();
}

Status IndexStore::Cursor::status() const {
  return to_status(content_->at->status());
}

Result<std::unique_ptr<IndexStore>> IndexStore::open(const std::string& directory, Join join) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return make_error(ErrorCode::storage_failed, "cannot make " + directory + ": " + error.message());
  const auto cache = rocksdb::NewLRUCache(kReadCacheBytes);
  rocksdb::ColumnFamilyOptions trades = make_family(rocksdb::kCompactionStyleLevel, kTradesBufferBytes, cache);
  trades.merge_operator = std::make_shared<Joiner>(join);
  const std::vector<rocksdb::ColumnFamilyDescriptor> families = {
      {rocksdb::kDefaultColumnFamilyName, make_family(rocksdb::kCompactionStyleUniversal, kRestBufferBytes, cache)},
      {std::string(kTradesFamily), trades}};
  auto database = std::make_unique<Database>();
  database->limiter.reset(rocksdb::NewGenericRateLimiter(kBytesPerSecondAlone, kRefillMicros));
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  CLEARSPAN_CHECK_OK(to_status(rocksdb::DB::Open(make_options(database->limiter), directory, families, &handles, &db)));
  database->db.reset(db);
  database->rest.reset(handles[0]);
  database->trades.reset(handles[1]);
  return std::unique_ptr<IndexStore>(new IndexStore(std::move(database)));
}

Status IndexStore::destroy(const std::string& directory) {
  return to_status(rocksdb::DestroyDB(directory, rocksdb::Options()));
}

IndexStore::IndexStore(std::unique_ptr<Database> database) : database_(std::move(database)) {}

IndexStore::~IndexStore() = default;

Status IndexStore::write(Batch& batch) {
  rocksdb::WriteOptions options;
  options.disableWAL = true;
  const auto status = database_->db->Write(options, &batch.content_->batch);
  batch.content_->batch.Clear();
  return to_status(status);
}

void IndexStore::give_way() {
  database_->limiter->SetBytesPerSecond(kBytesPerSecondBesideTheLog);
}

Status IndexStore::flush() {
  const std::int64_t rate = database_->limiter->GetBytesPerSecond();
  database_->limiter->SetBytesPerSecond(kBytesPerSecondAlone);
  const auto status = database_->db->Flush(rocksdb::FlushOptions(), {database_->rest.get(), database_->trades.get()});
  database_->limiter->SetBytesPerSecond(rate);
  return to_status(status);
}

Result<std::optional<std::string>> IndexStore::get(std::string_view key) const {
  std::string value;
  const auto status = database_->db->Get(rocksdb::ReadOptions(), database_->family_of(key), slice(key), &value);
  if (status.IsNotFound()) return std::optional<std::string>();
  CLEARSPAN_CHECK_OK(to_status(status));
  return std::optional<std::string>(std::move(value));
}

Result<std::vector<std::string>> IndexStore::get_unjoined(std::string_view key) const {
  std::vector<rocksdb::PinnableSlice> found;
  rocksdb::Status status;
  int count = kFilesToJoin;
  do {  // when there are more than that, `count` says how many
    found = std::vector<rocksdb::PinnableSlice>(static_cast<std::size_t>(count));
    rocksdb::GetMergeOperandsOptions options;
    options.expected_max_number_of_operands = count;
    status = database_->db->GetMergeOperands(rocksdb::ReadOptions(), database_->family_of(key), slice(key),
                                             found.data(), &options, &count);
  } while (status.IsIncomplete());
  std::vector<std::string> values;
  if (status.IsNotFound()) return values;
  CLEARSPAN_CHECK_OK(to_status(status));
  found.resize(static_cast<std::size_t>(count));
  for (const rocksdb::PinnableSlice& value : found) values.push_back(value.ToString());
  return values;
}

Status IndexStore::scan(std::string_view prefix, const Visit& visit) const {
  const auto at = database_->iterator(prefix);
  for (at->Seek(slice(prefix)); has_prefix(*at, prefix); at->Next()) {
    if (!visit(view(at->key()), view(at->value()))) break;
  }
  return to_status(at->status());
}

IndexStore::Cursor IndexStore::read_down(std::string_view prefix, std::string_view below) const {
  auto content = std::make_unique<Cursor::Content>();
  content->at = database_->iterator(prefix);
  content->prefix = prefix;
  content->at->SeekForPrev(slice(below));
  if (content->at->Valid() && view(content->at->key()) == below) content->at->Prev();
  return Cursor(std::move(content));
}

}  // namespace clearspan::evidence
