// Frames on a stream: 4 bytes of length, big-endian, and so many bytes. What a sender announces is never allocated before
// it has come, and a frame beyond the limit is passed over without being kept.

// Yields the bytes of each frame; for one beyond the limit, `size_max` + 1 zeros, which are as much too large. Throws an
// Error when the stream ends within a frame.
export async function* frames(stream, size_max) {
  const too_large = new Uint8Array(size_max + 1);
  let pieces = [];
  let held = 0;
  let size = null; // of the frame that is being read, when known
  let skip = 0;
  const take = (count) => {
    const all = pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
    pieces = [all.subarray(count)];
    held -= count;
    return all.subarray(0, count);
  };

  for await (const chunk of stream) {
    pieces.push(chunk);
    held += chunk.length;
    for (;;) {
      skip -= take(Math.min(skip, held)).length;
      if (skip > 0) break;
      if (size === null && held >= 4) {
        size = take(4).readUInt32BE(0);
        if (size > size_max) {
          yield too_large;
          skip = size;
          size = null;
          continue;
        }
      }
      if (size === null || held < size) break;
      yield take(size);
      size = null;
    }
  }
  if (held > 0 || size !== null || skip > 0) throw new Error('the stream ends within a frame');
}
