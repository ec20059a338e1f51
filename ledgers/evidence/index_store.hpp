// A sorted map of byte strings on disk: the little of RocksDB that the index needs, and the only place that knows it.
// Writes are atomic batches without a log of their own: after a crash the store holds a prefix of the batches, and the
// rest comes from the evidence log again.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace clearspan::evidence {

class IndexStore {
 public:
  // Changes that become visible together.
  class Batch {
   public:
    explicit Batch(const IndexStore& store);  // which must outlive it
    ~Batch();
    Batch(const Batch&) = delete;
    Batch& operator=(const Batch&) = delete;

    void put(std::string_view key, std::string_view value);
    void remove(std::string_view key);

    // Adds to what the key has, without reading it. Only for keys whose values can be joined.
    void add(std::string_view key, std::string_view value);

   private:
    friend class IndexStore;
    struct Content;
    std::unique_ptr<Content> content_;
  };

  // Stands at one key after the other of a prefix, downwards, as of the moment when it was made. The store must outlive
  // it.
  class Cursor {
   public:
    ~Cursor();
    Cursor(Cursor&&) noexcept;

    [[nodiscard]] bool valid() const;

    // While valid; the views until the next step.
    [[nodiscard]] std::string_view key() const;
    [[nodiscard]] std::string_view value() const;
    void step_down();

    // An error if reading failed, and was not merely at its end.
    [[nodiscard]] Status status() const;

   private:
    friend class IndexStore;
    struct Content;
    explicit Cursor(std::unique_ptr<Content> content);
    std::unique_ptr<Content> content_;
  };

  // False stops the scan. The views are valid during the call.
  using Visit = std::function<bool(std::string_view key, std::string_view value)>;

  // Makes one value of several of a key, the oldest first; what comes out, in place of what was in `out`, can be joined
  // again. False when one of them is damaged. Called on any thread.
  using Join = bool (*)(std::string_view key, std::span<const std::string_view> values, std::string& out);

  // Opens the store, making it when there is none. `join`: for the rows of trades. Errors: storage_failed.
  static Result<std::unique_ptr<IndexStore>> open(const std::string& directory, Join join);

  // Removes the store from disk. No instance may be open.
  static Status destroy(const std::string& directory);

  ~IndexStore();
  IndexStore(const IndexStore&) = delete;
  IndexStore& operator=(const IndexStore&) = delete;

  // Writes the batch and empties it.
  Status write(Batch& batch);

  // From now on what is written to disk behind the callers' backs leaves the disk and the cores to others.
  void give_way();

  // Brings everything written so far to disk, as fast as it goes.
  Status flush();

  [[nodiscard]] Result<std::optional<std::string>> get(std::string_view key) const;

  // What was added to the key, the oldest first, as far as it is not joined yet; nothing when there is no such key. For
  // who looks for a little of it only.
  [[nodiscard]] Result<std::vector<std::string>> get_unjoined(std::string_view key) const;

  // All keys with the prefix in ascending order, as of one moment.
  Status scan(std::string_view prefix, const Visit& visit) const;

  // At the highest key with the prefix that is below `below`.
  [[nodiscard]] Cursor read_down(std::string_view prefix, std::string_view below) const;

 private:
  struct Database;
  explicit IndexStore(std::unique_ptr<Database> database);
  std::unique_ptr<Database> database_;
};

}  // namespace clearspan::evidence
