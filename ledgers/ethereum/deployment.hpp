// Setting up a ledger from nothing but a funded key and standard JSON-RPC: contracts, funds, tokens, allowances; and
// reading the books of accounts. For the demo, the tests and `clearspan doctor`; the engine itself never deploys.
//
//   auto deployer = Deployer::connect(url, std::move(key), timeout);
//   auto escrow = deployer->deploy_escrow(artefact, {operator_account}, timeout);
//   auto token = deployer->deploy_token(token_artefact, "Coin", "BCN", 6, timeout);
//   deployer->fund({{alice, amount}}, timeout);  deployer->mint(*token, {{alice, amount}}, timeout);
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "codecs/crypto/secret_key.hpp"
#include "codecs/ethereum/types.hpp"
#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "core/chain/ids.hpp"
#include "core/money/amount.hpp"
#include "ledgers/ethereum/json_rpc.hpp"

namespace clearspan::ethereum {

// What tools/contracts/build writes for one contract.
struct Artefact {
  Bytes creation_code;
  Bytes runtime_code;
};

// Errors: storage_failed when it cannot be read, config_invalid for another content.
Result<Artefact> read_artefact(const std::filesystem::path& path);

using Grants = std::vector<std::pair<Address, Amount>>;

// Sends plain txns from one account and waits until each is in a block. One owner at a time.
class Deployer {
 public:
  // Learns the chain and the account's state. Errors: those of JsonRpc, key_invalid.
  static Result<Deployer> connect(const std::string& url, crypto::SecretKey key, Millis timeout);

  [[nodiscard]] const Address& account() const { return account_; }

  [[nodiscard]] std::uint64_t chain_id() const { return chain_id_; }

  [[nodiscard]] JsonRpc& rpc() { return rpc_; }

  // The address of the new contract. `arguments`: of its constructor, encoded.
  Result<Address> deploy(const Artefact& artefact, ByteView arguments, Millis timeout);
  Result<Address> deploy_escrow(const Artefact& escrow, const std::vector<Address>& operators, Millis timeout);
  Result<Address> deploy_token(const Artefact& token, const std::string& name, const std::string& symbol,
                               unsigned decimals, Millis timeout);

  Status fund(const Grants& native, Millis timeout);
  Status mint(const Address& token, const Grants& grants, Millis timeout);

  // Lets `spender` move this account's tokens.
  Status approve(const Address& token, const Address& spender, const Amount& amount, Millis timeout);

  struct Call {
    std::optional<Address> to;  // none: creates a contract
    Amount value;
    Bytes data;
    std::uint64_t gas_limit = 0;  // 0: as the node estimates, and a quarter more
  };

  struct Sent {
    TxnId id;
    bool ok = false;  // by the node's receipt
    Height height;
    std::uint64_t gas_used = 0;
  };

  // Sends all and waits for their receipts. A txn that failed is in the result with ok == false. Errors: those of
  // JsonRpc, timed_out when receipts are missing at the end.
  Result<std::vector<Sent>> send(const std::vector<Call>& calls, Millis timeout);

  // The same; movement_rejected when any failed.
  Status send_all_ok(const std::vector<Call>& calls, Millis timeout);

 private:
  Deployer(JsonRpc rpc, crypto::SecretKey key, const Address& account);

  Result<std::vector<Sent>> send_part(const std::vector<Call>& calls, Millis timeout);

  // What is offered: none of its parts grows when nobody but us sends txns.
  struct Offer {
    bool has_base_fee = false;
    Amount price;  // in all, per gas
    Amount priority_fee;
  };

  Result<Offer> offer(Millis timeout);
  Result<std::vector<std::uint64_t>> gas_limits(const std::vector<Call>& calls, Millis timeout);
  Result<std::vector<Sent>> await_receipts(const std::vector<TxnId>& ids, Millis timeout);

  JsonRpc rpc_;
  crypto::SecretKey key_;
  Address account_;
  std::uint64_t chain_id_ = 0;
};

// The books, as the node states them. `height` none: the newest block. `token` zero: the native coin.
Result<Height> read_height(JsonRpc& rpc, Millis timeout);
Result<Amount> read_balance(JsonRpc& rpc, const Address& token, const Address& account, std::optional<Height> height,
                            Millis timeout);

// What the escrow contract holds of the token, all holds together.
Result<Amount> read_total_held(JsonRpc& rpc, const Address& escrow, const Address& token, std::optional<Height> height,
                               Millis timeout);

}  // namespace clearspan::ethereum
