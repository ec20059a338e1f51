#include "ledgers/ethereum/token_contract.hpp"

#include "ledgers/ethereum/abi.hpp"
#include "ledgers/ethereum/notation.hpp"

namespace clearspan::ethereum {
namespace {

Bytes call(std::string_view signature, const abi::Words& words) {
  return abi::encode_call(abi::selector_of(signature), {abi::static_argument(words)});
}

}  // namespace

Bytes encode_balance_of(const Address& account) {
  return call("balanceOf(address)", abi::Words{}.address(account));
}

Bytes encode_allowance(const Address& owner, const Address& spender) {
  return call("allowance(address,address)", abi::Words{}.address(owner).address(spender));
}

Bytes encode_approve(const Address& spender, const Amount& amount) {
  return call("approve(address,uint256)", abi::Words{}.address(spender).amount(amount));
}

Bytes encode_transfer(const Address& to, const Amount& amount) {
  return call("transfer(address,uint256)", abi::Words{}.address(to).amount(amount));
}

Bytes encode_mint(const Address& to, const Amount& amount) {
  return call("mint(address,uint256)", abi::Words{}.address(to).amount(amount));
}

std::string call_object(const Address& to, ByteView data) {
  return R"({"to":")" + to_text(to) + R"(","data":")" + to_hex_prefixed(data) + R"("})";
}

}  // namespace clearspan::ethereum
