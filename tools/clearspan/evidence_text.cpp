#include "tools/clearspan/evidence_text.hpp"

#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

namespace clearspan::tools {
namespace {

// Whose word a sentence is.
constexpr std::string_view kByLedger = "proven by the ledger's block";
constexpr std::string_view kByEngine = "the engine's word, in its log";
constexpr std::string_view kUnproven = "UNPROVEN: the engine's word, the block's proof was too large for its log";

class Teller {
 public:
  Teller(std::ostream& out, const evidence::BundleReport& report) : out_(out), report_(report) {}

  void tell() {
    const Plan& plan = report_.plan;
    out_ << (report_.unproven.empty() ? "verified: trade " : "unproven: trade ") << to_string(plan.id) << " is "
         << to_string(phase_of(report_.state)) << "\n\n";
    if (!report_.unproven.empty()) {
      out_ << "For " << report_.unproven.size() << " of " << report_.events
           << " events the log says that their proof was too large for it: see below.\n\n";
    }
    for (const tlog::VerifiedCheckpoint& checkpoint : report_.checkpoints) tell_checkpoint(checkpoint);
    for (const LedgerDescription& ledger : report_.ledgers) tell_ledger(ledger);
    out_ << "\nThe plan (" << plan.scenario << "):\n";
    for (const Leg& leg : plan.legs) tell_leg(leg);
    out_ << "\nWhat happened:\n";
    for (const evidence::VerifiedRecord* record : by_time()) {
      is_unproven_ = record->log == 0 && std::find(report_.unproven.begin(), report_.unproven.end(), record->index) !=
                                             report_.unproven.end();
      tell_record(record->record);
    }
    for (const evidence::VerifiedAnchor& anchor : report_.anchors) {
      out_ << "\nThe log's first " << anchor.size << " records existed when " << anchor.ledger.text << " took in block "
           << anchor.position.height.value << ".\n";
    }
    out_ << "\nBlock hashes are shown so that you can compare them with a node that you trust.\n";
  }

 private:
  // Each log's records are in its own order; what stands in another log is told where it belongs.
  [[nodiscard]] std::vector<const evidence::VerifiedRecord*> by_time() const {
    std::vector<const evidence::VerifiedRecord*> records;
    for (const evidence::VerifiedRecord& record : report_.records) records.push_back(&record);
    std::stable_sort(records.begin(), records.end(),
                     [](const auto* a, const auto* b) { return a->record.at < b->record.at; });
    return records;
  }

  void tell_checkpoint(const tlog::VerifiedCheckpoint& checkpoint) {
    out_ << "log      " << checkpoint.origin << ", " << checkpoint.size << " records, signed by the log's key";
    for (const tlog::WitnessedAt& witness : checkpoint.witnesses) {
      out_ << "\n         witnessed by " << witness.name << " at "
           << to_rfc3339(Timestamp(std::chrono::seconds(static_cast<std::int64_t>(witness.time))));
    }
    out_ << "\n";
  }

  void tell_ledger(const LedgerDescription& ledger) {
    out_ << "ledger   " << ledger.ledger.text << ": " << ledger.kind;
    if (!ledger.network.empty()) out_ << " network " << ledger.network;
    if (!ledger.escrow.empty()) out_ << ", escrow contract " << ledger.escrow;
    out_ << ", final after " << ledger.depth << " blocks\n";
  }

  [[nodiscard]] std::string money(const LedgerId& ledger, const AssetId& asset, const Amount& amount) const {
    unsigned scale = 0;
    for (const LedgerDescription& description : report_.ledgers) {
      if (description.ledger != ledger) continue;
      for (const DescribedAsset& known : description.assets) {
        if (known.id == asset) scale = known.scale;
      }
    }
    return format_decimal(amount, scale) + " " + asset.text;
  }

  void tell_leg(const Leg& leg) {
    const bool is_pivot = leg.role == LegRole::pivot;
    out_ << "  " << (is_pivot ? "pay " : "hold ") << money(leg.ledger, leg.asset, leg.amount) << " of "
         << leg.payer.text << " for " << leg.payee.text << " on " << leg.ledger.text << "\n";
  }

  void say(Timestamp at, const std::string& sentence, std::string_view by) {
    if (is_unproven_) by = kUnproven;
    out_ << "  " << to_rfc3339(at) << "  " << sentence << "\n                            " << by << "\n";
  }

  void tell_record(const evidence::Record& record) {
    if (const auto* txn = std::get_if<evidence::TxnSigned>(&record.body)) {
      say(record.at,
          "txn " + to_hex_prefixed(txn->id.view()) + " for " + txn->ledger.text + " was signed by " + txn->signer.text +
              " and recorded before it was sent",
          kByEngine);
    } else if (std::holds_alternative<evidence::TradeCreated>(record.body)) {
      say(record.at, "the trade was created with this plan", kByEngine);
    } else if (const auto* event = std::get_if<evidence::TradeEvent>(&record.body)) {
      std::visit([&](const auto& fact) { tell_event(record.at, fact); }, event->event);
    }
  }

  void tell_event(Timestamp, const Started&) {}

  void tell_event(Timestamp at, const OutcomeFinal& fact) {
    const Outcome& outcome = fact.outcome;
    std::string sentence = std::string(to_string(outcome.kind)) + " ";
    if (outcome.ok) {
      sentence += "of " + money(fact.ledger, outcome.asset, outcome.amount) + " from " + outcome.from.text + " to " +
                  outcome.to.text + " took effect";
    } else {
      sentence += "failed: " + outcome.reason;
    }
    say(at,
        sentence + " on " + fact.ledger.text + " in block " + std::to_string(outcome.position.height.value) + " (" +
            to_hex_prefixed(outcome.position.block.view()) + "), txn " + to_hex_prefixed(outcome.position.txn.view()),
        kByLedger);
  }

  void tell_event(Timestamp at, const MovementDead& dead) {
    const Leg& leg = report_.plan.legs[dead.leg];
    const bool can_expire = dead.kind == MovementKind::hold || dead.kind == MovementKind::payment;
    std::string sentence = std::string(to_string(dead.kind)) + " of leg " + std::to_string(dead.leg) +
                           " can never take effect: " + leg.ledger.text + " is at " + std::to_string(dead.time.value) +
                           " in block " + std::to_string(dead.height.value) + " (" +
                           to_hex_prefixed(dead.block.view()) + ")";
    if (can_expire && dead.time > leg.not_after) sentence += ", past " + std::to_string(leg.not_after.value);
    say(at, sentence,
        "the ledger's block proves the time or the txn in its place; that no earlier block held it is the engine's "
        "word");
  }

  void tell_event(Timestamp at, const MovementRefused& refused) {
    say(at,
        std::string(to_string(refused.kind)) + " of leg " + std::to_string(refused.leg) + " was never signed: " +
            std::string(to_string(refused.code)) + (refused.detail.empty() ? "" : ", " + refused.detail),
        kByEngine);
  }

  void tell_event(Timestamp at, const PrepareDeadlinePassed&) { say(at, "the time for the holds was over", kByEngine); }

  void tell_event(Timestamp at, const CancelRequested&) { say(at, "somebody asked to cancel the trade", kByEngine); }

  void tell_event(Timestamp at, const Decided& decided) {
    say(at, "the decision was recorded: " + std::string(to_string(decided.decision)), kByEngine);
  }

  std::ostream& out_;
  const evidence::BundleReport& report_;
  bool is_unproven_ = false;  // the event that is being told
};

}  // namespace

void tell_bundle(std::ostream& out, const evidence::BundleReport& report) {
  Teller(out, report).tell();
}

}  // namespace clearspan::tools
