import type { Tensor } from './graph.ts';
import type { GraphBuilder } from './graphBuilder.ts';

/** Gaussian error linear unit, exact: x·Φ(x) (Hendrycks & Gimpel 2016). */
export function gelu(builder: GraphBuilder, x: Tensor): Tensor {
  const twicePhi = builder.add(builder.erf(builder.multiply(x, Math.SQRT1_2)), 1);
  return builder.multiply(builder.multiply(x, twicePhi), 0.5);
}

/** The approximation x·½(1 + tanh(√(2/π)(x + 0.044715x³))) of the same (Hendrycks & Gimpel 2016). */
export function geluTanh(builder: GraphBuilder, x: Tensor): Tensor {
  const cubed = builder.multiply(builder.multiply(builder.multiply(x, x), x), 0.044715);
  const bent = builder.tanh(builder.multiply(builder.add(x, cubed), Math.sqrt(2 / Math.PI)));
  return builder.multiply(builder.multiply(x, builder.add(bent, 1)), 0.5);
}

/** The approximation x·σ(1.702x) that CLIP's published weights were trained with. */
export function quickGelu(builder: GraphBuilder, x: Tensor): Tensor {
  return builder.multiply(x, builder.sigmoid(builder.multiply(x, 1.702)));
}

/** x where it is positive, else slope·x; the slope is in [0, 1]. */
export function leakyRelu(builder: GraphBuilder, x: Tensor, slope = 0.01): Tensor {
  return builder.maximum(x, builder.multiply(x, slope));
}
