// The configuration file: read, or refused as config_invalid with the key that is wrong.
#include "tests/fuzz/fuzz.hpp"
#include "tools/clearspan/config.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace clearspan;
  const std::string_view text = as_text({data, size});
  if (const auto listen = tools::parse_listen(text)) CLEARSPAN_VERIFY(!listen->address.empty());
  const auto config = tools::parse_config(text, "/etc/clearspan");
  if (!config.ok()) {
    fuzz::expect_one_of(config.error(), {ErrorCode::config_invalid});
    return 0;
  }
  CLEARSPAN_VERIFY(config->ledgers.size() >= 2 && !config->engine.name.empty());
  CLEARSPAN_VERIFY(config->evidence.checkpoint_interval >= Millis(1));
  for (const Profile& profile : config->profiles) {
    CLEARSPAN_VERIFY(profile.rate.denominator != 0 && profile.amount_min <= profile.amount_max);
  }
  for (const tools::LedgerConfig& ledger : config->ledgers) {
    const auto* evm = std::get_if<tools::EthereumConfig>(&ledger.kind);
    if (evm == nullptr) continue;
    CLEARSPAN_VERIFY(!evm->endpoints.empty() && !evm->assets.empty() && !evm->operators.empty());
    CLEARSPAN_VERIFY(evm->agreement_min >= 1 && evm->agreement_min <= evm->endpoints.size());
  }
  return 0;
}
