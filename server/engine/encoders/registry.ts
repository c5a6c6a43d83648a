import { clip } from './clip.ts';
import type { EncoderDefinition } from './encoder.ts';
import { randomNetwork } from './randomNetwork.ts';

/** Every kind of encoder. */
export const encoders: readonly EncoderDefinition[] = Object.freeze([randomNetwork, clip]);
