// What events need of ledgers (section 7): a proof checked as a whole gives a proven block, and an outcome_final or a
// movement_dead is proven by one. The rule is the same for bundles and logs; they differ in where the proofs come from.
import { check, equal, hex } from './bytes.mjs';
import * as ethereum from './ethereum.mjs';
import { check_movement } from './machine.mjs';
import * as simulated from './simulated.mjs';

const kForms = { ethereum, simulated };

// Checks all that a proof, with the tip that its record names, says: { time, txns }, the txns by index, each with id and effects.
export function check_proof(description, proof, sha256) {
  const form = kForms[description.kind];
  const where = `block ${proof.height} of ${proof.ledger}`;
  const header = form.read_header(proof.header, description, sha256);
  check(equal(header.hash, proof.block), 'proof_invalid', `the header of ${where} has another hash`);
  check(header.number === proof.height, 'proof_invalid', `the header of ${where} has number ${header.number}`);
  const count = proof.descendants.length;
  check(count >= description.depth, 'proof_invalid', `${count} blocks follow ${where}, not ${description.depth}`);
  let last_block = header;
  for (const descendant of proof.descendants) {
    const next = form.read_header(descendant, description, sha256);
    check(equal(next.parent, last_block.hash), 'proof_invalid', `a descendant of ${where} has another parent`);
    check(next.number === last_block.number + 1n, 'proof_invalid', `a descendant of ${where} has number ${next.number}`);
    last_block = next;
  }
  check(equal(last_block.hash, proof.tip), 'proof_invalid', `the proof of ${where} ends in another block`);
  const txns = new Map();
  let last = -1;
  for (const txn of proof.txns) {
    check(txn.index > last, 'proof_invalid', `the txns of ${where} do not ascend`);
    last = txn.index;
    txns.set(txn.index, form.read_txn(header, txn, description, sha256));
  }
  return { time: header.time, txns };
}

export const block_name = (ledger, height, block) => `${ledger} ${height} ${hex(block)}`;

// What a block proves to stand at a position; it is the proven one with the position's height and hash, or null.
export function effect_at(block, ledger, position) {
  const where = `txn ${position.txn_index} of block ${position.height} of ${ledger}`;
  check(block !== null, 'proof_missing', `no proof of block ${position.height} of ${ledger}`);
  const txn = block.txns.get(position.txn_index);
  check(txn !== undefined, 'proof_missing', `no proof of ${where}`);
  check(equal(txn.id, position.txn), 'outcome_mismatch', `${where} has another id`);
  const effect = txn.effects.get(position.effect);
  check(effect !== undefined, 'outcome_mismatch', `${where} has no effect ${position.effect}`);
  return effect;
}

const kPlainFields = ['kind', 'ok', 'reclaimed', 'asset', 'amount', 'from', 'to', 'reclaim_after', 'reason'];

function prove_outcome(block, ledger, outcome) {
  const effect = effect_at(block, ledger, outcome.position);
  const where = `effect ${outcome.position.effect} of txn ${hex(outcome.position.txn)}`;
  check(effect.anchored === undefined, 'outcome_mismatch', `${where} moves nothing`);
  for (const field of kPlainFields) {
    check(effect[field] === outcome[field], 'outcome_mismatch', `${where} has another ${field}: ${effect[field]}`);
  }
  check(equal(effect.ref, outcome.ref), 'outcome_mismatch', `${where} has another ref`);
  check(equal(effect.hold_key, outcome.hold_key), 'outcome_mismatch', `${where} has another hold key`);
}

// The ledger is past the movement's last moment, or shows the txn that failed or took its place, or is past the last moment of
// a txn: `is_over(ledger, time)`.
function prove_dead(block, leg, event, is_over) {
  check(block !== null, 'proof_missing', `no proof of block ${event.height} of ${leg.ledger}`);
  check(block.time === event.time, 'outcome_mismatch', `block ${event.height} of ${leg.ledger} has another time`);
  const has_last_moment = event.kind === 'hold' || event.kind === 'payment';
  const is_dead = !has_last_moment || event.time > leg.not_after || block.txns.size > 0 || is_over(leg.ledger, event.time);
  check(is_dead, 'proof_missing', `nothing shows the ${event.kind} of leg ${event.leg} to be dead`);
}

// The proofs that the log says were too large for it.
export class LeftOut {
  constructor() {
    this.blocks = new Set();
  }

  add({ ledger, height, block }) {
    this.blocks.add(block_name(ledger, height, block));
  }

  // Whether the block that the event cites is one of them.
  excuses(plan, event) {
    if (this.blocks.size === 0) return false;
    if (event.type === 'movement_dead') return this.blocks.has(block_name(plan.legs[event.leg].ledger, event.height, event.block));
    const { height, block } = event.outcome.position;
    return this.blocks.has(block_name(event.ledger, height, block));
  }
}

// Whether the event is proven, or needs no proof. A proof that is missing is refused unless the log has said so.
export function is_proven(plan, event, find, is_over, left_out) {
  try {
    prove_event(plan, event, find, is_over);
    return true;
  } catch (error) {
    if (error.code === 'proof_missing' && left_out.excuses(plan, event)) return false;
    throw error;
  }
}

// `find(ledger, height, block)` gives the proven block of that name, or null.
function prove_event(plan, event, find, is_over) {
  if (event.type === 'outcome_final') {
    const { height, block } = event.outcome.position;
    prove_outcome(find(event.ledger, height, block), event.ledger, event.outcome);
  } else if (event.type === 'movement_dead') {
    const leg = check_movement(plan, event);
    prove_dead(find(leg.ledger, event.height, event.block), leg, event, is_over);
  }
}
