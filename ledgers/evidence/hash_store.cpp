#include "ledgers/evidence/hash_store.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "core/base/kill_point.hpp"

namespace clearspan::evidence {
namespace {

constexpr unsigned kTileLevels = 8;           // a column for each eighth level: the tiles of C2SP tlog-tiles
constexpr std::size_t kCompareBytes = 65536;  // read at once while what is there is compared

ByteView bytes_of(std::span<const Hash32> hashes) {
  static_assert(sizeof(Hash32) == Hash32::kSize);
  return {reinterpret_cast<const std::uint8_t*>(hashes.data()), hashes.size_bytes()};
}

}  // namespace

// The hashes of one level, in the order of their indexes.
class HashStore::Column {
 public:
  explicit Column(std::unique_ptr<DerivedFile> file, std::uint64_t size)
      : file_(std::move(file)), unconfirmed_(size / Hash32::kSize) {}

  Status put(const Hash32& hash) {
    const std::uint64_t index = count_ + pending_.size();
    if (index < unconfirmed_) {
      CLEARSPAN_TRY(const Hash32 found, existing(index));
      if (found == hash) {
        ++count_;
        return Done{};
      }
      CLEARSPAN_CHECK_OK(drop_unconfirmed());
    }
    pending_.push_back(hash);
    return Done{};
  }

  Status flush() {
    if (pending_.empty()) return Done{};
    if (unconfirmed_ != count_) CLEARSPAN_CHECK_OK(drop_unconfirmed());
    CLEARSPAN_CHECK_OK(file_->append(bytes_of(pending_)));
    count_ += pending_.size();
    unconfirmed_ = count_;
    pending_.clear();
    return Done{};
  }

  Status drop_unconfirmed() {
    unconfirmed_ = count_;
    return file_->cut(count_ * Hash32::kSize);
  }

  [[nodiscard]] Result<std::vector<Hash32>> read(std::uint64_t first, std::size_t count) const {
    std::vector<Hash32> hashes(count);
    const std::span<std::uint8_t> out(reinterpret_cast<std::uint8_t*>(hashes.data()), count * Hash32::kSize);
    CLEARSPAN_TRY(const std::size_t got, file_->read(first * Hash32::kSize, out));
    if (got != out.size()) return make_error(ErrorCode::storage_failed, "the hashes of the evidence log are cut short");
    return hashes;
  }

 private:
  Result<Hash32> existing(std::uint64_t index) {
    const std::uint64_t offset = index * Hash32::kSize;
    if (buffer_.empty() || offset < buffer_at_ || offset + Hash32::kSize > buffer_at_ + buffer_.size()) {
      buffer_.resize(kCompareBytes);
      CLEARSPAN_TRY(const std::size_t got, file_->read(offset, buffer_));
      buffer_.resize(got);
      buffer_at_ = offset;
    }
    Hash32 hash;
    if (offset + Hash32::kSize <= buffer_at_ + buffer_.size()) {
      std::memcpy(hash.data(), buffer_.data() + (offset - buffer_at_), Hash32::kSize);
    }
    return hash;
  }

  std::unique_ptr<DerivedFile> file_;
  std::uint64_t unconfirmed_ = 0;  // hashes in the file
  std::uint64_t count_ = 0;        // of them, known to be right
  std::vector<Hash32> pending_;
  Bytes buffer_;
  std::uint64_t buffer_at_ = 0;
};

// Nodes of a level between two columns are computed from the column below.
class HashStore::Reader final : public tlog::HashReader {
 public:
  explicit Reader(const HashStore& store) : store_(store) {}

  Result<Hash32> hash_at(tlog::NodeId node) override {
    const unsigned below = node.level % kTileLevels;
    CLEARSPAN_TRY(std::vector<Hash32> hashes,
                  store_.nodes(node.level - below, node.index << below, std::size_t{1} << below));
    for (std::size_t width = hashes.size(); width > 1; width /= 2) {
      for (std::size_t i = 0; i < width / 2; ++i) hashes[i] = tlog::node_hash(hashes[2 * i], hashes[2 * i + 1]);
    }
    return hashes.front();
  }

 private:
  const HashStore& store_;
};

HashStore::HashStore(Disk& disk, std::string directory) : disk_(disk), directory_(std::move(directory)) {}

HashStore::~HashStore() = default;

Result<std::unique_ptr<HashStore>> HashStore::open(Disk& disk, const std::string& directory) {
  std::unique_ptr<HashStore> store(new HashStore(disk, directory));
  CLEARSPAN_CHECK_OK(store->column(0));
  return store;
}

Result<HashStore::Column*> HashStore::column(unsigned level) {
  const std::size_t at = level / kTileLevels;
  while (columns_.size() <= at) {
    const std::string path = directory_ + "/hashes." + std::to_string(columns_.size() * kTileLevels);
    CLEARSPAN_TRY(auto file, disk_.open_derived(path));
    CLEARSPAN_TRY(const std::uint64_t size, file->size());
    const std::lock_guard lock(mutex_);
    columns_.push_back(std::make_unique<Column>(std::move(file), size));
  }
  return columns_[at].get();
}

Status HashStore::append(std::span<const Hash32> leaves) {
  CLEARSPAN_CHECK_OK(status_);
  frontier_.append_all(leaves, [&](tlog::NodeId node, const Hash32& hash) {
    if (node.level % kTileLevels != 0 || !status_.ok()) return;
    const Result<Column*> one = column(node.level);
    status_ = one.ok() ? (*one)->put(hash) : Status(one.error());
  });
  for (const auto& one : columns_) {
    if (status_.ok()) status_ = one->flush();
    kill_point(KillPoint::tree_column_written);
  }
  CLEARSPAN_CHECK_OK(status_);
  const std::lock_guard lock(mutex_);
  published_ = frontier_;
  return Done{};
}

Status HashStore::finish_restore() {
  for (const auto& one : columns_) CLEARSPAN_CHECK_OK(one->drop_unconfirmed());
  return Done{};
}

TreeHead HashStore::head() const {
  const std::lock_guard lock(mutex_);
  return {published_.size(), published_.root()};
}

Result<std::vector<Hash32>> HashStore::nodes(unsigned level, std::uint64_t first, std::size_t count) const {
  const Column* column = nullptr;
  {
    const std::lock_guard lock(mutex_);
    const std::uint64_t complete = level < tlog::Frontier::kLevels ? published_.size() >> level : 0;
    if (level % kTileLevels != 0 || first > complete || count > complete - first) {
      return make_error(ErrorCode::index_beyond_tree,
                        "level " + std::to_string(level) + " has " + std::to_string(complete) + " complete nodes");
    }
    if (count > 0) column = columns_[level / kTileLevels].get();
  }
  if (count == 0) return std::vector<Hash32>();
  return column->read(first, count);
}

Result<Hash32> HashStore::root_of(std::uint64_t size) const {
  Reader reader(*this);
  return tlog::tree_root(size, reader);
}

Result<tlog::Proof> HashStore::inclusion(std::uint64_t index, std::uint64_t size) const {
  Reader reader(*this);
  return tlog::inclusion_proof(index, size, reader);
}

Result<tlog::Proof> HashStore::consistency(std::uint64_t old_size, std::uint64_t new_size) const {
  Reader reader(*this);
  return tlog::consistency_proof(old_size, new_size, reader);
}

}  // namespace clearspan::evidence
