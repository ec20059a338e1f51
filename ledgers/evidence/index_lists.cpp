#include "ledgers/evidence/index_lists.hpp"

#include <algorithm>
#include <memory>

#include "core/scenario/trade_id.hpp"
#include "ledgers/evidence/index_entries.hpp"

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

// The trades whose ids sort by creation, by their own rows.
class TradeReader final : public ListReader {
 public:
  explicit TradeReader(IndexStore::Cursor cursor) : cursor_(std::move(cursor)) {}

  Result<std::optional<ListPosition>> next() override {
    if (!cursor_.valid()) {
      CLEARSPAN_CHECK_OK(cursor_.status());
      return std::optional<ListPosition>();
    }
    const TradeId trade = rows::trade_of_key(cursor_.key());
    cursor_.step_down();
    return std::optional(ListPosition{created_at(trade), trade});
  }

 private:
  IndexStore::Cursor cursor_;
};

class PackedReader final : public ListReader {
 public:
  PackedReader(IndexStore::Cursor cursor, const std::optional<ListPosition>& below)
      : cursor_(std::move(cursor)), below_(below) {}

  Result<std::optional<ListPosition>> next() override {
    while (bucket_.empty()) {
      if (!cursor_.valid()) {
        CLEARSPAN_CHECK_OK(cursor_.status());
        return std::optional<ListPosition>();
      }
      CLEARSPAN_CHECK_OK(read_bucket());
    }
    const ListPosition position = bucket_.back();
    bucket_.pop_back();
    return std::optional(position);
  }

 private:
  // All rows of the bucket that the cursor stands in, ascending.
  Status read_bucket() {
    const std::int64_t number = rows::bucket_of_key(cursor_.key());
    for (; cursor_.valid() && rows::bucket_of_key(cursor_.key()) == number; cursor_.step_down()) {
      CLEARSPAN_TRY(const auto entries, parse_entries(number, cursor_.value()));
      for (const ListPosition& entry : entries) {
        if (!below_ || entry < *below_) bucket_.push_back(entry);
      }
    }
    std::sort(bucket_.begin(), bucket_.end());
    return Done{};
  }

  IndexStore::Cursor cursor_;
  const std::optional<ListPosition> below_;
  std::vector<ListPosition> bucket_;
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

// The first key that is not below the position, among ids that start with their time of creation.
std::string first_key_from(const ListPosition& below) {
  const Timestamp earliest{Millis{0}};
  const Timestamp latest = created_at([] {
    TradeId last;
    last.bytes.fill(0xff);
    return last;
  }());
  if (below.created < earliest) return rows::trade_key(TradeId{});
  if (below.created > latest) return rows::all_trades() + rows::behind_all();
  TradeId id = below.trade;
  if (!sorts_by_creation(below)) {
    // On the time of creation, all ids are below this one or none is.
    std::array<std::uint8_t, kTradeIdRandomBytes> rest{};
    const TradeId first = make_trade_id(below.created, rest);
    rest.fill(0xff);
    id = below.trade < first ? first : make_trade_id(below.created, rest);
    if (first < below.trade) return rows::trade_key(id) + rows::behind_all();
  }
  return rows::trade_key(id);
}

}  // namespace

std::unique_ptr<ListReader> read_all_trades(const IndexStore& store, const std::optional<ListPosition>& below) {
  const std::string end = below ? first_key_from(*below) : rows::all_trades() + rows::behind_all();
  return std::make_unique<MergedReader>(std::make_unique<TradeReader>(store.read_down(rows::all_trades(), end)),
                                        read_packed(store, rows::odd_list(), below));
}

std::unique_ptr<ListReader> read_trades_of(const IndexStore& store, const AccountId& account,
                                           const std::optional<ListPosition>& below) {
  return read_packed(store, rows::account_list(rows::digest_of(account)), below);
}

std::unique_ptr<ListReader> read_suspended(const IndexStore& store, const std::optional<ListPosition>& below) {
  const std::string list = rows::suspended_list();
  const std::string end = below ? rows::list_key(list, *below) : list + rows::behind_all();
  return std::make_unique<PlainReader>(store.read_down(list, end));
}

}  // namespace clearspan::evidence
