import { undecodableImage } from './imageProblem.ts';

/** What a JPEG 2000 file says of its colours, and its compressed pixels. */
export interface Jp2Contents {
  readonly codestream: Uint8Array;
  /** `unknown` in a codestream without a file around it, or where a colour profile says it. */
  readonly colours: 'rgb' | 'grey' | 'ycc' | 'unknown';
}

const signature = '\0\0\0\x0cjP  \r\n\x87\n';

/** Whether bytes begin as a JPEG 2000 file or as a codestream alone does. */
export function isJpeg2000(bytes: Uint8Array): boolean {
  const head = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
  return head === signature || head.startsWith('\xff\x4f\xff\x51');
}

/** Numbers of colour spaces (ISO 15444-1, table I.10). */
const colourSpaces: Readonly<Record<number, Jp2Contents['colours']>> = { 16: 'rgb', 17: 'grey', 18: 'ycc' };

/**
 * Takes the codestream out of the boxes of a JPEG 2000 file (ISO 15444-1, annex I).
 *
 * @throws InputError `image-undecodable` where the boxes are broken, or say what cannot be decoded: palettes, channels in
 *   another order, colours other than sRGB, grey and sYCC.
 */
export function jp2Contents(bytes: Uint8Array, name: string): Jp2Contents {
  if (bytes[0] === 0xff) return { codestream: bytes, colours: 'unknown' };
  let colours: Jp2Contents['colours'] = 'unknown';
  for (const { type, content } of boxesIn(bytes, name)) {
    if (type === 'jp2h') colours = coloursIn(content, name);
    else if (type === 'jp2c') return { codestream: content, colours };
  }
  throw undecodableImage(name, 'it is a JPEG 2000 file without a codestream: it ends early or is damaged');
}

function coloursIn(header: Uint8Array, name: string): Jp2Contents['colours'] {
  let colours: Jp2Contents['colours'] | undefined;
  for (const { type, content } of boxesIn(header, name)) {
    if (type === 'pclr' || type === 'cmap') {
      throw undecodableImage(name, 'it is a JPEG 2000 file with a palette, which is not read');
    }
    if (type === 'cdef' && !isUsualOrder(content)) {
      throw undecodableImage(
        name,
        'it is a JPEG 2000 file with transparency or with its channels in another order, which is not read',
      );
    }
    // Of several descriptions the first one counts.
    if (type === 'colr') colours ??= coloursOf(content, name);
  }
  return colours ?? 'unknown';
}

/** Whether channel i is the colour i + 1 and there are no other ones. */
function isUsualOrder(content: Uint8Array): boolean {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  if (content.length < 2 || content.length < 2 + 6 * view.getUint16(0)) return false;
  for (let i = 0; i < view.getUint16(0); i++) {
    const [channel, kind, colour] = [0, 2, 4].map((offset) => view.getUint16(2 + 6 * i + offset));
    if (kind !== 0 || colour !== channel! + 1) return false;
  }
  return true;
}

function coloursOf(content: Uint8Array, name: string): Jp2Contents['colours'] {
  // By a number; otherwise by an ICC profile, which is passed over as everywhere.
  if (content[0] !== 1 || content.length < 7) return 'unknown';
  const space = new DataView(content.buffer, content.byteOffset).getUint32(3);
  const colours = colourSpaces[space];
  if (colours !== undefined) return colours;
  throw undecodableImage(
    name,
    `it is a JPEG 2000 file with the colour space ${space}; expected sRGB, grey or sYCC`,
  );
}

function* boxesIn(bytes: Uint8Array, name: string): Generator<{ type: string; content: Uint8Array }> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 8 <= bytes.length;) {
    const short = view.getUint32(at);
    const isLong = short === 1 && at + 16 <= bytes.length;
    const headBytes = isLong ? 16 : 8;
    const stated = isLong ? Number(view.getBigUint64(at + 8)) : short;
    // The last box may go on to the end of the file.
    const length = short === 0 ? bytes.length - at : stated;
    if (length < headBytes) throw undecodableImage(name, `its box at byte ${at} has a length of ${length}`);
    const type = Buffer.from(bytes.subarray(at + 4, at + 8)).toString('latin1');
    yield { type, content: bytes.subarray(at + headBytes, at + length) };
    at += length;
  }
}
