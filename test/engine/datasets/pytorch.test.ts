import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { pytorch } from '../../../server/engine/datasets/pytorch.ts';
import { describeShared, sharedFile } from '../sharedData.ts';
import { asEmbeddings, inputErrorOf, openReader, readAll, temporaryFolder } from './openForTest.ts';

const temporary = temporaryFolder();
const folder = fileURLToPath(new URL('../../oracle/torchFiles', import.meta.url));
const { files } = JSON.parse(readFileSync(`${folder}.json`, 'utf8')) as {
  readonly files: Readonly<Record<string, Readonly<Record<string, readonly (readonly number[])[]>>>>;
};

function failure(path: string, params: object = {}) {
  return inputErrorOf(openReader(pytorch, { path, ...params }, folder));
}

async function notesOn(path: string): Promise<string[]> {
  const dataset = await openReader(pytorch, { path }, folder);
  await dataset.close();
  return dataset.notes.map(({ code, message }) => `${code}: ${message}`);
}

describe('pytorch reads what torch finds in its files', () => {
  it.each(Object.keys(files))('%s', async (path) => {
    // Of some, an array that is stored in another way would be a modality too, unless those to take are named.
    const modalities = path.endsWith('_others.pt') ? Object.keys(files[path]!) : undefined;
    expect(await readAll(await openReader(pytorch, { path, modalities }, folder))).toEqual(files[path]);
  });
});

