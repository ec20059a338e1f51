// What an operation with its result means to the engine: the one place where a block's words become an outcome.
#pragma once

#include <optional>

#include "codecs/simulated/block.hpp"
#include "core/chain/movement.hpp"

namespace clearspan::simulated {

// The outcome of the operation at that position; none for one that moves no value. The result must be of the operation.
std::optional<Outcome> outcome_of(const Operation& operation, const OperationResult& result,
                                  const BlockPosition& position);

// The same as outcome_of for an operation that moves value, but for the key of a new hold, which stays zero: who needs
// many of them hashes them together. `ended` is the amount that a release or refund has ended.
void fill_outcome(const Operation& operation, const OperationResult& result, const Amount& ended,
                  const BlockPosition& position, Outcome& outcome);

}  // namespace clearspan::simulated
