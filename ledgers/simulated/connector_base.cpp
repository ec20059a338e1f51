#include "ledgers/simulated/connector_base.hpp"

namespace clearspan::simulated {
namespace {

LedgerTraits traits_of(const ConnectorOptions& options) {
  LedgerTraits traits;
  traits.id = options.ledger;
  traits.clock = ClockKind::height;
  traits.block_interval = options.block_interval;
  traits.finality_max = options.block_interval * static_cast<Millis::rep>(options.finality_depth);
  traits.txn_validity = options.txn_validity;
  traits.movements_per_txn_max = options.movements_per_txn_max;
  traits.has_sequence = false;
  traits.has_reclaim = options.reclaim;
  traits.assets = options.assets;
  traits.held_in = AccountId{std::string(kEscrowAccount)};
  return traits;
}

Error invalid(std::string field, std::string detail) {
  return make_error(ErrorCode::config_invalid, std::move(detail), std::move(field));
}

}  // namespace

ConnectorOptions options_for(const Genesis& genesis, const EngineTag& engine) {
  ConnectorOptions options;
  options.ledger = genesis.ledger;
  options.assets = genesis.assets;
  options.escrow_operator = genesis.escrow_operator;
  options.engine = engine;
  options.block_interval = genesis.block_interval;
  options.finality_depth = genesis.finality_depth;
  options.reclaim = genesis.reclaim;
  return options;
}

Status check_options(const ConnectorOptions& options) {
  if (!is_ledger_name(options.ledger.text)) return invalid("ledger", "must be 1 to 64 of a-z 0-9 . _ -");
  if (!is_account_name(options.escrow_operator.text))
    return invalid("escrow_operator", "this is no name of an account");
  if (options.block_interval < Millis(1)) return invalid("block_interval_ms", "must be at least 1");
  if (options.finality_depth > kProofDepthMax) return invalid("finality_depth", "must be at most 65536");
  if (options.txn_validity == 0) return invalid("txn_validity", "must be at least 1 block");
  if (options.movements_per_txn_max == 0 || options.movements_per_txn_max > kOperationsPerTxnMax) {
    return invalid("movements_per_txn_max", "must be 1 to 4096");
  }
  for (const Asset& asset : options.assets) {
    if (!is_asset_name(asset.id.text)) return invalid("assets", "this is no name of an asset: " + asset.id.text);
  }
  return Done{};
}

ConnectorBase::ConnectorBase(const ConnectorOptions& options, std::shared_ptr<const Keyring> keys)
    : traits_(traits_of(options)),
      finality_depth_(options.finality_depth),
      engine_(options.engine),
      decoder_(options.ledger, options.engine),
      keys_(std::move(keys)) {
  CLEARSPAN_VERIFY(check_options(options).ok());
}

LedgerDescription ConnectorBase::description() const {
  LedgerDescription described;
  described.ledger = traits_.id;
  described.kind = "simulated";
  described.clock = traits_.clock;
  described.depth = static_cast<std::uint32_t>(finality_depth_);
  for (const Asset& asset : traits_.assets) {
    described.assets.push_back({asset.id, static_cast<std::uint8_t>(asset.scale), {}});
  }
  return described;
}

Result<AccountId> ConnectorBase::canonical_account(std::string_view account) const {
  if (!is_account_name(account) || account == kEscrowAccount) {
    return make_error(ErrorCode::unknown_account, "an account is 1 to 64 of a-z 0-9 . _ - and not the escrow");
  }
  return AccountId{std::string(account)};
}

Result<AccountId> ConnectorBase::signer_of(const Movement& movement) const {
  return keys_->signer_of(movement);
}

Result<SignedTxn> ConnectorBase::sign(const SigningRequest& request) {
  if (request.movements.size() > traits_.movements_per_txn_max) {
    return make_error(ErrorCode::movement_rejected, "more movements than this connector puts in a txn", "movements");
  }
  return keys_->sign(traits_.id, request);
}

Result<SignedTxn> ConnectorBase::sign_anchor(const AccountId& signer, Sequence sequence, LedgerTime not_after,
                                             std::uint32_t fee_step, const Hash32& digest) {
  const OperationRef ref = make_operation_ref(TradeId{}, 0, engine_);
  return keys_->sign_anchor(traits_.id, ref, digest, {signer, sequence, not_after, fee_step, {}});
}

Result<Sequence> ConnectorBase::next_sequence(const AccountId& account, CallTimeout) {
  CLEARSPAN_CHECK_OK(canonical_account(account.text));
  return Sequence{0};
}

Tip ConnectorBase::tip_at(Height latest) const {
  return {latest, Height{latest.value > finality_depth_ ? latest.value - finality_depth_ : 0}};
}

}  // namespace clearspan::simulated
