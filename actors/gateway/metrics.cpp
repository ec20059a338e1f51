#include "actors/gateway/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <utility>

#include "actors/gateway/evidence_resources.hpp"

namespace clearspan::gateway {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

using Labels = std::vector<ClientMetric::Label>;

// One figure with its help text and all its label values.
class FamilyWriter {
 public:
  FamilyWriter(std::vector<MetricFamily>& out, std::string name, std::string help, MetricType type) {
    out.push_back({std::move(name), std::move(help), type, {}});
    family_ = &out.back();
  }

  FamilyWriter& add(Labels labels, double value) {
    ClientMetric metric;
    metric.label = std::move(labels);
    if (family_->type == MetricType::Counter) {
      metric.counter.value = value;
    } else {
      metric.gauge.value = value;
    }
    family_->metric.push_back(std::move(metric));
    return *this;
  }

  FamilyWriter& add(double value) { return add({}, value); }

  FamilyWriter& add(const ClientMetric::Histogram& histogram) {
    family_->metric.emplace_back().histogram = histogram;
    return *this;
  }

 private:
  MetricFamily* family_;
};

double number(std::uint64_t value) {
  return static_cast<double>(value);
}

ClientMetric::Histogram histogram_of(const WriteTimes& times) {
  ClientMetric::Histogram histogram{times.count(), std::chrono::duration<double>(times.sum).count(), {}};
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < WriteTimes::kBounds; ++i) {
    count += times.counts[i];
    histogram.bucket.push_back({count, std::chrono::duration<double>(WriteTimes::bound(i)).count()});
  }
  return histogram;
}

void collect_trades(const EngineStats& stats, std::vector<MetricFamily>& out) {
  FamilyWriter(out, "clearspan_trades_created_total", "Trades created since the start.", MetricType::Counter)
      .add(number(stats.created));
  FamilyWriter(out, "clearspan_trades_ended_total", "Trades that reached the phase since the start.",
               MetricType::Counter)
      .add({{"phase", "settled"}}, number(stats.settled))
      .add({{"phase", "refunded"}}, number(stats.refunded))
      .add({{"phase", "rejected"}}, number(stats.rejected))
      .add({{"phase", "suspended"}}, number(stats.suspended));
  FamilyWriter(out, "clearspan_trades_live", "Trades that are not over.", MetricType::Gauge).add(number(stats.live));
  FamilyWriter(out, "clearspan_in_memory", "What is kept in memory of trades that are not over, or only just.",
               MetricType::Gauge)
      .add({{"part", "trades"}}, number(stats.in_memory.trades))
      .add({{"part", "listeners"}}, number(stats.in_memory.listeners))
      .add({{"part", "awaits"}}, number(stats.in_memory.awaits))
      .add({{"part", "legs"}}, number(stats.in_memory.legs));
  FamilyWriter(out, "clearspan_records_durable_total", "Evidence records made durable.", MetricType::Counter)
      .add(number(stats.records_durable));
  FamilyWriter(out, "clearspan_groups_durable_total", "Groups of records made durable, one flush each.",
               MetricType::Counter)
      .add(number(stats.writes.count()));
  FamilyWriter(out, "clearspan_group_write_seconds", "Time until a group of records was written and durable.",
               MetricType::Histogram)
      .add(histogram_of(stats.writes));
}

struct LedgerFigure {
  const char* name;
  const char* help;
  MetricType type;
  double (*read)(const LedgerStatus&);
};

double lag_of(const LedgerStatus& ledger) {
  return number(ledger.final_height.value > ledger.processed.value ? ledger.final_height.value - ledger.processed.value
                                                                   : 0);
}

constexpr LedgerFigure kLedgerFigures[] = {
    {"clearspan_ledger_latest_height", "Height of the newest block.", MetricType::Gauge,
     [](const LedgerStatus& ledger) { return number(ledger.latest.value); }},
    {"clearspan_ledger_final_height", "Height of the newest final block.", MetricType::Gauge,
     [](const LedgerStatus& ledger) { return number(ledger.final_height.value); }},
    {"clearspan_ledger_processed_height", "Height of the last final block acted on.", MetricType::Gauge,
     [](const LedgerStatus& ledger) { return number(ledger.processed.value); }},
    {"clearspan_ledger_lag_blocks", "Final blocks not acted on yet.", MetricType::Gauge, lag_of},
    {"clearspan_ledger_reachable", "1 when the last call to the ledger succeeded.", MetricType::Gauge,
     [](const LedgerStatus& ledger) { return ledger.reachable ? 1.0 : 0.0; }},
    {"clearspan_ledger_frozen", "1 when the ledger contradicted itself.", MetricType::Gauge,
     [](const LedgerStatus& ledger) { return ledger.frozen ? 1.0 : 0.0; }},
    {"clearspan_ledger_insolvent", "1 when the ledger's books hold what its blocks do not explain.", MetricType::Gauge,
     [](const LedgerStatus& ledger) { return ledger.braked ? 1.0 : 0.0; }},
    {"clearspan_ledger_holdings_checked_height", "Height at which they were compared last.", MetricType::Gauge,
     [](const LedgerStatus& ledger) { return number(ledger.holdings_checked.value); }},
    {"clearspan_ledger_txns_outstanding", "Txns signed, neither final nor dead.", MetricType::Gauge,
     [](const LedgerStatus& ledger) { return number(ledger.txns_outstanding); }},
    {"clearspan_ledger_blocks_verified_total", "Blocks whose hashes were recomputed.", MetricType::Counter,
     [](const LedgerStatus& ledger) { return number(ledger.blocks_verified); }},
    {"clearspan_ledger_bytes_verified_total", "Bytes of block data verified.", MetricType::Counter,
     [](const LedgerStatus& ledger) { return number(ledger.bytes_verified); }},
};

