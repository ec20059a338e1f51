// A log directory: the disk's form (segments.mjs), the chain and the tree, the checkpoint, and then every trade folded and
// every outcome proven (section 10). `folder` gives files by name; see files.mjs.
import { bytes_of, check, concat, equal, hex, refuse, utf8 } from './bytes.mjs';
import { advance, start } from './machine.mjs';
import { GrowingTree, leaf_hash } from './merkle.mjs';
import { check_signatures, read_checkpoint } from './note.mjs';
import { LeftOut, block_name, check_proof, is_proven } from './proving.mjs';
import { has_attachment, kPhases, read_attachment, read_record } from './records.mjs';
import { read_head, read_segment, segment_names } from './segments.mjs';

const kBad = 'log_corrupt';
const kTextFileBytesMax = 65_536;

// The statement of section 11, or a Refusal thrown.
export async function verify_log(folder, trust, crypto) {
  const { sha256 } = crypto;
  const checkpoint = read_checkpoint(text_file(folder, 'checkpoint', 'checkpoint_malformed'), trust);
  await check_signatures(checkpoint, crypto);
  const head_file = read_head(bytes_of(text_file(folder, 'HEAD', kBad)), sha256);

  const story = new Story(sha256);
  const chain = new Chain(checkpoint, head_file, sha256);
  let has_head_segment = false;
  const log = {
    on_header(header) {
      const is_this = equal(header.tag, checkpoint.tag) && equal(header.log_name, bytes_of(checkpoint.name));
      check(is_this, 'wrong_log_name', `a segment is of another log than ${checkpoint.origin}`);
      if (header.first === head_file.segment) has_head_segment = true;
    },
    on_record(record, attachment, head) {
      const next = chain.add(head, record);
      story.tell(record, attachment);
      return next;
    },
  };

  const start_line = bytes_of('clearspan evidence log v1\n');
  const first = sha256(concat(start_line, checkpoint.tag, bytes_of(checkpoint.name)));
  let position = { sequence: 0n, head: first };
  for (const name of segment_names(folder)) {
    const file = folder.open(name);
    try {
      position = read_segment(file, name, position, sha256, log);
    } finally {
      file.close();
    }
  }
  check(has_head_segment, kBad, `HEAD names a segment ${head_file.segment}, which is not there`);
  chain.end(first);
  return { verdict: 'verified', kind: 'log', origin: checkpoint.origin, ...chain.statement(), ...story.statement() };
}

function text_file(folder, name, code) {
  check(folder.has(name), kBad, `a log without ${name}`);
  return utf8(folder.read(name, kTextFileBytesMax)) ?? refuse(code, `${name} is no text`);
}

// The chain and the tree, and what the checkpoint and HEAD say about them.
class Chain {
  constructor(checkpoint, head_file, sha256) {
    Object.assign(this, { checkpoint, head_file, sha256, tree: new GrowingTree(sha256), records: 0n });
  }

  // The head after the record.
  add(head, record) {
    const next = leaf_hash(this.sha256, concat(head, record));
    if (this.records === this.checkpoint.size) this.check_root();
    this.tree.add(next);
    this.records++;
    if (this.records === this.head_file.sequence) this.check_head(next);
    return next;
  }

  end(head_before) {
    const { size } = this.checkpoint;
    check(size <= this.records, 'root_mismatch', `the checkpoint is of ${size} records, the log has ${this.records}`);
    if (size === this.records) this.check_root();
    const { sequence } = this.head_file;
    check(sequence <= this.records, kBad, `HEAD is at ${sequence}, the log has ${this.records} records`);
    if (sequence === 0n) this.check_head(head_before);
  }

  check_root() {
    check(equal(this.tree.root(), this.checkpoint.root), 'root_mismatch', `the root of ${this.records} records is another`);
  }

  check_head(head) {
    check(hex(head) === this.head_file.head, kBad, `HEAD has another head at ${this.head_file.sequence}`);
  }

  statement() {
    return { records: this.records, unsigned: this.records - this.checkpoint.size };
  }
}

// What the records say, in their order.
class Story {
  constructor(sha256) {
    this.sha256 = sha256;
    this.trades = new Map(); // trade id -> state of the machine
    this.descriptions = new Map(); // ledger -> the last one
    this.left_out = new LeftOut();
    this.unproven = new Set(); // trades
    this.blocks = new Map(); // ledger -> the last one proven, with its name
  }

  tell(bytes, attachment) {
    const record = read_record(bytes);
    const is_whole = has_attachment(record) === (attachment !== null);
    check(is_whole, kBad, `a ${record.type} ${attachment === null ? 'without' : 'with'} attachment`);
    if (attachment !== null) {
      check(equal(this.sha256(attachment), record.digest), kBad, `the attachment of a ${record.type} has another hash`);
    }
    switch (record.type) {
      case 'ledger_described':
        this.descriptions.set(record.ledger, record);
        return;
      case 'proof_left_out':
        this.left_out.add(record);
        return;
      case 'ledger_proof':
        return this.add_proof(read_attachment(record, attachment));
      case 'trade_created':
        return this.create(record.plan);
      case 'trade_event':
        return this.add_event(record);
      case 'txn_signed':
        read_attachment(record, attachment);
    }
  }

  description_of(ledger) {
    return this.descriptions.get(ledger) ?? refuse('record_misplaced', `no description of ${ledger} stands before its use`);
  }

  add_proof(proof) {
    const name = block_name(proof.ledger, proof.height, proof.block);
    const block = check_proof(this.description_of(proof.ledger), proof, this.sha256);
    this.blocks.set(proof.ledger, { name, block });
  }

  // The last block of the ledger that is proven, when it is the one that an event cites.
  find_block(ledger, height, hash) {
    this.description_of(ledger);
    const last = this.blocks.get(ledger);
    return last?.name === block_name(ledger, height, hash) ? last.block : null;
  }

  create(plan) {
    const id = hex(plan.trade);
    check(!this.trades.has(id), 'record_misplaced', `trade ${id} is created twice`);
    this.trades.set(id, start(plan));
  }

  add_event({ trade, event }) {
    const id = hex(trade);
    const state = this.trades.get(id) ?? refuse('record_misplaced', `an event of trade ${id}, which is not created`);
    // Which signed txns carried the movement may stand in another log.
    const find = (...block) => this.find_block(...block);
    if (!is_proven(state.plan, event, find, () => true, this.left_out)) this.unproven.add(id);
    advance(state, event);
  }

  statement() {
    const phases = {};
    for (const phase of kPhases) {
      const count = [...this.trades.values()].filter((state) => state.phase === phase).length;
      if (count > 0) phases[phase] = count;
    }
    const lines = [...this.trades].map(([id, { phase }]) => `${id} ${phase}\n`).sort();
    return { trades: this.trades.size, unproven_trades: this.unproven.size, phases, digest: hex(this.sha256(bytes_of(lines.join('')))) };
  }
}
