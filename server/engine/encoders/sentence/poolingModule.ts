import { z } from 'zod';
import { matrix, row, type Matrix } from '../../numerics/matrix.ts';
import { readCheckpointJson, unusable } from '../checkpoint/checkpointFile.ts';
import type { Pooling } from '../pooling.ts';
import { poolTokens } from '../pooling.ts';
import type { ListedModule } from './modulesFile.ts';
import type { Features, SentenceModule } from './sentenceModule.ts';

/** The library's modes, in the order in which it joins their embeddings where a file switches each on or off. */
const modes = {
  cls: { pooling: 'first', key: 'pooling_mode_cls_token' },
  max: { pooling: 'max', key: 'pooling_mode_max_tokens' },
  mean: { pooling: 'mean', key: 'pooling_mode_mean_tokens' },
  mean_sqrt_len_tokens: { pooling: 'mean-sqrt', key: 'pooling_mode_mean_sqrt_len_tokens' },
  weightedmean: { pooling: 'weighted-mean', key: 'pooling_mode_weightedmean_tokens' },
  lasttoken: { pooling: 'last', key: 'pooling_mode_lasttoken' },
} as const satisfies Readonly<Record<string, { pooling: Pooling; key: string }>>;
type Mode = keyof typeof modes;
const modeNames = Object.keys(modes) as Mode[];

const dimension = z.int().min(1).max(1_000_000);
const flag = z.boolean().optional();
const mode = z.enum(modeNames);
const schema = z.strictObject({
  embedding_dimension: dimension.optional(),
  word_embedding_dimension: dimension.optional(),
  pooling_mode: z.union([mode, z.array(mode).min(1)]).optional(),
  pooling_mode_cls_token: flag,
  pooling_mode_max_tokens: flag,
  pooling_mode_mean_tokens: flag,
  pooling_mode_mean_sqrt_len_tokens: flag,
  pooling_mode_weightedmean_tokens: flag,
  pooling_mode_lasttoken: flag,
  include_prompt: flag,
});
type Config = z.output<typeof schema>;

/**
 * Pooling: the embeddings of tokens by one mode or several, side by side.
 *
 * @param folder of the model, absolute.
 * @throws InputError as `readCheckpointJson`; `checkpoint-config` for a file that versions of the library read in
 * different ways.
 */
export async function poolingModule(
  folder: string,
  { path, name, isOld }: ListedModule,
): Promise<SentenceModule> {
  const { file, content } = await readCheckpointJson(folder, `${path}/config.json`, schema);
  return pooled(
    {
      label: `${path} (${name})`,
      takes: content.embedding_dimension ?? content.word_embedding_dimension ?? null,
    },
    {
      chosen: modesOf(file, content).map((each) => modes[each].pooling),
      excludesPrompt: content.include_prompt === false,
      isOld,
    },
  );
}

export interface PoolingChoice {
  /** Side by side. */
  readonly chosen: readonly Pooling[];
  readonly excludesPrompt: boolean;
  /** Versions until 5.3 take the first of all tokens, later ones the first that is not of the prompt. */
  readonly isOld: boolean;
}

function pooled(place: Pick<SentenceModule, 'label' | 'takes'>, choice: PoolingChoice): SentenceModule {
  const { chosen, excludesPrompt, isOld } = choice;
  const firstOfAll = excludesPrompt && isOld;
  const pools = chosen.map((pooling): ((features: Features) => Matrix) => {
    const isOfAll = firstOfAll && pooling === 'first';
    return ({ tokens, wholeMask }) => poolTokens(isOfAll ? { ...tokens, mask: wholeMask } : tokens, pooling);
  });
  return {
    ...place,
    summary: `${chosen.join(' + ')} of tokens${excludesPrompt ? ' without the prompt' : ''}`,
    changesDirection: true,
    identity: ['pooling', choice],
    input: 'token_embeddings',
    output: 'sentence_embedding',
    gives: (columns) => (columns === null ? null : columns * chosen.length),
    pooling: { chosen, excludesPrompt, withOther: (other) => pooled(place, { ...choice, chosen: [other] }) },
    apply: (features) => ({ ...features, sentence: sideBySide(pools.map((pool) => pool(features))) }),
  };
}

function modesOf(file: string, config: Config): readonly Mode[] {
  const { pooling_mode: named } = config;
  if (named !== undefined) return typeof named === 'string' ? [named] : named;
  const chosen = modeNames.filter((each) => config[modes[each].key] === true);
  if (chosen.length > 0 && config.pooling_mode_mean_tokens === undefined) {
    throw unusable(
      file,
      'pooling_mode_mean_tokens',
      `found nothing, expected true or false: without it, versions of sentence-transformers until 5.3 add the mean to ${chosen.join(' and ')}, later ones do not`,
    );
  }
  return chosen.length > 0 ? chosen : ['mean'];
}

/** Embeddings of the same rows, those of each row one after the other. */
function sideBySide(parts: readonly Matrix[]): Matrix {
  const [first] = parts;
  if (parts.length === 1) return first!;
  const all = matrix(first!.rows, parts.length * first!.columns);
  for (let r = 0; r < all.rows; r++) {
    for (const [p, part] of parts.entries()) row(all, r).set(row(part, r), p * part.columns);
  }
  return all;
}
