// A bundle (section 8): one trade's evidence in one file. Sections 10 and 11 say in which order it is checked and what is
// said about it.
import { bytes_of, check, equal, hex, refuse } from './bytes.mjs';
import { open } from './cbor.mjs';
import { advance, start } from './machine.mjs';
import { is_consistent, leaf_hash, root_of_inclusion } from './merkle.mjs';
import { check_signatures, read_checkpoint } from './note.mjs';
import { LeftOut, block_name, check_proof, effect_at, is_proven } from './proving.mjs';
import { kRecordBytesMax, read_proof_parts, read_record } from './records.mjs';

export const kBundleBytesMax = 1_048_576;
const kMagic = 'clearspan bundle v1';
const kHash = 32;

// The statement of section 11, or a Refusal thrown. `trust` is from read_trust; see crypto.mjs for `crypto`.
export async function verify_bundle(bytes, trust, crypto) {
  const { sha256 } = crypto;
  const bundle = read_bundle(bytes);
  const damaged = !equal(sha256(bytes.subarray(0, bytes.length - kHash)), bundle.checksum);
  check(!damaged, 'checksum_mismatch', 'the checksum is of other bytes');

  for (const log of bundle.logs) {
    log.checkpoint = read_checkpoint(log.note, trust);
    await check_signatures(log.checkpoint, crypto);
    check_entries(log, sha256);
  }
  const origins = new Set(bundle.logs.map((log) => log.checkpoint.origin));
  check(origins.size === bundle.logs.length, 'wrong_log_name', 'two logs of one origin');
  const [first, ...others] = bundle.logs;
  check(first !== undefined, 'record_misplaced', 'a bundle without a log');
  for (const log of others) check_other_log(log);

  const proofs = new Proofs(bundle.proofs, sha256);
  const signed = bundle.logs.flatMap((log) => log.entries.map(({ record }) => record)).filter(({ type }) => type === 'txn_signed');
  const is_over = (ledger, time) => signed.some((txn) => txn.ledger === ledger && txn.not_after < time);
  const story = tell(first, bundle.trade, proofs, is_over);
  for (const anchor of bundle.anchors) {
    const checkpoint = read_checkpoint(anchor.note, trust);
    await check_signatures(checkpoint, crypto);
    check_anchor(anchor, checkpoint, first.checkpoint, story, proofs, sha256);
  }
  proofs.check_all_cited();
  return {
    verdict: story.unproven === 0 ? 'verified' : 'unproven',
    kind: 'bundle',
    trade: hex(bundle.trade),
    phase: story.state.phase,
    events: story.events,
    unproven: story.unproven,
    proofs: bundle.proofs.length,
    checkpoint_size: first.checkpoint.size,
    witnesses: first.checkpoint.signatures.length - 1,
    anchors: bundle.anchors.length,
  };
}

function read_bundle(bytes) {
  const r = open(bytes, kBundleBytesMax, 'a bundle');
  const read_hashes = (each) => each.list((node) => node.fixed(kHash));
  const read_entry = (each) => (each.tuple(3), { index: each.uint(), bytes: each.any_bytes(), path: read_hashes(each) });
  const read_log = (each) => (each.tuple(2), { note: each.text(), entries: each.list(read_entry) });
  const read_proof = (each) => (
    each.tuple(6),
    { ledger: each.text(), height: each.uint(), block: each.fixed(kHash), ...read_proof_parts(each) }
  );
  const read_anchor = (each) => (each.tuple(3), { note: each.text(), path: read_hashes(each), index: each.uint() });
  r.tuple(6);
  if (r.text() !== kMagic) r.wrong(`"${kMagic}"`);
  return {
    trade: r.fixed(16), logs: r.list(read_log), proofs: r.list(read_proof), anchors: r.list(read_anchor),
    checksum: r.fixed(kHash),
  };
}

// Finds every entry in the log's tree, and decodes the records.
function check_entries(log, sha256) {
  const { size, root, origin } = log.checkpoint;
  let last = -1n;
  for (const entry of log.entries) {
    const where = `entry ${entry.index} of ${origin}`;
    check(entry.index < size, 'index_beyond_tree', `${where}, which has ${size}`);
    check(entry.index > last, 'record_misplaced', `${where} stands behind entry ${last}`);
    last = entry.index;
    const found = root_of_inclusion(sha256, leaf_hash(sha256, entry.bytes), entry.index, size, entry.path);
    check(found !== null && equal(found, root), 'inclusion_invalid', `the proof of ${where} does not lead to the root`);
  }
  for (const entry of log.entries) {
    const { length } = entry.bytes;
    check(length <= kHash + kRecordBytesMax, 'too_large', `entry ${entry.index} has ${length} bytes`);
    check(length > kHash, 'truncated', `entry ${entry.index} holds no record`);
    entry.record = read_record(entry.bytes.subarray(kHash));
  }
}

