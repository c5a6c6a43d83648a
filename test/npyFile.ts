/** The bytes of a .npy file (version 1.0, float32, little-endian, C order). */
export function npyFile(shape: readonly number[], values: Float32Array): Uint8Array {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`;
  const length = Math.ceil((10 + text.length + 1) / 64) * 64 - 10;
  const start = Buffer.alloc(10, '\u0093NUMPY\u0001\u0000', 'latin1');
  start.writeUInt16LE(length, 8);
  return Buffer.concat([
    start,
    Buffer.from(`${text.padEnd(length - 1)}\n`, 'latin1'),
    new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  ]);
}
