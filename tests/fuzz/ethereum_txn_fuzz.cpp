// The bytes of an Ethereum txn: one txn has one encoding, whose hash is its id; the sender follows from the signature.
#include <array>

#include "codecs/crypto/keccak.hpp"
#include "codecs/ethereum/validate.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace clearspan::fuzz {
namespace {

using ethereum::Fork;
using ethereum::HighS;

constexpr std::uint64_t kChainId = 1;

void check_sender(const ethereum::Txn& txn) {
  const auto strict = sender_of(txn, HighS::refused);
  const auto lenient = sender_of(txn, HighS::accepted);
  if (strict.ok()) {
    CLEARSPAN_VERIFY(lenient.ok() && *lenient == *strict);
  } else {
    expect_one_of(strict.error(), {ErrorCode::signature_invalid});
  }
  if (!lenient.ok()) expect_one_of(lenient.error(), {ErrorCode::signature_invalid});

  // What a fork accepts has a sender, and costs what it says.
  for (const Fork fork : {Fork::frontier, Fork::berlin, Fork::osaka}) {
    const auto facts = validate_txn(txn, fork, kChainId);
    if (!facts.ok()) {
      expect_one_of(facts.error(), {ErrorCode::txn_malformed, ErrorCode::signature_invalid});
      continue;
    }
    CLEARSPAN_VERIFY(lenient.ok() && facts->sender == *lenient);
    CLEARSPAN_VERIFY(facts->intrinsic_gas == intrinsic_gas(txn, fork) && facts->intrinsic_gas <= txn.gas_limit);
  }
}

}  // namespace
}  // namespace clearspan::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace clearspan;
  const ByteView raw(data, size);
  const auto txn = ethereum::decode_txn(raw);
  if (!txn.ok()) {
    fuzz::expect_one_of(txn.error(), {ErrorCode::txn_malformed, ErrorCode::rlp_malformed});
    return 0;
  }
  CLEARSPAN_VERIFY(fuzz::is_same(encode_txn(*txn), raw));
  CLEARSPAN_VERIFY(ethereum::txn_id(raw).as<Hash32>() == crypto::keccak256(raw));
  CLEARSPAN_VERIFY(signing_hash(*txn) == crypto::keccak256(signing_payload(*txn)));
  for (const ByteView part : {txn->data, txn->access_list, txn->blob_hashes, txn->authorizations}) {
    CLEARSPAN_VERIFY(fuzz::is_within(part, raw));
  }
  fuzz::check_sender(*txn);
  return 0;
}
