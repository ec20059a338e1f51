// The facts that one final block proves, on their way into the log: each behind a record of what proves it. A block
// with many txns gets several such records, so that none becomes too large for the log. Strangers decide how large the
// txn is in which they touch one of our trades: facts whose proof the log cannot take stand behind a record that says
// so.
#pragma once

#include <optional>
#include <vector>

#include "codecs/evidence/record.hpp"
#include "core/chain/block.hpp"

namespace clearspan::actors {

// Bytes of txn proofs in one record, unless it is a single txn's.
inline constexpr std::size_t kProofBytesMax = evidence::kAttachmentBytesMax / 4;

class ProvenFacts {
 public:
  ProvenFacts(const FinalBlock& final_block, Timestamp at) : final_block_(final_block), at_(at) {}

  // A new fact of that kind about the trade, to be filled in; good until the next one. `txn` is the index of the txn
  // that proves the fact, none when the block itself does. Indexes ascend, but for the facts that come after all
  // outcomes.
  template <class Fact>
  Fact& add(const TradeId& trade, std::optional<std::uint32_t> txn) {
    return add_event(trade, txn).emplace<Fact>();
  }

  // All records in their order.
  std::vector<evidence::Record> take();

 private:
  Event& add_event(const TradeId& trade, std::optional<std::uint32_t> txn);
  void close();

  const FinalBlock& final_block_;
  const Timestamp at_;
  std::vector<evidence::Record> records_;
  std::optional<std::size_t> open_;  // the place of the proof that has to be written yet, before the last facts
  std::vector<std::uint32_t> txns_;  // that it must hold; some of them twice
  std::size_t proof_bytes_ = 0;
};

}  // namespace clearspan::actors
