#include "tools/simulation/sim_disk.hpp"

#include <algorithm>
#include <cstring>

namespace clearspan::sim {
namespace {

Error no_such_file(const std::string& path) {
  return make_error(ErrorCode::storage_failed, "no such file: " + path);
}

}  // namespace

class SimDisk::Handle {
 public:
  Handle(SimDisk& on, std::string name) : disk(on), path(std::move(name)), process_(on.process_) {}

  [[nodiscard]] Content* content() const {
    if (process_ != disk.process_) return nullptr;
    const auto found = disk.files_.find(path);
    return found == disk.files_.end() ? nullptr : &found->second;
  }

  [[nodiscard]] Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> out) const {
    const Content* const file = content();
    if (file == nullptr) return no_such_file(path);
    if (offset >= file->bytes.size()) return std::size_t{0};
    const std::size_t count = std::min<std::size_t>(out.size(), file->bytes.size() - static_cast<std::size_t>(offset));
    std::memcpy(out.data(), file->bytes.data() + offset, count);
    return count;
  }

  [[nodiscard]] Result<std::uint64_t> size() const {
    const Content* const file = content();
    if (file == nullptr) return no_such_file(path);
    return std::uint64_t{file->bytes.size()};
  }

  SimDisk& disk;
  const std::string path;

 private:
  const std::uint64_t process_;
};

class SimDisk::BlockHandle final : public evidence::File {
 public:
  explicit BlockHandle(Handle handle) : handle_(std::move(handle)) {}

  Status write(std::uint64_t offset, ByteView blocks) override {
    Content* const file = handle_.content();
    if (file == nullptr) return no_such_file(handle_.path);
    return handle_.disk.write(*file, offset, blocks);
  }

  Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> out) override {
    return handle_.read(offset, out);
  }

  Result<std::uint64_t> size() override { return handle_.size(); }

  Status cut_and_reserve(std::uint64_t offset, std::uint64_t bytes) override {
    Content* const file = handle_.content();
    if (file == nullptr) return no_such_file(handle_.path);
    file->bytes.resize(static_cast<std::size_t>(offset));
    file->bytes.resize(static_cast<std::size_t>(std::max(offset, bytes)));
    file->durable = file->bytes.size();
    return Done{};
  }

 private:
  Handle handle_;
};

class SimDisk::DerivedHandle final : public evidence::DerivedFile {
 public:
  explicit DerivedHandle(Handle handle) : handle_(std::move(handle)) {}

  Status append(ByteView bytes) override {
    Content* const file = handle_.content();
    if (file == nullptr) return no_such_file(handle_.path);
    file->bytes.insert(file->bytes.end(), bytes.begin(), bytes.end());
    return Done{};
  }

  Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> out) override {
    return handle_.read(offset, out);
  }

  Result<std::uint64_t> size() override { return handle_.size(); }

  Status cut(std::uint64_t size) override {
    Content* const file = handle_.content();
    if (file == nullptr) return no_such_file(handle_.path);
    file->bytes.resize(static_cast<std::size_t>(size));
    file->durable = std::min(file->durable, file->bytes.size());
    return Done{};
  }

 private:
  Handle handle_;
};

class SimDisk::Lock final : public evidence::DirectoryLock {
 public:
  Lock(SimDisk& disk, std::string directory) : disk_(disk), directory_(std::move(directory)), process_(disk.process_) {}

  ~Lock() override {
    if (process_ == disk_.process_) disk_.locked_.erase(directory_);
  }

 private:
  SimDisk& disk_;
  const std::string directory_;
  const std::uint64_t process_;
};

// Each block of an interrupted write arrives or does not.
Status SimDisk::write(Content& content, std::uint64_t offset, ByteView blocks) {
  const bool torn = random_.chance(faults_.torn);
  const bool failed = !torn && random_.chance(faults_.failed);
  const std::size_t end = static_cast<std::size_t>(offset) + blocks.size();
  if (content.bytes.size() < end) content.bytes.resize(end);
  for (std::size_t at = 0; at < blocks.size(); at += evidence::kBlockBytes) {
    if ((torn || failed) && random_.below(2) == 0) continue;
    const std::size_t count = std::min(evidence::kBlockBytes, blocks.size() - at);
    std::memcpy(content.bytes.data() + offset + at, blocks.data() + at, count);
  }
  content.durable = content.bytes.size();
  if (torn) throw ProcessEnded{ProcessEnded::Cause::torn_write};
  if (failed) return make_error(ErrorCode::storage_failed, "no space left on device");
  return Done{};
}

