// Reading files, for Node only; nothing but verify.mjs and tests import this. A log's segments are read piece by piece, so
// that memory does not grow with their size.
import { closeSync, existsSync, fstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';

export const is_directory = (path) => statSync(path).isDirectory();

// A file that can be read at any place: { size, read(at, size), close() }. `read` gives fewer bytes at the file's end.
export function open_file(path) {
  const handle = openSync(path, 'r');
  const read = (at, size) => {
    const bytes = Buffer.allocUnsafe(size);
    let done = 0;
    while (done < size) {
      const count = readSync(handle, bytes, done, size - done, at + done);
      if (count === 0) break;
      done += count;
    }
    return bytes.subarray(0, done);
  };
  return { size: fstatSync(handle).size, read, close: () => closeSync(handle) };
}

// At most `size_max` + 1 bytes of a file, so that the reader sees that there are too many.
export function read_some(path, size_max) {
  const file = open_file(path);
  try {
    return file.read(0, Math.min(file.size, size_max + 1));
  } finally {
    file.close();
  }
}

// The folder of a log, as verify_log needs it.
export function log_folder(path) {
  return {
    names: () => readdirSync(path),
    has: (name) => existsSync(join(path, name)),
    open: (name) => open_file(join(path, name)),
    read: (name, size_max) => read_some(join(path, name), size_max),
  };
}
