#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "core/base/kill_point.hpp"
#include "ledgers/evidence/disk.hpp"

namespace clearspan::evidence {
namespace {

// Of a reserved block the file system knows that it was never written, and the first write to it has to put that on
// disk, too: twice the time for a small write. So zeros are written this far ahead, many blocks at once. A large write
// has that cost once for all of its blocks.
constexpr std::size_t kZerosAheadBytes = 256 << 10;
constexpr std::size_t kSmallWriteBytes = 64 << 10;
alignas(kBlockBytes) constinit std::array<std::uint8_t, kZerosAheadBytes + kSmallWriteBytes> zeros{};

constexpr mode_t kFileMode = 0600;  // the log holds accounts, amounts and signed bytes: its owner's business only

Error failure(const std::string& what, const std::string& path) {
  return make_error(ErrorCode::storage_failed, what + " " + path + ": " + std::strerror(errno));
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}

  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }

  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor& operator=(Descriptor&&) = delete;

  [[nodiscard]] bool is_open() const { return number_ >= 0; }

  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

Descriptor open_file(const std::string& path, int flags) {
  return Descriptor(::open(path.c_str(), flags | O_CLOEXEC, kFileMode));
}

Status write_all(int file, std::uint64_t offset, ByteView bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return failure("cannot write", path);
    offset += static_cast<std::uint64_t>(written);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return Done{};
}

Status flush_directory(const std::string& directory) {
  const Descriptor handle = open_file(directory, O_RDONLY | O_DIRECTORY);
  if (!handle.is_open() || ::fsync(handle.number()) != 0) return failure("cannot flush the directory", directory);
  return Done{};
}

std::string directory_of(const std::string& path) {
  return std::filesystem::path(path).parent_path().string();
}

Result<std::size_t> read_all(int file, std::uint64_t offset, std::span<std::uint8_t> out, const std::string& path) {
  std::size_t total = 0;
  while (total < out.size()) {
    const ssize_t got = ::pread(file, out.data() + total, out.size() - total, static_cast<off_t>(offset + total));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failure("cannot read", path);
    if (got == 0) break;
    total += static_cast<std::size_t>(got);
  }
  return total;
}

Result<std::uint64_t> size_of(int file, const std::string& path) {
  struct stat info {};

  if (::fstat(file, &info) != 0) return failure("cannot read the size of", path);
  return static_cast<std::uint64_t>(info.st_size);
}

class PosixFile final : public File {
 public:
  PosixFile(Descriptor file, std::string path, bool flushes, std::uint64_t reserved)
      : file_(std::move(file)), path_(std::move(path)), flushes_(flushes), reserved_(reserved) {}

  Status write(std::uint64_t offset, ByteView blocks) override {
    if (blocks.size() <= kSmallWriteBytes) CLEARSPAN_CHECK_OK(write_zeros(offset, offset + blocks.size()));
    CLEARSPAN_CHECK_OK(write_all(file_.number(), offset, blocks, path_));
    if (flushes_ && ::fdatasync(file_.number()) != 0) return failure("cannot flush", path_);
    return Done{};
  }

  Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> out) override {
    return read_all(file_.number(), offset, out, path_);
  }

  Result<std::uint64_t> size() override { return size_of(file_.number(), path_); }

  Status cut_and_reserve(std::uint64_t offset, std::uint64_t bytes) override {
    const Descriptor plain = open_file(path_, O_RDWR);
    if (!plain.is_open()) return failure("cannot open", path_);
    if (::ftruncate(plain.number(), static_cast<off_t>(offset)) != 0) return failure("cannot cut", path_);
    kill_point(KillPoint::tail_cut);
    errno = ::posix_fallocate(plain.number(), 0, static_cast<off_t>(bytes));
    if (errno != 0) return failure("cannot reserve space for", path_);
    if (::fsync(plain.number()) != 0) return failure("cannot flush", path_);
    reserved_ = bytes;
    zeros_until_ = 0;
    return Done{};
  }

 private:
  // From the blocks at offset, which are about to be written, to some way behind their end.
  Status write_zeros(std::uint64_t offset, std::uint64_t end) {
    if (end <= zeros_until_) return Done{};
    const std::uint64_t begin = std::max(zeros_until_, offset);
    const std::uint64_t until = std::min(reserved_, end + kZerosAheadBytes);
    if (until <= begin) return Done{};
    zeros_until_ = until;
    return write_all(file_.number(), begin, ByteView(zeros).first(static_cast<std::size_t>(until - begin)), path_);
  }

  Descriptor file_;
  std::string path_;
  bool flushes_;                   // buffered: each write is followed by a flush
  std::uint64_t reserved_;         // bytes of the file
  std::uint64_t zeros_until_ = 0;  // what of it has been written, at least as zeros
};

class PosixDerivedFile final : public DerivedFile {
 public:
  PosixDerivedFile(Descriptor file, std::string path, std::uint64_t end)
      : file_(std::move(file)), path_(std::move(path)), end_(end) {}

