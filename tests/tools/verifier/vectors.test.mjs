// The vectors that the engine itself has made (docs/evidence-format.md, section 12), with the statements they must give.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { kBundleBytesMax, verify_bundle } from '../../../tools/verifier/bundle.mjs';
import { is_directory, log_folder, read_some } from '../../../tools/verifier/files.mjs';
import { verify_log } from '../../../tools/verifier/log.mjs';
import { node_crypto } from '../../../tools/verifier/node_crypto.mjs';
import { read_trust } from '../../../tools/verifier/note.mjs';
import { line_of, state } from '../../../tools/verifier/statement.mjs';

const folder = fileURLToPath(new URL('../../evidence/vectors/', import.meta.url));
const index = `${folder}INDEX.json`;
const vectors = existsSync(index) ? JSON.parse(readFileSync(index, 'utf8')) : [];

test('the vectors are there', { skip: vectors.length === 0 && `no ${index}` }, () => assert.ok(vectors.length > 0));

for (const { file, statement } of vectors) {
  test(`agrees with the engine about ${file}`, async () => {
    const trust = read_trust(readFileSync(`${folder}trust.txt`, 'utf8'), node_crypto.sha256);
    const path = `${folder}${file}`;
    const found = await state(() =>
      is_directory(path)
        ? verify_log(log_folder(path), trust, node_crypto)
        : verify_bundle(read_some(path, kBundleBytesMax), trust, node_crypto),
    );
    const { verdict, code } = JSON.parse(line_of(found));
    assert.deepEqual({ verdict, code }, { verdict: statement.verdict, code: statement.code }, found.detail);
    if (verdict !== 'refused') assert.deepEqual(JSON.parse(line_of(found)), statement);
  });
}
