// Proofs of blocks of simulated ledgers (section 7): a header behind a SHA-256, and an RFC 6962 tree of txns, each with its
// signature and its results. Numbers are big-endian, and a `str` is one byte of length and that many bytes.
import { open } from './cbor.mjs';
import { big_endian, big_endian_bytes, check, concat, equal, text_of, utf8 } from './bytes.mjs';
import { leaf_hash, root_of_inclusion } from './merkle.mjs';
import { kAttachmentBytesMax, kKinds } from './records.mjs';

const kBad = 'proof_invalid';
const kNever = (1n << 64n) - 1n;
const kAmountEnd = 1n << 256n;
const kAnchor = 4; // the kind of an operation that moves nothing and puts a digest on record
const kNoKey = new Uint8Array(32);

class Fields {
  constructor(bytes, what) {
    this.bytes = bytes;
    this.what = what;
    this.at = 0;
  }

  take(size) {
    check(size <= this.bytes.length - this.at, kBad, `${this.what} ends early`);
    return this.bytes.subarray(this.at, (this.at += size));
  }

  number(size) {
    return big_endian(this.take(size));
  }

  byte() {
    return this.take(1)[0];
  }

  text() {
    return text_of(this.take(this.byte()));
  }

  magic(expected) {
    check(utf8(this.take(expected.length)) === expected, kBad, `${this.what} does not begin with ${expected}`);
  }

  amount() {
    const digits = this.text();
    check(/^(0|[1-9][0-9]{0,77})$/.test(digits) && BigInt(digits) < kAmountEnd, kBad, `${this.what}: not an amount`);
    return BigInt(digits);
  }

  flag() {
    const value = this.byte();
    check(value <= 1, kBad, `${this.what}: a flag that is neither 0 nor 1`);
    return value === 1;
  }

  end() {
    check(this.at === this.bytes.length, kBad, `${this.what} with bytes left over`);
  }
}

export function read_header(bytes, { ledger }, sha256) {
  const f = new Fields(bytes, 'a header');
  f.magic('CSB1');
  check(f.text() === ledger, kBad, 'a header of another ledger');
  const number = f.number(8);
  f.take(8); // the branch that the block is on, which its parent says as well
  const parent = f.take(32);
  f.take(8); // the wall clock's time
  const txns = f.number(4);
  const root = f.take(32);
  f.end();
  return { hash: sha256(bytes), parent, number, time: number, txns, root };
}

// The txn's id and its effects: outcomes (without position) and anchored digests, by effect index.
export function read_txn(header, { index, proof }, { ledger }, sha256) {
  const r = open(proof, kAttachmentBytesMax, 'a txn proof');
  r.tuple(4);
  const content = r.any_bytes();
  const signature = r.fixed(64);
  const results = r.any_bytes();
  const path = r.list((each) => each.fixed(32));
  check(index < header.txns, kBad, `txn ${index} of ${header.txns}`);
  const id = sha256(content);
  const leaf = leaf_hash(sha256, concat(id, signature, results));
  const root = root_of_inclusion(sha256, leaf, BigInt(index), header.txns, path);
  check(root !== null && equal(root, header.root), kBad, `txn ${index} is not in the block`);
  const operations = read_content(content, ledger);
  return { index, id, effects: read_results(results, operations, id, sha256) };
}

function read_content(bytes, ledger) {
  const f = new Fields(bytes, 'a txn');
  f.magic('CST1');
  check(f.text() === ledger, kBad, 'a txn of another ledger');
  f.take(32 + 8 + 8); // signer, salt, not_after
  const operations = [];
  for (let count = f.number(2); count > 0n; count--) operations.push(read_operation(f));
  f.end();
  return operations;
}

function read_operation(f) {
  const number = f.byte();
  check(number <= kAnchor, kBad, 'an operation of an unknown kind');
  const ref = f.take(32);
  if (number === kAnchor) return { anchored: f.take(32) };
  const operation = {
    ref, kind: kKinds[number], asset: '', amount: 0n, from: '', to: '', hold_key: kNoKey, reclaim_after: kNever,
  };
  if (operation.kind === 'release' || operation.kind === 'refund') {
    operation.hold_key = f.take(32);
    f.take(8); // not_after
    return operation;
  }
  Object.assign(operation, { asset: f.text(), amount: f.amount(), from: f.text(), to: f.text() });
  f.take(8); // not_after
  if (operation.kind === 'hold') operation.reclaim_after = f.number(8);
  return operation;
}

function read_results(bytes, operations, id, sha256) {
  const f = new Fields(bytes, 'results');
  const effects = new Map();
  operations.forEach((operation, i) => {
    const ok = f.flag();
    const reason = ok ? '' : f.text();
    if (operation.anchored) {
      if (ok) effects.set(i, operation);
      return;
    }
    const effect = { ...operation, ok, reason, reclaimed: false };
    if (ok && (effect.kind === 'release' || effect.kind === 'refund')) {
      Object.assign(effect, { asset: f.text(), amount: f.amount(), from: f.text(), to: f.text(), reclaimed: f.flag() });
    }
    if (ok && effect.kind === 'hold') effect.hold_key = sha256(concat(id, big_endian_bytes(i, 4)));
    effects.set(i, effect);
  });
  f.end();
  return effects;
}
