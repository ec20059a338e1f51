// The machine's disk, and what a test has happen before files are written or read.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ledgers/evidence/disk.hpp"

namespace clearspan::evidence {

// An error is the operation's own.
struct DiskHooks {
  std::function<Status()> before_write = [] { return Done{}; };
  std::function<Status()> before_read = [] { return Done{}; };  // and before a file is opened to be read
};

class HookedFile final : public File {
 public:
  HookedFile(std::unique_ptr<File> file, DiskHooks hooks) : file_(std::move(file)), hooks_(std::move(hooks)) {}

  Status write(std::uint64_t offset, ByteView blocks) override {
    CLEARSPAN_CHECK_OK(hooks_.before_write());
    return file_->write(offset, blocks);
  }

  Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> out) override {
    CLEARSPAN_CHECK_OK(hooks_.before_read());
    return file_->read(offset, out);
  }

  Result<std::uint64_t> size() override { return file_->size(); }

  Status cut_and_reserve(std::uint64_t offset, std::uint64_t bytes) override {
    return file_->cut_and_reserve(offset, bytes);
  }

 private:
  std::unique_ptr<File> file_;
  DiskHooks hooks_;
};

class HookedDisk final : public Disk {
 public:
  explicit HookedDisk(DiskHooks hooks) : hooks_(std::move(hooks)) {}

  Status make_directory(const std::string& directory) override { return disk_->make_directory(directory); }

  Result<std::vector<std::string>> list(const std::string& directory) override { return disk_->list(directory); }

  Result<std::unique_ptr<DirectoryLock>> lock(const std::string& directory) override { return disk_->lock(directory); }

  Result<std::unique_ptr<File>> create(const std::string& path, ByteView first_block, std::uint64_t bytes) override {
    return hooked(disk_->create(path, first_block, bytes));
  }

  Result<std::unique_ptr<File>> open(const std::string& path) override { return hooked(disk_->open(path)); }

  Result<std::unique_ptr<File>> open_to_read(const std::string& path) override {
    CLEARSPAN_CHECK_OK(hooks_.before_read());
    return hooked(disk_->open_to_read(path));
  }

  Result<std::unique_ptr<DerivedFile>> open_derived(const std::string& path) override {
    return disk_->open_derived(path);
  }

  Status replace(const std::string& path, ByteView content) override { return disk_->replace(path, content); }

 private:
  Result<std::unique_ptr<File>> hooked(Result<std::unique_ptr<File>> file) const {
    if (!file.ok()) return file;
    return std::unique_ptr<File>(std::make_unique<HookedFile>(std::move(*file), hooks_));
  }

  DiskHooks hooks_;
  std::unique_ptr<Disk> disk_ = make_posix_disk();
};

}  // namespace clearspan::evidence
