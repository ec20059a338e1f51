// What a txn offers per unit of gas. The first attempt at a sequence number offers what the newest block suggests; each
// further step offers at least an eighth more than the step before, so that nodes let it replace that one (they ask for
// a tenth, some for an eighth).
//
// What was offered for (account, sequence, step) is remembered: asked again, the same bytes are signed, whatever the
// market does meanwhile. The memory is this process's: after a restart a step is computed from the market of that
// moment.
#pragma once

#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "codecs/ethereum/types.hpp"
#include "core/chain/ids.hpp"
#include "core/money/amount.hpp"
#include "ledgers/ethereum/options.hpp"

namespace clearspan::ethereum {

struct Fee {
  Amount max_fee;       // wei per gas in all; the gas price of a legacy txn
  Amount priority_fee;  // of which the block's producer keeps this

  bool operator==(const Fee&) const = default;
};

// Safe to use from several threads: the follower observes, the submitter asks.
class FeeBook {
 public:
  explicit FeeBook(const FeeOptions& options);

  // The newest block's base fee. It can rise by an eighth per block; twice as much leaves room for six full blocks.
  void observe_base_fee(const Amount& base_fee);

  // A node's proposal, for chains without a base fee.
  void observe_gas_price(const Amount& gas_price);

  Fee fee_for(const Address& account, Sequence sequence, std::uint32_t step);

  // Sequence numbers per account whose offers are remembered; far more than any node keeps waiting.
  static constexpr std::size_t kRemembered = 4096;

 private:
  [[nodiscard]] Fee raised(const Fee& fee) const;
  [[nodiscard]] Fee clamped(const Fee& fee) const;

  FeeOptions options_;
  std::mutex mutex_;
  Fee market_;
  std::map<Address, std::map<Sequence, std::vector<Fee>>> offered_;  // by step
};

}  // namespace clearspan::ethereum
