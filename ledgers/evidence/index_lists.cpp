#include "ledgers/evidence/index_lists.hpp"

#include <algorithm>
#include <memory>

#include "core/scenario/trade_id.hpp"
#include "ledgers/evidence/index_entries.hpp"
#include "ledgers/evidence/index_runs.hpp"

namespace clearspan::evidence {
namespace {

using rows::ListPosition;

// Rows of one trade each.
class PlainReader final : public ListReader {
 public:
  explicit PlainReader(IndexStore::Cursor cursor) : cursor_(std::move(cursor)) {}

  Result<std::optional<ListPosition>> next() override {
    if (!cursor_.valid()) return end();
    const ListPosition position = rows::position_of_list_key(cursor_.key());
    cursor_.step_down();
    return std::optional(position);
  }

 private:
  Result<std::optional<ListPosition>> end() {
    CLEARSPAN_CHECK_OK(cursor_.status());
    return std::optional<ListPosition>();
  }

  IndexStore::Cursor cursor_;
};

// Rows of many trades each: a row of the same bucket as the one before belongs to it.
class BucketReader : public ListReader {
 public:
  BucketReader(IndexStore::Cursor cursor, const std::optional<ListPosition>& below)
      : cursor_(std::move(cursor)), below_(below) {}

  Result<std::optional<ListPosition>> next() override {
    while (bucket_.empty()) {
      if (!cursor_.valid()) {
        CLEARSPAN_CHECK_OK(cursor_.status());
        return std::optional<ListPosition>();
      }
      CLEARSPAN_CHECK_OK(read_bucket());
      std::sort(bucket_.begin(), bucket_.end());
    }
    const ListPosition position = bucket_.back();
    bucket_.pop_back();
    return std::optional(position);
  }

 protected:
  // Gathers all rows of the bucket that the cursor stands in, and steps behind it.
  virtual Status read_bucket() = 0;

  void gather(const ListPosition& position) {
    if (!below_ || position < *below_) bucket_.push_back(position);
  }

  IndexStore::Cursor cursor_;

 private:
  const std::optional<ListPosition> below_;
  std::vector<ListPosition> bucket_;
};

// The trades whose ids sort by creation, by where they stand.
class TradeReader final : public BucketReader {
 public:
  using BucketReader::BucketReader;

 private:
  Status read_bucket() override {
    rows::RunReader run(cursor_.key(), cursor_.value());
    while (run.next()) {
      CLEARSPAN_TRY(const auto part, rows::parse_part(run.trade(), run.part()));
      if (part.creation && !part.creation->is_odd) gather({created_at(run.trade()), run.trade()});
    }
    if (run.is_damaged()) return make_error(ErrorCode::storage_failed, "trade index: a damaged run of trades");
    cursor_.step_down();
    return Done{};
  }
};

class PackedReader final : public BucketReader {
 public:
  using BucketReader::BucketReader;

 private:
  Status read_bucket() override {
    const std::int64_t number = rows::bucket_of_key(cursor_.key());
    for (; cursor_.valid() && rows::bucket_of_key(cursor_.key()) == number; cursor_.step_down()) {
      CLEARSPAN_TRY(const auto entries, parse_entries(number, cursor_.value()));
      for (const ListPosition& entry : entries) gather(entry);
    }
    return Done{};
  }
};

class MergedReader final : public ListReader {
 public:
  MergedReader(std::unique_ptr<ListReader> a, std::unique_ptr<ListReader> b)
      : sources_{{std::move(a)}, {std::move(b)}} {}

  Result<std::optional<ListPosition>> next() override {
    Source* newest = nullptr;
    for (Source& source : sources_) {
      if (!std::exchange(source.is_read, true)) {
        CLEARSPAN_TRY(source.front, source.reader->next());
      }
      if (source.front && (!newest || *newest->front < *source.front)) newest = &source;
    }
    if (!newest) return std::optional<ListPosition>();
    newest->is_read = false;
    return newest->front;
  }

 private:
  struct Source {
    std::unique_ptr<ListReader> reader;
    std::optional<ListPosition> front = std::nullopt;
    bool is_read = false;
  };

  Source sources_[2];
};

std::unique_ptr<ListReader> read_packed(const IndexStore& store, const std::string& list,
                                        const std::optional<ListPosition>& below) {
  // The whole bucket of the position is read, and what is not below it left out.
  const std::string end = below ? rows::bucket_key(list, bucket_of(below->created)) + rows::behind_all() : "";
  return std::make_unique<PackedReader>(store.read_down(list, end.empty() ? list + rows::behind_all() : end), below);
}

}  // namespace

std::unique_ptr<ListReader> read_all_trades(const IndexStore& store, const std::optional<ListPosition>& below) {
  auto runs =
      store.read_down(rows::all_runs(), rows::end_of_runs(below ? std::optional(below->created) : std::nullopt));
  return std::make_unique<MergedReader>(std::make_unique<TradeReader>(std::move(runs), below),
                                        read_packed(store, rows::odd_list(), below));
}

std::unique_ptr<ListReader> read_trades_of(const IndexStore& store, const AccountId& account,
                                           const std::optional<ListPosition>& below) {
  return read_packed(store, rows::account_list(rows::account_digest(account.text)), below);
}

std::unique_ptr<ListReader> read_suspended(const IndexStore& store, const std::optional<ListPosition>& below) {
  const std::string list = rows::suspended_list();
  const std::string end = below ? rows::list_key(list, *below) : list + rows::behind_all();
  return std::make_unique<PlainReader>(store.read_down(list, end));
}

}  // namespace clearspan::evidence
