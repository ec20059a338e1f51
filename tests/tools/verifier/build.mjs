// Logs, bundles and log directories for the verifier's tests, written from docs/evidence-format.md.
import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { audit_path, cbor, consistency_path, le, sha256, tree_root, be } from './encode.mjs';

export const kTag = Buffer.alloc(14, 0xab);
const kKinds = ['hold', 'release', 'refund', 'payment'];

export class Key {
  constructor(name, type = 1) {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
    Object.assign(this, { name, type, private_key: privateKey, typed: Buffer.concat([Buffer.of(type), raw]) });
    this.hash = sha256(Buffer.from(`${name}\n`), this.typed).subarray(0, 4);
  }

  line() {
    return `${this.type === 1 ? 'log' : 'witness'} ${this.name}+${this.hash.toString('hex')}+${this.typed.toString('base64')}\n`;
  }

  signature_line(text, time = 1_800_000_000n) {
    const message = this.type === 1 ? text : `cosignature/v1\ntime ${time}\n${text}`;
    const signature = sign(null, Buffer.from(message), this.private_key);
    const stamp = this.type === 1 ? Buffer.alloc(0) : be(time, 8);
    return `\u2014 ${this.name} ${Buffer.concat([this.hash, stamp, signature]).toString('base64')}\n`;
  }
}

export class Log {
  constructor(name = 'shard-0') {
    this.name = name;
    this.origin = `clearspan/${kTag.toString('hex')}/${name}`;
    this.key = new Key(this.origin);
    this.witnesses = [new Key('witness.example', 4)];
    this.others = []; // keys of other logs that are trusted
    this.head_0 = sha256(Buffer.from('clearspan evidence log v1\n'), kTag, Buffer.from(name));
    this.records = []; // { record, attachment, entry, leaf }
  }

  trust() {
    return `# keys\n\n${[this.key, ...this.others, ...this.witnesses].map((key) => key.line()).join('')}`;
  }

  add(fields, attachment = null) {
    const record = cbor(fields);
    const entry = Buffer.concat([this.records.at(-1)?.leaf ?? this.head_0, record]);
    this.records.push({ record, attachment, entry, leaf: sha256([0], entry), fields });
    return this.records.length - 1;
  }

  leaves = (size = this.records.length) => this.records.slice(0, size).map(({ leaf }) => leaf);
  text = (size = this.records.length, origin = this.origin) =>
    `${origin}\n${size}\n${tree_root(this.leaves(size)).toString('base64')}\n`;

  checkpoint(size, text = this.text(size)) {
    return `${text}\n${[this.key, ...this.witnesses].map((key) => key.signature_line(text)).join('')}`;
  }

  // The log's part of a bundle: all records that may stand there.
  part(numbers = [2, 3, 8, 9, 10, 12]) {
    const leaves = this.leaves();
    const entries = this.records.flatMap(({ entry, fields }, i) =>
      numbers.includes(fields[0]) ? [[i, entry, audit_path(i, leaves)]] : []);
    return [this.checkpoint(), entries];
  }

  consistency = (old_size) => consistency_path(old_size, this.leaves());
}

export const outcome_fields = ({ ref, kind, ok, reclaimed, asset, amount, from, to, hold_key, reclaim_after, position, reason }) => [
  ref, kKinds.indexOf(kind), ok, reclaimed, asset, amount, from, to, hold_key.every((byte) => byte === 0) ? null : hold_key,
  reclaim_after, position, reason,
];

export function seal(parts) {
  const bytes = cbor([...parts, Buffer.alloc(32)]);
  return checksummed(bytes);
}

export function checksummed(bytes) {
  const body = bytes.subarray(0, bytes.length - 32);
  return Buffer.concat([body, sha256(body)]);
}

const padded = (bytes, size) => Buffer.concat([bytes, Buffer.alloc(size - bytes.length)]);
const block = (bytes) => padded(bytes, Math.ceil(bytes.length / 4096) * 4096);

function group(log, first, records) {
  const items = records.flatMap(({ record, attachment }) => [
    le(record.length, 4), record, ...(attachment ? [le(0x8000_0000 + attachment.length, 4), attachment] : []),
  ]);
  const payload = Buffer.concat(items);
  const head = Buffer.concat([
    Buffer.from('GRP1'), le(records.length, 4), le(first, 8), le(payload.length, 8), records.at(-1).leaf,
  ]);
  return block(Buffer.concat([head, sha256(head).subarray(0, 8), payload, Buffer.from('end-grp1')]));
}

// Writes the log as a directory, `of_segment` records to a segment and `of_group` to a group.
export function write_log(log, path, { of_segment = 1_000_000, of_group = 3, signed = log.records.length } = {}) {
  mkdirSync(path, { recursive: true });
  let last_first = 1;
  for (let at = 0; at === 0 || at < log.records.length; at += of_segment) {
    const groups = [];
    const end = Math.min(at + of_segment, log.records.length);
    for (let i = at; i < end; i += of_group) groups.push(group(log, i + 1, log.records.slice(i, Math.min(i + of_group, end))));
    const body = Buffer.concat([...groups, Buffer.alloc(4096)]);
    const start = padded(Buffer.concat([
      Buffer.from('clearspan log v1'), le(at + 1, 8), log.records[at - 1]?.leaf ?? log.head_0, kTag, le(log.name.length, 2),
      padded(Buffer.from(log.name), 64), le(4096 + body.length, 8),
    ]), 4064);
    writeFileSync(join(path, `${String(at + 1).padStart(20, '0')}.seg`), Buffer.concat([start, sha256(start), body]));
    last_first = at + 1;
  }
  writeFileSync(join(path, 'HEAD'), head_text(log, last_first, log.records.length));
  writeFileSync(join(path, 'checkpoint'), log.checkpoint(signed));
  writeFileSync(join(path, 'LOCK'), '');
}

export function head_text(log, segment, sequence) {
  const head = sequence === 0 ? log.head_0 : log.records[sequence - 1].leaf;
  const lines = `clearspan head v1\nsegment ${segment}\nsequence ${sequence}\nhead ${head.toString('hex')}\n`;
  return `${lines}check ${sha256(Buffer.from(lines)).toString('hex')}\n`;
}
