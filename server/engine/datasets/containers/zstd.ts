const MAGIC = 0xfd2fb528;

/**
 * Decompresses a Zstandard frame.
 *
 * @param length bytes that come out.
 * @returns exactly these; null when the frame is damaged, or says or has another length.
 */
export async function decompressZstd(bytes: Uint8Array, length: number): Promise<Uint8Array | null> {
  const claimed = contentSize(bytes);
  // The library reserves what a frame claims.
  if (claimed === null || (claimed !== undefined && claimed !== length)) return null;
  const { default: Zstd } = await import('numcodecs/zstd');
  try {
    const output = await Zstd.fromConfig({ id: 'zstd' }).decode(bytes);
    return output.length === length ? output : null;
  } catch {
    return null;
  }
}

/** What the header of a frame says of its content (RFC 8878, 3.1.1.1): its length, or undefined; null for no frame. */
function contentSize(bytes: Uint8Array): number | null | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 6 || view.getUint32(0, true) !== MAGIC) return null;
  const descriptor = bytes[4]!;
  const isSingle = (descriptor & 0x20) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3]!;
  const at = 5 + (isSingle ? 0 : 1) + dictionaryBytes;
  const sizeBytes = [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
  if (at + sizeBytes > bytes.length) return null;
  switch (sizeBytes) {
    case 1:
      return view.getUint8(at);
    case 2:
      return view.getUint16(at, true) + 256;
    case 4:
      return view.getUint32(at, true);
    case 8:
      return Number(view.getBigUint64(at, true));
    default:
      return undefined;
  }
}
