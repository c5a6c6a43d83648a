/** Bytes of a type's description in a file, from its size on: size, bit offset, precision, places of the parts, bias. */
const DESCRIPTION_BYTES = 16;
/** The descriptions of the formats that are read, by their size in bytes (HDF5 File Format Specification, IV.A.2.d). */
const ieee: Readonly<Record<number, string>> = {
  2: '02000000000010000a05000a0f000000',
  4: '0400000000002000170800177f000000',
  8: '0800000000004000340b0034ff030000',
};

/**
 * Finds floats of other formats than IEEE 754's, such as bfloat16, which the library's description of a type cannot be
 * told apart from others of the same size by: it looks for descriptions of types in all that is read of a file before
 * its values are.
 */
export class NonIeeeFloats {
  readonly #sizes = new Set<number>();
  #isLooking = true;

  /** Whether a type of that size is of another format. */
  has(size: number): boolean {
    return this.#sizes.has(size);
  }

  /** From here on, values are read, which may look like anything. */
  stop(): void {
    this.#isLooking = false;
  }

  /** Looks at bytes that were read. */
  look(bytes: Uint8Array): void {
    if (!this.#isLooking) return;
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    // Class 1 and a version of 1 to 5; bits that say of order and padding, and the place of the sign; no third byte.
    for (let at = 0; at + 4 + DESCRIPTION_BYTES <= buffer.length; at++) {
      const start = buffer[at]!;
      if ((start & 0x0f) !== 1 || start < 0x11 || start > 0x51 || buffer[at + 3] !== 0) continue;
      const size = buffer.readUInt32LE(at + 4);
      const expected = ieee[size];
      if (expected === undefined || buffer[at + 2] !== 8 * size - 1) continue;
      const description = buffer.toString('hex', at + 4, at + 4 + DESCRIPTION_BYTES);
      if (description !== expected) this.#sizes.add(size);
    }
  }
}
