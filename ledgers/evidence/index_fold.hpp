// Turns records into rows of the trade index: the writing half of it. Live trades are kept folded in memory, so that an
// event costs no read; a trade that is not there is folded again from its own rows.
#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "codecs/evidence/record.hpp"
#include "core/trade/advance.hpp"
#include "ledgers/evidence/index_rows.hpp"
#include "ledgers/evidence/index_store.hpp"
#include "ledgers/evidence/reader.hpp"

namespace clearspan::evidence {

inline constexpr std::size_t kFoldedTradesMax = 500000;  // kept in memory, about 1 kB each; above it all are dropped
inline constexpr std::size_t kOpenTxnsMax = 500000;      // the same for signed txns that are not closed

class IndexFold {
 public:
  explicit IndexFold(IndexStore& store) : store_(store) {}

  // Adds what one record changes. Records of a shard must come in the order of its log. Errors name the record; the
  // fold must not be used after one.
  Status apply(std::uint16_t shard, const RecordRef& ref);

  // Says up to where a shard has been applied, whatever its records were.
  void reach(std::uint16_t shard, const LogPosition& position) { reached_[shard] = position; }

  // Makes everything applied so far visible, and with it the positions reached.
  Status commit();

  [[nodiscard]] std::size_t uncommitted_records() const { return uncommitted_; }

 private:
  struct Folded {
    PlanPtr plan;
    State state;
    rows::SummaryRow row;
    bool is_changed = false;
    bool is_listed_as_suspended = false;
  };

  Status fold(const rows::Place& place, const RecordBytes& bytes, const Record& record);
  Status create(const rows::Place& place, ByteView bytes, Timestamp at, const TradeCreated& body);
  Status change(const rows::Place& place, ByteView bytes, Timestamp at, const TradeEvent& body);
  Status sign(const rows::Place& place, const RecordBytes& bytes, const TxnSigned& body);
  Status close(const rows::Place& place, ByteView bytes, const TxnClosed& body);
  Status describe(const rows::Place& place, const LedgerDescribed& body);
  Status prove(const rows::Place& place, const BlockHash& block);
  Status anchor(const rows::Place& place);

  Result<Folded*> find(const TradeId& trade);
  Result<std::vector<TradeId>> trades_of_txn(const LedgerId& ledger, const TxnId& txn);
  void put_lists(const Plan& plan);
  void note(const TradeId& trade, Folded& folded, Timestamp at, std::uint64_t sequence);
  void put_summary(const TradeId& trade, Folded& folded);

  IndexStore& store_;
  IndexStore::Batch batch_;
  std::unordered_map<TradeId, Folded> trades_;
  std::unordered_map<std::string, std::vector<TradeId>> txns_;  // by txn_key
  std::vector<TradeId> changed_;
  std::map<std::uint16_t, LogPosition> reached_;
  std::size_t uncommitted_ = 0;
};

}  // namespace clearspan::evidence
