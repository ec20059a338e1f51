// The rows of the table of section 9, told with events alone: h(leg), the phases after each, and what is refused.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refusal } from '../../../tools/verifier/bytes.mjs';
import { advance, start } from '../../../tools/verifier/machine.mjs';

const kTrade = Buffer.alloc(16, 1);
const kTag = Buffer.alloc(14, 2);
const kNoKey = Buffer.alloc(32);
const ref = (leg) => Buffer.concat([kTrade, Buffer.of(0, leg), kTag]);
const leg = (role, payer, payee) =>
  ({ role, placement: 'engine', ledger: 'l', asset: 'USD', amount: 5n, payer, payee, not_after: 9n, reclaim_after: 50n });
const kPayment = [leg('hold', 'alice', 'engine'), leg('pivot', 'engine', 'bob')];
const kPvp = [leg('hold', 'alice', 'engine'), leg('hold', 'bob', 'engine')];
const plan = (legs, returned = null) => ({ trade: kTrade, tag: kTag, legs: structuredClone(legs), returned });

const key = (i) => Buffer.alloc(32, 0x70 + i);
const outcome = (kind, i, change = {}) => {
  const legs = { ...kPayment };
  const { asset, amount, payer, payee } = change.of ?? legs[i] ?? kPayment[0];
  const base = { ref: ref(i), kind, ok: true, asset, amount, from: payer, to: payee, hold_key: kind === 'payment' ? kNoKey : key(i), reclaim_after: 50n };
  return { type: 'outcome_final', ledger: change.ledger ?? 'l', outcome: { ...base, ...change } };
};
const h = (i, change) => outcome('hold', i, change);
const p = (change) => outcome('payment', 1, change);
const rel = (i, change) => outcome('release', i, change);
const ref_ = (i, change) => outcome('refund', i, change);
const bob = { of: kPvp[1] };
const dead = (kind, i) => ({ type: 'movement_dead', kind, leg: i });
const refused = (kind, i) => ({ type: 'movement_refused', kind, leg: i });
const deadline = { type: 'prepare_deadline_passed' };
const cancel = { type: 'cancel_requested' };
const commit = { type: 'decided', decision: 'commit' };
const abort = { type: 'decided', decision: 'abort' };
const no = { ok: false };
const times = (count, event) => Array.from({ length: count }, () => event);

