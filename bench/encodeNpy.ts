import type { Matrix } from '../server/engine/numerics/matrix.ts';

/** A matrix as the bytes of a `.npy` file, version 1.0, little-endian float32. */
export function encodeNpy({ rows, columns, data }: Matrix): Uint8Array {
  const values = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return Buffer.concat([npyHeader(rows, columns), values]);
}

/** The header alone, for files that are written in parts. */
export function npyHeader(rows: number, columns: number): Uint8Array {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`;
  const padded = text.padEnd(Math.ceil((10 + text.length + 1) / 64) * 64 - 10 - 1) + '\n';
  const header = Buffer.alloc(10 + padded.length);
  header.write('\x93NUMPY\x01\x00', 'latin1');
  header.writeUInt16LE(padded.length, 8);
  header.write(padded, 10, 'latin1');
  return header;
}
