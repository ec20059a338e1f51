// Ways of tampering with evidence and books. Each changes something that matters, says what ("kind" or "kind: place"),
// and is drawn from a seed.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/tools/auditor/runs/engine_run.hpp"

namespace clearspan::audit {

// Changes files as bytes.
std::string tamper_files(sim::Random& random, const std::vector<std::string>& names,
                         std::map<std::string, Bytes>& files);

// Changes records that bear on value, so that the logs, written anew, contradict themselves or the books. Empty: what
// was drawn cannot be done here.
std::string forge_logs(sim::Random& random, Logs& logs);

// Changes, drops or swaps any record that the checkpoints cover.
std::string forge_anything(sim::Random& random, Logs& logs, const std::vector<std::string>& checkpoints);

// Changes one figure of one book by one unit, or drops or repeats a txn.
std::string alter_books(sim::Random& random, std::vector<LedgerBook>& books);

}  // namespace clearspan::audit
