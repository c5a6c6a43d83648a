import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeModel } from '../../../server/worker/describeModel.ts';
import { textItem } from './encoderFixture.ts';
import { embedAll, expectClose, loadPretrained } from './onnxFixture.ts';

/** Thin models with the files that families of text models publish: see test/oracle/familyModels.py. */
const models = resolve('test/oracle/familyModels');
const cases = JSON.parse(readFileSync(join(models, 'expected.json'), 'utf8')) as readonly {
  readonly family: string;
  readonly given: { readonly prompt?: string };
  readonly texts: readonly string[];
  readonly dimension: number;
  readonly embeddings: string;
}[];

describe('texts of the families that are published are embedded as PyTorch does', () => {
  it.each(cases)('$family $given', async ({ family, given, texts, dimension, embeddings }) => {
    const folder = join(models, family);
    const encoder = await loadPretrained(folder, 'text', given);
    const found = await embedAll(encoder, texts.map(textItem));
    expect(found.columns).toBe(dimension);
    expectClose(found.data, embeddings);
    const described = await describeModel({
      model: folder,
      revision: null,
      content: 'text',
      given,
      baseFolder: '.',
    });
    expect([dimension, null]).toContain(described.dimension);
  });
});
