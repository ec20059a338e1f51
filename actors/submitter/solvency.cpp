// The solvency brake: the submitter compares what its ledger's books hold with what the blocks say, and signs nothing
// any more once they differ.
#include <spdlog/spdlog.h>

#include "actors/submitter/ledger_port.hpp"
#include "actors/submitter/submitter.hpp"

namespace clearspan::actors {

void Submitter::watch_solvency(const VerifiedBlock& block) {
  solvency_.add(block);
  const std::optional<Height> height = solvency_.begin_reading();
  if (!height) return;
  const AccountId& account = ledger_.traits.held_in;
  for (const AssetId& asset : solvency_.assets()) {
    ledger_.port->read_balance(
        account, asset, *height,
        [self = caf::actor_cast<SubmitterActor>(this), account, asset, at = *height](Result<Amount> balance) {
          caf::anon_send(self, BalanceRead{account, asset, at, std::move(balance)});
        });
  }
}

// The brake holds from this moment on; its record follows, so that it holds after a restart too.
void Submitter::on_held_balance(const BalanceRead& message) {
  if (!message.balance.ok()) ledger_.head.set_problem(describe(message.balance.error()));
  std::optional<evidence::HoldingsChecked> checked = solvency_.take(message.asset, message.height, message.balance);
  if (!checked) return;
  if (checked->unexplained() != nullptr) {
    std::string difference = describe_difference(ledger_.traits, *checked);
    spdlog::critical("ledger {}: {}", ledger_.traits.id.text, difference);
    ledger_.head.brake(std::move(difference));
  }
  ledger_.head.holdings_checked = checked->height.value;
  Append append;
  append.records.push_back({shard_.clock->now(), *std::move(checked)});
  send(shard_.writer, std::move(append));
}

}  // namespace clearspan::actors
