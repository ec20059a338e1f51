// Proofs of Ethereum blocks (section 7): the header behind a block hash, a txn and its receipt in the header's tries, and
// the escrow contract's events in the receipt.
import { open } from './cbor.mjs';
import { big_endian, bytes_of, check, hex, is_zero } from './bytes.mjs';
import { keccak256 } from './keccak.mjs';
import { kAttachmentBytesMax, kKinds } from './records.mjs';
import { decode, encode_index, list_of, string_of } from './rlp.mjs';
import { prove_value } from './trie.mjs';

const kBad = 'proof_invalid';
const kWord = 32;

function hash_at(fields, index) {
  const bytes = string_of(fields[index], `field ${index} of a header`);
  check(bytes.length === 32, kBad, `field ${index} of a header is no hash`);
  return bytes;
}

function number_at(fields, index) {
  const bytes = string_of(fields[index], `field ${index} of a header`);
  check(bytes.length <= 8 && bytes[0] !== 0, kBad, `field ${index} of a header is no number of 64 bits`);
  return big_endian(bytes);
}

export function read_header(bytes) {
  const fields = list_of(decode(bytes), 'a header');
  return {
    hash: keccak256(bytes),
    parent: hash_at(fields, 0),
    txns_root: hash_at(fields, 4),
    receipts_root: hash_at(fields, 5),
    number: number_at(fields, 8),
    time: number_at(fields, 11),
  };
}

// The txn's id and what the escrow did in it: outcomes (without position) and anchored digests, by effect index.
export function read_txn(header, { index, proof }, description) {
  const r = open(proof, kAttachmentBytesMax, 'a txn proof');
  r.tuple(2);
  const txn_nodes = r.list((each) => each.any_bytes());
  const receipt_nodes = r.list((each) => each.any_bytes());
  const key = encode_index(index);
  const txn = prove_value(header.txns_root, key, txn_nodes);
  const receipt = prove_value(header.receipts_root, key, receipt_nodes);
  return { index, id: keccak256(txn), effects: read_receipt(receipt, description) };
}

function read_receipt(bytes, description) {
  const is_typed = bytes[0] <= 0x7f; // EIP-2718
  const fields = list_of(decode(is_typed ? bytes.subarray(1) : bytes), 'a receipt');
  check(fields.length === 4, kBad, `a receipt of ${fields.length} fields`);
  const status = string_of(fields[0], 'a status');
  check(status.length === 0 || (status.length === 1 && status[0] === 1), kBad, 'a status that is neither 0 nor 1');
  const effects = new Map();
  list_of(fields[3], 'the logs').forEach((log, i) => {
    const effect = read_log(log, description);
    if (effect) effects.set(i, effect);
  });
  return effects;
}

function read_log(item, description) {
  const log = list_of(item, 'a log');
  check(log.length === 3, kBad, `a log of ${log.length} fields`);
  const address = string_of(log[0], "a log's address");
  const topics = list_of(log[1], 'topics').map((topic) => string_of(topic, 'a topic'));
  const data = string_of(log[2], 'the data of a log');
  check(address.length === 20 && topics.every((topic) => topic.length === kWord), kBad, 'a log of wrong sizes');
  if (`0x${hex(address)}` !== description.escrow || topics.length === 0) return null;
  const event = kEvents.get(hex(topics[0]));
  if (!event || event.topics !== topics.length) return null;
  const words = topics.slice(1);
  for (let at = 0; at < data.length; at += kWord) words.push(data.subarray(at, at + kWord));
  if (words.length !== event.types.length || data.length % kWord !== 0) return null;
  const values = words.map((word, i) => kTypes[event.types[i]](word));
  return values.includes(null) ? null : event.effect(values, description);
}

// A word of 32 bytes as a value of the type, or null when it is none.
const number_below = (bits) => (word) => (big_endian(word) >> bits === 0n ? big_endian(word) : null);
const kTypes = {
  bytes32: (word) => word,
  bytes4: (word) => (is_zero(word.subarray(4)) ? hex(word.subarray(0, 4)) : null),
  address: (word) => (is_zero(word.subarray(0, 12)) ? `0x${hex(word.subarray(12))}` : null),
  bool: (word) => (big_endian(word) <= 1n ? big_endian(word) === 1n : null),
  uint8: number_below(8n),
  uint64: number_below(64n),
  uint256: number_below(256n),
};

const kNoKey = new Uint8Array(32);
const kBlank = {
  ok: true, reclaimed: false, asset: '', amount: 0n, from: '', to: '', hold_key: kNoKey, reclaim_after: 0n, reason: '',
};

const asset_of = ({ assets }, token) => assets.find((asset) => `0x${hex(asset.token)}` === token)?.id ?? token;

const kEvents = new Map(
  [
    ['Held(bytes32,bytes32,address,address,address,uint256,uint64)', 4,
      ([ref, hold_key, from, to, token, amount, reclaim_after], description) =>
        ({ ...kBlank, ref, kind: 'hold', hold_key, from, to, asset: asset_of(description, token), amount, reclaim_after })],
    ['Released(bytes32,bytes32,address,address,address,uint256)', 3,
      ([ref, hold_key, from, to, token, amount], description) =>
        ({ ...kBlank, ref, kind: 'release', hold_key, from, to, asset: asset_of(description, token), amount })],
    ['Refunded(bytes32,bytes32,address,address,uint256,bool)', 3,
      ([ref, hold_key, payer, token, amount, reclaimed], description) =>
        ({ ...kBlank, ref, kind: 'refund', hold_key, from: payer, to: payer, asset: asset_of(description, token), amount, reclaimed })],
    ['Paid(bytes32,address,address,address,uint256)', 3,
      ([ref, from, to, token, amount], description) =>
        ({ ...kBlank, ref, kind: 'payment', from, to, asset: asset_of(description, token), amount })],
    ['Failed(bytes32,bytes32,address,uint8,address,bytes4)', 4,
      ([ref, hold_key, , kind, from, reason]) =>
        kind < kKinds.length
          ? { ...kBlank, ok: false, ref, kind: kKinds[Number(kind)], hold_key, from, reason: reason_of(reason) }
          : null],
    ['Anchored(address,bytes32)', 3, ([, digest]) => ({ anchored: digest })],
  ].map(([signature, topics, effect]) => {
    const types = signature.slice(signature.indexOf('(') + 1, -1).split(',');
    return [hex(keccak256(bytes_of(signature))), { topics, types, effect }];
  }),
);

const kReasons = new Map(
  [
    'NotOwner', 'NotOperator', 'NotPayer', 'NotSelf', 'Reentered', 'TooLate', 'TooEarly', 'ZeroAmount', 'BadPayee',
    'WrongValue', 'HoldNotOpen', 'AlreadyPaid', 'TokenFailed', 'NothingReceived', 'ReceivedLess', 'SendFailed',
  ].map((name) => [hex(keccak256(bytes_of(`${name}()`)).subarray(0, 4)), name]),
);
kReasons.set('00000000', 'OutOfGas');

const reason_of = (selector) => kReasons.get(selector) ?? `0x${selector}`;
