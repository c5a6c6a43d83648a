import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recogniseReader } from '../../../server/engine/datasets/recogniseReader.ts';
import { unconvertedFormat } from '../../../server/engine/datasets/unconvertedFormats.ts';
import { inputErrorOf, temporaryFolder } from './openForTest.ts';

const folder = temporaryFolder();

/** Names of files, what each is, and the call that converts it. */
const files: readonly (readonly [string, RegExp, string])[] = [
  ['a.faiss', /FAISS index/, 'np.save("a.npy", x.reconstruct_n(0, x.ntotal))'],
  ['a.INDEX', /FAISS index/, 'faiss.read_index("a.INDEX")'],
  ['a.vec', /words and their vectors/, 'np.save("a.npy", np.array([v[1:] for v in x if len(v) > 2]'],
  ['a.fvecs', /TEXMEX/, 'x = np.fromfile("a.fvecs", dtype="int32"); d = int(x[0])'],
  ['a.bvecs', /TEXMEX/, 'np.save("a.npy", x.reshape(-1, d + 4)[:, 4:])'],
  ['a.bin', /does not say what is in it/, 'np.fromfile("a.bin", dtype="float32").reshape(-1, 512)'],
  ['a.json', /JSON of another form/, 'np.savez("a.npz", **x)'],
  ['a.tfrecord', /TensorFlow’s records/, 'tf.data.TFRecordDataset("a.tfrecord")'],
  ['a.tfrecord-00000-of-00002', /TensorFlow’s records/, 'np.savez("a.npz", '],
  ['a.lmdb', /LMDB/, 'lmdb.open("a.lmdb", '],
  ['data.mdb', /LMDB/, 'np.save("data.npy", np.stack('],
  ['model.ckpt.index', /TensorFlow checkpoint/, 'tf.train.load_checkpoint("model.ckpt")'],
  ['model.ckpt.data-00000-of-00001', /TensorFlow checkpoint/, 'tf.train.load_checkpoint("model.ckpt")'],
  ['a.rds', /object of R/, 'RcppCNPy::npySave("a.npy", as.matrix(readRDS("a.rds")))'],
  ['a.RData', /workspace of R/, 'load("a.RData")'],
  ['a.pb', /TensorFlow model/, 'np.savez("a.npz", image=image, text=text)'],
  ['a.xlsx', /spreadsheet/, 'pd.read_excel("a.xlsx").to_csv("a.csv", index=False)'],
];

describe('a file of a format that embeddings are kept in and that is not read', () => {
  it.each(files)('%s is called what it is, with the line that converts it', async (name, what, line) => {
    const path = join(folder, name);
    writeFileSync(path, '[[1, 2], [3, 4]]');
    const error = await inputErrorOf(recogniseReader(path, false));
    expect(error.code).toBe('format-not-read');
    expect(error.message).toMatch(what);
    expect(error.message).toContain(line);
    expect(error.message.length).toBeLessThan(900);
  });

  it.each(files)('%s is named where a folder holds it', async (name, what) => {
    const path = join(folder, `folder of ${name}`);
    mkdirSync(path);
    writeFileSync(join(path, name), '[[1, 2], [3, 4]]');
    const error = await inputErrorOf(recogniseReader(path, true));
    expect(error.message).toMatch(what);
    expect(error.message.startsWith(`${join(path, name)} is `)).toBe(true);
  });

  it('is not guessed beside other files where its name is that of anything', async () => {
    const path = join(folder, 'mixed');
    mkdirSync(path);
    for (const name of ['settings.json', 'notes.docx']) writeFileSync(join(path, name), '{}');
    expect(await recogniseReader(path, true)).toBeUndefined();
    expect(['settings.json', 'a.bin', 'notes.docx', 'a.faiss'].map(unconvertedFormat)).toEqual([
      null,
      null,
      null,
      'a FAISS index, by its name',
    ]);
  });
});
