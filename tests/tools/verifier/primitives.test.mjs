// Known answers and rejects of the verifier's own primitives.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { base64_bytes, hex, Refusal } from '../../../tools/verifier/bytes.mjs';
import { open } from '../../../tools/verifier/cbor.mjs';
import { portable_crypto } from '../../../tools/verifier/crypto.mjs';
import { is_signed } from '../../../tools/verifier/ed25519.mjs';
import { keccak256 } from '../../../tools/verifier/keccak.mjs';
import { is_consistent, GrowingTree, root_of_inclusion } from '../../../tools/verifier/merkle.mjs';
import { node_crypto } from '../../../tools/verifier/node_crypto.mjs';
import { read_trust } from '../../../tools/verifier/note.mjs';
import { decode, encode_index } from '../../../tools/verifier/rlp.mjs';
import { sha256 as own_sha256 } from '../../../tools/verifier/sha256.mjs';
import { audit_path, cbor, consistency_path, rlp, sha256, tree_root } from './encode.mjs';

const refuses = (code) => (error) => error instanceof Refusal && error.code === code;

test('keccak256 gives the known digests', () => {
  // Of the empty string and "abc": the digests that Ethereum's documentation gives. Of an event: ERC-20's Transfer.
  assert.equal(hex(keccak256(Buffer.alloc(0))), 'c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470');
  assert.equal(hex(keccak256(Buffer.from('abc'))), '4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45');
  assert.equal(hex(keccak256(Buffer.from('Transfer(address,address,uint256)'))), 'ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef');
  // The root of an empty trie is the digest of the RLP of the empty string; over a block the sponge absorbs twice.
  assert.equal(hex(keccak256(rlp(Buffer.alloc(0)))), '56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421');
  assert.notEqual(hex(keccak256(Buffer.alloc(136))), hex(keccak256(Buffer.alloc(135))));
});

test('our own SHA-256 agrees with that of the runtime at every size around a block', () => {
  for (let size = 0; size < 300; size++) {
    const bytes = Buffer.from(Array.from({ length: size }, (_, i) => (i * 7 + size) & 255));
    assert.equal(hex(own_sha256(bytes)), hex(sha256(bytes)));
  }
});

test('trees, audit paths and consistency proofs agree with their recursive definitions', () => {
  const leaves = Array.from({ length: 35 }, (_, i) => sha256([0, i]));
  const growing = new GrowingTree(sha256);
  for (let size = 0; size <= leaves.length; size++) {
    const some = leaves.slice(0, size);
    const root = tree_root(some);
    assert.deepEqual(growing.root(), root);
    for (let i = 0; i < size; i++) {
      const path = audit_path(i, some);
      const lead = (index, of, nodes) => root_of_inclusion(sha256, leaves[i], BigInt(index), BigInt(of), nodes);
      assert.deepEqual(lead(i, size, path), root);
      assert.equal(lead(i, size, [...path, root]), null);
      if (path.length > 0) assert.notDeepEqual(lead(i, size, path.slice(1)), root);
      if (size > 1) assert.notDeepEqual(lead((i + 1) % size, size, path), root);
    }
    for (let old = 1; old <= size; old++) {
      const path = consistency_path(old, some);
      const holds = (nodes, old_root = tree_root(leaves.slice(0, old))) =>
        is_consistent(sha256, BigInt(old), old_root, BigInt(size), root, nodes);
      assert.ok(holds(path));
      assert.ok(!holds([...path, root]));
      assert.ok(!holds(path, sha256([1])));
      if (path.length > 0) assert.ok(!holds(path.slice(1)));
    }
    if (size < leaves.length) growing.add(leaves[size]);
  }
});

test('RLP reads the examples of the Yellow Paper and refuses what is not canonical', () => {
  assert.equal(hex(decode(Buffer.from('83646f67', 'hex')).bytes), '646f67');
  assert.deepEqual(decode(Buffer.from('c88363617483646f67', 'hex')).items.map(({ bytes }) => String.fromCharCode(...bytes)), ['cat', 'dog']);
  assert.equal(decode(Buffer.from('c7c0c1c0c3c0c1c0', 'hex')).items.length, 3);
  assert.equal(decode(rlp(Buffer.alloc(1_024, 1))).bytes.length, 1_024);
  for (const digits of ['', '8100', '817f', 'b800', 'b83700', 'b90038', 'c1', '83646f', '8000', 'f800', 'bf00', 'bfffffffffffffffff', 'c183', 'c1'.repeat(20)]) {
    assert.throws(() => decode(Buffer.from(digits, 'hex')), refuses('proof_invalid'), digits);
  }
  for (const index of [0, 1, 127, 128, 255, 256, 65_536, 0xffff_ffff]) assert.deepEqual(encode_index(index), Uint8Array.from(rlp(index)));
});

