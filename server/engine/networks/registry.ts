import { clipText } from './clipText.ts';
import { mlp } from './mlp.ts';
import type { NetworkDefinition } from './network.ts';
import { resnet } from './resnet.ts';
import { siglipText } from './siglipText.ts';
import { siglipVision } from './siglipVision.ts';
import { vit } from './vit.ts';

/** Every architecture. */
export const networks: readonly NetworkDefinition[] = Object.freeze([
  vit,
  clipText,
  siglipVision,
  siglipText,
  resnet,
  mlp,
]);
