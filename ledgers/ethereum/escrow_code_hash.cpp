#include "ledgers/ethereum/escrow_contract.hpp"

namespace clearspan::ethereum {
namespace {

constexpr std::string_view kDigits = "f822eaa38744a4237e4f205b821bf08f6cec0ca8dfe32980d6af74ac5354a119";

Hash32 parse(std::string_view digits) {
  Hash32 hash;
  CLEARSPAN_VERIFY(from_hex(digits, hash.bytes));
  return hash;
}

}  // namespace

const Hash32 kEscrowCodeHash = parse(kDigits);

}  // namespace clearspan::ethereum
