import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';
import { npy } from '../../server/engine/datasets/npy.ts';
import { matrix, type Matrix } from '../../server/engine/numerics/matrix.ts';
import { Random } from '../../server/engine/numerics/random.ts';

const sharedFolder = fileURLToPath(new URL('../../../shared/', import.meta.url));

/** A file of the reference data beside the project. */
export function sharedFile(path: string): string {
  return `${sharedFolder}${path}`;
}

/** Tests on real data, which lie beside the project and are no part of it: skipped where they are absent. */
export function describeShared(name: string, tests: () => void): void {
  const title = existsSync(sharedFolder) ? name : `${name} (skipped: there is no ../shared)`;
  describe.skipIf(!existsSync(sharedFolder))(title, tests);
}

/** Image (video, X-ray, protein) and text embeddings of one of the models of Liang et al. 2022, Fig. 1. */
export async function featurePair(model: string): Promise<{ first: Matrix; second: Matrix }> {
  const path = sharedFile(`data/liang2022_figure1/features_${model}.npy`);
  const dataset = await npy.open(npy.params.parse({ path }), {
    baseFolder: sharedFolder,
    random: new Random(1),
    signal: new AbortController().signal,
  });
  if (dataset.kind !== 'embeddings') throw new Error(`${path} holds no embeddings`);
  const [first, second] = await Promise.all(
    dataset.sources.map(async (source) => {
      const m = matrix(source.rows, source.columns);
      await source.read(0, source.rows, m.data);
      return m;
    }),
  );
  await dataset.close();
  return { first: first!, second: second! };
}
