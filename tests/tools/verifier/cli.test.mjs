// The command: exit status and statements, one by one, in a batch and on a stream.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { write_log } from './build.mjs';
import { be } from './encode.mjs';
import { tell } from './stories.mjs';

const program = fileURLToPath(new URL('../../../tools/verifier/verify.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'verifier-cli-'));
after(() => rmSync(folder, { recursive: true }));

const story = tell('a settled payment', 'ethereum');
const good = story.bundle();
const bad = Buffer.from(good);
bad[bad.length >> 1] ^= 1;
const paths = Object.fromEntries(['good', 'bad', 'keys', 'log', 'absent'].map((name) => [name, join(folder, name)]));
writeFileSync(paths.good, good);
writeFileSync(paths.bad, bad);
writeFileSync(paths.keys, story.log.trust());
write_log(story.log, paths.log);

function run(words, input = '') {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], { input, maxBuffer: 1 << 28 });
  const lines = stdout.toString().split('\n').slice(0, -1).map((line) => JSON.parse(line));
  return { status, lines, stderr: stderr.toString() };
}

test('says 0 for a bundle and a log that are verified', () => {
  const bundle = run([paths.good, '--trust', paths.keys]);
  assert.deepEqual([bundle.status, bundle.lines[0].verdict, bundle.lines[0].phase, bundle.stderr], [0, 'verified', 'settled', '']);
  const log = run(['--trust', paths.keys, paths.log]);
  assert.deepEqual([log.status, log.lines[0].kind, log.lines[0].phases], [0, 'log', { settled: 1 }]);
});

test('says 1 for what is refused', () => {
  const { status, lines } = run([paths.bad, '--trust', paths.keys]);
  assert.deepEqual([status, lines[0].verdict], [1, 'refused']);
});

test('says 2 for a file that cannot be read and for a wrong call', () => {
  writeFileSync(join(folder, 'no-keys'), 'log x\n');
  const calls = [[paths.absent, '--trust', paths.keys], [paths.good], [paths.good, '--trust'], ['--trust', paths.keys], [paths.good, '--trust', paths.absent],
    ['--what', '--trust', paths.keys], [paths.good, '--trust', join(folder, 'no-keys')]];
  for (const words of calls) {
    const { status, lines, stderr } = run(words);
    assert.deepEqual([status, lines.length], [2, 0], words.join(' '));
    assert.match(stderr, /^.+\n$/, words.join(' '));
  }
});

test('a batch has one line for each path', () => {
  const { status, lines } = run(['--batch', '--trust', paths.keys], [paths.good, paths.bad, paths.log, paths.good, ''].join('\n'));
  assert.deepEqual([status, ...lines.map(({ verdict }) => verdict)], [1, 'verified', 'refused', 'verified', 'verified']);
  const absent = run(['--batch', '--trust', paths.keys], `${paths.absent}\n`);
  assert.deepEqual([absent.status, absent.lines[0].verdict], [2, 'unreadable']);
});

const frame = (bytes) => Buffer.concat([be(bytes.length, 4), bytes]);

test('a stream has one line for each frame, also for those beyond the limit', () => {
  const input = Buffer.concat([frame(good), frame(bad), frame(Buffer.alloc(3_000_000)), frame(Buffer.alloc(0)), frame(good)]);
  const { status, lines } = run(['--stream', '--trust', paths.keys], input);
  assert.deepEqual([status, lines.length, lines[0].verdict, lines[1].verdict, lines[2].code, lines[3].code, lines[4].verdict],
    [1, 5, 'verified', 'refused', 'too_large', 'truncated', 'verified']);
  const many = run(['--stream', '--trust', paths.keys], Buffer.concat(Array.from({ length: 300 }, () => frame(good))));
  assert.deepEqual([many.status, many.lines.length], [0, 300]);
  assert.equal(run(['--stream', '--trust', paths.keys], frame(good).subarray(0, 100)).status, 2);
  assert.equal(run(['--stream', '--trust', paths.keys]).status, 0);
});
