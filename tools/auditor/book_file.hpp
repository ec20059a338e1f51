// A ledger's book as one JSON file, so that an audit can be repeated without the ledger.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "tools/auditor/ledger_book.hpp"

namespace clearspan::audit {

std::string to_json(const LedgerBook& book);

// Reads what to_json wrote. Errors: those of json::Document and json::ObjectReader; invalid_hex; invalid_value; those
// of parse_amount.
Result<LedgerBook> parse_book(std::string_view json);

}  // namespace clearspan::audit
