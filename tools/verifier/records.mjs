// Records and the values in them (sections 2 and 3), decoded to plain objects: uints, amounts and times are BigInts,
// smaller numbers are numbers, bytes are Uint8Arrays, texts strings, and a `bytes32?` that is null is 32 zero bytes.
import { open } from './cbor.mjs';

export const kRecordBytesMax = 65_503;
export const kAttachmentBytesMax = 1 << 20;
const kLegsMax = 16;
const kAssetsMax = 1024;
const kHeldBalancesMax = 256;
const kProofItemsMax = 16_384; // headers and txn proofs have 64 bytes at least, and what holds them 2^20 at most
const kUint16Max = 0xffff;
const kUint32Max = 0xffff_ffff;

export const kKinds = ['hold', 'release', 'refund', 'payment'];
export const kPhases = ['preparing', 'deciding', 'releasing', 'refunding', 'settled', 'refunded', 'rejected', 'suspended'];
const kRoles = ['hold', 'pivot'];
const kPlacements = ['engine', 'payer'];
const kDecisions = ['commit', 'abort'];
const kReturnReasonMax = 6;

const one_of = (r, names) => names[r.small(names.length - 1)];
const optional = (r, read) => (r.is_null() ? null : read(r));

// Fields are read in the order in which they are written here, which JavaScript guarantees for an object literal.
const read_position = (r) => (
  r.tuple(5),
  { height: r.uint(), block: r.fixed(32), txn: r.fixed(32), txn_index: r.small(kUint32Max), effect: r.small(kUint32Max) }
);

const read_movement = (r) => (
  r.tuple(10),
  {
    ref: r.fixed(32), kind: one_of(r, kKinds), asset: r.text(), amount: r.amount(), from: r.text(), to: r.text(),
    hold_key: r.fixed_or_zero(32), not_after: r.uint(), reclaim_after: r.uint(), attempt: r.small(255),
  }
);

const read_outcome = (r) => (
  r.tuple(12),
  {
    ref: r.fixed(32), kind: one_of(r, kKinds), ok: r.bool(), reclaimed: r.bool(), asset: r.text(), amount: r.amount(),
    from: r.text(), to: r.text(), hold_key: r.fixed_or_zero(32), reclaim_after: r.uint(), position: read_position(r),
    reason: r.text(),
  }
);

const read_leg = (r) => (
  r.tuple(9),
  {
    role: one_of(r, kRoles), placement: one_of(r, kPlacements), ledger: r.text(), asset: r.text(), amount: r.amount(),
    payer: r.text(), payee: r.text(), not_after: r.uint(), reclaim_after: r.uint(),
  }
);

const read_payment_terms = (r) => (
  r.tuple(4),
  { profile: r.text(), rate_numerator: r.uint(), rate_denominator: r.uint(), fee: r.amount() }
);

const read_return_terms = (r) => (
  r.tuple(3),
  { reason: r.small(kReturnReasonMax), intended_trade: r.fixed(16), hold_key: r.fixed(32) }
);

function read_plan(r) {
  r.tuple(9);
  const plan = {
    trade: r.fixed(16), tag: r.fixed(14), scenario: r.text(), version: r.small(kUint16Max), created: r.time(),
    prepare_until: r.time(), legs: r.list(read_leg, kLegsMax), payment: optional(r, read_payment_terms),
    returned: optional(r, read_return_terms),
  };
  if (plan.returned && (plan.legs.length !== 1 || plan.legs[0].role !== 'hold')) r.wrong('a return of one hold leg');
  return plan;
}

// Number, fields after it, how to read them.
const kEvents = new Map([
  [1, ['started', 0, () => ({})]],
  [2, ['outcome_final', 2, (r) => ({ ledger: r.text(), outcome: read_outcome(r) })]],
  [3, ['movement_dead', 5, (r) => ({
    leg: r.small(kUint16Max), kind: one_of(r, kKinds), height: r.uint(), block: r.fixed(32), time: r.uint(),
  })]],
  [4, ['movement_refused', 4, (r) => ({
    leg: r.small(kUint16Max), kind: one_of(r, kKinds), error: r.text(), detail: r.text(),
  })]],
  [5, ['prepare_deadline_passed', 0, () => ({})]],
  [6, ['cancel_requested', 0, () => ({})]],
  [7, ['decided', 1, (r) => ({ decision: one_of(r, kDecisions) })]],
]);

function read_event(r) {
  const size = r.array();
  if (size === 0) r.wrong('an event');
  const known = kEvents.get(r.small(kUint32Max));
  if (!known || known[1] !== size - 1) r.wrong('an event of a known number and size');
  return { type: known[0], ...known[2](r) };
}

const read_asset = (r) => (r.tuple(3), { id: r.text(), scale: r.small(255), token: r.any_bytes() });

