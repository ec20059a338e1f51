// Log directories: what is whole is verified, with every trade's phase; what is torn, damaged or untrue is refused.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { log_folder } from '../../../tools/verifier/files.mjs';
import { verify_log } from '../../../tools/verifier/log.mjs';
import { node_crypto } from '../../../tools/verifier/node_crypto.mjs';
import { read_trust } from '../../../tools/verifier/note.mjs';
import { state } from '../../../tools/verifier/statement.mjs';
import { head_text, Log, write_log } from './build.mjs';
import { cbor, sha256 } from './encode.mjs';
import { story_names, tell } from './stories.mjs';

const folder = mkdtempSync(join(tmpdir(), 'verifier-log-'));
after(() => rmSync(folder, { recursive: true }));
let directories = 0;
const fresh = () => join(folder, String(++directories));

const verify = (path, trust) => state(() => verify_log(log_folder(path), read_trust(trust, sha256), node_crypto));

for (const form of ['simulated', 'ethereum']) {
  for (const name of story_names) {
    test(`verifies the log of ${name} on ${form} ledgers, in one segment and in many`, async () => {
      const story = tell(name, form, {});
      for (const shape of [{}, { of_segment: 4, of_group: 1 }, { signed: 3 }, { signed: 0 }]) {
        const path = fresh();
        write_log(story.log, path, shape);
        const count = story.log.records.length;
        assert.deepEqual(await verify(path, story.log.trust()), {
          verdict: 'verified', kind: 'log', origin: story.log.origin, records: BigInt(count), unsigned: BigInt(count - (shape.signed ?? count)),
          trades: 1, unproven_trades: story.unproven === 0 ? 0 : 1, phases: { [story.phase]: 1 }, digest: sha256(Buffer.from(`${story.trade.toString('hex')} ${story.phase}\n`)).toString('hex'),
        });
      }
    });
  }
}

test('passes over comparisons of books and blocks, and reads them strictly', async () => {
  const balances = [['ACN', 1510, 1509], ['JUNK', 0, 0]];
  const block = Buffer.alloc(32, 7);
  for (const [fields, verdict] of [
    [['here', 9, block, balances], 'verified'],
    [['here', 9, block, []], 'verified'],
    [['here', 9, block, Array(257).fill(balances[0])], 'refused'],
    [['here', 9, block, [['ACN', 1510]]], 'refused'],
    [['here', 9, block, [['ACN', -1, 0]]], 'refused'],
    [['here', 9, block], 'refused'],
  ]) {
    const story = tell('a settled payment', 'simulated', {});
    story.log.add([11, 0, ...fields]);
    const path = fresh();
    write_log(story.log, path);
    assert.equal((await verify(path, story.log.trust())).verdict, verdict);
  }
});

async function expect_refused(code, path, trust) {
  const statement = await verify(path, trust);
  assert.equal(statement.verdict, 'refused');
  assert.equal(statement.code, code, statement.detail);
  assert.doesNotMatch(statement.detail, /not understood/);
}

const kFirst = '00000000000000000001.seg';
const edit = (path, name, change) => {
  const bytes = readFileSync(join(path, name));
  writeFileSync(join(path, name), change(bytes) ?? bytes);
};
const kDamage = {
  'no HEAD': ['log_corrupt', (path) => rmSync(join(path, 'HEAD'))],
  'no checkpoint': ['log_corrupt', (path) => rmSync(join(path, 'checkpoint'))],
  'no segments': ['log_corrupt', (path) => rmSync(join(path, kFirst))],
  'a segment under another name': ['log_corrupt', (path) => renameSync(join(path, kFirst), join(path, '00000000000000000002.seg'))],
  'a segment of another size': ['log_corrupt', (path) => edit(path, kFirst, (bytes) => Buffer.concat([bytes, Buffer.alloc(4096)]))],
  'a torn segment': ['log_corrupt', (path) => edit(path, kFirst, (bytes) => bytes.subarray(0, 8192))],
  'a flip in the header': ['log_corrupt', (path) => edit(path, kFirst, (bytes) => { bytes[200] ^= 1; })],
  "a flip in a group's head": ['log_corrupt', (path) => edit(path, kFirst, (bytes) => { bytes[4096 + 5] ^= 1; })],
  "another head after a group, with the group's check made anew": ['log_corrupt', (path) => edit(path, kFirst, (bytes) => {
    bytes[4096 + 24] ^= 1;
    sha256(bytes.subarray(4096, 4096 + 56)).copy(bytes, 4096 + 56, 0, 8);
  })],
  'a flip behind a payload': ['log_corrupt', (path) => edit(path, kFirst, (bytes) => { bytes[8191] ^= 1; })],
  'a flip behind the last group': ['log_corrupt', (path) => edit(path, kFirst, (bytes) => { bytes[bytes.length - 1] ^= 1; })],
  'a HEAD with a wrong check': ['log_corrupt', (path) => edit(path, 'HEAD', (bytes) => { bytes[bytes.length - 3] ^= 1; })],
  'a HEAD beyond the log': ['log_corrupt', (path, log) => { log.add([1, 0, 'x', log.records[0].fields[3], 0, 1]); writeFileSync(join(path, 'HEAD'), head_text(log, 1, log.records.length)); }],
  'a HEAD in a segment that is not there': ['log_corrupt', (path, log) => writeFileSync(join(path, 'HEAD'), head_text(log, 2, 2))],
  'a checkpoint of more records': ['root_mismatch', (path, log) => { log.add([1, 0, 'x', log.records[0].fields[3], 0, 1]); writeFileSync(join(path, 'checkpoint'), log.checkpoint()); }],
  'a checkpoint with another root': ['root_mismatch', (path, log) => writeFileSync(join(path, 'checkpoint'), log.checkpoint(3, log.text(4).replace('\n4\n', '\n3\n')))],
  'a signature that is wrong': ['signature_invalid', (path, log) => writeFileSync(join(path, 'checkpoint'), log.checkpoint(3).replace('\n3\n', '\n4\n'))],
  'a checkpoint that is no note': ['checkpoint_malformed', (path) => writeFileSync(join(path, 'checkpoint'), 'x\n')],
  'a checkpoint of another log': ['wrong_log_name', (path, log, other) => writeFileSync(join(path, 'checkpoint'), other.checkpoint(0))],
};
for (const [name, [code, damage]] of Object.entries(kDamage)) {
  test(`refuses ${name} with ${code}`, async () => {
    const story = tell('a settled payment', 'simulated', {});
    const other = new Log('shard-1');
    const path = fresh();
    write_log(story.log, path);
    damage(path, story.log, other);
    await expect_refused(code, path, story.log.trust() + other.trust());
  });
}

