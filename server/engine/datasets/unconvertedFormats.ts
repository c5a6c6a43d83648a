import { basename } from 'node:path';
import { InputError } from '../problems.ts';

/** A format that embeddings are kept in and that is not read, by the names of its files. */
interface UnconvertedFormat {
  readonly names: RegExp;
  /** What a file is, for messages: `a FAISS index`. */
  readonly what: string;
  /** How to make a file of it that is read, with the file's name and what comes before the ending, both quoted. */
  readonly how: (file: string, saved: (extension: string) => string) => string;
  /** Whether files of other kinds have such names as well, so that one in a folder says nothing of it. */
  readonly isVague?: boolean;
}

const formats: readonly UnconvertedFormat[] = [
  {
    names: /\.mat$/i,
    what: 'a MATLAB file of a version before 7.3',
    how: (file, saved) =>
      `Convert it with Python: \`import scipy.io, numpy as np; x = scipy.io.loadmat(${file})\`, and then ` +
      `\`np.savez(${saved('npz')}, **{k: v for k, v in x.items() if k[0] != "_"})\`; or save it again in MATLAB with \`-v7.3\``,
  },
  {
    names: /\.ckpt\.(index|meta|data-\d+-of-\d+)$/i,
    what: 'a part of a TensorFlow checkpoint',
    how: (file) => {
      const checkpoint = file.replace(/\.(index|meta|data-\d+-of-\d+)"$/i, '"');
      return (
        'Embed your data with the model and save the embeddings with np.save; where variables of it are embeddings, with Python: ' +
        `\`import tensorflow as tf, numpy as np; c = tf.train.load_checkpoint(${checkpoint})\`, and then ` +
        '`np.save("image.npy", c.get_tensor("NAME"))`, where `c.get_variable_to_shape_map()` has the names'
      );
    },
  },
  {
    names: /\.(faiss|index)$/i,
    what: 'a FAISS index, by its name',
    how: (file, saved) =>
      `Where it keeps the vectors, save them with Python: \`import faiss, numpy as np; x = faiss.read_index(${file})\`, and then ` +
      `\`np.save(${saved('npy')}, x.reconstruct_n(0, x.ntotal))\` (of an IVF index, \`x.make_direct_map()\` first). Vectors of compressed indexes are approximate`,
  },
  {
    names: /\.vec$/i,
    what: 'a text of words and their vectors, as fastText and word2vec write it',
    how: (file, saved) =>
      `Save the vectors with Python: \`import numpy as np; x = [line.rstrip().split(" ") for line in open(${file}, encoding="utf-8")]\`, and then ` +
      `\`np.save(${saved('npy')}, np.array([v[1:] for v in x if len(v) > 2], dtype="float32"))\``,
  },
  {
    names: /\.[fb]vecs$/i,
    what: 'a file of vectors as TEXMEX’s data sets have them',
    how: (file, saved) => {
      const isBytes = /\.bvecs"$/i.test(file);
      const read = isBytes
        ? `x = np.fromfile(${file}, dtype="uint8"); d = int(x[:4].view("int32")[0])`
        : `x = np.fromfile(${file}, dtype="int32"); d = int(x[0])`;
      const array = isBytes
        ? 'x.reshape(-1, d + 4)[:, 4:]'
        : 'x.reshape(-1, d + 1)[:, 1:].copy().view("float32")';
      return `Convert it with Python: \`import numpy as np; ${read}\`, and then \`np.save(${saved('npy')}, ${array})\``;
    },
  },
  {
    names: /\.(bin|dat)$/i,
    what: 'a binary file that does not say what is in it',
    how: (file, saved) =>
      `Where it is numbers alone, convert it with Python, with their type and the number of columns in place of 512: \`import numpy as np; np.save(${saved('npy')}, np.fromfile(${file}, dtype="float32").reshape(-1, 512))\`; ` +
      `of word2vec’s binary format: \`import gensim, numpy as np; np.save(${saved('npy')}, gensim.models.KeyedVectors.load_word2vec_format(${file}, binary=True).vectors)\``,
    isVague: true,
  },
  {
    names: /\.json$/i,
    what: 'JSON of another form than captions or records',
    how: (file, saved) =>
      `Where it holds embeddings, convert it with Python: \`import json, numpy as np; x = json.load(open(${file}))\`, and then ` +
      `\`np.save(${saved('npy')}, np.array(x, dtype="float32"))\` for one list of vectors, ` +
      `\`np.savez(${saved('npz')}, **x)\` for a dictionary with a list of vectors for each modality, or ` +
      `\`np.save(${saved('npy')}, np.array(list(x.values()), dtype="float32"))\` for one with a vector for each row`,
    isVague: true,
  },
  {
    names: /\.tfrecords?(-\d+-of-\d+)?$/i,
    what: 'a file of TensorFlow’s records',
    how: (file, saved) =>
      `Convert it with Python, with the names of your features: \`import tensorflow as tf, numpy as np; x = [tf.train.Example.FromString(r.numpy()).features.feature for r in tf.data.TFRecordDataset(${file})]\`, and then ` +
      `\`np.savez(${saved('npz')}, **{k: np.array([r[k].float_list.value for r in x], dtype="float32") for k in ("image", "text")})\``,
  },
  {
    names: /\.(lmdb|mdb)$/i,
    what: 'an LMDB database, by its name',
    how: (file, saved) =>
      `Where its values are vectors of float32, convert it with Python: \`import os, lmdb, numpy as np; db = lmdb.open(${file}, subdir=os.path.isdir(${file}), readonly=True, lock=False)\`, and then ` +
      `\`np.save(${saved('npy')}, np.stack([np.frombuffer(v, "float32") for _, v in db.begin().cursor()]))\`, whose rows are in the order of the keys`,
  },
  {
    names: /\.rds$/i,
    what: 'an object of R',
    how: (file, saved) =>
      `Where it is a matrix, convert it with R: \`RcppCNPy::npySave(${saved('npy')}, as.matrix(readRDS(${file})))\``,
  },
  {
    names: /\.(rdata|rda)$/i,
    what: 'a workspace of R',
    how: (file) =>
      `Convert its matrices with R, with the name that \`print(load(${file}))\` shows: \`load(${file}); RcppCNPy::npySave("image.npy", as.matrix(NAME))\``,
  },
  {
    names: /\.(pb|pbtxt)$/i,
    what: 'a TensorFlow model or another message of protocol buffers, by its name',
    how: (_, saved) =>
      `Embed your data with the model in Python, and save the embeddings of all modalities: \`import numpy as np; np.savez(${saved('npz')}, image=image, text=text)\``,
  },
  {
    names: /\.(xlsx?|xlsm|ods)$/i,
    what: 'a spreadsheet',
    how: (file, saved) =>
      `Save its sheet as CSV, there or with Python: \`import pandas as pd; pd.read_excel(${file}).to_csv(${saved('csv')}, index=False)\``,
  },
];

function formatOf(name: string): UnconvertedFormat | undefined {
  return formats.find(({ names }) => names.test(name));
}

/** What a file is that has to be converted to be read, by its name alone; null where its name says nothing certain. */
export function unconvertedFormat(name: string): string | null {
  const format = formatOf(name);
  return format === undefined || format.isVague === true ? null : format.what;
}

/**
 * The refusal of a file that no reader takes and that has the name of a format in which embeddings are kept, with the
 * lines that convert it; undefined where its name is none of these.
 */
export function unconvertedRefusal(path: string): InputError | undefined {
  const name = basename(path);
  const format = formatOf(name);
  if (format === undefined) return undefined;
  const stem = name.replace(format.names, '');
  const saved = (extension: string) => JSON.stringify(`${stem}.${extension}`);
  return new InputError(
    'format-not-read',
    `${path} is ${format.what}, which is not read. ${format.how(JSON.stringify(name), saved)}`,
    { file: path },
  );
}
