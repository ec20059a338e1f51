// The genesis file of a simulated ledger: read and sound, or refused as config_invalid with the field that is wrong. A
// sound one starts a ledger whose books add up.
#include "ledgers/simulated/genesis.hpp"
#include "tests/fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace clearspan;
  const auto genesis = simulated::parse_genesis(as_text({data, size}));
  if (!genesis.ok()) {
    fuzz::expect_one_of(genesis.error(), {ErrorCode::config_invalid});
    return 0;
  }
  CLEARSPAN_VERIFY(check_genesis(*genesis).ok() && digest_of(*genesis) == digest_of(*genesis));
  CLEARSPAN_VERIFY(simulated::is_ledger_name(genesis->ledger.text) && genesis->block_interval > Millis(0));
  for (const Asset& asset : genesis->assets) {
    CLEARSPAN_VERIFY(simulated::is_asset_name(asset.id.text) && asset.scale <= simulated::kScaleMax);
    Amount total;
    for (const simulated::GenesisAccount& account : genesis->accounts) {
      const auto balance = account.balances.find(asset.id);
      if (balance != account.balances.end()) total = add(total, balance->second).value();
    }
  }
  return 0;
}
