import type { Content } from '../datasets/dataset.ts';
import { InputError } from '../problems.ts';
import type { TensorInfo } from '../runtime/onnxRuntime.ts';

/** Outputs that are embeddings of items, the likeliest first, by the names that exporters give them. */
const embeddingNames: Readonly<Record<Content, readonly string[]>> = {
  image: ['image_embeds', 'image_embeddings'],
  video: ['video_embeds', 'image_embeds'],
  text: ['text_embeds', 'text_embeddings', 'sentence_embedding'],
  protein: ['protein_embeds', 'text_embeds'],
  audio: ['audio_embeds'],
  tensor: [],
};
const floatTypes = ['float32', 'float16', 'float64'];
const generalNames = ['embeddings', 'embedding', 'embeds'];

/** What is known of a model beside its outputs. */
export interface ModelKind {
  /** Whether it may be of two modalities, or stand alone; else it is one of the towers of such a model. */
  readonly isWhole: boolean;
  /** Whether it was trained to give texts one embedding each, as the text model of a CLIP, also where it is saved alone. */
  readonly poolsTexts: boolean;
}

/**
 * Names of outputs that hold embeddings, the likeliest first. Where a language model stands alone, its `pooler_output`
 * is that of another task of its training, and its tokens are what sentence embeddings are made of (Reimers & Gurevych
 * 2019); of the text model of two modalities it is the embedding, as it is of vision models.
 */
export function likelyOutputs(content: Content, { isWhole, poolsTexts }: ModelKind): readonly string[] {
  const isLanguage = content === 'text' || content === 'protein';
  const last = ['pooler_output', 'last_hidden_state'];
  const isOfTokens = isLanguage && isWhole && !poolsTexts;
  return [...embeddingNames[content], ...generalNames, ...(isOfTokens ? last.reverse() : last)];
}

/**
 * The output that holds the embeddings.
 *
 * @param file How messages call the model, and the file that they are about.
 * @param likely As `likelyOutputs` gives them.
 * @param asked The one that the configuration names.
 * @throws InputError `model-output` when the one asked for is not there, none can be chosen, or the chosen one has axes
 * that no embeddings have.
 */
export function embeddingOutput(
  file: string,
  outputs: readonly TensorInfo[],
  likely: readonly string[],
  asked: string | undefined,
): string {
  const name = chosenName(file, outputs, likely, asked);
  const { shape } = outputs.find((output) => output.name === name)!;
  // Lengths that are open, and shapes that are not told, show when the model runs.
  const told = shape.slice(1).map((length) => (typeof length === 'number' ? length : 1));
  if (shape.length === 0 || embeddingAxes(told, null).length > 0) return name;
  throw new InputError(
    'model-output',
    `${file}: its output ${name} has the shape ${shape.join('×')}, expected rows × dimension or rows × tokens × dimension; ` +
      'name another output as `output`, or export the model with its pooling',
    { file },
  );
}

/**
 * The axes of embeddings behind that of the rows: `[dimension]`, or `[tokens, dimension]`. Axes of length 1 are left out,
 * as pooled maps have them: rows × dimension × 1 × 1. Empty for what is neither, as maps that were not pooled are.
 *
 * @param masked Tokens that the model was given; null where it is given none.
 */
export function embeddingAxes(axes: readonly number[], masked: number | null): readonly number[] {
  if (axes.length < 2 || (axes.length === 2 && axes[0] === masked)) return axes;
  const longer = axes.filter((length) => length !== 1);
  if (longer.length > (axes.length === 2 ? 2 : 1)) return [];
  return longer.length === 0 ? [1] : longer;
}

function chosenName(
  file: string,
  outputs: readonly TensorInfo[],
  likely: readonly string[],
  asked: string | undefined,
): string {
  const names = outputs.filter(({ type }) => floatTypes.includes(type)).map(({ name }) => name);
  const listed = outputs.map(({ name, type, shape }) => `${name} (${type} ${shape.join('×')})`).join(', ');
  if (asked !== undefined) {
    if (names.includes(asked)) return asked;
    throw new InputError(
      'model-output',
      `${file}: it has no output "${asked}" with embeddings; it has ${listed}`,
      { file },
    );
  }
  const chosen = likely.find((name) => names.includes(name)) ?? (names.length === 1 ? names[0] : undefined);
  if (chosen !== undefined) return chosen;
  throw new InputError(
    'model-output',
    names.length === 0
      ? `${file}: none of its outputs holds embeddings, which are numbers with a fraction; it has ${listed}`
      : `${file}: which output holds the embeddings cannot be told; name one as \`output\`: ${listed}`,
    { file },
  );
}