void SimDisk::crash() {
  ++process_;
  locked_.clear();
  for (auto& [path, content] : files_) {
    const std::size_t at_risk = content.bytes.size() - content.durable;
    if (at_risk != 0) content.bytes.resize(content.durable + static_cast<std::size_t>(random_.below(at_risk + 1)));
    content.durable = content.bytes.size();
  }
}

std::map<std::string, Bytes> SimDisk::files() const {
  std::map<std::string, Bytes> copies;
  for (const auto& [path, content] : files_) copies.emplace(path, content.bytes);
  return copies;
}

void SimDisk::put_back(const std::map<std::string, Bytes>& files) {
  files_.clear();
  for (const auto& [path, bytes] : files) files_[path] = {bytes, bytes.size()};
}

void SimDisk::flip_bit(const std::string& path, std::uint64_t bit) {
  files_.at(path).bytes.at(static_cast<std::size_t>(bit / 8)) ^= static_cast<std::uint8_t>(1U << (bit % 8));
}

void SimDisk::cut(const std::string& path, std::uint64_t bytes) {
  Content& content = files_.at(path);
  content.bytes.resize(static_cast<std::size_t>(bytes));
  content.durable = content.bytes.size();
}

Status SimDisk::make_directory(const std::string&) {
  return Done{};
}

Result<std::vector<std::string>> SimDisk::list(const std::string& directory) {
  std::vector<std::string> names;
  const std::string prefix = directory + "/";
  for (const auto& [path, content] : files_) {
    if (path.starts_with(prefix) && path.find('/', prefix.size()) == std::string::npos) {
      names.push_back(path.substr(prefix.size()));
    }
  }
  return names;
}

Result<std::unique_ptr<evidence::DirectoryLock>> SimDisk::lock(const std::string& directory) {
  if (!locked_.insert(directory).second) return make_error(ErrorCode::log_locked, directory + " is in use");
  return std::unique_ptr<evidence::DirectoryLock>(std::make_unique<Lock>(*this, directory));
}

Status SimDisk::fail_or(const std::string& what) {
  if (random_.chance(faults_.torn)) throw ProcessEnded{ProcessEnded::Cause::torn_write};
  if (random_.chance(faults_.failed)) return make_error(ErrorCode::storage_failed, what + ": no space left on device");
  return Done{};
}

Result<std::unique_ptr<evidence::File>> SimDisk::create(const std::string& path, ByteView first_block,
                                                        std::uint64_t bytes) {
  CLEARSPAN_CHECK_OK(fail_or("cannot create " + path));
  Content content;
  content.bytes.assign(first_block.begin(), first_block.end());
  content.bytes.resize(std::max<std::size_t>(first_block.size(), static_cast<std::size_t>(bytes)));
  content.durable = content.bytes.size();
  files_.insert_or_assign(path, std::move(content));
  CLEARSPAN_CHECK_OK(fail_or("cannot flush " + path));
  return open(path);
}

Result<std::unique_ptr<evidence::File>> SimDisk::open(const std::string& path) {
  if (!files_.contains(path)) return no_such_file(path);
  return std::unique_ptr<evidence::File>(std::make_unique<BlockHandle>(Handle(*this, path)));
}

Result<std::unique_ptr<evidence::File>> SimDisk::open_to_read(const std::string& path) {
  return open(path);
}

Result<std::unique_ptr<evidence::DerivedFile>> SimDisk::open_derived(const std::string& path) {
  files_.try_emplace(path);
  return std::unique_ptr<evidence::DerivedFile>(std::make_unique<DerivedHandle>(Handle(*this, path)));
}

Status SimDisk::replace(const std::string& path, ByteView content) {
  CLEARSPAN_CHECK_OK(fail_or("cannot replace " + path));
  files_.insert_or_assign(path, Content{Bytes(content.begin(), content.end()), content.size()});
  return fail_or("cannot flush the directory of " + path);
}

}  // namespace clearspan::sim
