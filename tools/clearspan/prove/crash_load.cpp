#include "tools/clearspan/prove/crash_load.hpp"

#include <fmt/format.h>

#include <numeric>

namespace clearspan::tools {
namespace {

constexpr std::uint64_t kBatchMax = 6;         // trades
constexpr Millis kPauseRefused{5};             // before a refused request is repeated
constexpr Millis kFinishTimeout{120'000};      // for all of it to be answered
constexpr std::uint64_t kUnitsMax = 10'000;    // of a trade
constexpr std::uint64_t kPvpDifference = 7;    // so that the legs of an exchange differ
constexpr std::uint64_t kCheckpointShare = 4;  // one look of so many keeps a checkpoint
constexpr std::size_t kCheckpointsMax = 40;
constexpr std::size_t kViolationsKept = 100;  // more of them say nothing new

struct KindShare {
  AskedKind kind;
  std::uint64_t share;
};

constexpr std::array<KindShare, 7> kShares = {{{AskedKind::payment, 46},
                                               {AskedKind::pvp, 22},
                                               {AskedKind::dropped, 6},
                                               {AskedKind::delayed, 8},
                                               {AskedKind::exchanger_short, 5},
                                               {AskedKind::payer_short, 6},
                                               {AskedKind::cancelled, 7}}};

AskedKind roll_kind(Dice& dice) {
  const std::uint64_t total =
      std::accumulate(kShares.begin(), kShares.end(), std::uint64_t{0},
                      [](std::uint64_t sum, const KindShare& share) { return sum + share.share; });
  std::uint64_t at = roll(dice, 0, total - 1);
  for (const KindShare& share : kShares) {
    if (at < share.share) return share.kind;
    at -= share.share;
  }
  return AskedKind::payment;
}

const CrashProfile& profile_of(AskedKind kind) {
  switch (kind) {
    case AskedKind::dropped:
      return kCrashProfiles[1];
    case AskedKind::delayed:
      return kCrashProfiles[2];
    case AskedKind::exchanger_short:
      return kCrashProfiles[3];
    case AskedKind::payment:
    case AskedKind::pvp:
    case AskedKind::payer_short:
    case AskedKind::cancelled:
      break;
  }
  return kCrashProfiles[0];
}

AskedTrade ask_for(AskedKind kind, std::uint64_t units) {
  AskedTrade trade;
  trade.kind = kind;
  if (kind == AskedKind::pvp) {
    trade.legs = {{0, "alice", "exchanger", units, false}, {1, "exchanger", "alice", units + kPvpDifference, false}};
    return trade;
  }
  const std::string payer = kind == AskedKind::payer_short ? "carol" : "alice";
  const std::uint64_t held = (units * kRateNumerator + kRateDenominator - 1) / kRateDenominator + kFee;
  trade.legs = {{0, payer, "exchanger", held, false}, {1, std::string(profile_of(kind).account), "alice", units, true}};
  return trade;
}

void write_amount(json::Writer& out, std::uint64_t units) {
  out.key("amount").begin_object().field("units", std::to_string(units)).field("scale", kAssetScale).end_object();
}

}  // namespace

CrashLoad::CrashLoad(LoadTerms terms, std::uint64_t seed) : terms_(std::move(terms)), dice_(seed) {
  thread_ = std::thread([this] { run(); });
}

CrashLoad::~CrashLoad() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void CrashLoad::engine_serves(const std::string& url) {
  {
    const std::lock_guard lock(mutex_);
    serves_ = true;
    url_ = url;
  }
  changed_.notify_all();
}

void CrashLoad::engine_is_gone() {
  const std::lock_guard lock(mutex_);
  serves_ = false;
}

Status CrashLoad::finish() {
  std::unique_lock lock(mutex_);
  is_finishing_ = true;
  changed_.notify_all();
  if (changed_.wait_for(lock, kFinishTimeout, [this] { return is_finished_; })) return Done{};
  return make_error(ErrorCode::timed_out, "not every request of the load was answered");
}

std::vector<std::string> CrashLoad::take_violations() {
  const std::lock_guard lock(mutex_);
  return std::exchange(violations_, {});
}

void CrashLoad::violate(std::string what) {
  const std::lock_guard lock(mutex_);
  if (violations_.size() < kViolationsKept) violations_.push_back(std::move(what));
}

void CrashLoad::note_phase(const std::string& trade, Phase phase) {
  const std::lock_guard lock(mutex_);
  const auto known = over_.find(trade);
  if (known != over_.end() && known->second != phase) {
    violations_.push_back(
        fmt::format("I9: trade {} was {} and is {}", trade, to_string(known->second), to_string(phase)));
  }
  if (known == over_.end() && is_terminal(phase)) over_.emplace(trade, phase);
}

// One connection for each time that the engine serves.
void CrashLoad::run() {
  while (const std::optional<std::string> url = wait_for_engine()) {
    ApiOptions options;
    options.url = *url;
    options.key_file = terms_.key_file;
    Result<ApiClient> client = ApiClient::open(options);
    if (!client.ok()) return violate("the load cannot connect: " + describe(client.error()));
    while (still_serves(*url)) turn(*client);
  }
}

// Its address; none at the end.
std::optional<std::string> CrashLoad::wait_for_engine() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return is_stopping_ || (serves_ && !is_finished_); });
  if (is_stopping_) return std::nullopt;
  return url_;
}

bool CrashLoad::still_serves(const std::string& url) {
  const std::lock_guard lock(mutex_);
  return serves_ && url_ == url && !is_finished_ && !is_stopping_;
}