test('CBOR numbers are exact to their last bit', () => {
  const read = (value, how) => how(open(cbor(value), 1_000, 'an item'));
  const never = (1n << 64n) - 1n;
  assert.equal(read(never, (r) => r.uint()), never);
  assert.equal(read((1n << 53n) + 1n, (r) => r.uint()), (1n << 53n) + 1n);
  assert.equal(read((1n << 256n) - 1n, (r) => r.amount()), (1n << 256n) - 1n);
  assert.equal(read(1n << 64n, (r) => r.amount()), 1n << 64n);
  assert.equal(read(-(1n << 63n), (r) => r.time()), -(1n << 63n));
  assert.equal(read((1n << 63n) - 1n, (r) => r.time()), (1n << 63n) - 1n);
  const wrong = [
    [1n << 63n, (r) => r.time()], [-(1n << 63n) - 1n, (r) => r.time()], [1n << 64n, (r) => r.uint()], [-1, (r) => r.uint()],
    [1n << 256n, (r) => r.amount()], [-1, (r) => r.amount()], [256, (r) => r.small(255)], [1n << 40n, (r) => r.small(255)],
    [null, (r) => r.bool()], ['x', (r) => r.any_bytes()], [[1], (r) => r.tuple(2)], [[1, 2], (r) => r.list((each) => each.uint(), 1)],
  ];
  for (const [value, how] of wrong) assert.throws(() => read(value, how), refuses('malformed'), String(value));
});

test('sixteen arrays may nest and no more', () => {
  assert.ok(open(Buffer.concat([Buffer.alloc(16, 0x81), Buffer.of(0)]), 100, 'an item'));
  assert.ok(open(Buffer.concat([Buffer.alloc(15, 0x81), Buffer.of(0x80)]), 100, 'an item'));
  assert.throws(() => open(Buffer.concat([Buffer.alloc(16, 0x81), Buffer.of(0x80)]), 100, 'an item'), refuses('too_deep'));
});

test('base64 has one form', () => {
  for (const text of ['', 'Zg==', 'Zm8=', 'Zm9v']) assert.equal(Buffer.from(base64_bytes(text)).toString('base64'), text);
  for (const text of ['Zg', 'Zh==', 'Zm9=', 'Zm8', 'Z===', '====', 'Zm9v\n', 'Zm_v', '=Zg=']) assert.equal(base64_bytes(text), null, text);
});

test('Ed25519 gives the engine\'s verdict where verifiers differ', async () => {
  const text = readFileSync(new URL('../../codecs/crypto/ed25519_edges.txt', import.meta.url), 'utf8');
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  assert.ok(lines.length > 30);
  for (const line of lines) {
    const [verdict, ...digits] = line.split(' ');
    const [key, message, commitment, answer] = digits.slice(0, 4).map((each) => Buffer.from(each, 'hex'));
    for (const crypto of [node_crypto, portable_crypto]) {
      const found = await is_signed(crypto, key, message, Buffer.concat([commitment, answer]));
      assert.equal(found, verdict === 'valid', line);
    }
  }
});

const trust_line = (role, name, key) => {
  const typed = Buffer.concat([Buffer.of(role === 'log' ? 1 : 4), key]);
  const hash = sha256(Buffer.from(`${name}\n`), typed).subarray(0, 4);
  return `${role} ${name}+${hash.toString('hex')}+${typed.toString('base64')}\n`;
};

test('a trust file has no key by which everybody can sign', () => {
  for (const key of [Buffer.alloc(32), Buffer.concat([Buffer.of(1), Buffer.alloc(31)]), Buffer.alloc(32, 0xff)]) {
    assert.throws(() => read_trust(trust_line('log', 'w', key), sha256), /everybody can sign/);
  }
});

test('in a trust file a key stands once under a name, the key of a witness once, and names are of ASCII', () => {
  const [one, other] = [sha256('one'), sha256('other')];
  const file = (...keys) => keys.map((key) => trust_line(...key)).join('');
  const good = [['log', 'a', one], ['log', 'b', one], ['witness', 'a', other], ['log', 'w'.repeat(255), one]];
  assert.equal(read_trust(file(...good), sha256).size, good.length);
  for (const bad of [['log', 'a', one], ['witness', 'c', other], ['witness', 'c', one], ['log', 'c', other],
    ['log', 'w'.repeat(256), one], ['log', 'a\u00e4', one], ['log', 'a\u007f', one], ['log', 'a b', one]]) {
    assert.throws(() => read_trust(file(...good, bad), sha256), Error, bad[1]);
  }
});