const kRows = [
  ['a payment settles by its proven payment', kPayment, [h(0), p(), rel(0)], 'settled'],
  ['releases before the decision is recorded settle with it', kPvp, [h(0), h(1, bob), rel(0), rel(1), commit], 'settled'],
  ['a PvP has no pivot', kPvp, [h(0), h(1, bob)], 'releasing'],
  ['a PvP settles when both legs are released', kPvp, [h(0), h(1, bob), commit, rel(1), rel(0)], 'settled'],
  ['a PvP with one release is not settled', kPvp, [h(0), h(1, bob), commit, rel(1), rel(1)], 'releasing'],
  ['a hold of another amount does not fit', kPayment, [h(0, { amount: 6n })], 'preparing'],
  ['a hold to another payee does not fit', kPayment, [h(0, { to: 'x' })], 'preparing'],
  ['a hold that can be reclaimed too early does not fit', kPayment, [h(0, { reclaim_after: 49n })], 'preparing'],
  ['a hold that can be reclaimed later fits', kPayment, [h(0, { reclaim_after: 51n })], 'deciding'],
  ['a hold without key changes nothing', kPayment, [h(0, { hold_key: kNoKey })], 'preparing'],
  ['a hold of another ledger concerns no leg', kPayment, [h(0, { ledger: 'm' })], 'preparing'],
  ['a hold of the pivot concerns no leg', kPayment, [h(1)], 'preparing'],
  ['a hold of another trade concerns no leg', kPayment, [h(0, { ref: Buffer.alloc(32) })], 'preparing'],
  ['a failed hold starts refunding', kPayment, [h(0, no)], 'refunding'],
  ["a failed hold of another's does not", kPayment, [h(0, { ok: false, from: 'mallory' })], 'preparing'],
  ['a failed hold after a good one does not', kPvp, [h(0), h(0, no)], 'preparing'],
  ['a failed hold alone is rejected', kPayment, [h(0, no), abort], 'rejected'],
  ['a release in preparing suspends', kPvp, [h(0), rel(0)], 'suspended'],
  ['a refund in preparing starts refunding', kPvp, [h(0), ref_(0)], 'refunding'],
  ['a refund in preparing has ended its leg', kPvp, [h(0), ref_(0), abort, dead('hold', 1)], 'refunded'],
  ['a payment in preparing suspends', kPayment, [p()], 'suspended'],
  ["another's payment in preparing changes nothing", kPayment, [p({ from: 'mallory' })], 'preparing'],
  ['a dead hold starts refunding', kPayment, [dead('hold', 0), abort], 'rejected'],
  ['a refused hold starts refunding', kPayment, [refused('hold', 0), abort], 'rejected'],
  ['a dead hold with a key changes nothing', kPvp, [h(0), dead('hold', 0)], 'preparing'],
  ['a dead release in preparing changes nothing', kPvp, [dead('release', 0)], 'preparing'],
  ['the deadline starts refunding', kPvp, [h(0), deadline, abort, ref_(0), dead('hold', 1)], 'refunded'],
  ['cancelling before any hold is rejected once they are dead', kPvp, [cancel, abort, dead('hold', 0), refused('hold', 1)], 'rejected'],
  ['a release in deciding suspends', kPayment, [h(0), rel(0)], 'suspended'],
  ['a refund in deciding suspends', kPayment, [h(0), ref_(0)], 'suspended'],
  ['a failed release in deciding changes nothing', kPayment, [h(0), rel(0, no)], 'deciding'],
  ['a failed payment starts refunding', kPayment, [h(0), p(no), abort, ref_(0)], 'refunded'],
  ["another's failed payment changes nothing", kPayment, [h(0), p({ ok: false, from: 'x' })], 'deciding'],
  ['a payment of another amount suspends', kPayment, [h(0), p({ amount: 4n })], 'suspended'],
  ['a dead payment starts refunding', kPayment, [h(0), dead('payment', 1)], 'refunding'],
  ['a refused payment starts refunding', kPayment, [h(0), cancel, refused('payment', 1)], 'refunding'],
  ['the deadline in deciding changes nothing', kPayment, [h(0), deadline], 'deciding'],
  ['cancelling in deciding is noted', kPayment, [h(0), cancel], 'deciding'],
  ['a refund in releasing suspends', kPayment, [h(0), p(), ref_(0)], 'suspended'],
  ['49 failed releases do not suspend', kPayment, [h(0), p(), ...times(49, rel(0, no))], 'releasing'],
  ['50 failed releases suspend', kPayment, [h(0), p(), ...times(49, rel(0, no)), dead('release', 0)], 'suspended'],
  ['failures before the decision is recorded do not count', kPvp, [h(0), h(1, bob), ...times(60, rel(0, no))], 'releasing'],
  ['a commit may be repeated', kPvp, [h(0), h(1, bob), commit, commit, rel(0), rel(1), commit], 'settled'],
  ['a commit behind the payment that decided changes nothing', kPayment, [h(0), p(), commit, rel(0), commit], 'settled'],
  ['an abort may be repeated', kPayment, [h(0, no), abort, abort], 'rejected'],
  ['a late hold is refunded too', kPvp, [cancel, abort, h(0), dead('hold', 1), ref_(0)], 'refunded'],
  ['a late hold with the key of another leg does not count', kPvp, [h(0), cancel, abort, h(1, { ...bob, hold_key: key(0) }), ref_(0)], 'refunding'],
  ['a late hold that fails is gone', kPvp, [cancel, abort, h(0, no), h(1, { ...bob, ok: false })], 'rejected'],
  ['50 failed refunds suspend', kPayment, [h(0), p(no), abort, ...times(50, refused('refund', 0))], 'suspended'],
  ['a release in refunding suspends', kPayment, [h(0), p(no), rel(0)], 'suspended'],
  ['a payment in refunding suspends', kPayment, [h(0), dead('payment', 1), p()], 'suspended'],
  ['a settled trade stays', kPayment, [h(0), p(), rel(0), ref_(0), p(), h(0), cancel, deadline], 'settled'],
  ['a suspended trade takes any decision', kPayment, [p(), commit, abort], 'suspended'],
  ['started changes nothing', kPayment, [{ type: 'started' }], 'preparing'],
  ['a commit in preparing is an error', kPayment, [commit], null],
  ['an abort in deciding is an error', kPayment, [h(0), abort], null],
  ['an abort in releasing is an error', kPayment, [h(0), p(), abort], null],
  ['a commit in refunding is an error', kPayment, [h(0), p(no), commit], null],
  ['an abort in settled is an error', kPayment, [h(0), p(), rel(0), abort], null],
  ['a dead hold of the pivot is an error', kPayment, [dead('hold', 1)], null],
  ['a refused payment of a hold leg is an error', kPayment, [refused('payment', 0)], null],
  ['a refused hold of no leg is an error', kPayment, [refused('hold', 2)], null],
];

for (const [name, legs, events, phase] of kRows) {
  test(name, () => {
    const state = start(plan(legs));
    const fold = () => events.forEach((event) => advance(state, event));
    if (phase === null) assert.throws(fold, (error) => error instanceof Refusal && error.code === 'invalid_transition');
    else fold();
    if (phase !== null) assert.equal(state.phase, phase);
  });
}

test('a return starts with the hold that it gives back', () => {
  const state = start(plan([kPayment[0]], { hold_key: key(5) }));
  assert.equal(state.phase, 'refunding');
  advance(state, abort);
  advance(state, ref_(0, { hold_key: key(5) }));
  assert.equal(state.phase, 'refunded');
});
