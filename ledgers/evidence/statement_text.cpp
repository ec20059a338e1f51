#include "ledgers/evidence/statement.hpp"
#include "ledgers/evidence/view_text.hpp"

namespace clearspan::evidence {
namespace {

class StatementJson {
 public:
  explicit StatementJson(const AccountStatement& statement) : statement_(statement) {}

  std::string write() {
    out_.begin_object().field("ledger", statement_.query.ledger.text);
    const auto& account = statement_.query.account;
    write_optional(out_, "account", account ? to_string(*account) : std::string());
    write_logs(out_, statement_.logs);
    out_.key("entries").begin_array();
    for (const StatementEntry& entry : statement_.entries) write_entry(entry);
    out_.end_array().key("balances").begin_array();
    for (const StatementBalance& balance : statement_.balances) write_balance(balance);
    out_.end_array().key("trial_balance").begin_array();
    for (const TrialBalance& sum : statement_.trial) write_trial(sum);
    out_.end_array().end_object();
    return out_.take();
  }

 private:
  void units(std::string_view name, std::string_view digits, const AssetId& asset) {
    out_.key(name);
    write_amount(out_, digits, statement_.scales.of(statement_.query.ledger, asset));
  }

  void write_entry(const StatementEntry& entry) {
    out_.begin_object().field("at", to_rfc3339(entry.at)).field("trade", to_string(entry.trade));
    write_place(out_, statement_.logs, entry.place);
    out_.field("kind", to_string(entry.kind));
    if (entry.reclaimed) out_.field("reclaimed", true);
    out_.field("side", to_string(entry.side)).field("counter_account", to_string(entry.counter_account));
    out_.field("asset", entry.asset.text);
    units("amount", to_string(entry.amount), entry.asset);
    units("balance", entry.balance.str(), entry.asset);
    write_position(out_, entry.position);
    out_.end_object();
  }

  void write_balance(const StatementBalance& balance) {
    out_.begin_object().field("account", to_string(balance.account)).field("asset", balance.asset.text);
    out_.field("entries", balance.entries);
    units("debits", balance.debits.str(), balance.asset);
    units("credits", balance.credits.str(), balance.asset);
    units("balance", balance.balance().str(), balance.asset);
    out_.end_object();
  }

  void write_trial(const TrialBalance& sum) {
    out_.begin_object().field("asset", sum.asset.text).field("accounts", sum.accounts);
    units("debits", sum.debits.str(), sum.asset);
    units("credits", sum.credits.str(), sum.asset);
    units("balance", SignedUnits(sum.credits - sum.debits).str(), sum.asset);
    out_.end_object();
  }

  const AccountStatement& statement_;
  json::Writer out_;
};

class StatementCsv {
 public:
  explicit StatementCsv(const AccountStatement& statement) : statement_(statement) {}

  std::string write() {
    for (const StatementEntry& entry : statement_.entries) write_entry(entry);
    for (const StatementBalance& balance : statement_.balances) {
      out_.set("row", "balance").set("account", to_string(balance.account));
      write_sums(balance.asset, balance.debits, balance.credits);
    }
    for (const TrialBalance& sum : statement_.trial) {
      out_.set("row", "trial_balance");
      write_sums(sum.asset, sum.debits, sum.credits);
    }
    return out_.take();
  }

 private:
  void set_asset(const AssetId& asset) {
    const LedgerId& ledger = statement_.query.ledger;
    out_.set("ledger", ledger.text).set("asset", asset.text);
    out_.set("scale", scale_text(statement_.scales.of(ledger, asset)));
  }

  void write_entry(const StatementEntry& entry) {
    out_.set("row", "entry").set("at", to_rfc3339(entry.at)).set("trade", to_string(entry.trade));
    out_.set("kind", to_string(entry.kind)).set("reclaimed", entry.reclaimed ? "true" : "");
    out_.set("account", to_string(*statement_.query.account));
    out_.set("counter_account", to_string(entry.counter_account));
    set_asset(entry.asset);
    out_.set(to_string(entry.side), to_string(entry.amount)).set("balance", entry.balance.str());
    set_position(out_, entry.position);
    set_place(out_, statement_.logs, entry.place);
    out_.end_row();
  }

  void write_sums(const AssetId& asset, const SignedUnits& debits, const SignedUnits& credits) {
    set_asset(asset);
    out_.set("debit", debits.str()).set("credit", credits.str()).set("balance", SignedUnits(credits - debits).str());
    out_.end_row();
  }

  const AccountStatement& statement_;
  CsvTable out_{{"row",          "at",         "trade", "kind",   "reclaimed", "ledger", "account",   "counter_account",
                 "asset",        "scale",      "debit", "credit", "balance",   "txn",    "txn_index", "effect_index",
                 "block_number", "block_hash", "log",   "leaf"}};
};

}  // namespace

std::string to_json(const AccountStatement& statement) {
  return StatementJson(statement).write();
}

std::string to_csv(const AccountStatement& statement) {
  return StatementCsv(statement).write();
}

}  // namespace clearspan::evidence
