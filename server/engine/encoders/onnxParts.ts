import { join } from 'node:path';
import type { Note } from '../../protocol/report.ts';
import type { IntensityWindow } from '../datasets/intensityWindow.ts';
import { InputError } from '../problems.ts';
import { checkpointInput } from './checkpoint/checkpointInput.ts';
import { onnxOutputsOf, textInputsOf } from './checkpoint/onnxTextInputs.ts';
import { readTextFacts } from './checkpoint/textFamily.ts';
import { plainHead, type EmbeddingHead } from './embeddingHead.ts';
import type { EncoderContext } from './encoder.ts';
import type { Preparation } from './inputs/preparation.ts';
import { proteinInput, textInput } from './inputs/textInput.ts';
import type { Pooling } from './pooling.ts';
import { promptOf, type Prompt, type Prompts } from './sentence/prompts.ts';
import { sentenceHead } from './sentence/sentenceHead.ts';
import { withPooling, type SentenceModel } from './sentence/sentenceModel.ts';
import { promptLength, sentenceTokenizer } from './sentence/sentenceTokenizer.ts';

export interface OnnxPartsOptions {
  /** The ONNX model, absolute. */
  readonly modelFile: string;
  /** Whether it may be of two modalities, or stand alone. */
  readonly isWhole: boolean;
  readonly output?: string | undefined;
  readonly pooling?: Pooling | undefined;
  readonly prompt?: string | undefined;
  readonly frames?: number | undefined;
  readonly window?: IntensityWindow | undefined;
}

/** What of an encoder's context its parts depend on. */
type PartsContext = Pick<EncoderContext, 'content' | 'modality' | 'signal'>;

/** How an ONNX model of a folder is driven. */
export interface OnnxParts {
  readonly preparation: Preparation;
  readonly head: EmbeddingHead;
  /** The model whose modules `head` follows; null where it follows none. */
  readonly sentence: SentenceModel | null;
  /** What of it the report should say. */
  readonly details: readonly string[];
  /** What stands before every text. */
  readonly prompt: Prompt | null;
  readonly notes: readonly Note[];
}

/**
 * How items of a content become a model's input, and embeddings what it gives, as the files in a folder say: those of a
 * sentence model follow its modules.
 *
 * @param folder absolute.
 * @param sentence What `modules.json` in the folder says; null where there is none.
 * @throws InputError for files that are missing or cannot be used; `model-prompt`, `model-pooling`.
 */
export async function onnxParts(
  folder: string,
  sentence: SentenceModel | null,
  options: OnnxPartsOptions,
  context: PartsContext,
): Promise<OnnxParts> {
  const { content } = context;
  if (sentence !== null && (content === 'text' || content === 'protein')) {
    return sentenceParts(folder, sentence, options, context);
  }
  if (sentence !== null) expectNothingAfter(folder, sentence, content);
  const { isWhole, output, pooling } = options;
  const isLanguage = content === 'text' || content === 'protein';
  const poolsTexts = isLanguage && (await readTextFacts(folder)).isOfPair;
  return {
    preparation: await checkpointInput(join(folder, sentence?.path ?? ''), options, context),
    head: plainHead(content, { isWhole, poolsTexts }, { output, pooling }),
    sentence: null,
    details: [],
    ...promptFor(folder, sentence?.prompts ?? null, options.prompt, context),
  };
}

async function sentenceParts(
  folder: string,
  said: SentenceModel,
  { modelFile, output, pooling, prompt: asked }: OnnxPartsOptions,
  context: PartsContext,
): Promise<OnnxParts> {
  const model = pooling === undefined ? said : withPooling(folder, said, pooling);
  const [before, after] = [said, model].map(({ modules }) => modules.map(({ identity }) => identity));
  const isChanged = JSON.stringify(before) !== JSON.stringify(after);
  const tokenizer = await sentenceTokenizer(folder, model, await textInputsOf(modelFile));
  const { prompt, notes } = promptFor(folder, model.prompts, asked, context);
  const excludesPrompt = model.modules.some((module) => module.pooling?.excludesPrompt === true);
  const promptTokens = prompt !== null && excludesPrompt ? promptLength(tokenizer, prompt.text) : 0;
  const head = sentenceHead(model, { output, promptTokens, isChanged });
  const outputs = await onnxOutputsOf(modelFile);
  return {
    preparation: context.content === 'text' ? textInput(tokenizer) : proteinInput(tokenizer),
    head,
    sentence: model,
    details: [
      // A file that cannot be read says nothing: whoever starts it says why.
      ...(outputs === null ? [] : head.choose(modelFile, outputs).details),
      ...(model.transformer.lowersCase ? ['lower-cased'] : []),
      `${tokenizer.limit} tokens at most`,
    ],
    prompt,
    notes: [
      ...(model.transformer.code === null ? [] : [codeNote(model.transformer.code)]),
      ...(isChanged ? [poolingNote(said, pooling!)] : []),
      ...notes,
    ],
  };
}

function codeNote(code: string): Note {
  return {
    code: 'model-code',
    message: `the model’s modules.json begins with ${code}, code of its own that is not run: texts are prepared as its tokenizer.json says, and the ONNX model is taken to hold the rest`,
  };
}

function poolingNote({ modules }: SentenceModel, pooling: Pooling): Note {
  const said = modules.flatMap((module) => module.pooling?.chosen ?? []).join(' + ');
  return {
    code: 'pooling-replaced',
    message: `pooling: ${pooling} is taken in place of ${said}, which the model’s modules.json says`,
  };
}

/**
 * What stands before every text, with a note where it is the model that says so.
 *
 * @param prompts Null for a model that names none.
 * @throws InputError `model-prompt` for one that it does not have, and where there are no texts.
 */
export function promptFor(
  folder: string,
  prompts: Prompts | null,
  asked: string | undefined,
  { content, modality }: Pick<EncoderContext, 'content' | 'modality'>,
): Pick<OnnxParts, 'prompt' | 'notes'> {
  if (content !== 'text') {
    if (asked === undefined) return { prompt: null, notes: [] };
    throw new InputError(
      'model-prompt',
      `prompt: it stands before texts, and ${modality} is made of ${content}`,
    );
  }
  const prompt = promptOf(folder, prompts ?? { texts: {}, usual: null }, asked);
  const isUsual = prompt !== null && asked === undefined;
  return { prompt, notes: isUsual ? [usualPromptNote(prompt)] : [] };
}

function usualPromptNote({ name, text }: Prompt): Note {
  return {
    code: 'default-prompt',
    message: `the model’s default prompt, ${name ?? ''} (${JSON.stringify(text.slice(0, 200))}), stands before every text; prompt: "" takes it away`,
  };
}

/** @throws InputError `model-module` for a model that does more with what its transformer gives than normalise it. */
export function expectNothingAfter(folder: string, { modules }: SentenceModel, content: string): void {
  const other = modules.find(({ changesDirection }) => changesDirection);
  if (other === undefined) return;
  throw new InputError(
    'model-module',
    `${folder}: its modules.json has ${other.label}, which is followed for texts in an ONNX model, not for ${content} here`,
  );
}
