import type { EncoderDefinition } from './encoder.ts';
import { onnx } from './onnx.ts';
import { pretrained } from './pretrained.ts';
import { randomNetwork } from './randomNetwork.ts';

/** Every kind of encoder, in the order in which they are listed. */
export const encoders: readonly EncoderDefinition[] = [randomNetwork, pretrained, onnx];
