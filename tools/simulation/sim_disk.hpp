// A disk in memory that fails as disks do: a crash in the middle of a write leaves any of its blocks, a write fails and
// says nothing of what it did, and what nobody flushed is gone after a crash.
#pragma once

#include <map>
#include <set>
#include <string>

#include "core/base/bytes.hpp"
#include "ledgers/evidence/disk.hpp"
#include "tools/simulation/random.hpp"

namespace clearspan::sim {

// Thrown out of the engine: its process has ended here.
struct ProcessEnded {
  enum class Cause : std::uint8_t { torn_write, failed_write } cause;
};

class SimDisk final : public evidence::Disk {
 public:
  explicit SimDisk(Random& random) : random_(random) {}

  struct Faults {  // per million writes
    std::uint32_t torn = 0;
    std::uint32_t failed = 0;
  };

  void set_faults(const Faults& faults) { faults_ = faults; }

  // The process is gone: its open files mean nothing any more, and what was not durable may be lost.
  void crash();

  // What an operator would see: the durable files, to look at, to damage and to put back.
  [[nodiscard]] std::map<std::string, Bytes> files() const;
  void put_back(const std::map<std::string, Bytes>& files);
  void flip_bit(const std::string& path, std::uint64_t bit);
  void cut(const std::string& path, std::uint64_t bytes);

  Status make_directory(const std::string& directory) override;
  Result<std::vector<std::string>> list(const std::string& directory) override;
  Result<std::unique_ptr<evidence::DirectoryLock>> lock(const std::string& directory) override;
  Result<std::unique_ptr<evidence::File>> create(const std::string& path, ByteView first_block,
                                                 std::uint64_t bytes) override;
  Result<std::unique_ptr<evidence::File>> open(const std::string& path) override;
  Result<std::unique_ptr<evidence::File>> open_to_read(const std::string& path) override;
  Result<std::unique_ptr<evidence::DerivedFile>> open_derived(const std::string& path) override;
  Status replace(const std::string& path, ByteView content) override;

 private:
  class Handle;
  class BlockHandle;
  class DerivedHandle;
  class Lock;

  struct Content {
    Bytes bytes;
    std::size_t durable = 0;  // what is surely there after a crash
  };

  Status write(Content& content, std::uint64_t offset, ByteView blocks);
  // Some failures happen before anything is done, some after.
  Status fail_or(const std::string& what);

  Random& random_;
  Faults faults_;
  std::map<std::string, Content> files_;
  std::set<std::string> locked_;
  std::uint64_t process_ = 0;  // files opened by an earlier one are dead
};

}  // namespace clearspan::sim
