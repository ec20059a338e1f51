// The Merkle tree of a log, kept beside it: the hash of every leaf, and of every complete subtree of 256, 256^2, ...
// leaves. The files can be made again from the log at any time, and what does not fit it is: nothing here is trusted
// for itself. All other nodes are computed from at most 256 hashes, so that tiles and proofs cost a few reads.
//
//   hashes.0   head_1 head_2 head_3 ...           leaf i of the tree is the head after record i + 1 (log.hpp)
//   hashes.8   root of leaves 0..255, 256..511, ...
//   hashes.16  ...
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "codecs/tlog/merkle.hpp"
#include "ledgers/evidence/disk.hpp"

namespace clearspan::evidence {

struct TreeHead {
  std::uint64_t size = 0;
  Hash32 root;

  bool operator==(const TreeHead&) const = default;
};

// Appending is one thread's; everything else may be called from any.
class HashStore {
 public:
  // With what the directory holds already, all of it unconfirmed: the tree begins empty, and each leaf that is added is
  // compared with what stands there.
  static Result<std::unique_ptr<HashStore>> open(Disk& disk, const std::string& directory);

  ~HashStore();

  // Adds leaves. After an error the store stays as it was before and takes nothing more.
  Status append(std::span<const Hash32> leaves);

  // Drops what the files hold beyond the leaves added so far. Called once, when all leaves that exist have been added.
  Status finish_restore();

  [[nodiscard]] TreeHead head() const;

  // The root of the first `size` leaves. Errors: index_beyond_tree, storage_failed.
  [[nodiscard]] Result<Hash32> root_of(std::uint64_t size) const;

  // Errors: index_beyond_tree, consistency_invalid, storage_failed.
  [[nodiscard]] Result<tlog::Proof> inclusion(std::uint64_t index, std::uint64_t size) const;
  [[nodiscard]] Result<tlog::Proof> consistency(std::uint64_t old_size, std::uint64_t new_size) const;

  // `count` complete nodes of that level from `first` on, for tiles; level is a multiple of 8. Errors:
  // index_beyond_tree, storage_failed.
  [[nodiscard]] Result<std::vector<Hash32>> nodes(unsigned level, std::uint64_t first, std::size_t count) const;

 private:
  class Column;
  class Reader;
  HashStore(Disk& disk, std::string directory);
  Result<Column*> column(unsigned level);

  Disk& disk_;
  const std::string directory_;
  tlog::Frontier frontier_;
  Status status_ = Done{};
  mutable std::mutex mutex_;                      // guards what follows
  std::vector<std::unique_ptr<Column>> columns_;  // of the levels 0, 8, 16, ...
  tlog::Frontier published_;
};

}  // namespace clearspan::evidence
