import type { Initialiser } from '../graph/graph.ts';
import { normal, xavierUniform } from './torchInitialisers.ts';
import type { PerceptronInitialisers, TransformerInitialisers } from './transformer.ts';

/** What `SiglipPreTrainedModel._init_weights` of Hugging Face's transformers draws perceptrons from. */
export function siglipPerceptronInitialisers(width: number, mlpWidth: number): PerceptronInitialisers {
  const weight = xavierUniform(width, mlpWidth);
  const bias = normal(1e-6);
  return { hidden: weight, hiddenBias: bias, output: weight, outputBias: bias };
}

/** What it draws the blocks of a transformer from. */
export function siglipBlockInitialisers(width: number, mlpWidth: number): TransformerInitialisers {
  const attention = xavierUniform(width, width);
  return {
    attentionInput: attention,
    attentionOutput: attention,
    ...siglipPerceptronInitialisers(width, mlpWidth),
  };
}

/**
 * LeCun's normal distribution: variance 1/fanIn. The reference cuts it off at 2.27 deviations and widens it for the same
 * variance; here it is whole.
 */
export function lecunNormal(fanIn: number): Initialiser {
  return normal(1 / Math.sqrt(fanIn));
}
