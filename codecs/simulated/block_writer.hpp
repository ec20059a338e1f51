// Renders blocks as JSON (see block.hpp), straight into one string: rendering is part of what a block costs.
#pragma once

#include <span>
#include <string>

#include "codecs/simulated/block.hpp"

namespace clearspan::simulated {

// One txn of a block with what became of it. Everything is a view; `results` has one entry per operation.
struct BlockTxn {
  TxnId id;
  const TxnContent* content = nullptr;
  const TxnSignature* signature = nullptr;
  std::span<const OperationResult> results;
};

// Computes root and hash, and renders. `header` comes without txn_count and root.
struct RenderedBlock {
  BlockHash hash;
  std::string json;
};

RenderedBlock render_block(BlockHeader header, std::span<const BlockTxn> txns);

}  // namespace clearspan::simulated
