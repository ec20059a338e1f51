// Bundles: stories on both forms of ledgers are verified, and everything that is wrong with one is refused by its code.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verify_bundle } from '../../../tools/verifier/bundle.mjs';
import { open } from '../../../tools/verifier/cbor.mjs';
import { portable_crypto } from '../../../tools/verifier/crypto.mjs';
import { node_crypto } from '../../../tools/verifier/node_crypto.mjs';
import { read_trust } from '../../../tools/verifier/note.mjs';
import { state } from '../../../tools/verifier/statement.mjs';
import { checksummed, Key, Log, seal } from './build.mjs';
import { cbor, Raw } from './encode.mjs';
import { story_names, tell } from './stories.mjs';

const verify = (bytes, trust, crypto = node_crypto) =>
  state(() => verify_bundle(bytes, read_trust(trust, node_crypto.sha256), crypto));

for (const form of ['simulated', 'ethereum']) {
  for (const name of story_names) {
    test(`verifies ${name} on ${form} ledgers`, async () => {
      const story = tell(name, form);
      const bytes = story.bundle();
      const expected = {
        verdict: story.unproven === 0 ? 'verified' : 'unproven', kind: 'bundle', trade: story.trade.toString('hex'),
        phase: story.phase, events: story.events, unproven: story.unproven,
        proofs: story.proofs.size, checkpoint_size: BigInt(story.log.records.length), witnesses: 1, anchors: story.anchors.length,
      };
      assert.deepEqual(await verify(bytes, story.log.trust()), expected);
      assert.deepEqual(await verify(bytes, story.log.trust(), portable_crypto), expected);
    });
  }
}

async function expect_refused(code, bytes, trust) {
  const statement = await verify(bytes, trust);
  assert.equal(statement.verdict, 'refused');
  assert.equal(statement.code, code, statement.detail);
  assert.doesNotMatch(statement.detail, /not understood/);
}