describe('pytorch', () => {
  it('takes the tensors that are named, by their paths', async () => {
    const params = { path: 'zip_nested.pt', modalities: { t: 'features.deep.text' } };
    const found = await readAll(await openReader(pytorch, params, folder));
    expect(found).toEqual({ t: files['zip_dict.pt']!['text'] });
  });

  it('takes a file a modality', async () => {
    const params = { path: { one: 'zip_tensor.pt', two: 'legacy_tensor.pt' } };
    const found = await readAll(await openReader(pytorch, params, folder));
    expect(found).toEqual({ one: files['zip_dict.pt']!['image'], two: files['zip_dict.pt']!['image'] });
  });

  it('names modalities in order', async () => {
    const params = { path: 'zip_tuple.pt', modalities: ['image', 'text'] };
    const found = await readAll(await openReader(pytorch, params, folder));
    expect(found).toEqual({ image: files['zip_dict.pt']!['image'], text: files['zip_dict.pt']!['text'] });
  });

  it.each(['zip', 'legacy'])('refuses what has a row for each of another array: %s', async (kind) => {
    const error = await failure(`${kind}_others.pt`);
    expect(error.code).toBe('no-embeddings');
    expect(error.message).toMatch(
      /complex \(complex64, shape \(6, 4\)\) cannot be read: save .*; name image alone in `modalities`/,
    );
  });

  it.each(['zip', 'legacy'])('says of what is named why it cannot be read: %s', async (kind) => {
    const left = [
      ['complex', /view_as_real/],
      ['sparse', /to_dense/],
      ['csr', /to_dense/],
      ['meta', /without values/],
      ['expanded', /expand\(\); save x\.clone\(\)/],
      ['labels', /int64, shape \(6,\)/],
      ['device', /torch\.device/],
      ['dtype', /torch\.float16/],
      ['names', /a list of 6 texts/],
      ['set', /a set of 2/],
      ['bytes', /bytes/],
      ['objects', /np\.stack/],
      ['strings', /strings \(<U2\)/],
      ['scalar', /a single value of NumPy/],
      ['nothing', /None/],
      ['complex number', /__builtin__\.complex/],
    ] as const;
    for (const [name, reason] of left) {
      const error = await failure(`${kind}_others.pt`, { modalities: { x: name } });
      expect(error.code).toMatch(/^(no-embeddings|array-shape)$/);
      expect(error.message).toMatch(reason);
    }
  });

  it('says that matrices of a list are read as modalities, and not that those of a dictionary are', async () => {
    expect(await notesOn('zip_tuple.pt')).toEqual([
      expect.stringMatching(/^list-of-matrices: .*read as 2 modalities.*torch\.cat\(x\)$/),
    ]);
    expect(await notesOn('zip_dict.pt')).toEqual([]);
    expect(await notesOn('zip_named.pt')).toEqual([
      expect.stringMatching(/^named-rows: .*image of 12 vectors \(0\.jpg, …\) is read as rows/),
      expect.stringMatching(/^named-rows: .*text/),
    ]);
  });

  it('reads rows of a file of 3 GiB without holding it', async () => {
    // A storage of 3 GiB that is a hole on the disk, but for its last row.
    const rows = 1_572_864;
    const columns = 512;
    const original = readFileSync(join(folder, 'legacy_tensor.pt'));
    // Shape and strides stand as BININT1 in a tuple, the length of the storage as BININT1 and before the values.
    const start = Buffer.from(original.subarray(0, original.length - 96 - 8));
    const int = (value: number) => {
      const bytes = Buffer.from([0x4a, 0, 0, 0, 0]);
      bytes.writeInt32LE(value, 1);
      return bytes;
    };
    const replaced = replaceOnce(
      replaceOnce(start, Buffer.from([0x4b, 24]), int(rows * columns)),
      Buffer.from([0x4b, 6, 0x4b, 4]),
      Buffer.concat([int(rows), int(columns)]),
    );
    const pickles = replaceOnce(
      replaced,
      Buffer.from([0x4b, 4, 0x4b, 1]),
      Buffer.concat([int(columns), int(1)]),
    );
    const path = join(temporary, 'large.pt');
    const length = Buffer.alloc(8);
    length.writeBigInt64LE(BigInt(rows * columns));
    const handle = await open(path, 'w');
    await handle.write(Buffer.concat([pickles, length]));
    const values = Float32Array.from({ length: columns }, (_, column) => column / 4);
    const end = pickles.length + 8 + 4 * rows * columns;
    await handle.write(new Uint8Array(values.buffer), 0, values.byteLength, end - values.byteLength);
    await handle.close();
    const dataset = asEmbeddings(await openReader(pytorch, { path }, temporary));
    const [source] = dataset.sources;
    expect(source).toMatchObject({ rows, columns });
    const target = new Float32Array(2 * columns);
    await source!.read(rows - 2, 2, target);
    expect(target).toEqual(Float32Array.from([...new Float32Array(columns), ...values]));
    await dataset.close();
  });

  it('is recognised by its name, and where that says nothing by its content', async () => {
    const archive = readFileSync(join(folder, 'zip_dict.pt'));
    const legacy = readFileSync(join(folder, 'legacy_dict.pt'));
    const expected: Record<string, readonly [Uint8Array, boolean]> = {
      'a.pt': [archive, true],
      'a.PTH': [archive, true],
      'a.ckpt': [archive, true],
      'archive.bin': [archive, true],
      'legacy.bin': [legacy, true],
      'archive.pkl': [archive, true],
      'legacy.p': [legacy, true],
      'plain.pkl': [readFileSync(join(folder, 'plain.pt')), false],
      'other.bin': [Buffer.from('0123456789'), false],
      'empty.bin': [Buffer.alloc(0), false],
      'other.zip': [archive, false],
    };
    for (const [name, [bytes, isOurs]] of Object.entries(expected)) {
      writeFileSync(join(temporary, name), bytes);
      expect([name, await pytorch.recognises!(join(temporary, name), false)]).toEqual([name, isOurs]);
    }
    expect(await pytorch.recognises!(join(temporary, 'a.pt'), true)).toBe(false);
  });

  it('reads what torch wrote into a .pkl', async () => {
    writeFileSync(join(temporary, 'torch.pkl'), readFileSync(join(folder, 'zip_dict.pt')));
    expect(await readAll(await openReader(pytorch, { path: 'torch.pkl' }, temporary))).toEqual(
      files['zip_dict.pt'],
    );
  });
});

