// Small ledgers that make blocks and prove them: what a simulated and an Ethereum ledger would hold of a trade's outcomes.
// land(movement) puts a movement between two other txns into a block, and gives the outcome with its position; proof(outcome)
// gives header, descendants and txn proofs.
import { keccak256 } from '../../../tools/verifier/keccak.mjs';
import { audit_path, be, cbor, Raw, rlp, sha256, tree_root } from './encode.mjs';

const kNever = (1n << 64n) - 1n;
const kZero = Buffer.alloc(32);
const str = (text) => Buffer.concat([Buffer.of(Buffer.byteLength(text)), Buffer.from(text)]);
const filled = (outcome) => ({
  ok: true, reclaimed: false, asset: '', amount: 0n, from: '', to: '', hold_key: kZero, reason: '', ...outcome,
});

class Ledger {
  constructor(name, depth) {
    this.name = name;
    this.depth = depth;
    this.height = 200n; // past the moments that stories set as not_after
    this.parent = sha256(Buffer.from(name));
    this.blocks = new Map();
  }

  // Seals a block and as many after it as make it final.
  add_block(block) {
    const at = this.seal(block);
    const descendants = [];
    for (let i = 0; i < this.depth; i++) descendants.push(this.seal(this.empty()).header);
    this.blocks.set(at.hash.toString('hex'), { ...at, descendants, txns: block.txns });
    return at;
  }

  seal(block) {
    const header = this.header(++this.height, block);
    const hash = this.hash(header);
    this.parent = hash;
    return { header, hash, height: this.height, time: this.time() };
  }

  // An empty block: what shows that a movement's time is over.
  pass() {
    const { height, hash, time } = this.add_block(this.empty());
    return { height, block: hash, time };
  }

  proof(block) {
    const { height, header, descendants, txns } = this.blocks.get(block.toString('hex'));
    return [this.name, height, block, header, descendants, txns];
  }
}

export class Simulated extends Ledger {
  description = () => [this.name, 'simulated', '', '', 0, this.depth, [['USD', 2, Buffer.alloc(0)]]];
  hash = (header) => sha256(header);
  time = () => this.height;
  empty = () => ({ count: 0, root: tree_root([]), txns: [] });
  header = (number, { count, root }) =>
    Buffer.concat([Buffer.from('CSB1'), str(this.name), be(number, 8), be(0, 8), this.parent, be(1_000, 8), be(count, 4), root]);

  content(body) {
    return Buffer.concat([
      Buffer.from('CST1'), str(this.name), Buffer.alloc(32, 7), be(this.height, 8), be(kNever, 8), be(1, 2), body,
    ]);
  }

  land(wanted) {
    const kinds = { hold: 0, release: 1, refund: 2, payment: 3, anchor: 4 };
    const outcome = filled({ reclaim_after: kNever, ...wanted });
    const { kind, ref, ok, asset, amount, from, to, hold_key, reclaim_after } = outcome;
    const value = [str(asset), str(String(amount)), str(from), str(to)];
    const start = [Buffer.of(kinds[kind]), ref];
    const ends = kind === 'release' || kind === 'refund';
    let body = [...start, ...value, be(kNever, 8)];
    if (kind === 'hold') body.push(be(reclaim_after, 8));
    if (kind === 'anchor') body = [...start, outcome.digest];
    if (ends) body = [...start, hold_key, be(kNever, 8)];
    let result = ok ? Buffer.of(1) : Buffer.concat([Buffer.of(0), str(outcome.reason)]);
    if (ends && ok) result = Buffer.concat([result, ...value, Buffer.of(outcome.reclaimed ? 1 : 0)]);
    if (ends && !ok) Object.assign(outcome, { asset: '', amount: 0n, from: '', to: '' });

    const content = this.content(Buffer.concat(body));
    const id = sha256(content);
    if (kind === 'hold') outcome.hold_key = ok ? sha256(id, be(0, 4)) : kZero;
    const signature = Buffer.alloc(64, 3);
    const leaves = [sha256([9]), sha256([0], id, signature, result), sha256([8])];
    const txn_proof = cbor([content, signature, result, audit_path(1, leaves)]);
    const { height, hash } = this.add_block({ count: 3, root: tree_root(leaves), txns: [[1, txn_proof]] });
    return { ...outcome, position: [height, hash, id, 1, 0] };
  }
}

// --- Ethereum

const nibbles_of = (bytes) => [...bytes].flatMap((byte) => [byte >> 4, byte & 15]);
const path_of = (nibbles, flag) => {
  const all = nibbles.length % 2 ? [flag + 1, ...nibbles] : [flag, 0, ...nibbles];
  return Buffer.from(all.map((nibble) => nibble.toString(16)).join(''), 'hex');
};

// The node of the trie below `at` nibbles of [nibbles, value] items; `watch` hears of every node with its first key.
function trie_node(items, at, watch) {
  let bytes;
  const [first] = items;
  if (items.length === 1) {
    bytes = rlp([path_of(first[0].slice(at), 2), first[1]]);
  } else {
    let shared = at;
    while (items.every(([key]) => key[shared] === first[0][shared])) shared++;
    if (shared > at) {
      bytes = rlp([path_of(first[0].slice(at, shared), 0), reference(trie_node(items, shared, watch))]);
    } else {
      const children = Array.from({ length: 16 }, (_, nibble) => items.filter(([key]) => key[at] === nibble));
      bytes = rlp([...children.map((each) => (each.length ? reference(trie_node(each, at + 1, watch)) : Buffer.alloc(0))), Buffer.alloc(0)]);
    }
  }
  watch(bytes, items, at);
  return bytes;
}

