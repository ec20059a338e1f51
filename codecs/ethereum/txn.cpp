#include "codecs/ethereum/txn.hpp"

#include <limits>

#include "codecs/crypto/keccak.hpp"
#include "codecs/ethereum/rlp.hpp"

namespace clearspan::ethereum {
namespace {

constexpr std::uint64_t kPlainV = 27;      // v of parity 0 without a chain id
constexpr std::uint64_t kProtectedV = 35;  // v of parity 0 on chain 0 (EIP-155)

bool has_fee_cap(TxnType type) {
  return type >= TxnType::dynamic_fee;
}

void append_list_or_empty(Buffer& out, ByteView list) {
  if (list.empty()) {
    *out.extend(1) = rlp::kEmptyList;
  } else {
    out.append(list);
  }
}

// The fields up to and including `data`, common to all types in this order.
void append_call(Buffer& out, const Txn& txn) {
  rlp::append_u64(out, txn.nonce);
  if (has_fee_cap(txn.type)) {
    rlp::append_word(out, txn.max_priority_fee_per_gas);
    rlp::append_word(out, txn.max_fee_per_gas);
  } else {
    rlp::append_word(out, txn.gas_price);
  }
  rlp::append_u64(out, txn.gas_limit);
  rlp::append_bytes(out, txn.to ? txn.to->view() : ByteView{});
  rlp::append_word(out, txn.value);
  rlp::append_bytes(out, txn.data);
}

// The fields of a typed txn up to its signature.
void append_typed_fields(Buffer& out, const Txn& txn) {
  rlp::append_u64(out, txn.chain_id.value_or(0));
  append_call(out, txn);
  append_list_or_empty(out, txn.access_list);
  if (txn.type == TxnType::blob) {
    rlp::append_word(out, txn.max_fee_per_blob_gas);
    append_list_or_empty(out, txn.blob_hashes);
  }
  if (txn.type == TxnType::set_code) append_list_or_empty(out, txn.authorizations);
}

void append_unsigned(Buffer& out, const Txn& txn) {
  if (txn.type != TxnType::legacy) *out.extend(1) = static_cast<std::uint8_t>(txn.type);
  const std::size_t list = rlp::begin_list(out);
  if (txn.type != TxnType::legacy) {
    append_typed_fields(out, txn);
  } else {
    append_call(out, txn);
    if (txn.chain_id) {
      rlp::append_u64(out, *txn.chain_id);
      rlp::append_u64(out, 0);
      rlp::append_u64(out, 0);
    }
  }
  rlp::end_list(out, list);
}

void check_access_list(rlp::Reader& fields, ByteView encoded) {
  rlp::Reader tuples = rlp::Reader(encoded).list();
  while (!tuples.at_end()) {
    rlp::Reader tuple = tuples.list();
    tuple.fixed<Address>();
    rlp::Reader keys = tuple.list();
    while (!keys.at_end()) keys.fixed<Hash32>();
    tuple.expect_end();
    tuple.adopt(keys);
    tuples.adopt(tuple);
  }
  fields.adopt(tuples);
}

void check_hashes(rlp::Reader& fields, ByteView encoded) {
  rlp::Reader hashes = rlp::Reader(encoded).list();
  while (!hashes.at_end()) hashes.fixed<Hash32>();
  fields.adopt(hashes);
}

// Each authorization is [chainId, address, nonce, parity, r, s] (EIP-7702).
void check_authorizations(rlp::Reader& fields, ByteView encoded) {
  rlp::Reader authorizations = rlp::Reader(encoded).list();
  while (!authorizations.at_end()) {
    rlp::Reader authorization = authorizations.list();
    authorization.word();
    authorization.fixed<Address>();
    authorization.u64();
    if (authorization.u64() > std::numeric_limits<std::uint8_t>::max()) authorization.fail("a parity has two bytes");
    authorization.word();
    authorization.word();
    authorization.expect_end();
    authorizations.adopt(authorization);
  }
  fields.adopt(authorizations);
}

void read_to(rlp::Reader& fields, Txn& txn) {
  const ByteView to = fields.bytes();
  if (to.empty()) {
    if (txn.type >= TxnType::blob) fields.fail("a txn of this type cannot create a contract");
    return;
  }
  if (to.size() != Address::kSize) {
    fields.fail("an address has the wrong length");
    return;
  }
  std::copy(to.begin(), to.end(), txn.to.emplace().bytes.begin());
}

void read_call(rlp::Reader& fields, Txn& txn) {
  txn.nonce = fields.u64();
  if (has_fee_cap(txn.type)) {
    txn.max_priority_fee_per_gas = fields.word();
    txn.max_fee_per_gas = fields.word();
  } else {
    txn.gas_price = fields.word();
  }
  txn.gas_limit = fields.u64();
  read_to(fields, txn);
  txn.value = fields.word();
  txn.data = fields.bytes();
}

void read_legacy_v(rlp::Reader& fields, Txn& txn) {
  const std::uint64_t v = fields.u64();
  if (v == kPlainV || v == kPlainV + 1) {
    txn.signature.parity = static_cast<std::uint8_t>(v - kPlainV);
  } else if (v >= kProtectedV) {
    txn.chain_id = (v - kProtectedV) / 2;
    txn.signature.parity = static_cast<std::uint8_t>((v - kProtectedV) % 2);
  } else {
    fields.fail("v is neither 27, 28 nor 35 and above");
  }
}

void read_scalars(rlp::Reader& fields, Txn& txn) {
  txn.signature.r = fields.word().as<crypto::Scalar>();
  txn.signature.s = fields.word().as<crypto::Scalar>();
}

void read_typed(rlp::Reader& fields, Txn& txn) {
  txn.chain_id = fields.u64();
  read_call(fields, txn);
  txn.access_list = fields.item();
  check_access_list(fields, txn.access_list);
  if (txn.type == TxnType::blob) {
    txn.max_fee_per_blob_gas = fields.word();
    txn.blob_hashes = fields.item();
    check_hashes(fields, txn.blob_hashes);
  }
  if (txn.type == TxnType::set_code) {
    txn.authorizations = fields.item();
    check_authorizations(fields, txn.authorizations);
  }
  const std::uint64_t parity = fields.u64();
  if (parity > 1) fields.fail("the parity is neither 0 nor 1");
  txn.signature.parity = static_cast<std::uint8_t>(parity & 1);
}

}  // namespace

Word legacy_v(const Txn& txn) {
  const std::uint8_t parity = txn.signature.parity;
  if (!txn.chain_id) return word_of(kPlainV + parity);
  // 35 + 2 * chain id + parity may need 65 bits.
  const std::uint64_t low = *txn.chain_id * 2;
  const std::uint64_t v = low + kProtectedV + parity;
  Word word = word_of(v);
  word.bytes[23] = static_cast<std::uint8_t>((*txn.chain_id >> 63) + (v < low ? 1 : 0));
  return word;
}

Result<Txn> decode_txn(ByteView raw) {
  if (raw.empty()) return make_error(ErrorCode::txn_malformed, "the txn has no bytes");
  Txn txn;
  if (raw[0] < rlp::kEmptyList) {
    if (raw[0] == 0 || raw[0] > static_cast<std::uint8_t>(TxnType::set_code)) {
      return make_error(ErrorCode::txn_malformed, "txn type " + std::to_string(raw[0]) + " is not known");
    }
    txn.type = static_cast<TxnType>(raw[0]);
    raw = raw.subspan(1);
  }
  rlp::Reader whole(raw);
  rlp::Reader fields = whole.list();
  if (txn.type == TxnType::legacy) {
    read_call(fields, txn);
    read_legacy_v(fields, txn);
  } else {
    read_typed(fields, txn);
  }
  read_scalars(fields, txn);
  fields.expect_end();
  whole.adopt(fields);
  whole.expect_end();
  CLEARSPAN_CHECK_OK(whole.status());
  return txn;
}

void append_txn(Buffer& out, const Txn& txn) {
  if (txn.type != TxnType::legacy) *out.extend(1) = static_cast<std::uint8_t>(txn.type);
  const std::size_t list = rlp::begin_list(out);
  if (txn.type == TxnType::legacy) {
    append_call(out, txn);
    rlp::append_word(out, legacy_v(txn));
  } else {
    append_typed_fields(out, txn);
    rlp::append_u64(out, txn.signature.parity);
  }
  rlp::append_word(out, txn.signature.r.as<Word>());
  rlp::append_word(out, txn.signature.s.as<Word>());
  rlp::end_list(out, list);
}

Bytes encode_txn(const Txn& txn) {
  Buffer buffer;
  append_txn(buffer, txn);
  const ByteView raw = buffer.view();
  return {raw.begin(), raw.end()};
}

Bytes signing_payload(const Txn& txn) {
  Buffer buffer;
  append_unsigned(buffer, txn);
  const ByteView payload = buffer.view();
  return {payload.begin(), payload.end()};
}

Hash32 signing_hash(const Txn& txn) {
  Buffer buffer;
  append_unsigned(buffer, txn);
  return crypto::keccak256(buffer.view());
}

TxnId txn_id(ByteView raw) {
  return crypto::keccak256(raw).as<TxnId>();
}

Result<SignedBytes> sign_txn(const Txn& txn, const crypto::SecretKey& key) {
  Txn complete = txn;
  CLEARSPAN_TRY(complete.signature, crypto::sign(key, signing_hash(txn)));
  SignedBytes made;
  made.raw = encode_txn(complete);
  made.id = txn_id(made.raw);
  return made;
}

Result<Address> sender_of(const Txn& txn, HighS high_s) {
  if (high_s == HighS::refused && !crypto::is_low_s(txn.signature.s)) {
    return make_error(ErrorCode::signature_invalid, "the signature has the higher of the two possible s");
  }
  CLEARSPAN_TRY(const crypto::PublicKey key, crypto::recover(signing_hash(txn), txn.signature));
  return address_of(key);
}

}  // namespace clearspan::ethereum
