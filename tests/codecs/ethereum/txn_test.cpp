#include "codecs/ethereum/txn.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "codecs/ethereum/hex.hpp"
#include "codecs/ethereum/rlp.hpp"
#include "codecs/ethereum/validate.hpp"
#include "tests/codecs/crypto/bytes_of.hpp"
#include "tests/codecs/ethereum/block_maker.hpp"

namespace clearspan::ethereum {
namespace {

using clearspan::tests::bytes_of;
using clearspan::tests::fixed_of;

const std::string kEip155Raw =
    "f86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a028ef61340bd939bc2195fe53"
    "756786"
    "6003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83";

Txn eip155_example() {
  Txn txn;
  txn.chain_id = 1;
  txn.nonce = 9;
  txn.gas_price = word_of(20'000'000'000);
  txn.gas_limit = 21'000;
  txn.to = fixed_of<Address>("3535353535353535353535353535353535353535");
  txn.value = word_of(1'000'000'000'000'000'000);
  return txn;
}

crypto::SecretKey example_key() {
  return crypto::SecretKey(tests::filled<crypto::Scalar>(0x46).bytes);
}

// The worked example in EIP-155.
TEST(Txn, signs_the_example_of_eip_155) {
  const Txn txn = eip155_example();
  EXPECT_EQ(to_hex(signing_payload(txn)),
            "ec098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a764000080018080");
  EXPECT_EQ(to_hex(signing_hash(txn).view()), "daf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53");
  const auto made = sign_txn(txn, example_key());
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(to_hex(made->raw), kEip155Raw);
}

TEST(Txn, recovers_the_sender_of_the_example_of_eip_155) {
  const Bytes raw = bytes_of(kEip155Raw);
  const auto txn = decode_txn(raw);
  ASSERT_TRUE(txn.ok());
  EXPECT_EQ(txn->chain_id, 1U);
  EXPECT_EQ(txn->nonce, 9U);
  EXPECT_EQ(txn->signature.parity, 0);
  EXPECT_EQ(to_hex(sender_of(*txn, HighS::refused)->view()), "9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f");
}

TEST(Txn, derives_well_known_addresses) {
  std::array<std::uint8_t, 32> one{};
  one[31] = 1;
  const auto key = crypto::public_key_of(crypto::SecretKey(one));
  EXPECT_EQ(to_hex(address_of(*key).view()), "7e5f4552091a69125d5dfcb7b8c2659029395bdf");
  // A published example of a created contract's address: creator 0x6ac7ea33..., first two nonces.
  const auto creator = fixed_of<Address>("6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0");
  EXPECT_EQ(to_hex(contract_address(creator, 0).view()), "cd234a471b72ba2f1ccf0a70fcaba648a5eecd8d");
  EXPECT_EQ(to_hex(contract_address(creator, 1).view()), "343c43a37d37dff08ae8c4a11544c718abb4fcf8");
}

TEST(Txn, gives_back_the_bytes_of_every_type) {
  const tests::MadeBlock made = tests::BlockMaker(10).make();
  for (std::size_t i = 0; i < made.txns.size(); ++i) {
    const auto txn = decode_txn(made.txns[i]);
    ASSERT_TRUE(txn.ok()) << i;
    EXPECT_EQ(txn->type, tests::BlockMaker::kTypes[i % 5]);
    EXPECT_EQ(encode_txn(*txn), made.txns[i]) << i;
    EXPECT_EQ(*sender_of(*txn, HighS::refused), address_of(*crypto::public_key_of(example_key())));
  }
}

TEST(Txn, signs_a_txn_that_is_valid_on_every_chain_when_it_has_no_chain_id) {
  Txn txn = eip155_example();
  txn.chain_id.reset();
  const SignedBytes made = sign_txn(txn, example_key()).value();
  const auto read = decode_txn(made.raw);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->chain_id, std::nullopt);
  EXPECT_EQ(*sender_of(*read, HighS::refused), address_of(*crypto::public_key_of(example_key())));
}

TEST(Txn, keeps_large_chain_ids_exact) {
  for (const std::uint64_t chain_id : {0ULL, 1ULL, 31337ULL, 1ULL << 62, (1ULL << 63) - 18}) {
    Txn txn = eip155_example();
    txn.chain_id = chain_id;
    const SignedBytes made = sign_txn(txn, example_key()).value();
    const auto read = decode_txn(made.raw);
    ASSERT_TRUE(read.ok()) << chain_id;
    EXPECT_EQ(read->chain_id, chain_id);
  }
}

TEST(Txn, refuses_a_high_s_unless_the_fork_allows_it) {
  const Bytes raw = bytes_of(kEip155Raw);
  Txn txn = *decode_txn(raw);
  // n - s, with the other parity.
  txn.signature.s = fixed_of<crypto::Scalar>("98341627668089e51348fccfb4c7ff31c55912f2d2e47ef09652acf665fad3be");
  txn.signature.parity = 1;
  EXPECT_EQ(sender_of(txn, HighS::refused).error().code, ErrorCode::signature_invalid);
  EXPECT_EQ(to_hex(sender_of(txn, HighS::accepted)->view()), "9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f");
}

struct Reject {
  std::string what;
  std::string hex;
  ErrorCode code;
};

// A list of members that are encoded already.
std::string list(const std::string& members) {
  Buffer out;
  const std::size_t mark = rlp::begin_list(out);
  out.append(bytes_of(members));
  rlp::end_list(out, mark);
  return to_hex(out.view());
}

TEST(Txn, refuses_bytes_that_are_no_txn) {
  const std::string to = "94" + std::string(40, '1');
  const std::string scalars = "0101";
  const std::string call = "0101825208" + to + "8080";        // nonce, price, gas, to, value, data
  const std::string fee_call = "010101825208" + to + "8080";  // nonce, priority, cap, gas, to, value, data
  const std::string create =
      "01010182520880"
      "8080";
  const std::string hash = "a0" + std::string(64, '1');
  const std::vector<Reject> table = {
      {"nothing", "", ErrorCode::txn_malformed},
      {"type 0 as a byte", "00" + list(call + "1b" + scalars), ErrorCode::txn_malformed},
      {"type 5", "05" + list("01"), ErrorCode::txn_malformed},
      {"a string", "83646f67", ErrorCode::txn_malformed},
      {"too few fields", list(call + "1b01"), ErrorCode::rlp_malformed},
      {"too many fields", list(call + "1b" + scalars + "01"), ErrorCode::rlp_malformed},
      {"bytes behind", list(call + "1b" + scalars) + "00", ErrorCode::rlp_malformed},
      {"v of 26", list(call + "1a" + scalars), ErrorCode::rlp_malformed},
      {"v of 29", list(call + "1d" + scalars), ErrorCode::rlp_malformed},
      {"v of 9 bytes", list(call + "89010000000000000000" + scalars), ErrorCode::rlp_malformed},
      {"nonce with a leading zero", list("820001" + call.substr(2) + "1b" + scalars), ErrorCode::rlp_malformed},
      {"gas of 9 bytes",
       list("010189010000000000000000" + to +
            "8080"
            "1b" +
            scalars),
       ErrorCode::rlp_malformed},
      {"address of 19 bytes",
       list("0101825208"
            "93" +
            std::string(38, '1') +
            "8080"
            "1b" +
            scalars),
       ErrorCode::rlp_malformed},
      {"data that is a list",
       list("0101825208" + to +
            "80c0"
            "1b" +
            scalars),
       ErrorCode::rlp_malformed},
      {"r of 33 bytes", list(call + "1ba1" + std::string(66, '1') + "01"), ErrorCode::rlp_malformed},
      {"r with a leading zero", list(call + "1b82000101"), ErrorCode::rlp_malformed},
      {"access list that is a string",
       "01" + list("01" + call +
                   "80"
                   "01" +
                   scalars),
       ErrorCode::rlp_malformed},
      {"access tuple without keys", "01" + list("01" + call + list(list(to)) + "01" + scalars),
       ErrorCode::rlp_malformed},
      {"access key of 31 bytes",
       "01" + list("01" + call + list(list(to + list("9f" + std::string(62, '1')))) + "01" + scalars),
       ErrorCode::rlp_malformed},
      {"access address of 19 bytes",
       "01" + list("01" + call + list(list("93" + std::string(38, '1') + "c0")) + "01" + scalars),
       ErrorCode::rlp_malformed},
      {"parity of 2",
       "02" + list("01" + fee_call +
                   "c0"
                   "02" +
                   scalars),
       ErrorCode::rlp_malformed},
      {"parity of 27",
       "02" + list("01" + fee_call +
                   "c0"
                   "1b" +
                   scalars),
       ErrorCode::rlp_malformed},
      {"blob txn that creates", "03" + list("01" + create + "c001" + list(hash) + "01" + scalars),
       ErrorCode::rlp_malformed},
      {"blob txn with its sidecar",
       "03" + list(list("01" + fee_call + "c001" + list(hash) + "01" + scalars) + "c0c0c0"), ErrorCode::rlp_malformed},
      {"blob hash of 31 bytes",
       "03" + list("01" + fee_call + "c001" + list("9f" + std::string(62, '1')) + "01" + scalars),
       ErrorCode::rlp_malformed},
      {"authorization with too few fields",
       "04" + list("01" + fee_call + "c0" + list(list("01" + to + "0101")) + "01" + scalars), ErrorCode::rlp_malformed},
      {"set-code txn that creates",
       "04" + list("01" + create +
                   "c0c0"
                   "01" +
                   scalars),
       ErrorCode::rlp_malformed},
  };
  EXPECT_TRUE(decode_txn(bytes_of(list(call + "1b" + scalars))).ok());
  EXPECT_TRUE(decode_txn(bytes_of("02" + list("01" + fee_call +
                                              "c0"
                                              "01" +
                                              scalars)))
                  .ok());
  for (const Reject& reject : table) {
    const auto txn = decode_txn(bytes_of(reject.hex));
    ASSERT_FALSE(txn.ok()) << reject.what;
    EXPECT_EQ(txn.error().code, reject.code) << reject.what << ": " << txn.error().detail;
  }
}

TEST(Txn, is_valid_only_under_forks_that_know_its_type) {
  const tests::MadeBlock made = tests::BlockMaker(5).make();
  const std::vector<Fork> first = {Fork::london, Fork::spurious_dragon, Fork::berlin, Fork::cancun, Fork::prague};
  for (std::size_t i = 0; i < first.size(); ++i) {
    const Txn txn = *decode_txn(made.txns[i]);
    for (auto fork = Fork::frontier; fork <= Fork::osaka; fork = static_cast<Fork>(static_cast<int>(fork) + 1)) {
      EXPECT_EQ(validate_txn(txn, fork, 1).ok(), fork >= first[i]) << i << " " << static_cast<int>(fork);
    }
    EXPECT_FALSE(validate_txn(txn, Fork::prague, 2).ok());
  }
}

}  // namespace
}  // namespace clearspan::ethereum
