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
// triangular number.
const kTarget = [];
const kTurn = [];
for (let t = 0, x = 1, y = 0; t < 24; t++) {
  [x, y] = [y, (2 * x + 3 * y) % 5];
  kTarget.push(x + 5 * y);
  kTurn.push((((t + 1) * (t + 2)) / 2) % 64);
}

const column = new Int32Array(10);
const row = new Int32Array(10);

function permute(s) {
  for (let round = 0; round < kRounds; round++) {
    for (let i = 0; i < 10; i++) column[i] = s[i] ^ s[i + 10] ^ s[i + 20] ^ s[i + 30] ^ s[i + 40];
    for (let x = 0; x < 5; x++) {
      const left = 2 * ((x + 4) % 5);
      const right = 2 * ((x + 1) % 5);
      const low = column[left] ^ ((column[right] << 1) | (column[right + 1] >>> 31));
      const high = column[left + 1] ^ ((column[right + 1] << 1) | (column[right] >>> 31));
      for (let at = 2 * x; at < 50; at += 10) {
        s[at] ^= low;
        s[at + 1] ^= high;
      }
    }
    let low = s[2];
    let high = s[3];
    for (let t = 0; t < 24; t++) {
      const at = 2 * kTarget[t];
      const turn = kTurn[t] & 31;
      const swap = kTurn[t] >= 32;
      const a = swap ? high : low;
      const b = swap ? low : high;
      low = s[at];
      high = s[at + 1];
      s[at] = turn === 0 ? a : (a << turn) | (b >>> (32 - turn));
      s[at + 1] = turn === 0 ? b : (b << turn) | (a >>> (32 - turn));
    }
    for (let y = 0; y < 50; y += 10) {
      for (let i = 0; i < 10; i++) row[i] = s[y + i];
      for (let i = 0; i < 10; i++) s[y + i] = row[i] ^ (~row[(i + 2) % 10] & row[(i + 4) % 10]);
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
