import { erf } from '../../numerics/erf.ts';

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
/** ln(1 + eˣ), without overflow. */
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const clamp = (x: number, low: number, high: number): number => Math.min(Math.max(x, low), high);
const elu = (x: number): number => (x > 0 ? x : Math.expm1(x));
/** Klambauer et al. 2017. */
const selu = { scale: 1.0507009873554805, alpha: 1.6732632423543772 };

/**
 * The activations of `torch.nn` that take one number to one and have learned nothing, by the names of their classes, as
 * they are without arguments: https://pytorch.org/docs/stable/nn.html#non-linear-activations-weighted-sum-nonlinearity
 */
export const activations: Readonly<Record<string, (x: number) => number>> = {
  CELU: elu,
  ELU: elu,
  GELU: (x) => (x * (1 + erf(x * Math.SQRT1_2))) / 2,
  Hardshrink: (x) => (Math.abs(x) > 0.5 ? x : 0),
  Hardsigmoid: (x) => clamp(x + 3, 0, 6) / 6,
  Hardswish: (x) => (x * clamp(x + 3, 0, 6)) / 6,
  Hardtanh: (x) => clamp(x, -1, 1),
  Identity: (x) => x,
  LeakyReLU: (x) => (x > 0 ? x : 0.01 * x),
  LogSigmoid: (x) => -softplus(-x),
  Mish: (x) => x * Math.tanh(softplus(x)),
  ReLU: (x) => Math.max(x, 0),
  ReLU6: (x) => clamp(x, 0, 6),
  SELU: (x) => selu.scale * (x > 0 ? x : selu.alpha * Math.expm1(x)),
  SiLU: (x) => x * sigmoid(x),
  Sigmoid: sigmoid,
  Softplus: softplus,
  Softshrink: (x) => Math.sign(x) * Math.max(Math.abs(x) - 0.5, 0),
  Softsign: (x) => x / (1 + Math.abs(x)),
  Tanh: Math.tanh,
  Tanhshrink: (x) => x - Math.tanh(x),
};
