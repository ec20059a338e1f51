// Keccak-256 as Ethereum uses it: the sponge of FIPS 202 with the padding of the original submission (first bit 0x01). A
// lane of 64 bits is two halves of 32, low half first, since BigInt arithmetic is too slow for a permutation.

const kRate = 136; // bytes of a block: 200 less twice the size of the digest
const kRounds = 24;

// Round constants come from a shift register (FIPS 202, section 3.2.5): bit 2^j - 1 of round r is its output 7r + j.
const kIota = new Int32Array(2 * kRounds);
{
  let lfsr = 1;
  for (let round = 0; round < kRounds; round++) {
    for (let j = 0; j < 7; j++) {
      if (lfsr & 1) {
        const bit = (1 << j) - 1;
        kIota[2 * round + (bit >> 5)] |= 1 << (bit & 31);
      }
      lfsr = (lfsr << 1) ^ ((lfsr >> 7) * 0x171);
    }
  }
}

// Rho and pi together: the walk (x, y) -> (y, 2x + 3y) visits every lane but the first; the t-th is turned by the t-th
// triangular number. None of these is a multiple of 32, so a turn moves bits of both halves; from 32 on it exchanges them.
const kTarget = new Int32Array(24);
const kTurn = new Int32Array(24);
const kSwap = new Int32Array(24);
for (let t = 0, x = 1, y = 0; t < 24; t++) {
  [x, y] = [y, (2 * x + 3 * y) % 5];
  kTarget[t] = 2 * (x + 5 * y);
  kTurn[t] = (((t + 1) * (t + 2)) / 2) & 31;
  kSwap[t] = (((t + 1) * (t + 2)) / 2) & 32;
}

// Adds a word to the five lanes of a column, which begins at `at`.
function add_to_column(s, at, low, high) {
  s[at] ^= low;
  s[at + 1] ^= high;
  s[at + 10] ^= low;
  s[at + 11] ^= high;
  s[at + 20] ^= low;
  s[at + 21] ^= high;
  s[at + 30] ^= low;
  s[at + 31] ^= high;
  s[at + 40] ^= low;
  s[at + 41] ^= high;
}

const parity = (s, at) => s[at] ^ s[at + 10] ^ s[at + 20] ^ s[at + 30] ^ s[at + 40];

function theta(s) {
  const a = parity(s, 0);
  const A = parity(s, 1);
  const b = parity(s, 2);
  const B = parity(s, 3);
  const c = parity(s, 4);
  const C = parity(s, 5);
  const d = parity(s, 6);
  const D = parity(s, 7);
  const e = parity(s, 8);
  const E = parity(s, 9);
  add_to_column(s, 0, e ^ ((b << 1) | (B >>> 31)), E ^ ((B << 1) | (b >>> 31)));
  add_to_column(s, 2, a ^ ((c << 1) | (C >>> 31)), A ^ ((C << 1) | (c >>> 31)));
  add_to_column(s, 4, b ^ ((d << 1) | (D >>> 31)), B ^ ((D << 1) | (d >>> 31)));
  add_to_column(s, 6, c ^ ((e << 1) | (E >>> 31)), C ^ ((E << 1) | (e >>> 31)));
  add_to_column(s, 8, d ^ ((a << 1) | (A >>> 31)), D ^ ((A << 1) | (a >>> 31)));
}

function rho_and_pi(s) {
  let low = s[2];
  let high = s[3];
  for (let t = 0; t < 24; t++) {
    const at = kTarget[t];
    const turn = kTurn[t];
    const a = kSwap[t] ? high : low;
    const b = kSwap[t] ? low : high;
    low = s[at];
    high = s[at + 1];
    s[at] = (a << turn) | (b >>> (32 - turn));
    s[at + 1] = (b << turn) | (a >>> (32 - turn));
  }
}

// One half of a row; `at` is that of its first lane.
function chi(s, at) {
  const a = s[at];
  const b = s[at + 2];
  const c = s[at + 4];
  const d = s[at + 6];
  const e = s[at + 8];
  s[at] = a ^ (~b & c);
  s[at + 2] = b ^ (~c & d);
  s[at + 4] = c ^ (~d & e);
  s[at + 6] = d ^ (~e & a);
  s[at + 8] = e ^ (~a & b);
}

// Written out as far as it is because a bundle needs no more than a few hundred permutations: most of them run before
// the machine has compiled anything, when every step of a loop counts.
function permute(s) {
  for (let round = 0; round < kRounds; round++) {
    theta(s);
    rho_and_pi(s);
    for (let row = 0; row < 50; row += 10) {
      chi(s, row);
      chi(s, row + 1);
    }
    s[0] ^= kIota[2 * round];
    s[1] ^= kIota[2 * round + 1];
  }
}

function absorb(state, bytes, at) {
  for (let i = 0; i < kRate / 4; i++, at += 4) {
    state[i] ^= bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
  }
  permute(state);
}

export function keccak256(bytes) {
  const state = new Int32Array(50);
  const whole = bytes.length - (bytes.length % kRate);
  for (let at = 0; at < whole; at += kRate) absorb(state, bytes, at);
  const tail = new Uint8Array(kRate);
  tail.set(bytes.subarray(whole));
  tail[bytes.length - whole] = 0x01;
  tail[kRate - 1] |= 0x80;
  absorb(state, tail, 0);
  const digest = new DataView(new ArrayBuffer(32));
  for (let i = 0; i < 8; i++) digest.setInt32(4 * i, state[i], true);
  return new Uint8Array(digest.buffer);
}
