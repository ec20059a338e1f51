// Checkpoints (section 5): C2SP signed notes, with cosignatures, and the trust file that says whose signatures count.
import { base64_bytes, big_endian, bytes_of, check, concat, equal, from_hex, hex, utf8 } from './bytes.mjs';
import { is_signed, is_weak } from './ed25519.mjs';

const kNoteBytesMax = 65_536;
const kSignaturesMax = 64;
const kLogNameBytesMax = 64; // the room for it in a segment's header
const kUint64End = 1n << 64n;
const kTimeEnd = 1n << 63n; // seconds
const kLogKey = 0x01;
const kWitnessKey = 0x04;
const kBad = 'checkpoint_malformed';

// A key's name: printable ASCII without space and '+', so that it does not break the line that it stands in.
const is_name = (name) => /^[!-*,-~]{1,255}$/.test(name);

// The trust file: a map from `<name>+<key hash>` to { role, name, key }. Throws an Error for a line that it cannot read:
// the file is the verifier's own, not evidence.
export function read_trust(text, sha256) {
  const keys = new Map();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const parts = /^(log|witness) ([^+]+)\+([0-9a-f]{8})\+(\S+)$/u.exec(line);
    const bytes = parts && base64_bytes(parts[4]);
    if (!bytes || bytes.length !== 33 || !is_name(parts[2])) throw new Error(`not a trusted key: ${line}`);
    const [, role, name, key_hash] = parts;
    const expected = sha256(concat(bytes_of(`${name}\n`), bytes)).subarray(0, 4);
    if (bytes[0] !== (role === 'log' ? kLogKey : kWitnessKey) || hex(expected) !== key_hash) {
      throw new Error(`a key whose kind or hash is wrong: ${line}`);
    }
    const id = `${name}+${key_hash}`;
    const key = bytes.subarray(1);
    if (is_weak(key)) throw new Error(`a key by which everybody can sign: ${line}`);
    const counts_twice = (other) => (role === 'witness' || other.role === 'witness') && equal(other.key, key);
    if (keys.has(id) || [...keys.values()].some(counts_twice)) throw new Error(`a key that stands there already: ${line}`);
    keys.set(id, { role, name, key });
  }
  return keys;
}

// Refuses a note of another form, or signed by a key that is not trusted. What it gives back is only believable when
// check_signatures has found its signatures to be right.
export function read_checkpoint(note, trust) {
  const bytes = bytes_of(note);
  check(bytes.length <= kNoteBytesMax, kBad, `a checkpoint of ${bytes.length} bytes`);
  check(utf8(bytes) === note, kBad, 'a checkpoint that is not UTF-8');
  const lines = note.split('\n');
  check(lines.length >= 6 && lines.pop() === '', kBad, 'a checkpoint ends early');
  const [origin, size_text, root_text, empty, ...signature_lines] = lines;
  const names = /^clearspan\/([0-9a-f]{28})\/(.+)$/u.exec(origin);
  check(names && is_name(names[2]) && bytes_of(names[2]).length <= kLogNameBytesMax, kBad, 'the origin is none');
  check(/^(0|[1-9][0-9]{0,19})$/.test(size_text) && BigInt(size_text) < kUint64End, kBad, 'the tree size is no number');
  const root = base64_bytes(root_text);
  check(root !== null && root.length === 32, kBad, 'the root is no hash');
  check(empty === '', kBad, 'more than three lines of text');
  check(signature_lines.length <= kSignaturesMax, kBad, `${signature_lines.length} signatures`);

  const text = `${origin}\n${size_text}\n${root_text}\n`;
  const seen = new Set();
  const signatures = signature_lines.map((line, i) => read_signature(line, i === 0, text, trust, seen));
  check(signatures[0].name === origin, 'wrong_log_name', `${origin} is signed by the key of ${signatures[0].name}`);
  const [, tag, name] = names;
  return { origin, tag: from_hex(tag), name, size: BigInt(size_text), root, text, signatures };
}

function read_signature(line, is_first, text, trust, seen) {
  const parts = /^\u2014 ([^ ]+) ([^ ]+)$/u.exec(line);
  const bytes = parts && base64_bytes(parts[2]);
  check(bytes && bytes.length > 4 && is_name(parts[1]), kBad, 'a signature line of another form');
  const id = `${parts[1]}+${hex(bytes.subarray(0, 4))}`;
  const trusted = trust.get(id);
  check(trusted !== undefined, 'untrusted_key', `${id} is not in the trust file`);
  check(trusted.role === (is_first ? 'log' : 'witness'), 'untrusted_key', `${id} is trusted as ${trusted.role} only`);
  check(!seen.has(id), kBad, `${id} signs twice`);
  seen.add(id);
  if (is_first) {
    check(bytes.length === 4 + 64, kBad, `the signature of ${id} has another size`);
    return { name: trusted.name, key: trusted.key, message: bytes_of(text), signature: bytes.subarray(4) };
  }
  check(bytes.length === 4 + 8 + 64, kBad, `the cosignature of ${id} has another size`);
  const time = big_endian(bytes, 4, 8);
  check(time < kTimeEnd, 'signature_invalid', `the time in the cosignature of ${id}`);
  const message = bytes_of(`cosignature/v1\ntime ${time}\n${text}`);
  return { name: trusted.name, key: trusted.key, message, signature: bytes.subarray(12) };
}

export async function check_signatures(checkpoint, crypto) {
  for (const { name, key, message, signature } of checkpoint.signatures) {
    check(await is_signed(crypto, key, message, signature), 'signature_invalid', `the signature of ${name}`);
  }
}
