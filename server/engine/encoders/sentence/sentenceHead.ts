import type { Matrix } from '../../numerics/matrix.ts';
import { InputError } from '../../problems.ts';
import type { TensorInfo } from '../../runtime/onnxRuntime.ts';
import type { EmbeddingHead, HeadedOutput } from '../embeddingHead.ts';
import { embeddingOutput } from '../embeddingOutput.ts';
import type { TokenEmbeddings } from '../pooling.ts';
import { applyModules, type SentenceModel } from './sentenceModel.ts';

export interface SentenceHeadOptions {
  /** The output that the configuration names. */
  readonly output: string | undefined;
  /** Tokens of a text that are of the prompt, where the model leaves them out; 0 for none. */
  readonly promptTokens: number;
  /** Whether the model itself cannot know what is to be made of its tokens, as the configuration asks for something else. */
  readonly isChanged: boolean;
}

/** Outputs that exporters make of all modules of a model. */
const wholeNames = [
  'sentence_embedding',
  'sentence_embeddings',
  'text_embeds',
  'embeddings',
  'embedding',
  'embeds',
];

/**
 * What the modules of a sentence model make of the embeddings of its tokens. A model that was exported with its modules
 * gives the embedding of the sentence itself, of which nothing more is made.
 */
export function sentenceHead(
  model: SentenceModel,
  { output, promptTokens, isChanged }: SentenceHeadOptions,
): EmbeddingHead {
  return {
    identity: ['sentence', output ?? null, promptTokens, model.modules.map(({ identity }) => identity)],
    choose(file, outputs) {
      const name =
        output === undefined
          ? likelyOutput(file, outputs, model, { isNeeded: isChanged || promptTokens > 0 })
          : embeddingOutput(file, outputs, [], output);
      return headed(file, outputs, name, model, promptTokens);
    },
  };
}

function headed(
  file: string,
  outputs: readonly TensorInfo[],
  output: string,
  { transformer, modules }: SentenceModel,
  promptTokens: number,
): HeadedOutput {
  const refused: HeadedOutput['pool'] = () => {
    throw new InputError(
      'model-output',
      `${file}: its output ${output} holds embeddings of tokens, and ${transformer.gives} is expected of it`,
      { file },
    );
  };
  const summaries = modules.flatMap(({ summary }) => summary ?? []);
  if (transformer.gives === 'sentence_embedding') {
    // What a model was exported with is done.
    const isDone = output === 'sentence_embedding';
    return {
      output,
      details: [`its ${output}`, ...(isDone ? [] : summaries)],
      pool: refused,
      finish: isDone ? null : (sentence) => finished(modules, sentence),
    };
  }
  const isOfItems = rankOf(outputs, output) === 2;
  return {
    output,
    details: isOfItems ? [`its ${output}`] : summaries,
    pool: isOfItems
      ? refused
      : (embedded) => {
          if (embedded.mask === null) {
            throw new InputError(
              'model-output',
              `${file}: its output ${output} has ${embedded.tokens} tokens, which are not those of its input, so that padding cannot be told from them`,
              { file },
            );
          }
          const tokens = { ...embedded, mask: withoutPrompt(embedded, promptTokens) };
          return applyModules(modules, { tokens, wholeMask: embedded.mask, sentence: null }).sentence!;
        },
    finish: null,
  };
}

function finished(modules: SentenceModel['modules'], sentence: Matrix): Matrix {
  const none = { rows: sentence.rows, tokens: 0, columns: 0, data: new Float32Array(), mask: null };
  return applyModules(modules, { tokens: none, wholeMask: null, sentence }).sentence!;
}

function rankOf(outputs: readonly TensorInfo[], name: string): number | undefined {
  return outputs.find((output) => output.name === name)?.shape.length;
}

/** @throws InputError `model-output` for outputs that hold neither what the modules make, nor what they take. */
function likelyOutput(
  file: string,
  outputs: readonly TensorInfo[],
  { transformer, dimension }: SentenceModel,
  { isNeeded }: { readonly isNeeded: boolean },
): string {
  const floats = outputs.filter(({ type }) => type.startsWith('float'));
  const named = (names: readonly string[], rank: number): TensorInfo | undefined =>
    names
      .map((name) => floats.find((each) => each.name === name && each.shape.length === rank))
      .find((found) => found !== undefined);
  const problem = (message: string): InputError =>
    new InputError(
      'model-output',
      `${file}: ${message}; it has ${outputs.map(({ name, type, shape }) => `${name} (${type} ${shape.join('×')})`).join(', ')}`.slice(
        0,
        900,
      ),
      { file },
    );
  const fits = ({ shape }: TensorInfo): boolean => {
    const last = shape.at(-1);
    return typeof last !== 'number' || dimension === null || last === dimension;
  };
  if (transformer.gives === 'sentence_embedding') {
    const found = named(['sentence_embedding', ...transformer.outputs], 2);
    if (found !== undefined) return found.name;
    throw problem(
      `none of its outputs is ${transformer.outputs.join(' or ')}, which modules.json begins with`,
    );
  }
  const single = floats.length === 1 ? floats[0] : undefined;
  const whole =
    named(wholeNames, 2) ??
    (single?.shape.length === 2 && single.name !== 'pooler_output' ? single : undefined);
  if (!isNeeded && whole !== undefined && fits(whole)) return whole.name;
  const tokens = named(transformer.outputs, 3) ?? (single?.shape.length === 3 ? single : undefined);
  if (tokens !== undefined) return tokens.name;
  if (isNeeded) {
    throw problem(
      'the embedding is to be made of its tokens in another way than it was exported with, and it does not give them',
    );
  }
  if (whole === undefined) {
    throw problem(
      `it gives no embeddings of tokens (${transformer.outputs.join(' or ')}), which modules.json makes one of`,
    );
  }
  throw problem(
    `its output ${whole.name} is not of the ${dimension} columns that modules.json ends with, so that it is not known which modules it comes after`,
  );
}

/** The mask with the first tokens of each row left out. */
function withoutPrompt({ rows, tokens, mask }: TokenEmbeddings, count: number): TokenEmbeddings['mask'] {
  if (count === 0 || mask === null) return mask;
  const kept = Int32Array.from(mask);
  for (let r = 0; r < rows; r++) kept.fill(0, r * tokens, Math.min((r + 1) * tokens, r * tokens + count));
  return kept;
}
