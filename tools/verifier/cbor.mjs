// The CBOR of section 1: one item, deterministic encoding, no maps, floats, or other tags than 2. First `open` scans the
// whole item and finds what is wrong with the encoding; then a Reader walks it by the shape that its caller expects, and
// everything that it finds otherwise is `malformed`. A scanned item is whole, so that a Reader never meets its end.
import { big_endian, check, refuse, text_of, is_zero, utf8 } from './bytes.mjs';

const kDepthMax = 16;
const kUint = 0;
const kNegative = 1;
const kBytes = 2;
const kText = 3;
const kArray = 4;
const kTag = 6;
const kShorter = [24, 256, 65_536, 4_294_967_296]; // what an argument of 1, 2, 4, 8 bytes must not be below

// Refuses with truncated, too_large, too_deep, leftover_bytes or not_canonical; else gives a Reader at the item's start.
export function open(bytes, size_max, what) {
  check(bytes.length <= size_max, 'too_large', `${what} has ${bytes.length} bytes, the limit is ${size_max}`);
  const reader = new Reader(bytes, what);
  scan(reader);
  check(reader.at === bytes.length, 'leftover_bytes', `${what}: bytes behind the item`);
  reader.at = 0;
  return reader;
}

// Iterative, with the number of items still to come in each open array: the depth of a hostile item costs no stack.
function scan(reader) {
  const { bytes, what } = reader;
  const open_arrays = [];
  for (;;) {
    const start = reader.at;
    reader.head();
    const { major, value } = reader;
    if (major === kBytes || major === kText) {
      check(value <= bytes.length - reader.at, 'truncated', `${what}: a string ends behind the item`);
      const content = bytes.subarray(reader.at, (reader.at += Number(value)));
      if (major === kText) check(utf8(content) !== null, 'not_canonical', `${what}: a text is not UTF-8 at ${start}`);
    } else if (major === kTag) {
      scan_bignum(reader);
    } else if (major === kArray && value > 0) {
      check(open_arrays.length < kDepthMax, 'too_deep', `${what}: more than ${kDepthMax} arrays deep at ${start}`);
      check(value <= bytes.length - reader.at, 'truncated', `${what}: an array ends behind the item`);
      open_arrays.push(Number(value));
      continue;
    } else if (major === kArray) {
      check(open_arrays.length < kDepthMax, 'too_deep', `${what}: more than ${kDepthMax} arrays deep at ${start}`);
    }
    while (open_arrays.length > 0 && --open_arrays[open_arrays.length - 1] === 0) open_arrays.pop();
    if (open_arrays.length === 0) return;
  }
}

// Tag 2 stands around the bytes of a number that a plain integer cannot hold, without leading zeros.
function scan_bignum(reader) {
  const { bytes, what } = reader;
  const start = reader.at;
  check(reader.value === 2, 'not_canonical', `${what}: a tag other than 2`);
  reader.head();
  const size = reader.value;
  check(reader.major === kBytes, 'not_canonical', `${what}: a bignum that is no byte string at ${start}`);
  check(size <= bytes.length - reader.at, 'truncated', `${what}: a bignum ends behind the item`);
  check(size > 8 && bytes[reader.at] !== 0, 'not_canonical', `${what}: a bignum with too many bytes at ${start}`);
  reader.at += Number(size);
}

export class Reader {
  constructor(bytes, what) {
    this.bytes = bytes;
    this.what = what;
    this.at = 0;
    this.major = 0;
    this.value = 0; // of the last head; a BigInt when it took eight bytes
  }

  // Reads an initial byte and its argument, which must be as short as possible.
  head() {
    const { bytes, what } = this;
    if (this.at >= bytes.length) refuse('truncated', `${what} ends early`);
    const initial = bytes[this.at++];
    this.major = initial >> 5;
    const info = initial & 31;
    const is_plain = this.major === 7 && info >= 20 && info <= 22; // false, true, null
    if (info > 27 || this.major === 5 || (this.major === 7 && !is_plain)) {
      refuse('not_canonical', `${what}: a map, a float, or no definite length`);
    }
    this.value = info;
    if (info < 24 || is_plain) return;
    const size = 1 << (info - 24);
    if (size > bytes.length - this.at) refuse('truncated', `${what} ends early`);
    let value = 0;
    for (let i = 0; i < Math.min(size, 4); i++) value = value * 256 + bytes[this.at + i];
    if (size === 8) value = big_endian(bytes, this.at, 8);
    this.at += size;
    if (value < kShorter[info - 24]) refuse('not_canonical', `${what}: a number is longer than it needs to be`);
    this.value = value;
  }

  wrong(expected) {
    refuse('malformed', `${this.what}: not ${expected} before byte ${this.at}`);
  }

  expect(major, expected) {
    this.head();
    if (this.major !== major) this.wrong(expected);
  }

  // Any unsigned integer below 2^64, as a BigInt.
  uint() {
    this.expect(kUint, 'an unsigned integer');
    return BigInt(this.value);
  }

  // An unsigned integer up to `max`, as a number.
  small(max) {
    this.expect(kUint, 'an unsigned integer');
    if (this.value > max) this.wrong(`at most ${max}`);
    return Number(this.value);
  }

  time() {
    this.head();
    if (this.major !== kUint && this.major !== kNegative) this.wrong('a time');
    if (this.value >= 1n << 63n) this.wrong('a time of 64 bits');
    return this.major === kUint ? BigInt(this.value) : -1n - BigInt(this.value);
  }

  amount() {
    this.head();
    if (this.major === kUint) return BigInt(this.value);
    if (this.major !== kTag) this.wrong('an amount');
    const digits = this.any_bytes();
    if (digits.length > 32) this.wrong('an amount below 2^256');
    return big_endian(digits);
  }

  any_bytes() {
    this.expect(kBytes, 'a byte string');
    const start = this.at;
    return this.bytes.subarray(start, (this.at += Number(this.value)));
  }

  fixed(size) {
    const content = this.any_bytes();
    if (content.length !== size) this.wrong(`${size} bytes`);
    return content;
  }

  // bytesN?: null stands for zero bytes, which must not be written out.
  fixed_or_zero(size) {
    if (this.is_null()) return new Uint8Array(size);
    const content = this.fixed(size);
    check(!is_zero(content), 'not_canonical', `${this.what}: zero bytes in place of null before byte ${this.at}`);
    return content;
  }

  text() {
    return text_of(this.text_bytes());
  }

  // The bytes of a text, which stand as a text string just when they are UTF-8.
  text_bytes() {
    this.head();
    const is_text = this.major === kText;
    if (!is_text && this.major !== kBytes) this.wrong('a text');
    const start = this.at;
    const content = this.bytes.subarray(start, (this.at += Number(this.value)));
    if (!is_text) check(utf8(content) === null, 'not_canonical', `${this.what}: a text stands as bytes at ${start}`);
    return content;
  }

  bool() {
    this.head();
    if (this.major !== 7 || this.value === 22) this.wrong('false or true');
    return this.value === 21;
  }

  // Passes over a null, and says whether there was one.
  is_null() {
    if (this.bytes[this.at] !== 0xf6) return false;
    this.at++;
    return true;
  }

  // The number of items of the array that begins here.
  array() {
    this.expect(kArray, 'an array');
    return Number(this.value);
  }

  tuple(size) {
    if (this.array() !== size) this.wrong(`an array of ${size}`);
  }

  list(read, max = Infinity) {
    const size = this.array();
    if (size > max) this.wrong(`at most ${max} items`);
    const items = [];
    for (let i = 0; i < size; i++) items.push(read(this));
    return items;
  }
}
