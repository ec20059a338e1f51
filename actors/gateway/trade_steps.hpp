// What became of each movement of a trade, folded from its history: the newest word on every leg and kind.
#pragma once

#include <map>
#include <optional>
#include <string_view>

#include "ledgers/evidence/index.hpp"

namespace clearspan::gateway {

struct TradeStep {
  enum class Status : std::uint8_t { pending, final, failed, dead, refused };

  Status status = Status::pending;
  std::optional<Timestamp> requested;        // when its signed bytes were first on record
  std::optional<Timestamp> at;               // when its end was on record
  std::optional<std::uint64_t> sequence;     // of the record that proves its end
  std::optional<TxnId> txn;                  // that contains it; while pending, the newest one that was signed
  const Outcome* outcome = nullptr;          // final, failed
  const MovementDead* dead = nullptr;        // dead
  const MovementRefused* refused = nullptr;  // refused
};

std::string_view to_string(TradeStep::Status status);

struct StepKey {
  LegIndex leg = 0;
  MovementKind kind = MovementKind::hold;

  auto operator<=>(const StepKey&) const = default;
};

using TradeSteps = std::map<StepKey, TradeStep>;

// The steps point into `trade`, which must outlive them.
TradeSteps steps_of(const evidence::TradeSnapshot& trade);

}  // namespace clearspan::gateway
