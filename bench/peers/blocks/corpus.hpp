// The main network's blocks of the corpus that come with all their txns and receipts, and what must be done with each
// of their bytes at least, whoever verifies them: the values that hexadecimal digits stand for, and the messages whose
// Keccak hash is needed.
#pragma once

#include <string>
#include <vector>

#include "core/base/bytes.hpp"

namespace clearspan::peers {

struct CorpusBlock {
  std::string block;                // JSON
  std::string receipts;             // JSON
  std::vector<std::string> digits;  // of each field that a hash covers: header, txns, receipts
  std::vector<Bytes> txns;          // encoded
  std::vector<Bytes> messages;      // the header, each txn, and each node of the tries that is not inside its parent
};

struct Corpus {
  std::vector<CorpusBlock> blocks;
  std::size_t json_bytes = 0;
  std::size_t txns = 0;
  std::size_t txn_bytes = 0;  // encoded
  std::size_t digits = 0;
  std::size_t messages = 0;
  std::size_t message_bytes = 0;
  std::size_t permutations = 0;  // of Keccak-f, for all messages
};

// The corpus, read and verified once; without blocks when it is absent. It is in the folder that CLEARSPAN_CORPUS
// names, by default ../shared/data.
const Corpus& corpus();

}  // namespace clearspan::peers
