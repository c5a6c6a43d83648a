import { basename, extname } from 'node:path';
import { InputError } from '../problems.ts';

/** How people load what they called so. */
const loaders: Readonly<Record<string, (file: string) => string>> = {
  '.pkl': (file) => `import pickle, numpy as np; x = pickle.load(open(${file}, "rb"))`,
  '.joblib': (file) => `import joblib, numpy as np; x = joblib.load(${file})`,
};
const extensions: Readonly<Record<string, string>> = {
  '.pkl': '.pkl',
  '.pickle': '.pkl',
  '.p': '.pkl',
  '.joblib': '.joblib',
};

/** Whether a file has a name that pickles have. What torch wrote under such a name is none. */
export function hasPickleName(path: string): boolean {
  return Object.hasOwn(extensions, extname(path).toLowerCase());
}

/** The refusal of a file with such a name, with the lines that convert it. */
export function pickleRefusal(path: string): InputError {
  const load = loaders[extensions[extname(path).toLowerCase()] ?? '.pkl']!;
  const stem = basename(path, extname(path));
  const [npz, npy] = ['npz', 'npy'].map((extension) => JSON.stringify(`${stem}.${extension}`));
  return new InputError(
    'pickle-refused',
    `${path} is a pickle, which is never loaded, because loading one runs the code of whoever wrote it. Where it is yours, convert it with Python: ` +
      `\`${load(JSON.stringify(basename(path)))}\`, and then \`np.savez(${npz!}, **x)\` for a dictionary of arrays, or \`np.save(${npy!}, x)\` for one array ` +
      '(for a table of pandas, `x.to_parquet(…)`)',
    { file: path },
  );
}