void collect_ledgers(const std::vector<LedgerStatus>& ledgers, std::vector<MetricFamily>& out) {
  for (const LedgerFigure& figure : kLedgerFigures) {
    FamilyWriter family(out, figure.name, figure.help, figure.type);
    for (const LedgerStatus& ledger : ledgers) family.add({{"ledger", ledger.traits.id.text}}, figure.read(ledger));
  }
}

void collect_checkpoints(const evidence::Archive& archive, std::vector<MetricFamily>& out) {
  FamilyWriter size(out, "clearspan_checkpoint_records", "Records that the newest checkpoint covers.",
                    MetricType::Gauge);
  for (std::uint16_t shard = 0; shard < archive.log_count(); ++shard) {
    size.add({{"log", log_name(archive, shard)}}, number(archive.publisher(shard).head().size));
  }
  FamilyWriter age(out, "clearspan_checkpoint_age_seconds",
                   "Time since the newest checkpoint was last known to cover all that was durable.", MetricType::Gauge);
  for (std::uint16_t shard = 0; shard < archive.log_count(); ++shard) {
    const Metrics::Elapsed elapsed = archive.publisher(shard).age();
    age.add({{"log", log_name(archive, shard)}}, elapsed.count());
  }
}

void collect_witnesses(const evidence::Archive& archive, const std::vector<WitnessStatus>& witnesses,
                       std::vector<MetricFamily>& out) {
  if (witnesses.empty()) return;
  FamilyWriter good(out, "clearspan_witness_good", "1 when the witness signed all that it was asked last.",
                    MetricType::Gauge);
  for (const WitnessStatus& witness : witnesses) good.add({{"witness", witness.name}}, witness.good ? 1 : 0);
  FamilyWriter failures(out, "clearspan_witness_failures_total", "Rounds that ended without the witness's signature.",
                        MetricType::Counter);
  for (const WitnessStatus& witness : witnesses) failures.add({{"witness", witness.name}}, number(witness.failures));
  FamilyWriter cosigned(out, "clearspan_witness_records",
                        "Records that the newest checkpoint with its signature covers.", MetricType::Gauge);
  for (const WitnessStatus& witness : witnesses) {
    const auto shard_count = static_cast<std::uint16_t>(witness.cosigned.size());
    for (std::uint16_t shard = 0; shard < shard_count; ++shard) {
      cosigned.add({{"witness", witness.name}, {"log", log_name(archive, shard)}}, number(witness.cosigned[shard]));
    }
  }
}

// From a quick read of the index to a wait for a slow one.
const prometheus::Histogram::BucketBoundaries kSeconds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                       0.1,    0.25,  0.5,    1.0,   2.5,  5.0,   10.0};

}  // namespace

struct Metrics::Families {
  prometheus::Family<prometheus::Counter>& requests;
  prometheus::Family<prometheus::Histogram>& seconds;
};

Metrics::Metrics(const Engine& engine, std::shared_ptr<prometheus::Registry> registry)
    : engine_(engine), registry_(std::move(registry)) {
  families_ = std::make_unique<Families>(Families{prometheus::BuildCounter()
                                                      .Name("clearspan_http_requests_total")
                                                      .Help("Requests answered, by route and status.")
                                                      .Register(*registry_),
                                                  prometheus::BuildHistogram()
                                                      .Name("clearspan_http_request_seconds")
                                                      .Help("Time from the request to its answer, by route.")
                                                      .Register(*registry_)});
}

Metrics::~Metrics() = default;

void Metrics::observe(Route route, int status, Elapsed elapsed) {
  const std::string name(to_string(route));
  families_->requests.Add({{"route", name}, {"status", std::to_string(status)}}).Increment();
  families_->seconds.Add({{"route", name}}, kSeconds).Observe(elapsed.count());
}

std::string Metrics::text(const std::vector<WitnessStatus>& witnesses) const {
  std::vector<MetricFamily> families = registry_->Collect();
  std::vector<MetricFamily> own;
  own.reserve(24);  // FamilyWriter keeps a pointer only while it writes one family
  collect_trades(engine_.stats(), own);
  collect_ledgers(engine_.ledgers(), own);
  collect_checkpoints(engine_.archive(), own);
  collect_witnesses(engine_.archive(), witnesses, own);
  families.insert(families.end(), std::make_move_iterator(own.begin()), std::make_move_iterator(own.end()));
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace clearspan::gateway
