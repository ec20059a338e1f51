#!/usr/bin/env node
// Verifies evidence (docs/evidence-format.md) with nothing of the engine: it is written from that page alone, and needs
// only Node 18 and this folder.
//
//   node tools/verifier/verify.mjs FILE_OR_DIRECTORY --trust KEYS    a bundle, or the directory of a log
//   node tools/verifier/verify.mjs --batch --trust KEYS              paths on standard input, one a line
//   node tools/verifier/verify.mjs --stream --trust KEYS             bundles on standard input, each behind its size
//                                                                    (4 bytes, big-endian)
//
// It prints one statement of section 11 for each, on a line of its own, and exits with 0 when all are verified, 1 when one
// is refused or unproven, and 2 when a file cannot be read or the call is wrong. A file of a batch that cannot be read has the line
// {"verdict":"unreadable","detail":TEXT}.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { kBundleBytesMax, verify_bundle } from './bundle.mjs';
import { is_directory, log_folder, read_some } from './files.mjs';
import { frames } from './frames.mjs';
import { verify_log } from './log.mjs';
import { node_crypto } from './node_crypto.mjs';
import { read_trust } from './note.mjs';
import { line_of, state } from './statement.mjs';

const kUsage = 'usage: verify.mjs (FILE_OR_DIRECTORY | --batch | --stream) --trust KEYS';
const kVerified = 0;
const kRefused = 1;
const kUnreadable = 2;

function read_arguments(words) {
  const at = words.indexOf('--trust');
  if (at < 0 || words.length !== 3 || words[at + 1] === undefined) return null;
  const [what] = words.filter((_, i) => i !== at && i !== at + 1);
  return { what, keys: words[at + 1] };
}

const verify_path = (path, trust) =>
  state(() =>
    is_directory(path)
      ? verify_log(log_folder(path), trust, node_crypto)
      : verify_bundle(read_some(path, kBundleBytesMax), trust, node_crypto),
  );

async function* path_statements(trust) {
  for await (const path of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    if (path === '') continue;
    try {
      yield await verify_path(path, trust);
    } catch (error) {
      yield { verdict: 'unreadable', detail: error.message };
    }
  }
}

async function* frame_statements(trust) {
  for await (const bytes of frames(process.stdin, kBundleBytesMax)) {
    yield await state(() => verify_bundle(bytes, trust, node_crypto));
  }
}

const print = (text) => new Promise((done) => process.stdout.write(text, done));

// Statements are written in larger pieces, each waited for, so that a slow reader holds up the verifier and not its memory.
async function print_all(statements) {
  const exits = { verified: kVerified, unproven: kRefused, refused: kRefused, unreadable: kUnreadable };
  let exit = kVerified;
  let waiting = '';
  for await (const statement of statements) {
    exit = Math.max(exit, exits[statement.verdict]);
    waiting += `${line_of(statement)}\n`;
    if (waiting.length < 8192 && process.stdin.readableLength > 0) continue;
    await print(waiting);
    waiting = '';
  }
  await print(waiting);
  return exit;
}

async function main() {
  const call = read_arguments(process.argv.slice(2));
  if (call === null) throw new Error(kUsage);
  const trust = read_trust(readFileSync(call.keys, 'utf8'), node_crypto.sha256);
  if (call.what === '--batch') return print_all(path_statements(trust));
  if (call.what === '--stream') return print_all(frame_statements(trust));
  if (call.what.startsWith('--')) throw new Error(kUsage);
  return print_all([await verify_path(call.what, trust)]);
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = kUnreadable;
}