const reference = (bytes) => (bytes.length < 32 ? new Raw(bytes) : keccak256(bytes));

// Root and proof of the value at one of the indexes 0, 1, ...
export function trie_of(values, index) {
  const items = values.map((value, i) => [nibbles_of(rlp(i)), value]);
  const key = items[index][0].join();
  const path = [];
  const root = trie_node(items, 0, (bytes, below, at) => {
    const is_on_path = below.some(([nibbles]) => nibbles.join() === key);
    if (is_on_path && (bytes.length >= 32 || at === 0)) path.unshift(bytes);
  });
  return { root: keccak256(root), path };
}

export const kEscrow = `0x${'e5'.repeat(20)}`;
export const kToken = Buffer.alloc(20, 0xdd);
const word = (value) => Buffer.concat([Buffer.alloc(32 - Math.min(32, value.length)), value]);
const address = (text) => word(Buffer.from(text.slice(2), 'hex'));
const topic = (signature) => keccak256(Buffer.from(signature));

export class Ethereum extends Ledger {
  description = () => [this.name, 'ethereum', '1', kEscrow, 1, this.depth, [['USD', 6, kToken], ['ETH', 18, Buffer.alloc(20)]]];
  hash = (header) => Buffer.from(keccak256(header));
  time = () => 1_700_000_000n + this.height * 12n;
  empty = () => ({ txns_root: kZero, receipts_root: kZero, txns: [] });
  header = (number, { txns_root, receipts_root }) =>
    rlp([this.parent, kZero, Buffer.alloc(20), kZero, txns_root, receipts_root, Buffer.alloc(256), 0, number, 30_000_000, 0,
      1_700_000_000n + number * 12n, Buffer.alloc(0), kZero, Buffer.alloc(8), 7]);

  log_of({ kind, ok, ref, hold_key, from, to, asset, amount, reclaim_after, reclaimed, digest }) {
    const token = asset === 'USD' ? word(kToken) : asset === 'ETH' ? word(Buffer.alloc(20)) : null;
    const paid = [token, be(amount, 32)];
    if (kind === 'anchor') return [[topic('Anchored(address,bytes32)'), address(kEscrow), digest], []];
    if (!ok) {
      const number = { hold: 0, release: 1, refund: 2, payment: 3 }[kind];
      const too_late = Buffer.concat([topic('TooLate()').slice(0, 4), Buffer.alloc(28)]);
      const by = address(kEscrow);
      return [[topic('Failed(bytes32,bytes32,address,uint8,address,bytes4)'), ref, hold_key, by], [be(number, 32), address(from), too_late]];
    }
    switch (kind) {
      case 'hold':
        return [[topic('Held(bytes32,bytes32,address,address,address,uint256,uint64)'), ref, hold_key, address(from)],
          [address(to), ...paid, be(reclaim_after, 32)]];
      case 'release':
        return [[topic('Released(bytes32,bytes32,address,address,address,uint256)'), ref, hold_key], [address(from), address(to), ...paid]];
      case 'refund':
        return [[topic('Refunded(bytes32,bytes32,address,address,uint256,bool)'), ref, hold_key], [address(from), ...paid, be(reclaimed ? 1 : 0, 32)]];
      case 'payment':
        return [[topic('Paid(bytes32,address,address,address,uint256)'), ref, address(from)], [address(to), ...paid]];
    }
  }

  land(wanted) {
    const outcome = filled({ reclaim_after: 0n, ...wanted });
    const { kind, ok } = outcome;
    if (kind === 'hold') outcome.hold_key = sha256(outcome.ref, be(this.height, 8));
    const [topics, data] = this.log_of(outcome);
    if (kind !== 'hold' || !ok) outcome.reclaim_after = 0n;
    if (kind === 'refund') outcome.to = outcome.from;
    if (!ok) Object.assign(outcome, { asset: '', amount: 0n, to: '', reason: 'TooLate' });
    const other = [kToken, [kZero], Buffer.alloc(5)];
    const ours = [Buffer.from(kEscrow.slice(2), 'hex'), topics, Buffer.concat(data)];
    const receipt = Buffer.concat([Buffer.of(2), rlp([1, 21_000, Buffer.alloc(256), [other, ours]])]);
    const index = Number(this.height % 140n); // over the two sizes that keys of txns have
    const values = (own) => Array.from({ length: 140 }, (_, i) => (i === index ? own : Buffer.alloc(40 + (i % 90), 1 + (i % 100))));
    const txn = Buffer.concat([Buffer.of(2), rlp([1, this.height, sha256(outcome.ref)])]);
    const txns = trie_of(values(txn), index);
    const receipts = trie_of(values(receipt), index);
    const block = { txns_root: txns.root, receipts_root: receipts.root, txns: [[index, cbor([txns.path, receipts.path])]] };
    const { height, hash } = this.add_block(block);
    return { ...outcome, position: [height, hash, Buffer.from(keccak256(txn)), index, 1] };
  }
}
