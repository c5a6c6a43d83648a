import * as vscode from 'vscode';
import { beyondRandom, encoderEntries } from '../flow/choices.ts';
import { dataFolder, describeSource, sourceName } from '../flow/dataSource.ts';
import { measureChosen, startChoices } from './measure.ts';
import { requireTrust } from './requireTrust.ts';
import type { Services } from './services.ts';
import { startExperiment } from './startRun.ts';
import { isExperimentFile, targetUris } from './targets.ts';

/**
 * Measures what is selected at once, with every default: embeddings as they are, other data by networks with random
 * weights. It asks only where those cannot read the data, and, from the palette, for the files.
 */
export async function measureSelected(services: Services, ...args: readonly unknown[]): Promise<void> {
  if (!(await requireTrust())) return;
  const selected = targetUris(args);
  const uris =
    selected.length > 0
      ? selected
      : ((await vscode.window.showOpenDialog({ canSelectMany: true, openLabel: 'Measure' })) ?? []);
  if (uris.length === 0) return;
  if (uris.every(isExperimentFile)) {
    for (const uri of uris) await startExperiment(services, uri);
    return;
  }
  const source = { kind: 'paths', uris } as const;
  const baseUri = dataFolder(source);
  // Where they cannot be read as they are, the questions say why, and offer what can be chosen.
  const description = await describeSource(services.server, source, baseUri).catch(() => null);
  if (description === null || beyondRandom(description.modalities).length > 0) {
    await measureChosen(services, uris);
    return;
  }
  const encoders = Object.fromEntries(
    description.modalities.map(({ name }) => [name, { kind: 'random' } as const]),
  );
  await startChoices(services, {
    name: sourceName(source),
    description,
    encoders: encoderEntries(description, encoders),
    limit: null,
    baseUri,
  });
}
