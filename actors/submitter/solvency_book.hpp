// What all open holds of a ledger must keep, and whether the ledger's books agree (invariant I1). Pure; owned by the
// submitter, which stops signing when they do not.
//
//   expected(h) = what was found at the first reading + all that verified final blocks up to h say went in, less all
//                 that they say went out, be it for this engine or for others
//
// Balances are read at a final height, once per interval, and compared with what was expected at that height. The last
// comparison is on record, so that a restart goes on from there, and the difference that was found once stays found.
// The first reading of an asset is taken as it is: what was held before the engine came is not its to explain.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "codecs/evidence/record.hpp"
#include "core/chain/block.hpp"
#include "core/chain/traits.hpp"
#include "core/chain/view.hpp"

namespace clearspan::actors {

class SolvencyBook {
 public:
  // `last`: the comparison on record. Nothing is ever due for a ledger whose holdings no account shows, nor after a
  // difference was found.
  SolvencyBook(const LedgerTraits& ledger, std::uint64_t interval_blocks,
               std::optional<evidence::HoldingsChecked> last);

  // The next final block. One that was counted already changes nothing.
  void add(const VerifiedBlock& block);

  // The height at which the balance of every asset is to be read now; none while nothing is due or a reading is under
  // way.
  std::optional<Height> begin_reading();

  // One balance that was read, or why it could not be: then all are read again at the next final block. Gives the
  // comparison once the last one is there. Answers to an earlier reading change nothing.
  std::optional<evidence::HoldingsChecked> take(const AssetId& asset, Height height, const Result<Amount>& balance);

  [[nodiscard]] const std::vector<AssetId>& assets() const { return assets_; }

 private:
  // Everything modulo 2^256, where balances have their place and differences of them come out right.
  struct Holding {
    U256 flow{0};              // in less out since the book was opened
    std::optional<U256> base;  // what was held then; none before the first reading
    U256 flow_at_reading{0};
    std::optional<Amount> found;  // by the reading that is under way
  };

  [[nodiscard]] bool is_due() const;
  evidence::HoldingsChecked compare();

  LedgerId ledger_;
  std::uint64_t interval_blocks_;
  std::vector<AssetId> assets_;
  std::map<AssetId, Holding> holdings_;  // of each asset
  std::optional<BlockPlace> counted_;    // the newest final block
  std::optional<Height> compared_at_;
  std::optional<BlockPlace> reading_;  // at which balances are being read
  bool again_ = false;                 // the last reading failed
  bool differs_ = false;               // for good
};

// For people: which account holds what, and what was expected.
std::string describe_difference(const LedgerTraits& ledger, const evidence::HoldingsChecked& checked);

}  // namespace clearspan::actors