describe('pytorch refuses', () => {
  it.each([
    ['command.pt', 'pytorch-object', 'posix.system'],
    ['zip_object.pt', 'pytorch-object', 'datetime.datetime'],
    ['legacy_object.pt', 'pytorch-object', 'datetime.datetime'],
    ['zip_model.pt', 'pytorch-model', 'torch.nn.modules.container.Sequential'],
    ['legacy_model.pt', 'pytorch-model', 'torch.nn.modules.container.Sequential'],
    ['zip_state.pt', 'pytorch-model', 'a model’s checkpoint'],
    ['legacy_state.pt', 'pytorch-model', '`modalities: { image: 0.weight }`'],
    ['zip_checkpoint.pt', 'pytorch-model', 'model.0.weight'],
    ['legacy_checkpoint.pt', 'pytorch-model', 'model.0.weight'],
    ['script.pt', 'pytorch-script', 'TorchScript'],
    ['plain.pt', 'pytorch-format', 'A plain pickle is not loaded'],
  ])('%s: %s', async (path, code, message) => {
    const error = await failure(path);
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
    expect(error.message).toContain('torch.save');
    // What the pickle would have done.
    expect(existsSync('/tmp/this-file-must-not-be')).toBe(false);
  });

  it('the state of a model, but not the tensors of it that are named', async () => {
    const params = { path: 'zip_state.pt', modalities: { image: '0.weight' } };
    const { image } = await readAll(await openReader(pytorch, params, folder));
    expect(image!.map((row) => row.length)).toEqual([4, 4, 4]);
  });

  it('rows that are named in different orders, telling the first', async () => {
    for (const path of ['zip_misordered.pt', 'legacy_misordered.pt']) {
      const error = await failure(path);
      expect(error.code).toBe('row-names');
      expect(error.message).toContain('row 1 is named "0.jpg" in image, but "11.jpg" in text');
    }
  });

  it('an empty file, other archives, and text', async () => {
    writeFileSync(join(temporary, 'empty.pt'), '');
    writeFileSync(join(temporary, 'text.pt'), 'not a tensor');
    const npz = fileURLToPath(new URL('../../oracle/embeddings/stored.npz', import.meta.url));
    const inTemporary = (path: string) => inputErrorOf(openReader(pytorch, { path }, temporary));
    expect((await inTemporary('empty.pt')).code).toBe('pytorch-empty');
    expect((await inTemporary('text.pt')).code).toBe('pytorch-format');
    expect((await inTemporary(npz)).message).toContain('a zip archive without a data.pkl');
  });

  it('bytes that changed on the disk', async () => {
    const bytes = readFileSync(join(folder, 'zip_tensor.pt'));
    const stored = Buffer.from(new Float32Array(files['zip_tensor.pt']!['modality-1']!.flat()).buffer);
    const at = bytes.indexOf(stored);
    expect(at % 64).toBe(0);
    bytes[at + 5]! ^= 1;
    writeFileSync(join(temporary, 'changed.pt'), bytes);
    const dataset = asEmbeddings(await openReader(pytorch, { path: 'changed.pt' }, temporary));
    const [source] = dataset.sources;
    const error = await inputErrorOf(source!.read(0, 1, new Float32Array(4)));
    await dataset.close();
    expect(error.code).toBe('archive-damaged');
    expect(error.message).toMatch(/checksum/);
  });
});

describeShared('the containers of ../shared', () => {
  const image = sharedFile('cases/containers/image.pt');
  const text = sharedFile('cases/containers/text.pt');

  it('are the same as one file and as two', async () => {
    const both = await readAll(
      await openReader(pytorch, { path: sharedFile('cases/containers/dict.pt') }, temporary),
    );
    const two = await readAll(await openReader(pytorch, { path: { image, text } }, temporary));
    expect(Object.values(two)).toEqual(Object.values(both));
    expect(Object.keys(both)).toEqual(['image_features', 'text_features']);
  });
});

function replaceOnce(bytes: Buffer, from: Buffer, to: Buffer): Buffer {
  const at = bytes.indexOf(from);
  expect(at).toBeGreaterThan(0);
  return Buffer.concat([bytes.subarray(0, at), to, bytes.subarray(at + from.length)]);
}
