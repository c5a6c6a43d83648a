import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeDicom } from '../../../server/engine/datasets/decodeDicom.ts';
import { InputError } from '../../../server/engine/problems.ts';
import oracle from '../../oracle/dicom.json' with { type: 'json' };

const { width, height } = oracle;

function fileOf(name: string): Buffer {
  return Buffer.from(oracle.cases.find((one) => one.name === name)!.dicom, 'base64');
}

/** A copy with a 16-bit attribute changed: explicit little endian, `group` and `element` as the standard writes them. */
function withUint16(file: Buffer, group: number, element: number, value: number): Buffer {
  const tag = Buffer.from([group & 255, group >> 8, element & 255, element >> 8, 0x55, 0x53]);
  const at = file.indexOf(tag);
  if (at < 0) throw new Error('there is no such attribute');
  const copy = Buffer.from(file);
  copy.writeUInt16LE(value, at + 8);
  return copy;
}

/** A copy with a text replaced by one of the same length. */
function withText(file: Buffer, text: string, replacement: string): Buffer {
  const at = file.indexOf(text, 0, 'latin1');
  if (at < 0 || text.length !== replacement.length) throw new Error('that cannot be replaced');
  const copy = Buffer.from(file);
  copy.write(replacement, at, 'latin1');
  return copy;
}

async function failure(file: Uint8Array): Promise<InputError> {
  try {
    await decodeDicom(file, 'scan.dcm');
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return error as InputError;
  }
  throw new Error('the file was decoded');
}

describe('pixels are pydicom’s', () => {
  it.each(oracle.cases)('$name', async (one) => {
    const image = await decodeDicom(Buffer.from(one.dicom, 'base64'), one.name);
    const expected = Buffer.from(one.rgb, 'base64');
    expect([image.width, image.height, image.rgb.length]).toEqual([width, height, expected.length]);
    const differences = image.rgb.map((level, i) => Math.abs(level - expected[i]!));
    expect(Math.max(...differences)).toBeLessThanOrEqual(one.tolerance ?? 0);
  });
});

describe('a given window', () => {
  it('goes before the file’s, and stands in units after the modality’s transformation', async () => {
    const file = fileOf('the first of two windows, rescaled');
    const own = await decodeDicom(file, 'scan.dcm');
    const same = await decodeDicom(file, 'scan.dcm', { center: -200, width: 700 });
    expect(same.rgb).toEqual(own.rgb);
    // Values are from −1024 to 1023.5.
    const white = await decodeDicom(file, 'scan.dcm', { center: -2000, width: 10 });
    expect(new Set(white.rgb)).toEqual(new Set([255]));
    const black = await decodeDicom(file, 'scan.dcm', { center: 2000, width: 10 });
    expect(new Set(black.rgb)).toEqual(new Set([0]));
  });

  it('must be as wide as a step', async () => {
    const tooNarrow = decodeDicom(fileOf('8 bits'), 'scan.dcm', { center: 10, width: 0.5 });
    await expect(tooNarrow).rejects.toMatchObject({ code: 'dicom-undecodable' });
  });
});

describe('what cannot be decoded', () => {
  it('no DICOM', async () => {
    const error = await failure(Buffer.from('not a picture at all'));
    expect(error.code).toBe('dicom-undecodable');
    expect(error.message).toContain('scan.dcm');
  });

  it('a transfer syntax without a decoder, by its name', async () => {
    const other = withText(fileOf('JPEG'), '1.2.840.10008.1.2.4.50', '1.2.840.10008.1.2.4.94');
    const error = await failure(other);
    expect(error.code).toBe('dicom-unsupported');
    expect(error.message).toContain('1.2.840.10008.1.2.4.94 (JPIP, pixels on a server)');
  });

  it('a photometric interpretation that is not known', async () => {
    const error = await failure(withText(fileOf('RGB'), 'RGB ', 'HSV '));
    expect(error).toMatchObject({ code: 'dicom-unsupported' });
    expect(error.message).toContain('"HSV" with 3 samples');
  });

  it('a window’s function that is not known', async () => {
    const error = await failure(withText(fileOf('SIGMOID'), 'SIGMOID', 'SIGNUM '));
    expect(error.message).toContain('"SIGNUM"');
  });

  it.each([
    ['no rows', 0x0028, 0x0010, 0, 'dicom-undecodable', '0 rows'],
    ['more pixels than are read', 0x0028, 0x0010, 65_535, 'dicom-undecodable', 'expected 3145680'],
    ['one bit a pixel', 0x0028, 0x0100, 1, 'dicom-unsupported', '1 bits'],
    ['more bits stored than allocated', 0x0028, 0x0101, 17, 'dicom-undecodable', '17 bits'],
    ['two samples a pixel', 0x0028, 0x0002, 2, 'dicom-unsupported', '2 samples'],
  ])('%s', async (_, group, element, value, code, words) => {
    const error = await failure(withUint16(fileOf('explicit little endian'), group, element, value));
    expect(error.code).toBe(code);
    expect(error.message).toContain(words);
  });

  it('a size that would take all memory, before any is reserved', async () => {
    const tall = withUint16(fileOf('RLE'), 0x0028, 0x0010, 65_535);
    const error = await failure(withUint16(tall, 0x0028, 0x0011, 65_535));
    expect(error.code).toBe('image-too-large');
  });

  it.each(['JPEG', 'JPEG lossless', 'JPEG-LS', 'JPEG 2000'])(
    '%s of another size than the file says',
    async (name) => {
      const error = await failure(withUint16(fileOf(name), 0x0028, 0x0010, height + 1));
      expect(error.message).toContain(`the file says ${width} × ${height + 1}`);
    },
  );

  it('and the next file is decoded all the same', async () => {
    for (const name of ['JPEG-LS', 'JPEG 2000']) {
      const file = fileOf(name);
      const spoilt = Buffer.from(file).fill(0xff, file.length - 300);
      await decodeDicom(spoilt, name).catch(() => undefined);
      const { rgb } = await decodeDicom(file, name);
      expect(Buffer.from(rgb).toString('base64')).toBe(oracle.cases.find((one) => one.name === name)!.rgb);
    }
  });

  it.each(oracle.cases.filter(({ name }) => !name.includes('two frames')))(
    '$name, cut in the middle',
    async ({ dicom }) => {
      const file = Buffer.from(dicom, 'base64');
      const error = await failure(file.subarray(0, Math.floor(file.length * 0.8)));
      expect(error.code).toBe('dicom-undecodable');
    },
  );

  it.each(oracle.cases)(
    '$name with bytes changed: an image of its size or a named problem',
    async ({ dicom }) => {
      const file = Buffer.from(dicom, 'base64');
      const change = fc.record({ at: fc.nat(file.length - 1), value: fc.nat(255) });
      await fc.assert(
        fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), async (changes) => {
          const changed = Buffer.from(file);
          for (const { at, value } of changes) changed[at] = value;
          try {
            const image = await decodeDicom(changed, 'scan.dcm');
            expect(image.rgb.length).toBe(3 * image.width * image.height);
          } catch (error) {
            expect(error).toBeInstanceOf(InputError);
          }
        }),
        { numRuns: 30, seed: 1 },
      );
    },
  );
});
