// A bundle: one trade's evidence in one file, for somebody who trusts neither the engine nor its operator
// (docs/evidence-format.md, section 8). Here are its bytes; verify_bundle.hpp says what they prove.
#pragma once

#include <string>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/chain/proof.hpp"

namespace clearspan::evidence {

inline constexpr std::size_t kBundleBytesMax = 1u << 20;

struct BundleEntry {
  std::uint64_t index = 0;        // of the leaf
  Bytes entry;                    // the head before the record, and the record
  std::vector<Hash32> inclusion;  // in the tree of the log's checkpoint

  bool operator==(const BundleEntry&) const = default;
};

struct BundleLog {
  std::string checkpoint;  // a signed note
  std::vector<BundleEntry> entries;

  bool operator==(const BundleLog&) const = default;
};

struct BundleAnchor {
  std::string checkpoint;           // the one that was anchored
  std::vector<Hash32> consistency;  // from it to the first log's checkpoint
  std::uint64_t index = 0;          // of the anchored record in the first log

  bool operator==(const BundleAnchor&) const = default;
};

struct Bundle {
  TradeId trade;
  std::vector<BundleLog> logs;  // the trade's own first
  std::vector<BlockProof> proofs;
  std::vector<BundleAnchor> anchors;

  bool operator==(const Bundle&) const = default;
};

Bytes encode_bundle(const Bundle& bundle);

// Errors: too_large, truncated, leftover_bytes, too_deep, not_canonical, malformed, checksum_mismatch.
Result<Bundle> decode_bundle(ByteView bytes);

}  // namespace clearspan::evidence