  Status append(ByteView bytes) override {
    CLEARSPAN_CHECK_OK(write_all(file_.number(), end_, bytes, path_));
    end_ += bytes.size();
    return Done{};
  }

  Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> out) override {
    return read_all(file_.number(), offset, out, path_);
  }

  Result<std::uint64_t> size() override { return size_of(file_.number(), path_); }

  Status cut(std::uint64_t size) override {
    if (::ftruncate(file_.number(), static_cast<off_t>(size)) != 0) return failure("cannot cut", path_);
    end_ = size;
    return Done{};
  }

 private:
  Descriptor file_;
  std::string path_;
  std::uint64_t end_;
};

class PosixLock final : public DirectoryLock {
 public:
  explicit PosixLock(Descriptor file) : file_(std::move(file)) {}

 private:
  Descriptor file_;  // closing it gives the lock up
};

class PosixDisk final : public Disk {
 public:
  Status make_directory(const std::string& directory) override {
    std::error_code error;
    if (std::filesystem::is_directory(directory, error)) return Done{};
    std::filesystem::create_directories(directory, error);
    if (error) return make_error(ErrorCode::storage_failed, "cannot make " + directory + ": " + error.message());
    return flush_directory(std::filesystem::absolute(directory).parent_path().string());
  }

  Result<std::vector<std::string>> list(const std::string& directory) override {
    std::error_code error;
    std::vector<std::string> names;
    if (!std::filesystem::exists(directory, error)) return names;
    auto entry = std::filesystem::directory_iterator(directory, error);
    for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
      if (entry->is_regular_file(error)) names.push_back(entry->path().filename().string());
    }
    if (error) return make_error(ErrorCode::storage_failed, "cannot list " + directory + ": " + error.message());
    std::sort(names.begin(), names.end());
    return names;
  }

  Result<std::unique_ptr<DirectoryLock>> lock(const std::string& directory) override {
    const std::string path = directory + "/LOCK";
    Descriptor file = open_file(path, O_RDWR | O_CREAT);
    if (!file.is_open()) return failure("cannot open", path);
    if (::flock(file.number(), LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK) return failure("cannot lock", path);
      return make_error(ErrorCode::log_locked, directory + " is in use");
    }
    return std::unique_ptr<DirectoryLock>(std::make_unique<PosixLock>(std::move(file)));
  }

  Result<std::unique_ptr<File>> create(const std::string& path, ByteView first_block, std::uint64_t bytes) override {
    CLEARSPAN_CHECK_OK(put(path, first_block, bytes));
    return open(path);
  }

  Result<std::unique_ptr<File>> open(const std::string& path) override {
    Descriptor direct = open_file(path, O_RDWR | O_DIRECT | O_DSYNC);
    if (direct.is_open()) return make_file(std::move(direct), path, false);
    if (errno != EINVAL) return failure("cannot open", path);
    // tmpfs and some network file systems refuse O_DIRECT.
    Descriptor buffered = open_file(path, O_RDWR);
    if (!buffered.is_open()) return failure("cannot open", path);
    return make_file(std::move(buffered), path, true);
  }

  Result<std::unique_ptr<File>> open_to_read(const std::string& path) override {
    Descriptor file = open_file(path, O_RDONLY);
    if (!file.is_open()) return failure("cannot open", path);
    return make_file(std::move(file), path, false);
  }

  Result<std::unique_ptr<DerivedFile>> open_derived(const std::string& path) override {
    Descriptor file = open_file(path, O_RDWR | O_CREAT);
    if (!file.is_open()) return failure("cannot open", path);
    CLEARSPAN_TRY(const std::uint64_t end, size_of(file.number(), path));
    return std::unique_ptr<DerivedFile>(std::make_unique<PosixDerivedFile>(std::move(file), path, end));
  }

  Status replace(const std::string& path, ByteView content) override { return put(path, content, 0); }

 private:
  static Result<std::unique_ptr<File>> make_file(Descriptor file, const std::string& path, bool flushes) {
    CLEARSPAN_TRY(const std::uint64_t bytes, size_of(file.number(), path));
    return std::unique_ptr<File>(std::make_unique<PosixFile>(std::move(file), path, flushes, bytes));
  }

  // Puts a file in place as a whole: written under another name, flushed, renamed, and the name flushed.
  static Status put(const std::string& path, ByteView content, std::uint64_t reserve_bytes) {
    const std::string draft = path + ".new";
    const Descriptor file = open_file(draft, O_RDWR | O_CREAT | O_TRUNC);
    if (!file.is_open()) return failure("cannot make", draft);
    if (reserve_bytes > 0) {
      errno = ::posix_fallocate(file.number(), 0, static_cast<off_t>(reserve_bytes));
      if (errno != 0) return failure("cannot reserve space for", draft);
    }
    CLEARSPAN_CHECK_OK(write_all(file.number(), 0, content, draft));
    if (::fsync(file.number()) != 0) return failure("cannot flush", draft);
    kill_point(KillPoint::file_drafted);
    if (::rename(draft.c_str(), path.c_str()) != 0) return failure("cannot rename", draft);
    kill_point(KillPoint::file_renamed);
    return flush_directory(directory_of(path));
  }
};

}  // namespace

std::unique_ptr<Disk> make_posix_disk() {
  return std::make_unique<PosixDisk>();
}

}  // namespace clearspan::evidence
