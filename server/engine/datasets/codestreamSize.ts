/** What the header of a compressed image says of its pixels. */
export interface CodestreamSize {
  readonly width: number;
  readonly height: number;
  readonly components: number;
  /** Bits a sample. */
  readonly precision: number;
}

/**
 * The size in the header of a JPEG, lossless JPEG, JPEG-LS (ISO 10918-1, 14495-1: the frame header) or JPEG 2000
 * codestream (ISO 15444-1: the SIZ marker segment). Nothing when the bytes are none of these.
 */
export function codestreamSize(bytes: Uint8Array): CodestreamSize | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4) return undefined;
  if (view.getUint32(0) === 0xff4fff51) return jpeg2000Size(view);
  return view.getUint16(0) === 0xffd8 ? jpegSize(view) : undefined;
}

function jpeg2000Size(view: DataView): CodestreamSize | undefined {
  if (view.byteLength < 43) return undefined;
  return {
    width: view.getUint32(8) - view.getUint32(16),
    height: view.getUint32(12) - view.getUint32(20),
    components: view.getUint16(40),
    precision: (view.getUint8(42) & 0x7f) + 1,
  };
}

function jpegSize(view: DataView): CodestreamSize | undefined {
  for (let at = 2; at + 10 <= view.byteLength;) {
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      // Markers may be preceded by any number of fill bytes.
      at++;
    } else if (isFrameHeader(marker)) {
      return {
        precision: view.getUint8(at + 4),
        height: view.getUint16(at + 5),
        width: view.getUint16(at + 7),
        components: view.getUint8(at + 9),
      };
    } else {
      at += 2 + view.getUint16(at + 2);
    }
  }
  return undefined;
}

/** SOF0 to SOF15, without the tables (DHT, JPG, DAC) among them, and JPEG-LS's SOF55. */
function isFrameHeader(marker: number): boolean {
  if (marker === 0xf7) return true;
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}
