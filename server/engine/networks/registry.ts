import { clipText } from './clipText.ts';
import { mlp } from './mlp.ts';
import type { NetworkDefinition } from './network.ts';
import { resnet } from './resnet.ts';
import { vit } from './vit.ts';

/** Every architecture. */
export const networks: readonly NetworkDefinition[] = Object.freeze([vit, clipText, resnet, mlp]);
