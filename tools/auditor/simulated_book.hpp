// The book of a simulated ledger, from the ledger in this process or from the node of a running `clearspan devnet`.
#pragma once

#include <string_view>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "ledgers/simulated/ledger.hpp"
#include "tools/auditor/ledger_book.hpp"

namespace clearspan::audit {

// The ledger must stand still meanwhile, and its node must answer. Errors: block_unavailable when it has forgotten old
// blocks, those of its node.
Result<LedgerBook> read_simulated_book(simulated::Ledger& ledger);

// The same over HTTP; the ledger may go on. `finality_depth`: blocks above a block before it is final. Errors: those of
// the node; remote_malformed; block_unavailable as above; final_block_conflict when the ledger reorganises again and
// again meanwhile.
Result<LedgerBook> read_simulated_book(std::string_view url, std::uint64_t finality_depth, Millis timeout);

}  // namespace clearspan::audit
