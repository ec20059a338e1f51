// The disk as the evidence log needs it: few operations, each durable when it returns, so that a simulation can stand
// in for it with faults of its own. A write is whole blocks at a multiple of the block size.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"

namespace clearspan::evidence {

// What O_DIRECT asks for on every disk of today; also the unit in which groups are padded.
inline constexpr std::size_t kBlockBytes = 4096;

class File {
 public:
  virtual ~File() = default;

  // Writes whole blocks from memory that is aligned to kBlockBytes. Durable when it returns. A failure says nothing
  // about what reached the disk; it is never retried. Offsets ascend: behind the last block that was written there are
  // only zeros.
  virtual Status write(std::uint64_t offset, ByteView blocks) = 0;

  // Reads up to out.size() bytes; fewer only at the end of the file. Of a file opened to read: from any thread.
  virtual Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> out) = 0;

  [[nodiscard]] virtual Result<std::uint64_t> size() = 0;

  // Drops everything from `offset` on, then reserves zeros up to `bytes`. Durable when it returns.
  virtual Status cut_and_reserve(std::uint64_t offset, std::uint64_t bytes) = 0;
};

// A file that can be made again from others: appended to and read, and durable by chance only. Reads may be made from
// any thread, of what was appended before.
class DerivedFile {
 public:
  virtual ~DerivedFile() = default;

  virtual Status append(ByteView bytes) = 0;

  // Reads up to out.size() bytes; fewer only at the end of the file.
  virtual Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> out) = 0;

  [[nodiscard]] virtual Result<std::uint64_t> size() = 0;

  // Drops everything from `size` on; the next append stands there.
  virtual Status cut(std::uint64_t size) = 0;
};

// Held for as long as it exists.
class DirectoryLock {
 public:
  virtual ~DirectoryLock() = default;
};

class Disk {
 public:
  virtual ~Disk() = default;

  virtual Status make_directory(const std::string& directory) = 0;

  // Names of the plain files in a directory, sorted. A directory that does not exist is empty.
  virtual Result<std::vector<std::string>> list(const std::string& directory) = 0;

  // Errors: log_locked when another holder exists, in this process or another.
  virtual Result<std::unique_ptr<DirectoryLock>> lock(const std::string& directory) = 0;

  // A new file of `first_block` and zeros up to `bytes`, opened for durable block writes. It appears under its name
  // only when all of it is durable: a crash leaves the whole file or none.
  virtual Result<std::unique_ptr<File>> create(const std::string& path, ByteView first_block, std::uint64_t bytes) = 0;

  // An existing file, opened for durable block writes.
  virtual Result<std::unique_ptr<File>> open(const std::string& path) = 0;

  virtual Result<std::unique_ptr<File>> open_to_read(const std::string& path) = 0;

  // An existing or new file. It is at its end.
  virtual Result<std::unique_ptr<DerivedFile>> open_derived(const std::string& path) = 0;

  // Replaces a small file as a whole: after a crash it holds the old content or the new.
  virtual Status replace(const std::string& path, ByteView content) = 0;
};

// The machine's own file systems: O_DIRECT and O_DSYNC, or buffered writes with fdatasync where O_DIRECT is refused.
std::unique_ptr<Disk> make_posix_disk();

}  // namespace clearspan::evidence
