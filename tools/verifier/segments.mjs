// A log on disk (section 6): segments of groups of records, read front to back with nothing torn and nothing left over.
// Numbers are little-endian, and everything starts on a block of 4096 bytes.
import { big_endian, bytes_of, check, equal, hex, is_zero, utf8 } from './bytes.mjs';
import { kAttachmentBytesMax, kRecordBytesMax } from './records.mjs';

const kBlock = 4096;
const kPayloadBytesMax = 8_388_608;
const kGroupHead = 64;
const kGroupEnd = bytes_of('end-grp1');
const kNameBytesMax = 64;
const kZerosAtOnce = 1 << 20;
const kBad = 'log_corrupt';

const little_endian = (bytes, at, size) => big_endian(bytes.slice(at, at + size).reverse());
const padded = (size) => Math.ceil(size / kBlock) * kBlock;

function read_exactly(file, at, size, what) {
  const bytes = file.read(at, size);
  check(bytes.length === size, kBad, `${what} ends early`);
  return bytes;
}

function check_zeros(file, from, to, what) {
  for (let at = from; at < to; at += kZerosAtOnce) {
    const size = Math.min(kZerosAtOnce, to - at);
    check(is_zero(read_exactly(file, at, size, what)), kBad, `${what}: bytes where zeros must be`);
  }
}

// The names of the segments in order. There is at least one.
export function segment_names(folder) {
  const names = folder.names().filter((name) => name.endsWith('.seg'));
  check(names.length > 0, kBad, 'a log without segments');
  for (const name of names) check(/^[0-9]{20}\.seg$/.test(name), kBad, `${name} is no segment's name`);
  return names.sort();
}

function read_segment_header(file, name, sha256) {
  const h = read_exactly(file, 0, kBlock, name);
  check(equal(sha256(h.subarray(0, 4064)), h.subarray(4064)), kBad, `${name}: the header's hash is wrong`);
  check(utf8(h.subarray(0, 16)) === 'clearspan log v1', kBad, `${name} is of another format`);
  const name_size = Number(little_endian(h, 70, 2));
  check(name_size > 0 && name_size <= kNameBytesMax, kBad, `${name}: a log name of ${name_size} bytes`);
  check(is_zero(h.subarray(72 + name_size, 136)), kBad, `${name}: bytes behind the log's name`);
  check(is_zero(h.subarray(144, 4064)), kBad, `${name}: bytes where zeros must be`);
  const size = little_endian(h, 136, 8);
  check(size === BigInt(file.size) && file.size % kBlock === 0, kBad, `${name} has ${file.size} bytes, not ${size}`);
  return {
    first: little_endian(h, 16, 8), head: h.subarray(24, 56), tag: h.subarray(56, 70), log_name: h.subarray(72, 72 + name_size),
  };
}

// Reads the segment that goes on where `position`, a sequence and its head, was reached, and gives the position at its end.
// `log.on_header` hears of the segment, and `log.on_record(record, attachment or null, head)` gives the head after a record.
export function read_segment(file, name, position, sha256, log) {
  const header = read_segment_header(file, name, sha256);
  log.on_header(header);
  check(name === `${String(header.first).padStart(20, '0')}.seg`, kBad, `${name} begins with record ${header.first}`);
  check(header.first === position.sequence + 1n, kBad, `${name} does not start where the one before it ends`);
  let { sequence, head } = position;
  check(equal(header.head, head), kBad, `${name}: the head before it is another one`);

  let at = kBlock;
  while (at < file.size) {
    const g = read_exactly(file, at, kGroupHead, name);
    if (is_zero(g)) break;
    const where = `${name}, group at ${at}`;
    const group = read_group_head(g, where, sha256);
    check(group.first === sequence + 1n, kBad, `${where} begins with record ${group.first}`);
    const size = kGroupHead + group.size + kGroupEnd.length;
    check(padded(size) <= file.size - at, kBad, `${where} ends behind the segment`);
    const body = read_exactly(file, at + kGroupHead, padded(size) - kGroupHead, name);
    check(equal(body.subarray(group.size, group.size + 8), kGroupEnd), kBad, `${where} has no end`);
    check(is_zero(body.subarray(group.size + 8)), kBad, `${where}: bytes where zeros must be`);
    let count = 0;
    for (const [record, attachment] of items_of(body.subarray(0, group.size), where)) {
      head = log.on_record(record, attachment, head);
      count++;
    }
    check(count === group.records, kBad, `${where} holds ${count} records, not ${group.records}`);
    check(equal(head, group.head), kBad, `${where}: the head after it is another one`);
    sequence += BigInt(count);
    at += padded(size);
  }
  check_zeros(file, at, file.size, name);
  return { sequence, head };
}

function read_group_head(g, where, sha256) {
  check(utf8(g.subarray(0, 4)) === 'GRP1', kBad, `${where} is none`);
  check(equal(sha256(g.subarray(0, 56)).subarray(0, 8), g.subarray(56)), kBad, `${where}: its check is wrong`);
  const size = little_endian(g, 16, 8);
  check(size > 0n && size <= kPayloadBytesMax, kBad, `${where} has a payload of ${size} bytes`);
  const records = Number(little_endian(g, 4, 4));
  check(records > 0, kBad, `${where} holds no records`);
  return { records, first: little_endian(g, 8, 8), size: Number(size), head: g.subarray(24, 56) };
}

// The records of a payload, each with its attachment or null.
function* items_of(payload, where) {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  let record = null;
  for (let at = 0; at < payload.length; ) {
    check(payload.length - at >= 4, kBad, `${where}: an item ends early`);
    const word = view.getUint32(at, true);
    const is_attachment = word >= 0x8000_0000;
    const size = is_attachment ? word - 0x8000_0000 : word;
    at += 4;
    check(size <= payload.length - at, kBad, `${where}: an item ends behind the payload`);
    check(size <= (is_attachment ? kAttachmentBytesMax : kRecordBytesMax), kBad, `${where}: an item of ${size} bytes`);
    const item = payload.subarray(at, at + size);
    at += size;
    if (is_attachment) {
      check(record !== null, kBad, `${where}: an attachment that belongs to no record`);
      yield [record, item];
      record = null;
    } else {
      if (record !== null) yield [record, null];
      record = item;
    }
  }
  if (record !== null) yield [record, null];
}

// The position that HEAD names: { segment, sequence, head }, the head in digits.
export function read_head(bytes, sha256) {
  const form = /^(clearspan head v1\nsegment (0|[1-9][0-9]{0,19})\nsequence (0|[1-9][0-9]{0,19})\nhead ([0-9a-f]{64})\n)check ([0-9a-f]{64})\n$/;
  const parts = form.exec(utf8(bytes) ?? '');
  check(parts !== null, kBad, 'HEAD has another form');
  const [, lines, segment, sequence, head, sum] = parts;
  check(hex(sha256(bytes_of(lines))) === sum, kBad, 'the check of HEAD is wrong');
  return { segment: BigInt(segment), sequence: BigInt(sequence), head };
}
