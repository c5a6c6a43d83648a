import type { OpenDataFacts } from '../engine/run.ts';
import type { ConfigEntry, ExperimentConfig } from './schema.ts';

/** What embeds where nothing was chosen: a network that was never trained. */
export const untrainedEncoder: ConfigEntry = { kind: 'random' };

/** Whether the data have to be embedded, and the configuration does not say with what. */
export function needsEncoders({ encoders }: ExperimentConfig, { contents }: OpenDataFacts): boolean {
  return contents !== null && Object.keys(encoders).length === 0;
}

/** The `encoders` of a configuration that embeds every modality with the same entry. */
export function sameEncoderForAll(
  { modalities }: Pick<OpenDataFacts, 'modalities'>,
  entry: ConfigEntry,
): Record<string, ConfigEntry> {
  return Object.fromEntries(modalities.map((modality) => [modality, entry]));
}
