#include "ledgers/evidence/statement.hpp"

#include <set>
#include <tuple>

#include "core/base/verify.hpp"

namespace clearspan::evidence {
namespace {

constexpr std::string_view kEscrowName = "escrow";
constexpr std::string_view kAccountPrefix = "account:";

struct Posting {
  StatementAccount from;
  StatementAccount to;
};

Posting posting_of(const Outcome& outcome) {
  const StatementAccount escrow{true, {}};
  const StatementAccount from{false, outcome.from};
  const StatementAccount to{false, outcome.to};
  switch (outcome.kind) {
    case MovementKind::hold:
      return {from, escrow};
    case MovementKind::release:
    case MovementKind::refund:
      return {escrow, to};
    case MovementKind::payment:
      return {from, to};
  }
  return {from, to};
}

class StatementFold {
 public:
  explicit StatementFold(StatementQuery query) { out_.query = std::move(query); }

  Status take(const ViewedRecord& viewed) {
    if (viewed.place.log != log_) begin_log(viewed.place.log);
    return std::visit([&](const auto& body) { return fold(viewed, body); }, viewed.record.body);
  }

  Result<AccountStatement> finish(std::vector<ViewedLog> logs) {
    if (!is_known_) return make_error(ErrorCode::unknown_ledger, "no record names the ledger", out_.query.ledger.text);
    out_.logs = std::move(logs);
    out_.entries = merge_by_time(std::move(entries_));
    std::map<AssetId, SignedUnits> running;
    for (StatementEntry& entry : out_.entries) {
      SignedUnits& balance = running[entry.asset];
      const SignedUnits amount(entry.amount.units());
      balance += entry.side == EntrySide::credit ? amount : SignedUnits(-amount);
      entry.balance = balance;
    }
    add_up();
    return std::move(out_);
  }

 private:
  using Effect = std::tuple<Height, BlockHash, std::uint32_t, std::uint32_t>;  // block, txn in it, effect in that

  void begin_log(std::size_t log) {
    log_ = log;
    entries_.resize(log + 1);
    views_.clear();
    recent_.clear();
  }

  Status fold(const ViewedRecord& viewed, const TradeEvent& body) {
    const auto* fact = std::get_if<OutcomeFinal>(&body.event);
    if (fact == nullptr || fact->ledger != out_.query.ledger) return Done{};
    is_known_ = true;
    const BlockPosition& position = fact->outcome.position;
    if (const auto view = lowest_view(); view && position.height <= *view) {
      return make_error(ErrorCode::record_misplaced, "an outcome of block " + std::to_string(position.height.value) +
                                                         " stands behind what says that there are no more");
    }
    const bool is_new =
        recent_.emplace(position.height, position.block, position.txn_index, position.effect_index).second;
    if (is_new && fact->outcome.ok) post(viewed, body.trade, fact->outcome);
    return Done{};
  }

  // No outcome of a block stands behind the views of all shards, so those up to it need not be known any more.
  Status fold(const ViewedRecord&, const ViewAdvanced& body) {
    if (body.ledger != out_.query.ledger) return Done{};
    is_known_ = true;
    views_[body.shard] = body.height;
    const Height view = *lowest_view();
    while (!recent_.empty() && std::get<Height>(*recent_.begin()) <= view) recent_.erase(recent_.begin());
    return Done{};
  }

  // Every shard has a view before there is a trade.
  [[nodiscard]] std::optional<Height> lowest_view() const {
    std::optional<Height> lowest;
    for (const auto& [shard, view] : views_) {
      if (!lowest || view < *lowest) lowest = view;
    }
    return lowest;
  }

  Status fold(const ViewedRecord&, const LedgerDescribed& body) {
    if (body.description.ledger == out_.query.ledger) is_known_ = true;
    out_.scales.learn(body.description);
    return Done{};
  }

  Status fold(const ViewedRecord&, const TradeCreated& body) {
    for (const Leg& leg : body.plan.legs) is_known_ = is_known_ || leg.ledger == out_.query.ledger;
    return Done{};
  }

  // The others move nothing.
  Status fold(const ViewedRecord&, const auto&) { return Done{}; }

  void post(const ViewedRecord& viewed, const TradeId& trade, const Outcome& outcome) {
    const Posting posting = posting_of(outcome);
    post_side(viewed, trade, outcome, EntrySide::debit, posting.from, posting.to);
    post_side(viewed, trade, outcome, EntrySide::credit, posting.to, posting.from);
  }

  void post_side(const ViewedRecord& viewed, const TradeId& trade, const Outcome& outcome, EntrySide side,
                 const StatementAccount& account, const StatementAccount& counter_account) {
    StatementBalance& balance = balances_[{account, outcome.asset}];
    (side == EntrySide::debit ? balance.debits : balance.credits) += SignedUnits(outcome.amount.units());
    ++balance.entries;
    if (out_.query.account != account) return;
    entries_[log_].push_back({viewed.record.at, viewed.place, trade, outcome.kind, outcome.reclaimed, side,
                              counter_account, outcome.asset, outcome.amount, SignedUnits(0), outcome.position});
  }

  void add_up() {
    std::map<AssetId, TrialBalance> trial;
    for (auto& [key, balance] : balances_) {
      std::tie(balance.account, balance.asset) = key;
      TrialBalance& sum = trial[balance.asset];
      sum.asset = balance.asset;
      ++sum.accounts;
      sum.debits += balance.debits;
      sum.credits += balance.credits;
      if (!out_.query.account || *out_.query.account == balance.account) out_.balances.push_back(balance);
    }
    for (const auto& [asset, sum] : trial) {
      CLEARSPAN_VERIFY(sum.debits == sum.credits);
      out_.trial.push_back(sum);
    }
  }

  AccountStatement out_;
  bool is_known_ = false;
  std::vector<std::vector<StatementEntry>> entries_;  // by log
  std::map<std::pair<StatementAccount, AssetId>, StatementBalance> balances_;
  std::size_t log_ = static_cast<std::size_t>(-1);
  std::map<std::uint16_t, Height> views_;  // of this log, by shard
  std::set<Effect> recent_;                // of this log, above the lowest view
};

}  // namespace

std::string to_string(const StatementAccount& account) {
  if (account.is_escrow) return std::string(kEscrowName);
  const bool is_ambiguous = account.id.text == kEscrowName || account.id.text.starts_with(kAccountPrefix);
  return is_ambiguous ? std::string(kAccountPrefix) + account.id.text : account.id.text;
}

StatementAccount parse_statement_account(std::string_view text) {
  if (text == kEscrowName) return {true, {}};
  if (text.starts_with(kAccountPrefix)) text.remove_prefix(kAccountPrefix.size());
  return {false, AccountId{std::string(text)}};
}

std::string_view to_string(EntrySide side) {
  switch (side) {
    case EntrySide::debit:
      return "debit";
    case EntrySide::credit:
      return "credit";
  }
  return "unknown";
}

Result<AccountStatement> read_statement(Disk& disk, const std::string& data_directory, const StatementQuery& query) {
  StatementFold fold(query);
  CLEARSPAN_TRY(auto logs, read_logs(disk, data_directory, [&](const ViewedRecord& one) { return fold.take(one); }));
  return fold.finish(std::move(logs));
}

}  // namespace clearspan::evidence
