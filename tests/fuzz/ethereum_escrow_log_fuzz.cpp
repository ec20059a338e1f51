// Logs that claim to be the escrow contract's, and the notations of addresses and numbers in JSON-RPC answers.
//
//   input = u8 topics | 32 bytes each | data
#include "codecs/crypto/keccak.hpp"
#include "ledgers/ethereum/escrow_contract.hpp"
#include "ledgers/ethereum/notation.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace clearspan::fuzz {
namespace {

// A first topic of 0xe0 + i stands for the hash of the i-th event's signature.
constexpr const char* kEvents[] = {
    "Held(bytes32,bytes32,address,address,address,uint256,uint64)",
    "Released(bytes32,bytes32,address,address,address,uint256)",
    "Refunded(bytes32,bytes32,address,address,uint256,bool)",
    "Paid(bytes32,address,address,address,uint256)",
    "Failed(bytes32,bytes32,address,uint8,address,bytes4)",
    "Anchored(address,bytes32)",
};

void try_log(Pieces& input) {
  std::vector<Hash32> topics(input.byte() % 6);
  for (Hash32& topic : topics) {
    const ByteView taken = input.take(Hash32::kSize);
    std::copy(taken.begin(), taken.end(), topic.bytes.begin());
  }
  if (!topics.empty() && topics[0].bytes[0] >= 0xe0 && topics[0].bytes[0] < 0xe0 + std::size(kEvents)) {
    topics[0] = crypto::keccak256(as_bytes(kEvents[topics[0].bytes[0] - 0xe0]));
  }
  const ByteView data = input.rest();
  const auto event = ethereum::decode_log(topics, data);
  if (!event.ok()) expect_one_of(event.error(), {ErrorCode::remote_malformed});
  const auto anchor = ethereum::decode_anchor(topics, data);
  if (!anchor.ok()) expect_one_of(anchor.error(), {ErrorCode::remote_malformed});
  if (event.ok() && *event) {
    CLEARSPAN_VERIFY(!anchor.ok() || !*anchor);  // one log is one thing
    ethereum::ref_of(**event);
  }
}

void try_notation(std::string_view text) {
  const auto number = ethereum::read_quantity_u64(text);
  if (number.ok()) CLEARSPAN_VERIFY(*ethereum::read_quantity_u64(ethereum::to_quantity(*number)) == *number);
  const auto amount = ethereum::read_quantity(text);
  if (amount.ok()) CLEARSPAN_VERIFY(*ethereum::read_quantity(ethereum::to_quantity(*amount)) == *amount);
  CLEARSPAN_VERIFY(!number.ok() || (amount.ok() && amount->units() == *number));
  const auto bytes = ethereum::read_data(text);
  if (bytes.ok()) CLEARSPAN_VERIFY(2 + 2 * bytes->size() == text.size());
  const auto address = ethereum::parse_account(text);
  if (!address.ok()) return expect_one_of(address.error(), {ErrorCode::unknown_account});
  CLEARSPAN_VERIFY(!address->is_zero() && *ethereum::parse_account(to_checksum_text(*address)) == *address);
  CLEARSPAN_VERIFY(*ethereum::parse_account(account_of(*address).text) == *address);
}

}  // namespace
}  // namespace clearspan::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  clearspan::fuzz::Pieces input({data, size});
  clearspan::fuzz::try_log(input);
  clearspan::fuzz::try_notation(clearspan::as_text({data, size}));
  return 0;
}