const kAnywhere = ['txn_signed', 'ledger_described', 'anchored'];

function check_other_log(log) {
  for (const { record, index } of log.entries) {
    check(kAnywhere.includes(record.type), 'record_misplaced', `entry ${index} of another log is a ${record.type}`);
  }
}

// The proofs of a bundle, each checked when it is first cited, under the description that holds there.
class Proofs {
  constructor(proofs, sha256) {
    this.sha256 = sha256;
    this.by_name = new Map();
    for (const proof of proofs) {
      const name = block_name(proof.ledger, proof.height, proof.block);
      check(!this.by_name.has(name), 'proof_invalid', `two proofs of block ${proof.height} of ${proof.ledger}`);
      this.by_name.set(name, { proof, tip: null, description: null, block: null });
    }
  }

  // A ledger_proof record says what the proof of its block ends in.
  record({ ledger, height, block, tip }) {
    const known = this.by_name.get(block_name(ledger, height, block));
    check(known !== undefined, 'record_misplaced', `no proof goes with the record of block ${height} of ${ledger}`);
    check(known.tip === null, 'record_misplaced', `two records of the proof of block ${height} of ${ledger}`);
    known.tip = tip;
  }

  // The proven block, or null when the bundle has no proof of it.
  find(description, height, hash) {
    const known = this.by_name.get(block_name(description.ledger, height, hash));
    if (!known) return null;
    if (known.description !== description) {
      const { proof, tip } = known;
      check(tip !== null, 'record_misplaced', `no record of the proof of block ${height} stands before what cites it`);
      known.block = check_proof(description, { ...proof, tip }, this.sha256);
      known.description = description;
      const is_exact = proof.descendants.length === description.depth;
      check(is_exact, 'proof_invalid', `more than ${description.depth} blocks follow block ${height}`);
    }
    return known.block;
  }

  check_all_cited() {
    for (const { proof, block } of this.by_name.values()) {
      check(block !== null, 'proof_invalid', `nothing cites block ${proof.height} of ${proof.ledger}`);
    }
  }
}

// Reads the trade's own log from the start, and proves and folds its events.
function tell(log, trade, proofs, is_over) {
  const descriptions = new Map();
  const anchored = new Map(); // by leaf index, with the description that holds there
  let state = null;
  const left_out = new LeftOut();
  let events = 0;
  let unproven = 0;

  const description_of = (ledger) =>
    descriptions.get(ledger) ?? refuse('record_misplaced', `no description of ${ledger} stands before what needs it`);

  const find = (ledger, height, block) => proofs.find(description_of(ledger), height, block);

  for (const { record, index } of log.entries) {
    switch (record.type) {
      case 'ledger_described':
        descriptions.set(record.ledger, record);
        break;
      case 'ledger_proof':
        proofs.record(record);
        break;
      case 'proof_left_out':
        left_out.add(record);
        break;
      case 'trade_created':
        check(state === null, 'record_misplaced', 'the trade is created twice');
        check(equal(record.plan.trade, trade), 'record_misplaced', 'another trade is created');
        for (const leg of record.plan.legs) description_of(leg.ledger);
        state = start(record.plan);
        break;
      case 'trade_event':
        check(equal(record.trade, trade), 'record_misplaced', 'an event of another trade');
        check(state !== null, 'record_misplaced', 'an event before the trade is created');
        if (!is_proven(state.plan, record.event, find, is_over, left_out)) unproven++;
        advance(state, record.event);
        events++;
        break;
      case 'anchored':
        anchored.set(index, { record, description: description_of(record.ledger) });
        break;
      case 'txn_signed':
        break;
      default:
        refuse('record_misplaced', `a ${record.type} in a bundle`);
    }
  }
  check(state !== null, 'record_misplaced', 'the trade is not created');
  return { state, events, unproven, anchored };
}

function check_anchor(anchor, old, now, story, proofs, sha256) {
  check(old.origin === now.origin, 'wrong_log_name', `${old.origin} is anchored, not ${now.origin}`);
  const found = story.anchored.get(anchor.index);
  check(found !== undefined, 'record_misplaced', `entry ${anchor.index} is no anchored record`);
  const { record, description } = found;
  const is_named = record.size === old.size && equal(record.root, old.root);
  check(is_named, 'outcome_mismatch', `entry ${anchor.index} is about another checkpoint`);
  const consistent = is_consistent(sha256, old.size, old.root, now.size, now.root, anchor.path);
  check(consistent, 'consistency_invalid', `the anchored checkpoint of ${old.size} entries is of another history`);
  const { height, block } = record.position;
  const effect = effect_at(proofs.find(description, height, block), record.ledger, record.position);
  const is_anchor = effect.anchored !== undefined && equal(effect.anchored, sha256(bytes_of(old.text)));
  check(is_anchor, 'outcome_mismatch', `the effect that entry ${anchor.index} cites anchors something else`);
}