function read_description(r) {
  const description = {
    ledger: r.text(), kind: r.text(), network: r.text(), escrow: r.text(), clock: r.small(1), depth: r.small(kUint32Max),
    assets: r.list(read_asset, kAssetsMax),
  };
  const { kind, network, escrow, assets } = description;
  if (kind !== 'ethereum' && kind !== 'simulated') r.wrong('a ledger of a known kind');
  if (!/^[0-9]*$/.test(network)) r.wrong('a network in decimal digits');
  if (!/^(0x[0-9a-f]{40})?$/.test(escrow)) r.wrong("an escrow's address");
  if (assets.some(({ token }) => token.length !== 0 && token.length !== 20)) r.wrong("a token's address");
  return description;
}

const read_held_balance = (r) => (r.tuple(3), { asset: r.text(), expected: r.amount(), found: r.amount() });

// A field that is left out when it is 0.
function read_last(r, is_there) {
  const value = is_there ? r.small(kUint16Max) : 0;
  if (is_there && value === 0) r.wrong('a field that is left out when it is 0');
  return value;
}

// Number, fields after number and time, how to read them, whether one more may follow.
const kRecords = new Map([
  [1, ['engine_started', 4, (r, is_longer) => ({
    version: r.text(), tag: r.fixed(14), shard: r.small(kUint16Max), shards: r.small(kUint16Max),
    further_shards: read_last(r, is_longer),
  }), true]],
  [2, ['trade_created', 4, (r) => ({
    plan: read_plan(r), idempotency_key: r.text(), request_digest: r.fixed_or_zero(32), item: r.small(kUint32Max),
  })]],
  [3, ['trade_event', 2, (r) => ({ trade: r.fixed(16), event: read_event(r) })]],
  [4, ['txn_signed', 7, (r) => ({
    ledger: r.text(), txn: r.fixed(32), signer: r.text(), sequence: r.uint(), not_after: r.uint(),
    fee_step: r.small(kUint32Max), digest: r.fixed(32),
  })]],
  [5, ['txn_closed', 2, (r) => ({ ledger: r.text(), txn: r.fixed(32) })]],
  [6, ['view_advanced', 4, (r, is_longer) => ({
    ledger: r.text(), height: r.uint(), block: r.fixed(32), time: r.uint(), shard: read_last(r, is_longer),
  }), true]],
  [7, ['ledger_frozen', 4, (r) => ({ ledger: r.text(), height: r.uint(), expected: r.fixed(32), found: r.fixed(32) })]],
  [8, ['ledger_described', 7, read_description]],
  [9, ['ledger_proof', 5, (r) => ({
    ledger: r.text(), height: r.uint(), block: r.fixed(32), tip: r.fixed(32), digest: r.fixed(32),
  })]],
  [10, ['anchored', 4, (r) => ({ ledger: r.text(), size: r.uint(), root: r.fixed(32), position: read_position(r) })]],
  [11, ['holdings_checked', 4, (r) => ({
    ledger: r.text(), height: r.uint(), block: r.fixed(32), balances: r.list(read_held_balance, kHeldBalancesMax),
  })]],
  [12, ['proof_left_out', 4, (r) => ({ ledger: r.text(), height: r.uint(), block: r.fixed(32), bytes: r.uint() })]],
]);

export function read_record(bytes) {
  const r = open(bytes, kRecordBytesMax, 'a record');
  const size = r.array();
  if (size < 2) r.wrong('a record');
  const known = kRecords.get(r.small(kUint32Max));
  const [type, fields, read, may_be_longer] = known ?? r.wrong('a record of a known number');
  const is_longer = may_be_longer === true && size - 2 === fields + 1;
  if (size - 2 !== fields && !is_longer) r.wrong('a record of its size');
  const at = r.time();
  return { type, at, ...read(r, is_longer) };
}

export const has_attachment = (record) => record.type === 'txn_signed' || record.type === 'ledger_proof';

const read_txn_proof = (r) => (r.tuple(2), { index: r.small(kUint32Max), proof: r.any_bytes() });

// The last three fields of a bundle's proof and the whole of a ledger_proof's attachment.
export function read_proof_parts(r) {
  return {
    header: r.any_bytes(),
    descendants: r.list((each) => each.any_bytes(), kProofItemsMax),
    txns: r.list(read_txn_proof, kProofItemsMax),
  };
}

// Checks what is attached to a txn_signed record, or gives the proof that a ledger_proof record stands for.
export function read_attachment(record, bytes) {
  const r = open(bytes, kAttachmentBytesMax, 'an attachment');
  if (record.type === 'ledger_proof') {
    r.tuple(3);
    return { ledger: record.ledger, height: record.height, block: record.block, tip: record.tip, ...read_proof_parts(r) };
  }
  r.tuple(2);
  r.any_bytes();
  r.list(read_movement);
  return null;
}
