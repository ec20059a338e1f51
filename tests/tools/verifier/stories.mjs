// Trades from start to end on two ledgers: a payment (a hold leg, then a pivot) or a PvP (two hold legs). Each story gives the
// log that tells it and the proofs that it cites; as a bundle, or as a directory's log with the proofs inside.
import { kTag, Log, outcome_fields, seal } from './build.mjs';
import { be, cbor, sha256 } from './encode.mjs';
import { Ethereum, Simulated } from './ledgers.mjs';

const kNever = (1n << 64n) - 1n;
const kKinds = ['hold', 'release', 'refund', 'payment'];
const kNow = 1_800_000_000_000n;
const kForms = { simulated: Simulated, ethereum: Ethereum };
export const kReclaim = 1_900_000_000n;

export class Story {
  constructor(form = 'simulated', scenario = 'payment', depth = 2) {
    this.ledgers = { here: new kForms[form]('here', depth), there: new kForms[form]('there', depth) };
    this.trade = sha256(Buffer.from(`${form} ${scenario}`)).subarray(0, 16);
    this.log = new Log();
    this.proofs = new Map();
    this.anchors = [];
    this.events = 0;
    this.unproven = 0;
    const leg = (role, ledger, amount, from, to) =>
      ({ role, ledger, asset: 'USD', amount, from: this.account(from), to: this.account(to), reclaim_after: role === 0 ? kReclaim : kNever });
    const legs = { payment: [leg(0, 'here', 1_000n, 1, 2), leg(1, 'there', 5_000n, 2, 3)], pvp: [leg(0, 'here', 7n, 1, 2), leg(0, 'there', 8n, 2, 1)] };
    this.legs = legs[scenario];
  }

  account = (number) => `0x${String(number).repeat(40)}`;
  ref = (leg) => Buffer.concat([this.trade, be(leg, 2), kTag]);

  plan(returned = null) {
    const legs = this.legs.map((leg) => [leg.role, 0, leg.ledger, leg.asset, leg.amount, leg.from, leg.to, 150n, leg.reclaim_after]);
    return [this.trade, kTag, 'story', 1, kNow, kNow + 60_000n, legs, ['standard', 1, 1, 0], returned];
  }

  begin(returned = null) {
    this.log.add([1, kNow, '1.0.0', kTag, 0, 1]);
    for (const ledger of Object.values(this.ledgers)) this.log.add([8, kNow, ...ledger.description()]);
    this.log.add([2, kNow, this.plan(returned), 'key', null, 0]);
    return this.event([1]);
  }

  event(fields) {
    this.log.add([3, kNow + 1n, this.trade, fields]);
    this.events++;
    if (this.leaves_out && fields[0] === 2) this.unproven++;
    return this;
  }

  // A proof that an event cites; its record stands before the event.
  cite(ledger, block) {
    const proof = this.ledgers[ledger].proof(block);
    if (this.leaves_out) return void this.log.add([12, kNow, ...proof.slice(0, 3), 2_000_000]);
    if (this.proofs.has(block.toString('hex'))) return;
    this.proofs.set(block.toString('hex'), proof);
    const attachment = cbor(proof.slice(3));
    const tip = this.ledgers[ledger].hash(proof[4].at(-1) ?? proof[3]);
    this.log.add([9, kNow, ...proof.slice(0, 3), tip, sha256(attachment)], attachment);
  }

  // From here on, proofs are too large for the log.
  without_proof() {
    this.leaves_out = true;
    return this;
  }

  land(kind, leg, change = {}) {
    const { ledger, asset, amount, from, to, reclaim_after } = this.legs[leg];
    const wanted = { kind, ref: this.ref(leg), asset, amount, from, to, hold_key: this.legs[leg].key ?? Buffer.alloc(32) };
    if (kind === 'hold') wanted.reclaim_after = reclaim_after;
    const outcome = this.ledgers[ledger].land({ ...wanted, ...change });
    if (kind === 'hold' && outcome.ok) this.legs[leg].key = outcome.hold_key;
    this.cite(ledger, outcome.position[1]);
    return this.event([2, ledger, outcome_fields(outcome)]);
  }

  dead(kind, leg) {
    const { ledger } = this.legs[leg];
    const { height, block, time } = this.ledgers[ledger].pass();
    this.cite(ledger, block);
    return this.event([3, leg, kKinds.indexOf(kind), height, block, time]);
  }

  refused = (kind, leg) => this.event([4, leg, kKinds.indexOf(kind), 'insufficient_funds', 'so the node says']);
  deadline = () => this.event([5]);
  cancel = () => this.event([6]);
  decide = (decision) => this.event([7, decision]);

  anchor() {
    const size = this.log.records.length;
    const text = this.log.text();
    const outcome = this.ledgers.here.land({ kind: 'anchor', ref: this.ref(0), digest: sha256(Buffer.from(text)) });
    this.cite('here', outcome.position[1]);
    const root = Buffer.from(text.split('\n')[2], 'base64');
    const index = this.log.add([10, kNow, 'here', size, root, outcome.position]);
    this.anchors.push({ note: this.log.checkpoint(size), size, index });
    return this;
  }

  parts() {
    const anchors = this.anchors.map(({ note, size, index }) => [note, this.log.consistency(size), index]);
    return ['clearspan bundle v1', this.trade, [this.log.part()], [...this.proofs.values()], anchors];
  }

  bundle = () => seal(this.parts());
}

const kCommit = 0;
const kAbort = 1;
const kStories = {
  'a settled payment': ['payment', 'settled', (s) => s.begin().land('hold', 0).land('payment', 1).decide(kCommit).land('release', 0)],
  'a settled PvP': ['pvp', 'settled', (s) => s.begin().land('hold', 0).land('hold', 1).decide(kCommit).land('release', 0).land('release', 1)],
  'a refunded payment': ['payment', 'refunded', (s) => s.begin().land('hold', 0).land('payment', 1, { ok: false, reason: 'TooLate' }).decide(kAbort).land('refund', 0)],
  'a refunded PvP': ['pvp', 'refunded', (s) => s.begin().land('hold', 0).deadline().decide(kAbort).land('refund', 0, { reclaimed: true }).dead('hold', 1)],
  'a rejected payment': ['payment', 'rejected', (s) => s.begin().land('hold', 0, { ok: false, reason: 'TooLate' }).decide(kAbort)],
  'a rejected PvP': ['pvp', 'rejected', (s) => s.begin().cancel().decide(kAbort).dead('hold', 0).dead('hold', 1)],
  'a payment with two unproven events': ['payment', 'settled', (s) => s.begin().land('hold', 0).without_proof().land('payment', 1).decide(kCommit).land('release', 0)],
  'an anchored payment': ['payment', 'settled', (s) => s.begin().land('hold', 0).anchor().land('payment', 1).decide(kCommit).land('release', 0)],
};

export const story_names = Object.keys(kStories);

export function tell(name, form, { depth = 2 } = {}) {
  const [scenario, phase, steps] = kStories[name];
  const story = new Story(form, scenario, depth);
  steps(story);
  story.phase = phase;
  return story;
}
