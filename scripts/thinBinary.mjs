/** By Node's name: the number of a processor in Mach-O files. */
const processors = { x64: 0x01000007, arm64: 0x0100000c };

/**
 * Of a library for macOS that holds code for several processors, the part for one; it is signed by itself. Any other file
 * is given back as it is. What `lipo -thin` does.
 *
 * @param {Buffer} bytes of the file
 * @param {'x64' | 'arm64'} cpu
 * @throws {Error} where the library has nothing for that processor
 * @see https://developer.apple.com/documentation/kernel/fat_header
 */
export function thinBinary(bytes, cpu) {
  if (bytes.length < 8 || bytes.readUInt32BE(0) !== 0xcafebabe) return bytes;
  const count = bytes.readUInt32BE(4);
  // In turn: processor, variant, offset, size, alignment.
  for (let at = 8; at < 8 + 20 * count; at += 20) {
    if (bytes.readUInt32BE(at) !== processors[cpu]) continue;
    const start = bytes.readUInt32BE(at + 8);
    return bytes.subarray(start, start + bytes.readUInt32BE(at + 12));
  }
  throw new Error(`The library has no code for ${cpu}`);
}
