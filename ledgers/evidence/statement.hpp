// A double-entry statement of one ledger's accounts: every movement of value that final blocks prove and the evidence
// logs hold, posted on two accounts.
//
//   movement   debits   credits          A debit takes from an account, a credit gives to it: balance = credits -
//   debits. hold       payer    escrow           The escrow, where held value lies, is an account of its own. What
//   failed moved release    escrow   payee            nothing and is no entry. Balances start at zero: they say what
//   the logs know, refund     escrow   payer            not what the ledger knows, and may be below zero. payment payer
//   payee
//
// So the balances of all accounts add up to zero for each asset, which is checked.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/money/amount.hpp"
#include "ledgers/evidence/views.hpp"

namespace clearspan::evidence {

// 2^64 movements of 2^256 units each fit twice over, with either sign.
using SignedUnits = boost::multiprecision::int512_t;

// An account of a ledger, or the ledger's escrow, which is none.
struct StatementAccount {
  bool is_escrow = false;
  AccountId id;  // empty for the escrow

  auto operator<=>(const StatementAccount&) const = default;
};

// "escrow" for the escrow. An account of that very name is written "account:escrow", and so that no two accounts are
// written alike, an account that starts with "account:" gets that in front once more.
std::string to_string(const StatementAccount& account);
StatementAccount parse_statement_account(std::string_view text);

enum class EntrySide : std::uint8_t { debit, credit };

std::string_view to_string(EntrySide side);

struct StatementEntry {
  Timestamp at;  // of its record: when the engine knew that it is final
  Place place;
  TradeId trade;
  MovementKind kind = MovementKind::hold;
  bool reclaimed = false;  // the payer took it back by itself
  EntrySide side = EntrySide::debit;
  StatementAccount counter_account;
  AssetId asset;
  Amount amount;
  SignedUnits balance;  // of that asset, after the entry
  BlockPosition position;
};

struct StatementBalance {
  StatementAccount account;
  AssetId asset;
  SignedUnits debits;
  SignedUnits credits;
  std::uint64_t entries = 0;

  [[nodiscard]] SignedUnits balance() const { return credits - debits; }
};

// All accounts of one asset.
struct TrialBalance {
  AssetId asset;
  std::uint64_t accounts = 0;
  SignedUnits debits;   // the same number as
  SignedUnits credits;  // this
};

struct StatementQuery {
  LedgerId ledger;
  std::optional<StatementAccount> account;
};

struct AccountStatement {
  StatementQuery query;
  std::vector<StatementEntry> entries;     // of the account asked for; none when all were
  std::vector<StatementBalance> balances;  // of the account asked for, or of all
  std::vector<TrialBalance> trial;         // of all accounts
  Scales scales;
  std::vector<ViewedLog> logs;
};

// Keeps the wanted account's entries and all balances; the logs are never held. After a crash the engine processes a
// block once more and may record its outcomes a second time; an effect is counted once. Errors: unknown_ledger when no
// record names the ledger; record_misplaced for an outcome behind the view_advanced of its block, which cannot be told
// from a repetition; those of read_logs.
Result<AccountStatement> read_statement(Disk& disk, const std::string& data_directory, const StatementQuery& query);

// One JSON object, or one table as RFC 4180 has it (docs/evidence-views.md).
std::string to_json(const AccountStatement& statement);
std::string to_csv(const AccountStatement& statement);

}  // namespace clearspan::evidence
