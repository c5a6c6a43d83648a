import type { InspectionWorker } from '../runs/inspectionWorker.ts';
import type { ModelDescription, WorkerContract } from '../protocol/worker.ts';

type Requests = WorkerContract['requests'];

/** What is asked of the model of an encoder, whatever the folder is that its paths are relative to. */
export type ModelQuestion =
  | {
      readonly method: 'describeModel';
      readonly params: Omit<Requests['describeModel']['params'], 'baseFolder'>;
    }
  | {
      readonly method: 'describeOnnxModel';
      readonly params: Omit<Requests['describeOnnxModel']['params'], 'baseFolder'>;
    };

/**
 * What there is to ask of an encoder's model; undefined where it has none, or does not name it yet.
 *
 * @param entry of `encoders:`, as it is written.
 * @param content that it embeds; null where that is not known.
 */
export function modelQuestion(
  entry: Readonly<Record<string, unknown>>,
  content: string | null,
): ModelQuestion | undefined {
  const { kind, model, revision, path } = entry;
  if (kind === 'pretrained' && typeof model === 'string') {
    const { output, pooling, prompt, weights, precision } = entry;
    const given = { output, pooling, prompt, weights, precision };
    const named = typeof revision === 'string' ? revision : null;
    return { method: 'describeModel', params: { model, revision: named, content, given } };
  }
  if (kind === 'onnx' && typeof path === 'string') {
    return { method: 'describeOnnxModel', params: { entry, content } };
  }
  return undefined;
}

/** The name or path of the model that a question is of. */
export function modelAskedFor({ method, params }: ModelQuestion): string {
  return method === 'describeModel' ? params.model : String(params.entry['path']);
}

/**
 * What the model is, as far as its files tell.
 *
 * @throws InputError, by way of the worker, for a model that a run could not use either.
 */
export function askModel(
  inspection: Pick<InspectionWorker, 'ask'>,
  { method, params }: ModelQuestion,
  baseFolder: string,
  signal: AbortSignal,
): Promise<ModelDescription> {
  return method === 'describeModel'
    ? inspection.ask(method, { ...params, baseFolder }, signal)
    : inspection.ask(method, { ...params, baseFolder }, signal);
}
