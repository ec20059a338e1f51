// The cryptography of Node, for speed (see crypto.mjs).
import { createHash, createPublicKey, verify } from 'node:crypto';

// DER of a SubjectPublicKeyInfo of Ed25519 (RFC 8410), up to the 32 bytes of the key.
const kKeyPrefix = Buffer.from('302a300506032b6570032100', 'hex');
const keys = new Map();

function key_object(public_key) {
  const name = Buffer.from(public_key).toString('hex');
  if (!keys.has(name)) {
    keys.set(name, createPublicKey({ key: Buffer.concat([kKeyPrefix, public_key]), format: 'der', type: 'spki' }));
  }
  return keys.get(name);
}

function ed25519(public_key, message, signature) {
  try {
    return verify(null, message, key_object(public_key), signature);
  } catch {
    return false; // bytes that are no key verify nothing
  }
}

export const node_crypto = { sha256: (bytes) => createHash('sha256').update(bytes).digest(), ed25519 };
