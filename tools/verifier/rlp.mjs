// RLP (Yellow Paper, appendix B), canonical only: every item has one encoding, and every byte belongs to an item.
import { check, refuse } from './bytes.mjs';

const kDepthMax = 8; // a receipt nests three lists, a header one; trie nodes within nodes stay below this
const kBad = 'proof_invalid';

// An item: { bytes } for a string, { items, encoded } for a list, `encoded` being the list with its head.
export function decode(bytes) {
  const [item, end] = decode_item(bytes, 0, bytes.length, 0);
  check(end === bytes.length, kBad, 'RLP with bytes left over');
  return item;
}

function decode_item(bytes, start, end, depth) {
  check(start < end, kBad, 'RLP that ends early');
  const first = bytes[start];
  if (first < 0x80) return [{ bytes: bytes.subarray(start, start + 1) }, start + 1];
  const is_list = first >= 0xc0;
  const offset = is_list ? 0xc0 : 0x80;
  let size = first - offset;
  let at = start + 1;
  if (size > 55) {
    const size_bytes = size - 55;
    check(size_bytes <= 4 && at + size_bytes <= end, kBad, 'RLP that ends early');
    check(bytes[at] !== 0, kBad, 'RLP with a size of too many bytes');
    size = 0;
    for (let i = 0; i < size_bytes; i++) size = size * 256 + bytes[at++];
    check(size > 55, kBad, 'RLP with a size of too many bytes');
  }
  const stop = at + size;
  check(stop <= end, kBad, 'RLP that ends early');
  if (is_list) return [decode_list(bytes, start, at, stop, depth), stop];
  check(size !== 1 || bytes[at] >= 0x80, kBad, 'RLP with a byte that needs no head');
  return [{ bytes: bytes.subarray(at, stop) }, stop];
}

function decode_list(bytes, start, first, stop, depth) {
  check(depth < kDepthMax, kBad, 'RLP that is nested too deep');
  const items = [];
  for (let at = first; at < stop; ) {
    const [item, next] = decode_item(bytes, at, stop, depth + 1);
    items.push(item);
    at = next;
  }
  return { items, encoded: bytes.subarray(start, stop) };
}

export function list_of(item, what) {
  if (!item?.items) refuse(kBad, `${what} is no RLP list`);
  return item.items;
}

export function string_of(item, what) {
  if (!item?.bytes) refuse(kBad, `${what} is no RLP string`);
  return item.bytes;
}

// The key of the txn with that index: an unsigned integer below 2^32 as RLP.
export function encode_index(index) {
  const bytes = [];
  for (let rest = index; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  if (bytes.length === 1 && bytes[0] < 0x80) return Uint8Array.from(bytes);
  return Uint8Array.from([0x80 + bytes.length, ...bytes]);
}
