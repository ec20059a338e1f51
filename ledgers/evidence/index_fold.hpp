// Turns records into rows of the trade index: the writing half of it. What records say of a trade between two commits
// is gathered in memory and added to its row at once, without reading the row. Where live trades stand is kept in
// memory too, 40 bytes each; only a trade that is not there, after a restart, is folded again from its records when it
// has another event.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "codecs/evidence/record.hpp"
#include "core/base/fetch_ahead.hpp"
#include "ledgers/evidence/index_ids.hpp"
#include "ledgers/evidence/index_progress.hpp"
#include "ledgers/evidence/index_records.hpp"
#include "ledgers/evidence/index_rows.hpp"
#include "ledgers/evidence/index_runs.hpp"
#include "ledgers/evidence/index_store.hpp"
#include "ledgers/evidence/index_tracked.hpp"
#include "ledgers/evidence/reader.hpp"

namespace clearspan::evidence {

inline constexpr std::size_t kTrackedTradesMax = 4'000'000;  // kept between commits, 55 to 110 bytes each
inline constexpr std::size_t kOpenTxnTradesMax = 400'000;    // in signed txns that are not closed, 16 bytes each

class IndexFold {
 public:
  IndexFold(IndexStore& store, const RecordFiles& files);

  // A record of the trade comes soon: what it needs is fetched from memory meanwhile. In two steps, for the first says
  // where the rest is.
  void expect(const TradeId& trade) const { trades_.expect(trade); }

  void expect_sooner(const TradeId& trade) const;

  // Adds what one record changes. Records of a shard must come in the order of its log. Errors name the record; the
  // fold must not be used after one.
  Status apply(const rows::Place& place, const RecordBytes& bytes);

  // Says up to where a shard has been applied, before a commit.
  void reach(std::uint16_t shard, const LogPosition& position) { reached_[shard] = position; }

  // Makes everything applied so far visible, and with it the positions reached. It takes milliseconds; `between` is
  // called every now and then.
  Status commit(const std::function<void()>& between);

  [[nodiscard]] bool has_uncommitted() const { return !reached_.empty(); }

  // What the next commit writes, about: trades, and txns.
  [[nodiscard]] std::size_t uncommitted_rows() const { return pending_count_ + signed_.size(); }

 private:
  static constexpr std::size_t kUsualBytes = 3 * kCacheLineBytes;  // of a Pending: what is behind is seldom used

  // What is new of a trade.
  struct alignas(kCacheLineBytes) Pending {
    TradeId trade;
    rows::TradePart part;
  };

  // Orders pending trades by id.
  struct Order {
    IdNumbers id;
    std::uint32_t pending = 0;
  };

  struct OpenTxn {
    rows::Place place;
    std::vector<TradeId> trades;
    bool is_stored = false;
  };

  // A list's new trades of one bucket.
  struct ListKey {
    bool is_odd = false;        // the list of ids that do not sort by creation; else an account's
    std::uint64_t account = 0;  // digest
    std::int64_t bucket = 0;

    auto operator<=>(const ListKey&) const = default;
  };

  struct ListKeyHash {
    std::size_t operator()(const ListKey& key) const noexcept {
      return static_cast<std::size_t>(key.account ^ static_cast<std::uint64_t>(key.bucket) * 0x9e37'79b9'7f4a'7c15);
    }
  };

  struct ListRow {
    rows::Place first;  // the creation of the first of them
    std::string entries;
  };

  struct Keyed {
    std::string key;
    std::uint16_t shard = 0;
    std::uint64_t sequence = 0;  // of the creation
    Hash32 digest;
    IdempotencyEntry::Item item;
  };

  Status fold(const rows::Place& place, const RecordBytes& bytes);
  Status create(const rows::Place& place, ByteView bytes);
  Status change(const rows::Place& place, ByteView bytes);
  Status sign(const rows::Place& place, const RecordBytes& bytes);
  Status close(const rows::Place& place, ByteView bytes);
  Status note_other(const rows::Place& place, ByteView bytes);

  Tracked& track(const TradeId& trade);
  Result<rows::TradePart> whole(const TradeId& trade);
  Result<Timestamp> created(const Tracked& trade);
  Status list_suspended(const Tracked& trade, const Progress::Change& change);
  void note_txn(const std::vector<TradeId>& trades, const rows::Place& place, ByteView record);
  Result<std::vector<TradeId>> take_stored_txn(const std::string& key);
  void list(const rows::Place& place, bool is_odd);
  void add_to_list(const ListKey& list, const rows::Place& place, const rows::ListPosition& position);
  void note_key(const rows::Place& place);
  rows::TradePart& note(Tracked& tracked, const rows::Place& place, std::uint32_t record_check);

  void put_trades(const std::function<void()>& between);
  void put_lists();
  void put_keys();
  void put_txns();
  void forget(const std::function<void()>& between);

  IndexStore& store_;
  const RecordFiles& files_;
  IndexStore::Batch batch_;
  TrackedTrades trades_;
  Progress progress_;
  CreationGlance creation_;                        // of the record that is being folded
  std::unordered_map<std::string, OpenTxn> txns_;  // by txn_key
  std::size_t open_txn_trades_ = 0;

  // Since the last commit.
  std::vector<Pending> pending_;  // those behind the first pending_count_ are kept for their memory
  std::size_t pending_count_ = 0;
  std::vector<Order> order_;
  std::vector<std::string> signed_;  // keys of txns
  std::unordered_map<ListKey, ListRow, ListKeyHash> lists_;
  std::vector<Keyed> keyed_;
  std::map<std::uint16_t, LogPosition> reached_;
};

}  // namespace clearspan::evidence
