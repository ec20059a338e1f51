// Lists of trades by their creation, newest first, as the index keeps them.
//
// A list's trades stand packed (index_entries.hpp), a row for each bucket of time in each commit. Rows of several
// commits may hold the same bucket, since shards and users have clocks of their own; reading gathers a bucket's rows
// and sorts, and so is exact.
//
//   key:    list | bucket | shard and sequence of one of its trades' creation, so that no two rows have the same key
//
// The list of all trades needs rows only for trades whose ids do not sort by their creation; the others are found by
// their ids.
#pragma once

#include <memory>
#include <optional>

#include "ledgers/evidence/index_rows.hpp"
#include "ledgers/evidence/index_store.hpp"

namespace clearspan::evidence {

class ListReader {
 public:
  virtual ~ListReader() = default;

  // The next one, newest first; on one time the higher id first. None at the end. Errors: storage_failed.
  virtual Result<std::optional<rows::ListPosition>> next() = 0;
};

// What is below `below` in that list, as of one moment; everything when there is no `below`. The store must outlive
// the reader.
std::unique_ptr<ListReader> read_all_trades(const IndexStore& store, const std::optional<rows::ListPosition>& below);
std::unique_ptr<ListReader> read_trades_of(const IndexStore& store, const AccountId& account,
                                           const std::optional<rows::ListPosition>& below);
std::unique_ptr<ListReader> read_suspended(const IndexStore& store, const std::optional<rows::ListPosition>& below);

}  // namespace clearspan::evidence
