// The view: what this node knows of one ledger's chain. It owns the verified blocks that are not final yet and the
// place of the last final one, and it says which block to read next. Pure: it is told what the ledger answered, in the
// order in which it was asked.
//
//   final  <-  101  <-  102  <-  103 = tip        104 = the next block to read
//   (100)      `------ unfinal blocks ----'
//
// The follower's loop:
//
//   tip = connector.tip()
//   view.claim_final(tip.final_height)
//   while (height = view.wanted(tip.latest)) view.push(decode(connector.block(height)))   and look at the answer
//   hand on view.take_final()
//
// When a height is final is the ledger's word (policy); which block is final at that height is proven by links. The
// blocks that the view holds may be of a branch that the ledger left before the height became final. So a claim makes
// nothing final by itself: it takes a block that was *read after the claim*, at that height or above, and that links
// down to what the view holds. `wanted` asks for such a block again when no new one is coming.
//
// One thread at a time.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <variant>
#include <vector>

#include "core/chain/block.hpp"

namespace clearspan {

// Blocks held between the last final one handed on and the tip: nine days of Ethereum without finality. Beyond it
// reading stops until finality moves; nothing is lost, the blocks stay with the ledger.
inline constexpr std::size_t kUnfinalBlocksMax = 65'536;

struct BlockPlace {
  Height height;
  BlockHash hash;

  bool operator==(const BlockPlace&) const = default;
};

// The block is the new tip. `dropped` blocks of another branch were given up for it: not 0 is a reorganisation.
struct Appended {
  std::size_t dropped = 0;

  bool operator==(const Appended&) const = default;
};

// The block was known already; nothing changed but what it may confirm.
struct Known {
  bool operator==(const Known&) const = default;
};

// The block lies below the last final one, where nothing changes any more; it was ignored.
struct BelowFinal {
  bool operator==(const BelowFinal&) const = default;
};

// Blocks between the tip and this one are missing; it was ignored. `needed` is the next one to read.
struct Gap {
  Height needed;

  bool operator==(const Gap&) const = default;
};

// A reorganisation: the block does not link to the one held below it, so that one and all above it (`dropped`) were
// given up. `reread_from` is the next one to read, always above the last final one.
struct StepBack {
  Height reread_from;
  std::size_t dropped = 0;

  bool operator==(const StepBack&) const = default;
};

// The ledger contradicts a block that was final. The view is frozen: it takes no block and hands on none any more, and
// an operator decides.
struct Conflict {
  Height height;
  BlockHash expected;
  BlockHash found;

  bool operator==(const Conflict&) const = default;
};

// kUnfinalBlocksMax blocks are held; the block was ignored.
struct Full {
  bool operator==(const Full&) const = default;
};

using Pushed = std::variant<Appended, Known, BelowFinal, Gap, StepBack, Conflict, Full>;

class View {
 public:
  // Starts above a block that is known to be final: the last one acted on, or where the engine joins the chain.
  explicit View(BlockPlace final_block) : final_(final_block), claimed_(final_block.height) {}

  // The block to read now, given the newest height that the ledger has: the next one, or one to read again so that a
  // claim can be confirmed. None when there is nothing to read, and for a frozen view. Each answer follows from what
  // was pushed: a ledger that alternates between two branches keeps it asking, so the caller bounds the reads between
  // two claims.
  [[nodiscard]] std::optional<Height> wanted(Height latest) const;

  // The ledger calls this height final, and all below it. Reads that were under way when the claim was made must not be
  // pushed after it. A height below an earlier claim changes nothing.
  void claim_final(Height height);

  // Takes a block that was read after the last claim.
  Pushed push(VerifiedBlockPtr block);

  // The blocks that became final since the last call: every block above the one that the view started with, once, in
  // the order of their heights without gaps, each the parent of the next.
  std::vector<VerifiedBlockPtr> take_final();

  // The height that the chain is to be extended at.
  [[nodiscard]] Height next() const { return tip().height.plus(1); }

  // The newest block held; the last final one if none is.
  [[nodiscard]] BlockPlace tip() const;

  [[nodiscard]] BlockPlace final_block() const { return final_; }

  // The hash known at that height, from the last final block up to the tip.
  [[nodiscard]] std::optional<BlockHash> hash_at(Height height) const;

  // The blocks above the last final one, oldest first. Any of them may still be given up.
  [[nodiscard]] const std::deque<VerifiedBlockPtr>& unfinal() const { return unfinal_; }

  // Why the view is frozen; none while it is not.
  [[nodiscard]] const std::optional<Conflict>& conflict() const { return conflict_; }

 private:
  [[nodiscard]] bool is_full() const { return unfinal_.size() + ready_.size() >= kUnfinalBlocksMax; }

  Pushed freeze(Height height, const BlockHash& expected, const BlockHash& found);

  // Gives up the blocks from that height on and says how many there were.
  std::size_t drop_from(Height height);

  // The chain up to `height` was read after the last claim.
  void confirm(Height height);

  BlockPlace final_;
  Height claimed_;                        // never below final_.height
  std::deque<VerifiedBlockPtr> unfinal_;  // at final_.height + 1 and up, each the parent of the next
  std::vector<VerifiedBlockPtr> ready_;   // final, not handed on yet
  std::optional<Conflict> conflict_;
};

}  // namespace clearspan
