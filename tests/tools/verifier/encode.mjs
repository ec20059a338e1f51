// Writers of CBOR, RLP and Merkle proofs for the verifier's tests, written from docs/evidence-format.md: the other
// direction of what is tested, and simple enough to be seen to be right.
import { createHash } from 'node:crypto';

export const sha256 = (...parts) => createHash('sha256').update(Buffer.concat(parts.map((part) => Buffer.from(part)))).digest();
export const be = (value, size) => Buffer.from(BigInt(value).toString(16).padStart(2 * size, '0'), 'hex');
export const le = (value, size) => be(value, size).reverse();

const short_bytes = (value) => {
  const digits = value.toString(16);
  return Buffer.from(digits.length % 2 ? `0${digits}` : digits, 'hex');
};

function head(major, value) {
  const number = BigInt(value);
  if (number < 24n) return Buffer.of((major << 5) | Number(number));
  const size_log = number < 256n ? 0 : number < 65536n ? 1 : number < 1n << 32n ? 2 : 3;
  return Buffer.concat([Buffer.of((major << 5) | (24 + size_log)), be(number, 1 << size_log)]);
}

// Numbers and bigints, strings, byte arrays, arrays, booleans and null. A Raw stands as it is.
export class Raw {
  constructor(bytes) {
    this.bytes = Buffer.from(bytes);
  }
}

export function cbor(value) {
  if (value instanceof Raw) return value.bytes;
  if (value === null) return Buffer.of(0xf6);
  if (typeof value === 'boolean') return Buffer.of(value ? 0xf5 : 0xf4);
  if (typeof value === 'number' || typeof value === 'bigint') {
    const number = BigInt(value);
    if (number < 0n) return head(1, -1n - number);
    if (number < 1n << 64n) return head(0, number);
    return Buffer.concat([Buffer.of(0xc2), cbor(short_bytes(number))]);
  }
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value]);
  return Buffer.concat([head(4, value.length), ...value.map(cbor)]);
}

function rlp_head(offset, size) {
  if (size <= 55) return Buffer.of(offset + size);
  const digits = short_bytes(BigInt(size));
  return Buffer.concat([Buffer.of(offset + 55 + digits.length), digits]);
}

// Byte arrays, numbers and bigints (big-endian, zero is empty), arrays. A Raw stands as it is.
export function rlp(value) {
  if (value instanceof Raw) return value.bytes;
  if (Array.isArray(value)) {
    const content = Buffer.concat(value.map(rlp));
    return Buffer.concat([rlp_head(0xc0, content.length), content]);
  }
  if (!(value instanceof Uint8Array)) return rlp(BigInt(value) === 0n ? Buffer.alloc(0) : short_bytes(BigInt(value)));
  if (value.length === 1 && value[0] < 0x80) return Buffer.from(value);
  return Buffer.concat([rlp_head(0x80, value.length), value]);
}

// RFC 6962, section 2.1, by its recursive definitions over leaf hashes.
const split = (size) => {
  let k = 1;
  while (k * 2 < size) k *= 2;
  return k;
};
const node = (left, right) => sha256([1], left, right);

export function tree_root(leaves) {
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return leaves[0];
  const k = split(leaves.length);
  return node(tree_root(leaves.slice(0, k)), tree_root(leaves.slice(k)));
}

export function audit_path(index, leaves) {
  if (leaves.length <= 1) return [];
  const k = split(leaves.length);
  return index < k
    ? [...audit_path(index, leaves.slice(0, k)), tree_root(leaves.slice(k))]
    : [...audit_path(index - k, leaves.slice(k)), tree_root(leaves.slice(0, k))];
}

export function consistency_path(old_size, leaves, whole = true) {
  if (old_size === leaves.length) return whole ? [] : [tree_root(leaves)];
  const k = split(leaves.length);
  return old_size <= k
    ? [...consistency_path(old_size, leaves.slice(0, k), whole), tree_root(leaves.slice(k))]
    : [...consistency_path(old_size - k, leaves.slice(k), false), tree_root(leaves.slice(0, k))];
}