void CrashLoad::turn(ApiClient& client) {
  bool is_finishing = false;
  {
    const std::lock_guard lock(mutex_);
    is_finishing = is_finishing_;
  }
  if (answered_ < batches_.size()) {  // asked for and not answered
    if (ask(client, batches_[answered_])) ++answered_;
    return;
  }
  if (!is_finishing) return ask_next(client);
  if (asked_again_ < batches_.size()) {
    if (ask(client, batches_[asked_again_])) ++asked_again_;
    return;
  }
  const std::lock_guard lock(mutex_);
  is_finished_ = true;
  changed_.notify_all();
}

void CrashLoad::ask_next(ApiClient& client) {
  if (answered_ > 0) look_back(client);
  batches_.push_back(next_batch());
  if (ask(client, batches_.back())) ++answered_;
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, Millis{roll(dice_, 0, terms_.pause_max)}, [this] { return is_stopping_ || is_finishing_; });
}

AskedBatch CrashLoad::next_batch() {
  AskedBatch batch;
  batch.key = fmt::format("batch-{}", batches_.size());
  const std::uint64_t size = roll(dice_, 1, kBatchMax);
  json::Writer out;
  out.begin_array();
  for (std::uint64_t i = 0; i < size; ++i) {
    const AskedKind kind = roll_kind(dice_);
    batch.trades.push_back(ask_for(kind, roll(dice_, 100, kUnitsMax)));
    write_trade(out, batch.trades.back());
  }
  out.end_array();
  batch.body = out.take();
  return batch;
}

void CrashLoad::write_trade(json::Writer& out, const AskedTrade& trade) const {
  const auto account = [&](std::size_t ledger, const std::string& person) -> const std::string& {
    return terms_.accounts[ledger].at(person);
  };
  out.begin_object();
  if (trade.kind == AskedKind::pvp) {
    out.field("scenario", "pvp").key("legs").begin_array();
    for (const AskedLeg& leg : trade.legs) {
      out.begin_object().field("ledger", kLedgerNames[leg.ledger]).field("asset", kAssetNames[leg.ledger]);
      write_amount(out, leg.units);
      out.field("from", account(leg.ledger, leg.payer)).field("to", account(leg.ledger, leg.payee));
      out.field("placed_by", "engine").end_object();
    }
    out.end_array();
  } else {
    out.field("scenario", "payment").field("payer", account(0, trade.legs[0].payer));
    out.field("merchant", account(1, trade.legs[1].payee));
    out.field("profile", profile_of(trade.kind).name).field("placed_by", "engine");
    write_amount(out, trade.legs[1].units);
  }
  out.end_object();
}

// True once the batch has its full answer.
bool CrashLoad::ask(ApiClient& client, AskedBatch& batch) {
  const Result<ApiAnswer> answer = client.post("/v1/trades", batch.body, batch.key);
  if (!answer.ok()) {
    ++repeated_;
    std::unique_lock lock(mutex_);  // the engine is gone, or about to be: wait for the next
    changed_.wait_for(lock, kPauseRefused, [this] { return is_stopping_; });
    return false;
  }
  if (answer->status == 201) {
    take_answer(client, batch, answer->body);
    return true;
  }
  // 207: some of an array are still missing. The others ask to come back later.
  if (answer->status != 207 && answer->status != 429 && answer->status != 503) {
    violate(fmt::format("I10: {} was answered {}: {}", batch.key, answer->status, answer->body));
    return true;
  }
  std::this_thread::sleep_for(kPauseRefused);
  return false;
}

void CrashLoad::take_answer(ApiClient& client, AskedBatch& batch, const std::string& answer) {
  if (!batch.answer.empty()) {
    if (answer != batch.answer) violate(fmt::format("I10: the answer to {} has changed", batch.key));
    return;
  }
  batch.answer = answer;
  const std::vector<std::string> ids = trade_ids_in(answer);
  if (ids.size() != batch.trades.size()) {
    return violate(fmt::format("I10: {} asked for {} trades and got {}", batch.key, batch.trades.size(), ids.size()));
  }
  for (std::size_t i = 0; i < ids.size(); ++i) {
    batch.trades[i].id = ids[i];
    if (batch.trades[i].kind == AskedKind::cancelled) {
      static_cast<void>(client.post("/v1/trades/" + ids[i] + "/cancel", {}, {}));
    }
  }
}

// Asks for something that was answered before: for the last one, which a kill may have followed at once, or for any.
void CrashLoad::look_back(ApiClient& client) {
  const std::size_t newest = answered_ - 1;
  AskedBatch& batch = batches_[roll(dice_, 0, 1) == 0 ? newest : roll(dice_, 0, newest)];
  static_cast<void>(ask(client, batch));
  for (const AskedTrade& trade : batch.trades) {
    if (trade.id.empty()) continue;
    const Result<ApiAnswer> shown = client.get("/v1/trades/" + trade.id);
    if (!shown.ok()) return;
    if (shown->status == 404) violate(fmt::format("I6: trade {} was created and is gone", trade.id));
    if (const auto phase = trade_phase_in(shown->body)) note_phase(trade.id, *phase);
  }
  if (roll(dice_, 1, kCheckpointShare) == 1) keep_checkpoint(client);
}

// The newest one stays, and some of the older ones.
void CrashLoad::keep_checkpoint(ApiClient& client) {
  const Result<ApiAnswer> note = client.get("/evidence/shard-0/checkpoint");
  if (!note.ok() || !note->is_success()) return;
  if (checkpoints_.size() == kCheckpointsMax) {
    checkpoints_.erase(checkpoints_.begin() + static_cast<std::ptrdiff_t>(roll(dice_, 0, kCheckpointsMax - 1)));
  }
  checkpoints_.push_back(note->body);
}

}  // namespace clearspan::tools
