// Ed25519 as section 5 of docs/evidence-format.md has it. Runtimes differ about public keys and R of small order: OpenSSL,
// and so Node, accepts them. They are refused here, before the runtime is asked (see crypto.mjs).
import { hex } from './bytes.mjs';

// Little-endian y of the points whose order is 1, 4 or 8. Order 2 has p - 1, which comes with what is not below p.
const kSmallOrders = new Set([
  `01${'00'.repeat(31)}`,
  '00'.repeat(32),
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
]);
const kEndOfP = `${'ff'.repeat(30)}7f`; // p = 2^255 - 19 is 0xed and this behind it

// Whether 32 bytes are a point of small order, or have a y that is not below p.
export function is_weak(point) {
  const y = Uint8Array.from(point);
  y[31] &= 0x7f; // the highest bit is the sign of x
  const digits = hex(y);
  return kSmallOrders.has(digits) || (digits >= 'ec' && digits.endsWith(kEndOfP));
}

export async function is_signed(crypto, public_key, message, signature) {
  return !is_weak(public_key) && !is_weak(signature.subarray(0, 32)) && (await crypto.ed25519(public_key, message, signature));
}
