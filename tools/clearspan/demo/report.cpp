#include "tools/clearspan/demo/report.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace clearspan::tools {
namespace {

constexpr std::size_t kComplaintsShown = 10;

double percentile_ms(std::vector<std::int64_t> latencies_us, double share) {
  if (latencies_us.empty()) return 0;
  const auto rank = static_cast<std::size_t>(share * static_cast<double>(latencies_us.size() - 1));
  std::nth_element(latencies_us.begin(), latencies_us.begin() + static_cast<std::ptrdiff_t>(rank), latencies_us.end());
  return static_cast<double>(latencies_us[rank]) / 1000.0;
}

std::uint64_t total(const ShowResult& show, Phase phase) {
  std::uint64_t sum = 0;
  for (const auto& row : show.ended) sum += row[static_cast<std::size_t>(phase)];
  return sum;
}

constexpr std::array kEndPhases = {Phase::settled, Phase::refunded, Phase::rejected, Phase::suspended};

void print_endings(const DemoReport& report, std::ostream& out) {
  out << fmt::format("\n  {:<28}{:>10}{:>10}{:>10}{:>11}\n", "what went wrong", "settled", "refunded", "rejected",
                     "suspended");
  for (std::size_t i = 0; i < kMisfortuneCount; ++i) {
    out << fmt::format("  {:<28}", i == 0 ? "nothing" : to_string(static_cast<Misfortune>(i)));
    for (const Phase phase : kEndPhases)
      out << fmt::format("{:>10}", report.show.ended[i][static_cast<std::size_t>(phase)]);
    out << "\n";
  }
  out << fmt::format("  {:<28}", "all");
  for (const Phase phase : kEndPhases) out << fmt::format("{:>10}", total(report.show, phase));
  out << fmt::format("\n  {:<28}{:>20}\n", "stray deposits sent back", report.show.returns);
}

void print_books(const DemoReport& report, std::ostream& out) {
  out << "\n  the books, as the ledgers tell them\n";
  for (const LedgerBooks& books : report.books) {
    for (const auto& [asset, issued] : books.issued) {
      Amount in_accounts;
      for (const BalanceChange& change : books.accounts) {
        if (change.asset == asset) in_accounts = add(in_accounts, change.after).value();
      }
      out << fmt::format("  {:<10} {:<6} issued {} = accounts {} + escrow {}\n", books.ledger.text, asset.text,
                         to_string(issued), to_string(in_accounts), to_string(books.in_escrow.at(asset)));
    }
  }
  out << fmt::format("  paid and released {}, given back {}, never held {}\n", report.audit.paid_trades,
                     report.audit.refunded_trades, report.audit.untouched_trades);
}

void print_complaints(const std::vector<std::string>& complaints, std::ostream& out) {
  for (std::size_t i = 0; i < std::min(complaints.size(), kComplaintsShown); ++i)
    out << "  ! " << complaints[i] << "\n";
  if (complaints.size() > kComplaintsShown) {
    out << fmt::format("  ! and {} more\n", complaints.size() - kComplaintsShown);
  }
}

}  // namespace

void print_table(const DemoReport& report, std::ostream& out) {
  const double count = static_cast<double>(report.show.plans.size());
  out << fmt::format("\n  {} trades on {} in {:.1f} s ({:.0f} per second, misfortunes and their waits included)\n",
                     report.show.plans.size(), report.world, report.show.seconds, count / report.show.seconds);
  print_endings(report, out);
  out << fmt::format("\n  submission to terminal, trades without misfortune: p50 {:.0f} ms, p99 {:.0f} ms\n",
                     percentile_ms(report.show.latencies_us, 0.50), percentile_ms(report.show.latencies_us, 0.99));
  for (const LedgerStatus& ledger : report.ledgers) {
    out << fmt::format("  {:<10} {} blocks, {:.1f} MB verified\n", ledger.traits.id.text, ledger.blocks_verified,
                       static_cast<double>(ledger.bytes_verified) / 1e6);
  }
  out << fmt::format("  evidence   {} records in {} durable groups\n", report.stats.records_durable,
                     report.stats.writes.count());
  out << fmt::format("             {} trades proven offline from their bundles: at most {} bytes, {:.1f} ms\n",
                     report.evidence.bundles - report.evidence.refused.size(), report.evidence.largest_bytes,
                     report.evidence.slowest_ms);
  print_books(report, out);
  print_complaints(report.audit.violations, out);
  print_complaints(report.show.surprises, out);
  print_complaints(report.evidence.refused, out);
  out << (report.is_good() ? "\n  Value conserved to the last unit, nobody paid twice, no payer left short.\n"
                           : "\n  THE PROMISE WAS BROKEN.\n");
}

void print_json(const DemoReport& report, std::ostream& out) {
  out << fmt::format(
      "{{\"result\":\"{}\",\"trades\":{},\"settled\":{},\"refunded\":{},\"rejected\":{},\"suspended\":{},"
      "\"returned_deposits\":{},\"seconds\":{:.3f},\"latency_ms\":{{\"p50\":{:.3f},\"p99\":{:.3f}}},\"ledgers\":[",
      report.is_good() ? "kept" : "broken", report.show.plans.size(), total(report.show, Phase::settled),
      total(report.show, Phase::refunded), total(report.show, Phase::rejected), total(report.show, Phase::suspended),
      report.show.returns, report.show.seconds, percentile_ms(report.show.latencies_us, 0.50),
      percentile_ms(report.show.latencies_us, 0.99));
  for (std::size_t i = 0; i < report.ledgers.size(); ++i) {
    const LedgerStatus& ledger = report.ledgers[i];
    out << fmt::format("{}{{\"ledger\":\"{}\",\"blocks_verified\":{},\"bytes_verified\":{}}}", i == 0 ? "" : ",",
                       ledger.traits.id.text, ledger.blocks_verified, ledger.bytes_verified);
  }
  out << fmt::format(
      "],\"evidence_records\":{},\"bundles\":{},\"bundles_refused\":{},\"bundle_bytes_max\":{},"
      "\"violations\":{},\"surprises\":{}}}\n",
      report.stats.records_durable, report.evidence.bundles, report.evidence.refused.size(),
      report.evidence.largest_bytes, report.audit.violations.size(), report.show.surprises.size());
}

}  // namespace clearspan::tools
