// What the demo needs of a pair of ledgers, simulated or EVM: somebody to trade with, misfortune on request, and the
// books as the ledgers tell them.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/scenario/compile.hpp"
#include "core/scenario/profile.hpp"
#include "ledgers/connector.hpp"

namespace clearspan::tools {

// What is made to go wrong with a trade.
enum class Misfortune : std::uint8_t {
  none,
  payer_short,      // the payer has too little for the hold
  exchanger_short,  // the exchanger has too little for the pivot
  pivot_dropped,    // the pivot never reaches the ledger
  pivot_late,       // the pivot reaches the ledger after its deadline
  node_stalled,     // the node of the destination ledger shows nothing new for longer than the pivot is valid
  wrong_asset,      // the payer deposits another asset than agreed
  cancelled,        // the user cancels at once
};

inline constexpr std::array kMisfortunes = {
    Misfortune::payer_short,  Misfortune::exchanger_short, Misfortune::pivot_dropped, Misfortune::pivot_late,
    Misfortune::node_stalled, Misfortune::wrong_asset,     Misfortune::cancelled};

std::string_view to_string(Misfortune misfortune);

// How often something took effect under one ref, as the ledger tells it.
struct Effects {
  std::uint32_t holds = 0;
  std::uint32_t payments = 0;
  std::uint32_t releases = 0;
  std::uint32_t refunds = 0;
};

struct BalanceChange {
  AccountId account;
  AssetId asset;
  Amount before;
  Amount after;
};

// One ledger's own account of the demo, from its begin to now.
struct LedgerBooks {
  LedgerId ledger;
  std::vector<BalanceChange> accounts;
  std::map<AssetId, Amount> issued;     // all value of the asset that the ledger knows of
  std::map<AssetId, Amount> in_escrow;  // still held
  std::map<OperationRef, Effects> effects;
};

class DemoWorld {
 public:
  virtual ~DemoWorld() = default;

  [[nodiscard]] virtual std::string_view name() const = 0;
  [[nodiscard]] virtual const EngineTag& engine_tag() const = 0;
  [[nodiscard]] virtual std::vector<std::shared_ptr<Connector>> connectors() const = 0;
  [[nodiscard]] virtual TimingPolicy timing() const = 0;

  // A payment that will meet that misfortune, and the terms for it.
  [[nodiscard]] virtual const Profile& profile_for(Misfortune misfortune) const = 0;
  [[nodiscard]] virtual PaymentRequest payment(std::uint64_t number, Misfortune misfortune) const = 0;

  // An exchange of two assets that goes well.
  [[nodiscard]] virtual PvpRequest pvp(std::uint64_t number) const = 0;

  // The payer puts its hold on the ledger itself, in another asset than the plan's.
  virtual Status deposit_wrong_asset(const Plan& plan) = 0;

  // The destination ledger's node stalls until it is told otherwise.
  virtual void stall_node(bool stalled) = 0;

  // How long a stall must last so that a pivot that was handed over in it is lost.
  [[nodiscard]] virtual Millis stall_needed() const = 0;

  // Trades in flight at once that the ledgers can keep up with.
  [[nodiscard]] virtual std::size_t in_flight_max() const = 0;

  // Reads both ledgers.
  virtual Result<std::vector<LedgerBooks>> read_books() = 0;
};

}  // namespace clearspan::tools
