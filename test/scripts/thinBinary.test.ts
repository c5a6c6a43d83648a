import { expect, it } from 'vitest';
import { thinBinary } from '../../scripts/thinBinary.mjs';

/** A library for Intel, `intel`, and for one more processor, `other`, as Apple's headers lay it out. */
function universal(other: number): Buffer {
  const header = Buffer.alloc(48);
  [0xcafebabe, 2, 0x01000007, 3, 48, 5, 0, other, 0, 53, 5, 0].forEach((word, index) =>
    header.writeUInt32BE(word, 4 * index),
  );
  return Buffer.concat([header, Buffer.from('intelother')]);
}

it('takes the part for one processor', () => {
  expect(thinBinary(universal(0x0100000c), 'x64').toString()).toBe('intel');
  expect(thinBinary(universal(0x0100000c), 'arm64').toString()).toBe('other');
});

it('says that there is none', () => {
  expect(() => thinBinary(universal(0x01000012), 'arm64')).toThrow('arm64');
});

it.each([Buffer.from([0xcf, 0xfa, 0xed, 0xfe, 0x0c, 0, 0, 1]), Buffer.from('MZ'), Buffer.alloc(0)])(
  'leaves %o as it is',
  (bytes) => {
    expect(thinBinary(bytes, 'arm64')).toBe(bytes);
  },
);
