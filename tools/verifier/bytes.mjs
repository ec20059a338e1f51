// Bytes, texts and refusals: what every other module of the verifier stands on. No runtime but the language, TextDecoder
// and TextEncoder, so that a browser page runs the same modules as Node.

// Thrown for everything that a verifier refuses. It is no Error: refusing is the ordinary case in a campaign of tampered
// files, and a stack trace for each would cost more than the check.
export class Refusal {
  constructor(code, detail) {
    this.code = code;
    this.detail = detail;
  }
}

export function refuse(code, detail) {
  throw new Refusal(code, detail);
}

export function check(condition, code, detail) {
  if (!condition) refuse(code, detail);
}

export function equal(a, b) {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) return false;
  }
  return true;
}

export function is_zero(bytes) {
  return bytes.every((byte) => byte === 0);
}

export function concat(...parts) {
  let size = 0;
  for (const part of parts) size += part.length;
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const kHex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

export function hex(bytes) {
  let digits = '';
  for (let i = 0; i < bytes.length; i++) digits += kHex[bytes[i]];
  return digits;
}

// The digits must be lower case hexadecimal and of even number; the caller has checked that.
export function from_hex(digits) {
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function bytes_of(text) {
  return encoder.encode(text);
}

// The text that UTF-8 bytes stand for, or null when they are no UTF-8. Most are short ASCII, for which the loop is faster.
export function utf8(bytes) {
  if (bytes.length <= 64) {
    let text = '';
    let i = 0;
    while (i < bytes.length && bytes[i] < 0x80) text += String.fromCharCode(bytes[i++]);
    if (i === bytes.length) return text;
  }
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

// A string that is equal for equal bytes and differs for different ones, whether they are UTF-8 or not: a lone surrogate
// never comes out of UTF-8, so it marks what is no text.
export function text_of(bytes) {
  return utf8(bytes) ?? `\ud800${hex(bytes)}`;
}

// `size` bytes from `at`, as a big-endian number.
export function big_endian(bytes, at = 0, size = bytes.length) {
  let value = 0n;
  for (let i = at; i < at + size; i++) value = (value << 8n) | BigInt(bytes[i]);
  return value;
}

export function big_endian_bytes(value, size) {
  const bytes = new Uint8Array(size);
  let rest = BigInt(value);
  for (let i = size - 1; i >= 0; i--) {
    bytes[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return bytes;
}

const kBase64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const kBase64Values = new Map([...kBase64].map((digit, value) => [digit, value]));

// RFC 4648, section 4, with padding, and with zero in the bits that the padding leaves over. Null for anything else.
export function base64_bytes(text) {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  if (text.length % 4 !== 0) return null;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let bits = 0;
  let buffer = 0;
  let at = 0;
  for (let i = 0; i < text.length - padding; i++) {
    const value = kBase64Values.get(text[i]);
    if (value === undefined) return null;
    buffer = ((buffer << 6) | value) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (buffer >> bits) & 0xff;
    }
  }
  return (buffer & ((1 << bits) - 1)) === 0 ? bytes : null;
}
