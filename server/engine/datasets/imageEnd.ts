/**
 * That a PNG or a WebP ends before its own lengths say, for messages; undefined where it does not, and for other
 * formats, of whose ends their decoder speaks.
 */
export function earlyEnd(bytes: Uint8Array): string | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const head = Buffer.from(bytes.subarray(0, 4)).toString('latin1');
  if (head === '\x89PNG') return endOfPng(view);
  if (head !== 'RIFF' || bytes.length < 12) return undefined;
  const needed = 8 + view.getUint32(4, true);
  return bytes.length < needed
    ? `it ends early: it has ${bytes.length} bytes, its header says ${needed}`
    : undefined;
}

/** Follows the chunks, each a length, a type, its bytes and a checksum, to the last one. */
function endOfPng(view: DataView): string | undefined {
  for (let at = 8; ;) {
    const isCut = at + 12 > view.byteLength;
    const type = isCut
      ? ''
      : String.fromCharCode(...[4, 5, 6, 7].map((offset) => view.getUint8(at + offset)));
    if (type === 'IEND') return undefined;
    // What is no type is damage, not an end.
    if (!isCut && !/^[A-Za-z]{4}$/.test(type)) return undefined;
    const next = isCut ? Infinity : at + 12 + view.getUint32(at);
    if (next > view.byteLength) {
      return `it ends early: it has ${view.byteLength} bytes, and no end mark of a PNG`;
    }
    at = next;
  }
}
