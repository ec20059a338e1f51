#include "ledgers/evidence/index_store.hpp"

#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <filesystem>

namespace clearspan::evidence {
namespace {

constexpr std::size_t kWriteBufferBytes = 64u << 20;
constexpr std::size_t kLogFilesKept = 2;  // RocksDB's own diagnostic log
constexpr double kBloomBitsPerKey = 10;   // about 1 % of reads for absent keys go to disk

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

rocksdb::Options make_options() {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.write_buffer_size = kWriteBufferBytes;
  options.compression = rocksdb::kLZ4Compression;
  options.keep_log_file_num = kLogFilesKept;
  options.paranoid_checks = true;
  rocksdb::BlockBasedTableOptions table;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBitsPerKey));
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

bool has_prefix(const rocksdb::Iterator& at, std::string_view prefix) {
  return at.Valid() && at.key().starts_with(slice(prefix));
}

}  // namespace

struct IndexStore::Batch::Content {
  rocksdb::WriteBatch batch;
};

IndexStore::Batch::Batch() : content_(std::make_unique<Content>()) {}

IndexStore::Batch::~Batch() = default;

void IndexStore::Batch::put(std::string_view key, std::string_view value) {
  content_->batch.Put(slice(key), slice(value));
}

void IndexStore::Batch::remove(std::string_view key) {
  content_->batch.Delete(slice(key));
}

struct IndexStore::Database {
  std::unique_ptr<rocksdb::DB> db;
};

Result<std::unique_ptr<IndexStore>> IndexStore::open(const std::string& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return make_error(ErrorCode::storage_failed, "cannot make " + directory + ": " + error.message());
  rocksdb::DB* db = nullptr;
  CLEARSPAN_CHECK_OK(to_status(rocksdb::DB::Open(make_options(), directory, &db)));
  auto database = std::make_unique<Database>();
  database->db.reset(db);
  return std::unique_ptr<IndexStore>(new IndexStore(std::move(database)));
}

Status IndexStore::destroy(const std::string& directory) {
  return to_status(rocksdb::DestroyDB(directory, make_options()));
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

Status IndexStore::flush() {
  return to_status(database_->db->Flush(rocksdb::FlushOptions()));
}

Result<std::optional<std::string>> IndexStore::get(std::string_view key) const {
  std::string value;
  const auto status = database_->db->Get(rocksdb::ReadOptions(), slice(key), &value);
  if (status.IsNotFound()) return std::optional<std::string>();
  CLEARSPAN_CHECK_OK(to_status(status));
  return std::optional<std::string>(std::move(value));
}

Status IndexStore::scan(std::string_view prefix, const Visit& visit) const {
  const std::unique_ptr<rocksdb::Iterator> at(database_->db->NewIterator(rocksdb::ReadOptions()));
  for (at->Seek(slice(prefix)); has_prefix(*at, prefix); at->Next()) {
    if (!visit(view(at->key()), view(at->value()))) break;
  }
  return to_status(at->status());
}

Status IndexStore::scan_down(std::string_view prefix, std::string_view below, const Visit& visit) const {
  const std::unique_ptr<rocksdb::Iterator> at(database_->db->NewIterator(rocksdb::ReadOptions()));
  at->SeekForPrev(slice(below));
  if (at->Valid() && view(at->key()) == below) at->Prev();
  for (; has_prefix(*at, prefix); at->Prev()) {
    if (!visit(view(at->key()), view(at->value()))) break;
  }
  return to_status(at->status());
}

}  // namespace clearspan::evidence
