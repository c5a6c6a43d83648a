import { readFileSync } from 'node:fs';
import { copyFile, cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** Tiny sentence models, and what PyTorch makes of texts with them: see test/oracle/sentenceModels.py. */
const modelsFolder = resolve('test/oracle/sentenceModels');

/** A model by the files that it adds to those of a transformer. */
export interface SentenceFiles {
  /** `tokens`, whose ONNX gives embeddings of tokens, or `whole`, whose ONNX gives those of sentences too. */
  readonly model: 'tokens' | 'whole';
  /** Contents as JSON, by path. */
  readonly files: Readonly<Record<string, unknown>>;
  /** Names of prepared weights, by path. */
  readonly weights: Readonly<Record<string, string>>;
}

export interface SentenceCase extends SentenceFiles {
  readonly name: string;
  /** Parameters of the encoder. */
  readonly given: {
    readonly output?: string;
    readonly pooling?: 'max' | 'weighted-mean';
    readonly prompt?: string;
  };
  readonly columns: number;
  /** float32 in base64. */
  readonly embeddings: string;
}

export const oracle = JSON.parse(readFileSync(join(modelsFolder, 'expected.json'), 'utf8')) as {
  readonly texts: readonly string[];
  readonly cases: readonly SentenceCase[];
};

export function caseOf(name: string): SentenceCase {
  return oracle.cases.find((each) => each.name === name)!;
}

/** The ONNX model of one of the transformers. */
export function transformerFile(model: SentenceFiles['model']): string {
  return join(modelsFolder, model, 'onnx', 'model.onnx');
}

/** Writes a model into a new folder within another one. */
export async function writeSentenceModel(
  { model, files, weights }: SentenceFiles,
  within: string,
  name = 'model',
): Promise<string> {
  const folder = join(within, name);
  await cp(join(modelsFolder, model), folder, { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), JSON.stringify(content));
  }
  for (const [path, from] of Object.entries(weights)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await copyFile(join(modelsFolder, from), join(folder, path));
  }
  return folder;
}
