// Payments between two simulated ledgers as an engine records them, from the request to the last closed txn, made at
// the speed of a disk: the blocks are real (content, results, trees, headers, descendants) and the engine is not run.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "codecs/crypto/ed25519.hpp"
#include "codecs/evidence/record.hpp"

namespace clearspan::evidence {

class SimulatedPayments {
 public:
  using Sink = std::function<void(const Record&)>;

  explicit SimulatedPayments(const EngineTag& engine);

  // How the two ledgers are to be read.
  void describe(const Sink& sink) const;

  // The records of so many payments, all of which end settled. They share their blocks, and some share a txn, as they
  // do when they are submitted together. Returns their ids.
  std::vector<TradeId> settle(std::size_t count, const Sink& sink);

 private:
  // A ledger, and the last of its blocks.
  struct Chain {
    LedgerId ledger;
    AssetId asset;
    Height height;
    BlockHash tip;
  };

  struct Trade {
    Plan plan;
    HoldKey hold_key;
  };

  struct Landed;

  Trade next_trade();
  Landed land(Chain& chain, const std::vector<Trade>& trades, LegIndex leg, MovementKind kind, const Sink& sink);
  Bytes seal(Chain& chain, std::uint32_t txn_count, const Hash32& root);
  [[nodiscard]] Timestamp tick();

  EngineTag engine_;
  crypto::Ed25519Signer signer_;
  Chain a_;
  Chain b_;
  std::uint64_t made_ = 0;
  std::uint64_t salt_ = 0;
  Timestamp now_;
};

}  // namespace clearspan::evidence