const kStories = {
  'a trade created twice': ['record_misplaced', (s) => s.log.add([2, 0, s.plan(), 'key', null, 0])],
  'an event of no trade': ['record_misplaced', (s) => s.log.add([3, 0, Buffer.alloc(16, 1), [1]])],
  'a proof of a ledger without description': ['record_misplaced', (s) => {
    const attachment = cbor([Buffer.alloc(1), [], []]);
    s.log.add([9, 0, 'nowhere', 1, Buffer.alloc(32), Buffer.alloc(32), sha256(attachment)], attachment);
  }],
  'a record that is none': ['malformed', (s) => s.log.add([11, 0])],
  'a txn_signed without attachment': ['log_corrupt', (s) => s.log.add([4, 0, 'here', Buffer.alloc(32), 'me', 1, 1, 0, Buffer.alloc(32)])],
  'an attachment with another hash': ['log_corrupt', (s) => s.log.add([4, 0, 'here', Buffer.alloc(32), 'me', 1, 1, 0, Buffer.alloc(32)], cbor([Buffer.alloc(1), []]))],
  'an attachment of another shape': ['malformed', (s) => {
    const attachment = cbor([Buffer.alloc(1), [[1]]]);
    s.log.add([4, 0, 'here', Buffer.alloc(32), 'me', 1, 1, 0, sha256(attachment)], attachment);
  }],
  'an attachment of a record that has none': ['log_corrupt', (s) => s.log.add([5, 0, 'here', Buffer.alloc(32)], cbor(null))],
  'an event of a block that is not the last proven': ['proof_missing', (s) => { s.cite('here', s.ledgers.here.pass().block); s.log.add(s.log.records.find(({ fields }) => fields[3]?.[0] === 2).fields); }],
};
for (const [name, [code, change]] of Object.entries(kStories)) {
  test(`refuses ${name} with ${code}`, async () => {
    const story = tell('a settled payment', 'simulated', {});
    change(story);
    const path = fresh();
    write_log(story.log, path);
    await expect_refused(code, path, story.log.trust());
  });
}

test('accepts a txn_signed with its movements', async () => {
  const story = tell('a settled payment', 'simulated', {});
  const movement = [story.ref(0), 0, 'USD', 1n << 200n, 'a', 'b', null, 1, 2, 0];
  const attachment = cbor([Buffer.alloc(100), [movement]]);
  story.log.add([4, -5, 'here', Buffer.alloc(32), Buffer.of(0xff), 1, 1, 0, sha256(attachment)], attachment);
  story.log.add([5, 0, 'here', Buffer.alloc(32)]);
  const path = fresh();
  write_log(story.log, path);
  assert.equal((await verify(path, story.log.trust())).verdict, 'verified');
});

test('refuses every flip of a byte of a log', async () => {
  const story = tell('a settled payment', 'simulated', {});
  const path = fresh();
  write_log(story.log, path);
  const copy = fresh();
  for (const name of [kFirst, 'HEAD', 'checkpoint']) {
    cpSync(path, copy, { recursive: true });
    const bytes = readFileSync(join(copy, name));
    for (let at = 0; at < bytes.length; at += bytes.length > 5_000 ? 97 : 1) {
      bytes[at] ^= 1 << (at % 8);
      writeFileSync(join(copy, name), bytes);
      const statement = await verify(copy, story.log.trust());
      assert.equal(statement.verdict, 'refused', `${name}, byte ${at}`);
      assert.doesNotMatch(statement.detail, /not understood/, `${name}, byte ${at}`);
      bytes[at] ^= 1 << (at % 8);
    }
  }
});
