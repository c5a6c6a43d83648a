import type { Initialiser } from '../graph/graph.ts';

export const zeros: Initialiser = { kind: 'constant', value: 0 };
export const ones: Initialiser = { kind: 'constant', value: 1 };

export function normal(deviation: number): Initialiser {
  return { kind: 'normal', deviation };
}

/**
 * What PyTorch draws weights and biases of `Linear` and `Conv2d` from, unless told otherwise: uniform on
 * ±1/√fanIn (`kaiming_uniform_` with a = √5). `fanIn` counts the inputs of one output.
 */
export function torchDefault(fanIn: number): Initialiser {
  return { kind: 'uniform', bound: 1 / Math.sqrt(fanIn) };
}

/** PyTorch's `xavier_uniform_`: uniform on ±√(6/(fanIn + fanOut)) (Glorot & Bengio 2010). */
export function xavierUniform(fanIn: number, fanOut: number): Initialiser {
  return { kind: 'uniform', bound: Math.sqrt(6 / (fanIn + fanOut)) };
}

/** PyTorch's `kaiming_normal_` for ReLU: N(0, 2/fan) (He et al. 2015). */
export function kaimingNormal(fan: number): Initialiser {
  return normal(Math.sqrt(2 / fan));
}
