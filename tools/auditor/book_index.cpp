#include <algorithm>
#include <map>

#include "tools/auditor/rules.hpp"

namespace clearspan::audit {

BookIndex::BookIndex(const LedgerBook& book, const Facts& facts, const EngineTag& engine) : book_(book) {
  for (const BookTxn& txn : book.txns) {
    txns_.emplace(txn.id, &txn);
    sequences_.try_emplace({txn.signer, txn.sequence}, &txn);
    for (const BookEffect& effect : txn.effects) {
      const Outcome& outcome = effect.outcome;
      if (!outcome.ok || effect.anchor) continue;
      if (outcome.kind == MovementKind::hold) holds_[outcome.hold_key].held = &outcome;
      if (outcome.kind == MovementKind::release || outcome.kind == MovementKind::refund) {
        holds_[outcome.hold_key].ended = &outcome;
      }
      if (engine_of(outcome.ref) == engine) effects_[{outcome.ref, outcome.kind}].push_back(&outcome);
    }
  }
  if (facts.is_frozen(book.ledger)) find_fork(facts);
}

// The block above the highest one that the logs and the book have in common, below all in which they differ.
void BookIndex::find_fork(const Facts& facts) {
  std::map<Height, bool> is_same;
  const auto compare = [&](Height height, const BlockHash& hash) {
    const BookBlock* block = book_.block_at(height);
    is_same.try_emplace(height, true).first->second &= block != nullptr && block->hash == hash;
  };
  for (const ViewFact& fact : facts.views) {
    if (fact.view.ledger == book_.ledger) compare(fact.view.height, fact.view.block);
  }
  for (const OutcomeFact& fact : facts.outcomes) {
    if (fact.ledger == book_.ledger) compare(fact.outcome.position.height, fact.outcome.position.block);
  }
  Height fork = book_.first;
  for (const auto& [height, same] : is_same) {
    if (!same) break;
    fork = height.plus(1);
  }
  rewritten_from_ = fork;
}

const BookTxn* BookIndex::find_txn(const TxnId& id) const {
  const auto found = txns_.find(id);
  return found == txns_.end() ? nullptr : found->second;
}

const BookEffect* BookIndex::find_effect(const BlockPosition& position) const {
  const BookTxn* txn = find_txn(position.txn);
  if (txn == nullptr) return nullptr;
  const auto effect = std::find_if(txn->effects.begin(), txn->effects.end(), [&](const BookEffect& one) {
    return one.outcome.position.effect_index == position.effect_index;
  });
  if (effect == txn->effects.end() || effect->outcome.position != position) return nullptr;
  return &*effect;
}

const HoldStory* BookIndex::find_hold(const HoldKey& key) const {
  const auto found = holds_.find(key);
  return found == holds_.end() ? nullptr : &found->second;
}

const std::vector<const Outcome*>& BookIndex::effects_of(const MovementKey& key) const {
  static const std::vector<const Outcome*> none;
  const auto found = effects_.find(key);
  return found == effects_.end() ? none : found->second;
}

const BookTxn* BookIndex::find_sequence(const std::string& signer, Sequence sequence) const {
  const auto found = sequences_.find({signer, sequence});
  return found == sequences_.end() ? nullptr : found->second;
}

std::string words(const TradeId& trade) {
  return "trade " + to_string(trade);
}

std::string words(const MovementKey& key) {
  return "the " + std::string(to_string(key.kind)) + " of leg " + std::to_string(leg_of(key.ref)) + " of " +
         words(trade_of(key.ref));
}

std::string words(const LedgerId& ledger, const BlockPosition& position) {
  return ledger.text + ", block " + std::to_string(position.height.value) + ", txn " + to_hex(position.txn.view()) +
         ", effect " + std::to_string(position.effect_index);
}

}  // namespace clearspan::audit
