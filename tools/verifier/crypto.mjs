// What the verifier needs of cryptography is injected, as an object with two functions:
//
//   sha256(bytes) -> 32 bytes            synchronous: it is called for every node of every tree
//   ed25519(public key, message, signature) -> bool, or a promise of one
//
// Signatures are few, so only the two outermost functions (verify_bundle, verify_log) are async and wait for them; all
// the rest is plain functions. This is the provider of a browser page; Node's is in node_crypto.mjs.
import { sha256 } from './sha256.mjs';

async function ed25519(public_key, message, signature) {
  try {
    const { subtle } = globalThis.crypto;
    const key = await subtle.importKey('raw', public_key, { name: 'Ed25519' }, false, ['verify']);
    return await subtle.verify({ name: 'Ed25519' }, key, signature, message);
  } catch {
    return false; // bytes that are no key verify nothing
  }
}

export const portable_crypto = { sha256, ed25519 };