// What one change to the parts of a settled payment makes of it. [code, change(parts, story)]; a change gives other parts, or
// changes these.
const kLog = 2;
const kProofs = 3;
const kAnchors = 4;
const other_log = (story, fields) => {
  const log = new Log('shard-1');
  log.witnesses = story.log.witnesses;
  story.log.others.push(log.key);
  log.add(fields);
  return log.part([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
};
const signed = (story, change) => {
  const { log } = story;
  const text = change(log.text());
  return `${text}\n${log.key.signature_line(text)}`;
};
const kRefusals = {
  'another magic': ['malformed', (parts) => { parts[0] = 'clearspan bundle v2'; }],
  'a part too few': ['malformed', (parts) => parts.slice(0, 4)],
  'a short trade id': ['malformed', (parts) => { parts[1] = parts[1].subarray(1); }],
  'a text in place of a number': ['malformed', (parts) => { parts[kProofs][0][1] = 'x'; }],
  'no log': ['record_misplaced', (parts) => { parts[kLog] = []; }],
  'a checkpoint without empty line': ['checkpoint_malformed', (parts) => { parts[kLog][0][0] = parts[kLog][0][0].replace('\n\n', '\n'); }],
  'a fourth line of text': ['checkpoint_malformed', (parts) => { parts[kLog][0][0] = parts[kLog][0][0].replace('\n\n', '\nmore\n\n'); }],
  'a tree size with a leading zero': ['checkpoint_malformed', (parts, s) => { parts[kLog][0][0] = signed(s, (text) => text.replace(/\n(\d+)\n/, '\n0$1\n')); }],
  'base64 with bits left over': ['checkpoint_malformed', (parts, s) => { parts[kLog][0][0] = signed(s, (text) => `${text.slice(0, -3)}B=\n`); }],
  'a signature twice': ['checkpoint_malformed', (parts, s) => { const [note] = parts[kLog][0]; parts[kLog][0][0] = `${note}${s.log.witnesses[0].signature_line(s.log.text())}`; }],
  'a signature of a stranger': ['untrusted_key', (parts, s) => { parts[kLog][0][0] += new Key('stranger', 4).signature_line(s.log.text()); }],
  'a witness in front': ['untrusted_key', (parts, s) => { const text = s.log.text(); parts[kLog][0][0] = `${text}\n${s.log.witnesses[0].signature_line(text)}`; }],
  'another origin': ['wrong_log_name', (parts, s) => { parts[kLog][0][0] = signed(s, (text) => text.replace('shard-0', 'shard-1')); }],
  'a signature of another text': ['signature_invalid', (parts) => { parts[kLog][0][0] = parts[kLog][0][0].replace(/\n(\d+)\n/, '\n1$1\n'); }],
  'a cosignature of another time': ['signature_invalid', (parts, s) => {
    const text = s.log.text();
    const line = s.log.witnesses[0].signature_line(text);
    const [dash, name, content] = line.trim().split(' ');
    const bytes = Buffer.from(content, 'base64');
    bytes[11] ^= 1;
    parts[kLog][0][0] = `${text}\n${s.log.key.signature_line(text)}${dash} ${name} ${bytes.toString('base64')}\n`;
  }],
  'a cosignature of a time of 2^63': ['signature_invalid', (parts, s) => {
    const text = s.log.text();
    parts[kLog][0][0] = `${text}\n${s.log.key.signature_line(text)}${s.log.witnesses[0].signature_line(text, 1n << 63n)}`;
  }],
  'an index beyond the tree': ['index_beyond_tree', (parts) => { parts[kLog][0][1].at(-1)[0] = 1_000n; }],
  'an index beyond 2^53': ['index_beyond_tree', (parts) => { parts[kLog][0][1].at(-1)[0] = (1n << 64n) - 1n; }],
  'entries out of order': ['record_misplaced', (parts) => { parts[kLog][0][1].reverse(); }],
  'another entry': ['inclusion_invalid', (parts) => { parts[kLog][0][1][2][1] = Buffer.concat([parts[kLog][0][1][2][1], Buffer.of(0)]); }],
  'a node too many in a proof': ['inclusion_invalid', (parts) => { parts[kLog][0][1][0][2].push(Buffer.alloc(32)); }],
  'a node too few in a proof': ['inclusion_invalid', (parts) => { parts[kLog][0][1][0][2].pop(); }],
  'an event left out of its proof': ['proof_invalid', (parts) => { parts[kLog][0][1].pop(); }],
  'no description': ['record_misplaced', (parts) => { parts[kLog][0][1].shift(); }],
  'no creation': ['record_misplaced', (parts) => { parts[kLog][0][1].splice(2, 1); }],
  'another trade': ['record_misplaced', (parts) => { parts[1] = Buffer.alloc(16, 1); }],
  'an event in another log': ['record_misplaced', (parts, s) => { parts[kLog].push(other_log(s, [3, 0, s.trade, [1]])); }],
  'the same log twice': ['wrong_log_name', (parts) => { parts[kLog].push(parts[kLog][0]); }],
  'an engine_started': ['record_misplaced', (parts, s) => { parts[kLog][0] = s.log.part([1, 2, 3, 8, 9, 10]); }],
  'a proof that nothing cites': ['proof_invalid', (parts, s) => { const { block } = s.ledgers.here.pass(); parts[kProofs].push(s.ledgers.here.proof(block)); }],
  'a proof twice': ['proof_invalid', (parts) => { parts[kProofs].push(parts[kProofs][0]); }],
  'no proof of a block': ['record_misplaced', (parts) => { parts[kProofs].pop(); }],
  'no record of a proof': ['record_misplaced', (parts, s) => { parts[kLog][0] = s.log.part([2, 3, 8, 10]); }],
  'a proof that ends in another block': ['proof_invalid', (parts, s) => { parts[kProofs][0][4][1] = s.ledgers.here.header(203n, s.ledgers.here.empty()); }],
  'no proof of a txn': ['proof_missing', (parts) => { parts[kProofs][0][5] = []; }],
  'a txn proof twice': ['proof_invalid', (parts) => { parts[kProofs][0][5].push(parts[kProofs][0][5][0]); }],
  'another header': ['proof_invalid', (parts) => { parts[kProofs][0][3] = parts[kProofs][1][3]; }],
  'a descendant too few': ['proof_invalid', (parts) => { parts[kProofs][0][4].pop(); }],
  'a descendant too many': ['proof_invalid', (parts, s) => { const all = parts[kProofs][0][4]; all.push(s.ledgers.here.header(0n, s.ledgers.here.empty())); }],
  'descendants out of order': ['proof_invalid', (parts) => { parts[kProofs][0][4].reverse(); }],
  'an anchor of no record': ['record_misplaced', (parts) => { parts[kAnchors][0][2] = 3; }],
  'an anchor of another checkpoint': ['outcome_mismatch', (parts, s) => { parts[kAnchors][0][0] = s.log.checkpoint(3); }],
  'an anchor of another history': ['consistency_invalid', (parts) => { parts[kAnchors][0][1].push(Buffer.alloc(32)); }],
  'an anchor of another log': ['wrong_log_name', (parts, s) => { parts[kAnchors][0][0] = signed(s, (text) => text.replace('shard-0', 'shard-1')); }],
};

for (const form of ['simulated', 'ethereum']) {
  for (const [name, [code, change]] of Object.entries(kRefusals)) {
    test(`refuses ${name} on ${form} ledgers with ${code}`, async () => {
      const story = tell('an anchored payment', form);
      const parts = story.parts();
      await expect_refused(code, seal(change(parts, story) ?? parts), story.log.trust());
    });
  }
}

test('refuses what is no CBOR of the subset, each by its code', async () => {
  const story = tell('a settled payment', 'simulated');
  const bytes = story.bundle();
  const trust = story.log.trust();
  const last = (kind) => cbor([...story.parts(), kind]);
  await expect_refused('truncated', bytes.subarray(0, 1_000), trust);
  await expect_refused('truncated', Buffer.alloc(0), trust);
  await expect_refused('leftover_bytes', Buffer.concat([bytes, Buffer.of(0)]), trust);
  await expect_refused('too_large', Buffer.alloc(1_048_577), trust);
  await expect_refused('too_deep', Buffer.concat([Buffer.alloc(17, 0x81), Buffer.of(0)]), trust);
  await expect_refused('too_deep', Buffer.alloc(1_000_000, 0x81), trust);
  const others = ['1800', '190018', 'a0', 'f97e00', 'c340', 'c24100', 'c249000000000000000001', '9fff', 'f7', 'f820', '61ff', '1c', 'c1', 'ff'];
  for (const digits of others) {
    await expect_refused('not_canonical', last(new Raw(Buffer.from(digits, 'hex'))), trust);
  }
  await expect_refused('truncated', Buffer.from('9bffffffffffffffff', 'hex'), trust);
  await expect_refused('truncated', Buffer.from('5bffffffffffffffff', 'hex'), trust);
  const parts = story.parts();
  parts[0] = Buffer.from(parts[0]);
  await expect_refused('not_canonical', seal(parts), trust);
});

test('refuses a node too many or too few in a trie proof', async () => {
  for (const change of [(nodes) => nodes.push(nodes.at(-1)), (nodes) => nodes.pop(), (nodes) => nodes.reverse()]) {
    const story = tell('a settled payment', 'ethereum');
    const parts = story.parts();
    const reader = open(parts[3][0][5][0][1], 1 << 20, 'a txn proof');
    reader.tuple(2);
    const lists = [0, 1].map(() => reader.list((each) => each.any_bytes()));
    change(lists[1]);
    parts[3][0][5][0][1] = cbor(lists);
    await expect_refused('proof_invalid', seal(parts), story.log.trust());
  }
});

test('refuses a checksum of other bytes', async () => {
  const story = tell('a settled payment', 'simulated');
  const bytes = story.bundle();
  bytes[bytes.length - 1] ^= 1;
  await expect_refused('checksum_mismatch', bytes, story.log.trust());
});

// A log whose owner lies: everything is signed, but the ledger shows something else.
const kLies = {
  'another amount': ['outcome_mismatch', (outcome) => { outcome[5] += 1n; }],
  'another asset': ['outcome_mismatch', (outcome) => { outcome[4] = 'EUR'; }],
  'another payee': ['outcome_mismatch', (outcome) => { outcome[7] = `${outcome[7].slice(0, -1)}f`; }],
  'success': ['outcome_mismatch', (outcome) => { outcome[2] = !outcome[2]; }],
  'another hold key': ['outcome_mismatch', (outcome) => { outcome[8] = Buffer.alloc(32, 5); }],
  'another ref': ['outcome_mismatch', (outcome) => { outcome[0] = Buffer.alloc(32, 5); }],
  'another kind': ['outcome_mismatch', (outcome) => { outcome[1] = 3; }],
  'another moment of reclaim': ['outcome_mismatch', (outcome) => { outcome[9] += 1n; }],
  'reclaimed': ['outcome_mismatch', (outcome) => { outcome[3] = true; }],
  'a reason': ['outcome_mismatch', (outcome) => { outcome[11] = 'TooLate'; }],
  'another txn': ['outcome_mismatch', (outcome) => { outcome[10][2] = Buffer.alloc(32, 5); }],
  'another effect': ['outcome_mismatch', (outcome) => { outcome[10][4] = 7; }],
  'another txn index': ['proof_missing', (outcome) => { outcome[10][3] += 1; }],
  'another height': ['proof_missing', (outcome) => { outcome[10][0] += 1n; }],
  'zero bytes for no key': ['not_canonical', (outcome) => { outcome[8] = Buffer.alloc(32); }],
  'a kind that does not exist': ['malformed', (outcome) => { outcome[1] = 4; }],
  'an amount beyond 2^256': ['malformed', (outcome) => { outcome[5] = 1n << 256n; }],
};
for (const form of ['simulated', 'ethereum']) {
  for (const [name, [code, lie]] of Object.entries(kLies)) {
    test(`refuses an outcome with ${name} that a ${form} ledger does not show`, async () => {
      const story = tell('a settled payment', form);
      const told = story.log.records.map(({ fields }) => fields);
      lie(told.find((fields) => fields[0] === 3 && fields[3][0] === 2)[3][2]);
      story.log.records = [];
      for (const fields of told) story.log.add(fields);
      await expect_refused(code, story.bundle(), story.log.trust());
    });
  }
}

test('refuses a movement said to be dead while it may land, and one of a leg that is not there', async () => {
  const early = tell('a rejected PvP', 'simulated');
  early.log.records = [];
  early.proofs.clear();
  for (const leg of early.legs) leg.reclaim_after = 0n;
  early.ledgers.here.height = 10n;
  early.begin().dead('hold', 0);
  await expect_refused('proof_missing', early.bundle(), early.log.trust());

  const absent = tell('a settled payment', 'simulated');
  await expect_refused('invalid_transition', absent.refused('hold', 5).bundle(), absent.log.trust());
  const abort = tell('a settled payment', 'simulated');
  await expect_refused('invalid_transition', abort.decide(1).bundle(), abort.log.trust());
});

// A campaign in small: no flip of a bit may be verified, with the checksum as it was and with it made anew.
function random_of(seed) {
  let word = seed;
  return (end) => {
    word ^= word << 13;
    word ^= word >>> 17;
    word ^= word << 5;
    return (word >>> 0) % end;
  };
}

for (const form of ['simulated', 'ethereum']) {
  test(`refuses every random flip of a bit of a bundle of ${form} ledgers`, async () => {
    const story = tell('an anchored payment', form);
    const trust = read_trust(story.log.trust(), node_crypto.sha256);
    const bytes = story.bundle();
    const seed = 20_251;
    const random = random_of(seed);
    const codes = new Map();
    for (let i = 0; i < 2_000; i++) {
      const at = random(bytes.length - 32);
      const tampered = Buffer.from(bytes);
      tampered[at] ^= 1 << random(8);
      for (const each of [tampered, checksummed(tampered)]) {
        const statement = await state(() => verify_bundle(each, trust, node_crypto));
        assert.equal(statement.verdict, 'refused', `seed ${seed}, flip ${i} at ${at}`);
        assert.doesNotMatch(statement.detail, /not understood/, `seed ${seed}, flip ${i} at ${at}: ${statement.detail}`);
        codes.set(statement.code, (codes.get(statement.code) ?? 0) + 1);
      }
    }
    assert.ok(codes.size > 5, [...codes].join(' '));
  });
}

test('gives a statement for any bytes', async () => {
  const random = random_of(99);
  const trust = tell('a settled payment', 'simulated').log.trust();
  for (let i = 0; i < 3_000; i++) {
    const bytes = Buffer.from(Array.from({ length: random(200) }, () => random(256)));
    const statement = await verify(bytes, trust);
    assert.equal(statement.verdict, 'refused');
    assert.doesNotMatch(statement.detail, /not understood/);
  }
});
