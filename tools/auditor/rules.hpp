// The rules of the audit. Each takes what was gathered and adds what is wrong to the findings.
#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "tools/auditor/facts.hpp"

namespace clearspan::audit {

// --- the logs alone ---

// I6: checkpoints, here and seen elsewhere, are those of the logs' trees; so are recorded anchors. Errors:
// storage_failed.
Status check_heads(const Evidence& evidence, const Facts& facts, const Options& options, Findings& findings);

// I2, I3, I5: what was signed, and on what grounds.
void check_signing(const Facts& facts, const Options& options, Findings& findings);

// --- one book alone ---

// I1: from its start, the book's effects give the balances that it states, and every hold ends at most once (I2).
void check_arithmetic(const LedgerBook& book, Findings& findings);

// --- logs and books ---

struct HoldStory {
  const Outcome* held = nullptr;
  const Outcome* ended = nullptr;
};

// A book with what is looked for in it.
class BookIndex {
 public:
  BookIndex(const LedgerBook& book, const Facts& facts, const EngineTag& engine);

  [[nodiscard]] const LedgerBook& book() const { return book_; }

  [[nodiscard]] const BookTxn* find_txn(const TxnId& id) const;
  [[nodiscard]] const BookEffect* find_effect(const BlockPosition& position) const;
  [[nodiscard]] const HoldStory* find_hold(const HoldKey& key) const;

  // Movements of this engine's refs that took effect.
  [[nodiscard]] const std::vector<const Outcome*>& effects_of(const MovementKey& key) const;

  // Whether the txn is in a block that is final.
  [[nodiscard]] bool is_final(const BookTxn& txn) const { return txn.height <= book_.final_height; }

  // What the log says about blocks from here on was true once: the ledger was rewritten below what was final, and the
  // engine has frozen it.
  [[nodiscard]] bool is_rewritten(Height height) const { return rewritten_from_ && height >= *rewritten_from_; }

  [[nodiscard]] bool is_rewritten() const { return rewritten_from_.has_value(); }

  // Who used the account's sequence number in a final block; null if nobody did.
  [[nodiscard]] const BookTxn* find_sequence(const std::string& signer, Sequence sequence) const;

 private:
  void find_fork(const Facts& facts);

  const LedgerBook& book_;
  std::unordered_map<TxnId, const BookTxn*> txns_;
  std::unordered_map<HoldKey, HoldStory> holds_;
  std::unordered_map<MovementKey, std::vector<const Outcome*>> effects_;
  std::map<std::pair<std::string, Sequence>, const BookTxn*> sequences_;
  std::optional<Height> rewritten_from_;
};

using BookIndexes = std::map<LedgerId, BookIndex>;

// I4, I5, I8: what the logs found stands in the books, and what the books hold of this engine stands in the logs.
void check_books(const Facts& facts, const BookIndexes& books, Findings& findings);

// I1, I2, I3, I9: what every trade came to, by the ledgers.
void check_ends(const Facts& facts, const BookIndexes& books, const Options& options, Findings& findings);

// I11: nothing is left on the way.
void check_ended(const Facts& facts, const BookIndexes& books, Findings& findings);

// I6: digests that stand on ledgers in the engine's name are checkpoints of its logs.
void check_anchors(const Facts& facts, const BookIndexes& books, Findings& findings);

// --- words ---

std::string words(const TradeId& trade);                                   // "trade 0123..."
std::string words(const MovementKey& key);                                 // "the release of leg 1 of trade 0123..."
std::string words(const LedgerId& ledger, const BlockPosition& position);  // "a-coin, block 5, txn 0123..."

}  // namespace clearspan::audit
