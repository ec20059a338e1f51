// Turns records into rows of the trade index: the writing half of it. A trade that was touched since the last commit
// stands in memory and is written once by the next one, however many of its records came; live trades stay there, so
// that an event costs no read; a trade that is not there is loaded from its row, and folded again from its records
// when it has another event.
#pragma once

#include <cstring>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "codecs/evidence/record.hpp"
#include "core/trade/advance.hpp"
#include "ledgers/evidence/index_records.hpp"
#include "ledgers/evidence/index_rows.hpp"
#include "ledgers/evidence/index_store.hpp"
#include "ledgers/evidence/reader.hpp"

namespace clearspan::evidence {

inline constexpr std::size_t kFoldedTradesMax = 200'000;  // kept between commits, about 1 kB each while they live
inline constexpr std::size_t kOpenTxnsMax = 200'000;      // the same for signed txns that are not closed

class IndexFold {
 public:
  IndexFold(IndexStore& store, const RecordFiles& files) : store_(store), files_(files), batch_(store) {}

  // Before anything else. Errors: storage_failed.
  Status open();

  // Adds what one record changes. Records of a shard must come in the order of its log. Errors name the record; the
  // fold must not be used after one.
  Status apply(std::uint16_t shard, const RecordRef& ref);

  // Says up to where a shard has been applied, whatever its records were.
  void reach(std::uint16_t shard, const LogPosition& position) { reached_[shard] = position; }

  // Makes everything applied so far visible, and with it the positions reached.
  Status commit();

  [[nodiscard]] bool has_uncommitted() const { return !reached_.empty(); }

  // What the next commit writes, about: trades, and txns.
  [[nodiscard]] std::size_t uncommitted_rows() const { return changed_.size() + signed_.size(); }

 private:
  struct Tracked {
    rows::TradeRow row;
    PlanPtr plan;  // with the state, while the trade is live and was folded; else null
    State state;
    bool is_changed = false;  // since the last commit
    bool is_odd = false;      // its id does not sort by its creation
    bool is_stored_as_waiting = false;
    bool is_listed_as_suspended = false;
    Timestamp created = {};  // known while it is suspended or has just been created
  };

  struct SameTrade {
    bool operator()(const TradeId& a, const TradeId& b) const {
      return std::memcmp(a.data(), b.data(), TradeId::kSize) == 0;  // of a constant size: two comparisons, no call
    }
  };

  struct Changed {
    TradeId trade;
    Tracked* tracked;  // stays in memory until it is committed
  };

  struct OpenTxn {
    rows::Place place;
    std::vector<TradeId> trades;
    bool is_stored = false;
  };

  struct Listed {
    std::uint64_t account = 0;  // digest
    rows::ListPosition position;
    std::uint16_t shard = 0;
    std::uint64_t sequence = 0;  // of the creation
  };

  struct Keyed {
    std::string key;
    std::uint16_t shard = 0;
    std::uint64_t sequence = 0;  // of the creation
    Hash32 digest;
    IdempotencyEntry::Item item;
  };

  Status fold(const rows::Place& place, const RecordBytes& bytes);
  Status create(const rows::Place& place, ByteView bytes, Timestamp at, TradeCreated body);
  Status change(const rows::Place& place, ByteView bytes, Timestamp at, const TradeEvent& body);
  Status sign(const rows::Place& place, const RecordBytes& bytes);
  Status close(const rows::Place& place, ByteView bytes);
  void note_other(const rows::Place& place, const RecordBody& body);

  Result<Tracked*> find(const TradeId& trade);
  Result<Tracked*> find_or_wait(const TradeId& trade);
  Status restore(const TradeId& trade, Tracked& tracked) const;
  Status note_txn(const std::vector<TradeId>& trades, const rows::Place& place, ByteView record);
  Result<std::vector<TradeId>> take_stored_txn(const std::string& key);
  void list(const rows::Place& place, const TradeCreated& body, bool is_odd);
  void note(const TradeId& trade, Tracked& tracked, const rows::Place& place, std::uint32_t record_check);
  void note_state(Tracked& tracked, Timestamp at, std::uint64_t sequence) const;

  void put_trades();
  void put_trade(const TradeId& trade, Tracked& tracked);
  void put_suspended(const TradeId& trade, Tracked& tracked);
  void put_lists();
  void put_keys();
  void put_txns();
  void forget();

  IndexStore& store_;
  const RecordFiles& files_;
  IndexStore::Batch batch_;
  std::unordered_map<TradeId, Tracked, std::hash<TradeId>, SameTrade> trades_;
  std::unordered_map<std::string, OpenTxn> txns_;  // by txn_key
  std::vector<Changed> changed_;                   // since the last commit
  std::vector<TradeId> changed_before_;            // in the commit before
  std::vector<std::string> signed_;                // keys of txns since the last commit
  std::vector<Listed> by_account_;                 // the same of trades created
  std::vector<Listed> odd_;
  std::vector<Keyed> keyed_;
  std::map<std::uint16_t, LogPosition> reached_;
  std::uint64_t waiting_ = 0;  // rows of trades that are not created yet
  bool waiting_changed_ = false;
};

}  // namespace clearspan::evidence
