#include "ledgers/evidence/index.hpp"

#include "ledgers/evidence/index_follower.hpp"
#include "ledgers/evidence/index_reads.hpp"
#include "ledgers/evidence/index_rows.hpp"
#include "ledgers/evidence/index_runs.hpp"
#include "ledgers/evidence/index_store.hpp"

namespace clearspan::evidence {
namespace {

// Whether the position is one that the shard's log passes.
Result<bool> is_in_log(Disk& disk, const ShardLog& log, const LogPosition& position) {
  if (position.sequence > log.durable.sequence) return false;
  if (position.sequence == log.durable.sequence) return position == log.durable;
  if (position.sequence == 0) return true;
  bool is_same = false;
  CLEARSPAN_TRY(const LogEnd end, read_log(disk, log.directory, log.identity, {position.sequence, position.sequence},
                                           [&](const RecordRef& ref) -> Status {
                                             is_same = ref.head == position.head;
                                             return Done{};
                                           }));
  static_cast<void>(end);
  return is_same;
}

Result<bool> fits(Disk& disk, const IndexStore& store, const IndexOptions& options) {
  CLEARSPAN_TRY(const auto identity, store.get(rows::identity_key()));
  if (identity != rows::identity_value(options)) return false;
  for (std::uint16_t shard = 0; shard < options.shard_count(); ++shard) {
    CLEARSPAN_TRY(const LogPosition applied, load_applied(store, options, shard));
    CLEARSPAN_TRY(const bool is_there, is_in_log(disk, options.shards[shard], applied));
    if (!is_there) return false;
  }
  return true;
}

Result<std::unique_ptr<IndexStore>> make_empty_store(const IndexOptions& options) {
  CLEARSPAN_CHECK_OK(IndexStore::destroy(options.directory));
  CLEARSPAN_TRY(auto store, IndexStore::open(options.directory, rows::join_runs));
  IndexStore::Batch batch(*store);
  batch.put(rows::identity_key(), rows::identity_value(options));
  CLEARSPAN_CHECK_OK(store->write(batch));
  return store;
}

// A store that cannot be opened is as good as one that does not fit: nothing in it is the only copy.
Result<std::unique_ptr<IndexStore>> open_store(Disk& disk, const IndexOptions& options) {
  {
    auto store = IndexStore::open(options.directory, rows::join_runs);
    if (store.ok()) {
      CLEARSPAN_TRY(const bool is_usable, fits(disk, **store, options));
      if (is_usable) return std::move(store).value();
    }
  }
  return make_empty_store(options);
}

}  // namespace

Result<std::unique_ptr<TradeIndex>> TradeIndex::open(Disk& disk, const IndexOptions& options) {
  CLEARSPAN_TRY(auto store, open_store(disk, options));
  auto follower = std::make_unique<Follower>(disk, options, std::move(store));
  CLEARSPAN_CHECK_OK(follower->prepare());
  follower->start();
  return std::unique_ptr<TradeIndex>(new TradeIndex(std::move(follower)));
}

Status TradeIndex::rebuild(Disk& disk, const IndexOptions& options) {
  CLEARSPAN_TRY(auto store, make_empty_store(options));
  Follower follower(disk, options, std::move(store));
  CLEARSPAN_CHECK_OK(follower.prepare());
  return follower.catch_up_all();
}

TradeIndex::TradeIndex(std::unique_ptr<Follower> follower) : follower_(std::move(follower)) {}

TradeIndex::~TradeIndex() = default;

void TradeIndex::offer(std::uint16_t shard, const DurableGroup& group) {
  follower_->offer(shard, group);
}

std::uint64_t TradeIndex::applied_sequence(std::uint16_t shard) const {
  return follower_->applied_sequence(shard);
}

bool TradeIndex::wait_for(std::uint16_t shard, std::uint64_t sequence, Millis timeout) const {
  return follower_->wait_for(shard, sequence, timeout);
}

Status TradeIndex::health() const {
  return follower_->health();
}

Result<std::optional<TradeSnapshot>> TradeIndex::show(const TradeId& trade) const {
  return load_trade(follower_->store(), follower_->files(), trade);
}

Result<std::optional<TradeSummary>> TradeIndex::summary(const TradeId& trade) const {
  return load_summary(follower_->store(), follower_->files(), trade);
}

Result<TradePage> TradeIndex::list(const TradeFilter& filter, const std::string& cursor, std::size_t limit) const {
  return load_page(follower_->store(), follower_->files(), filter, cursor, limit);
}

Result<std::optional<IdempotencyEntry>> TradeIndex::find_by_idempotency_key(const std::string& key) const {
  return load_idempotency(follower_->store(), key);
}

Result<std::vector<std::uint64_t>> TradeIndex::proofs_of(std::uint16_t shard, const BlockHash& block) const {
  return load_sequences(follower_->store(), rows::proof_prefix(block, shard));
}

Result<std::vector<std::uint64_t>> TradeIndex::descriptions_of(std::uint16_t shard, const LedgerId& ledger) const {
  return load_sequences(follower_->store(), rows::description_prefix(ledger, shard));
}

Result<std::vector<std::uint64_t>> TradeIndex::anchors_of(std::uint16_t shard) const {
  return load_sequences(follower_->store(), rows::anchor_prefix(shard));
}

}  // namespace clearspan::evidence
