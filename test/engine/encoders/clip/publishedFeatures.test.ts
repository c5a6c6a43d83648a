import { expect, it } from 'vitest';
import { npy } from '../../../../server/engine/datasets/npy.ts';
import { contrastiveLosses } from '../../../../server/engine/measurement/contrastiveLosses.ts';
import { dot } from '../../../../server/engine/numerics/dot.ts';
import { matrix, type Matrix } from '../../../../server/engine/numerics/matrix.ts';
import { Random } from '../../../../server/engine/numerics/random.ts';
import { useKernels } from '../../measureMatrices.ts';
import { matrixOf, unitRows } from '../../pairedCones.ts';
import { describeShared, sharedFile } from '../../sharedData.ts';

const kernels = useKernels();

async function features(name: string): Promise<Matrix> {
  const path = sharedFile(`data/numpyclip_refs/${name}.npy`);
  const context = { baseFolder: '.', random: new Random(1), signal: new AbortController().signal };
  const dataset = await npy.open(npy.params.parse({ path }), context);
  if (dataset.kind !== 'embeddings') throw new Error(`${path} holds no embeddings`);
  const source = dataset.sources[0]!;
  const read = matrix(source.rows, source.columns);
  await source.read(0, source.rows, read.data);
  await dataset.close();
  return read;
}

/** For the picture and “a diagram”, “a dog”, “a cat”, as the model's README has them. */
const published = [0.99279, 0.00421, 0.003];

describeShared('features of OpenAI’s ViT-B/32', () => {
  it('give the published probabilities: softmax of 100 · cosine', async () => {
    const [image] = unitRows(await features('image_features'));
    const texts = unitRows(await features('text_features'));
    const powers = texts.map((text) => Math.exp(100 * dot(image!, text)));
    const sum = powers.reduce((total, power) => total + power, 0);
    powers.forEach((power, i) => {
      expect(Math.abs(power / sum - published[i]!)).toBeLessThan(1e-5);
    });
  });

  it('give them as the contrastive loss too', async () => {
    const [image] = unitRows(await features('image_features'));
    const texts = unitRows(await features('text_features'));
    // The loss of a pair is −log of the probability of its text; each text is paired with the one picture.
    const [[losses] = []] = await contrastiveLosses(
      kernels,
      matrixOf(texts.map(() => image!)),
      matrixOf(texts),
      {
        direction: Float64Array.from(image!),
        shifts: [{ first: 0, second: 0 }],
        logitScales: [100],
        batchSize: 'full',
        signal: new AbortController().signal,
        progress: () => undefined,
      },
    );
    const probabilities = [...losses!.firstToSecond].map((loss) => Math.exp(-loss));
    probabilities.forEach((probability, i) => {
      // Similarities are float32: an error of 2·10⁻⁷ in a cosine is one of 2·10⁻⁵ in a logit at this scale.
      expect(Math.abs(probability - published[i]!)).toBeLessThan(5e-5);
    });
  });
});
