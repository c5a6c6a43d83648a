/**
 * A number format of stored embeddings. Values outside float32's range become infinite, which normalisation
 * reports later with the row.
 */
export interface FloatType {
  readonly name: 'float16' | 'bfloat16' | 'float32' | 'float64';
  readonly bytes: 2 | 4 | 8;
  readonly bigEndian: boolean;
}

/** The float types of safetensors files that can be read, by the format's names. */
export const safetensorsFloatTypes: Readonly<Record<string, FloatType>> = {
  F16: { name: 'float16', bytes: 2, bigEndian: false },
  BF16: { name: 'bfloat16', bytes: 2, bigEndian: false },
  F32: { name: 'float32', bytes: 4, bigEndian: false },
  F64: { name: 'float64', bytes: 8, bigEndian: false },
};

/** Whether a value's bytes in a file are its bytes in memory, so that they can be read straight into the target. */
export function isMemoryFormat(type: { readonly name: string; readonly bigEndian: boolean }): boolean {
  return type.name === 'float32' && !type.bigEndian;
}

/**
 * Decodes `target.length` values from the beginning of `bytes` (which may be overwritten) to float32.
 *
 * The host is taken to be little-endian, as are all platforms that the native modules are built for.
 *
 * @param bytes Aligned to 8 bytes in its buffer.
 */
export function decodeFloats(type: FloatType, bytes: Uint8Array, target: Float32Array): void {
  const used = Buffer.from(bytes.buffer, bytes.byteOffset, target.length * type.bytes);
  if (type.bigEndian) swapBytes(used, type.bytes);
  const { buffer, byteOffset } = used;
  switch (type.name) {
    case 'float32':
      target.set(new Float32Array(buffer, byteOffset, target.length));
      return;
    case 'float64':
      target.set(new Float64Array(buffer, byteOffset, target.length));
      return;
    case 'float16': {
      const halves = new Uint16Array(buffer, byteOffset, target.length);
      float16Values ??= Float32Array.from({ length: 65_536 }, (_, bits) => float16Value(bits));
      for (let i = 0; i < target.length; i++) target[i] = float16Values[halves[i]!]!;
      return;
    }
    case 'bfloat16': {
      const halves = new Uint16Array(buffer, byteOffset, target.length);
      const bits = new Uint32Array(target.buffer, target.byteOffset, target.length);
      for (let i = 0; i < target.length; i++) bits[i] = halves[i]! << 16;
      return;
    }
  }
}

/** Turns the byte order of values around, in place. */
export function swapBytes(bytes: Buffer, width: FloatType['bytes']): void {
  if (width === 2) bytes.swap16();
  else if (width === 4) bytes.swap32();
  else bytes.swap64();
}

/** The float32 of each of the 65,536 bit patterns, made when first needed. */
let float16Values: Float32Array | undefined;

/** The value of an IEEE 754 binary16 bit pattern. */
function float16Value(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}
