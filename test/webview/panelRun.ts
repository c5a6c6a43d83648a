import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { PanelHostContract } from '../../server/protocol/panel.ts';
import type { Report } from '../../server/protocol/report.ts';
import type { Handlers, RequestContext } from '../../server/protocol/rpc.ts';
import { OpenRuns } from '../../server/worker/openRuns.ts';
import { workerHandlers } from '../../server/worker/workerHandlers.ts';
import { exampleDescriptions } from './report/exampleReport.ts';

export interface PanelRun {
  readonly uri: string;
  readonly report: Report;
  readonly answers: Handlers<PanelHostContract>['requests'];
  /** Files that the page asked to save, by name. */
  readonly saved: Map<string, string | Uint8Array>;
}

/** Answers a panel from a run folder, as the worker does. */
export function answersFrom(runFolder: string): PanelRun {
  const uri = pathToFileURL(runFolder).href;
  const { requests } = workerHandlers(new OpenRuns());
  const report = JSON.parse(readFileSync(join(runFolder, 'report.json'), 'utf8')) as Report;
  const saved = new Map<string, string | Uint8Array>();
  return {
    uri,
    report,
    saved,
    answers: {
      open: () =>
        Promise.resolve({
          identity: { view: 'run', uri },
          runs: [{ uri, report, descriptions: exampleDescriptions }],
        }),
      async points({ method }, context) {
        const file = await requests.projectRows({ runFolder, method }, context);
        return { file, bytes: new Uint8Array(readFileSync(file.path)) };
      },
      worstPairs: ({ modalities, count }, context) =>
        requests.worstPairs({ runFolder, modalities, count }, context),
      preview: ({ row, modality }, context) => requests.preview({ runFolder, row, modality }, context),
      saveFile({ name, content }) {
        saved.set(name, content);
        return Promise.resolve({ isSaved: true });
      },
    },
  };
}

/** For a question that is not cancelled, and whose progress nobody follows. */
export const unwatched: RequestContext = {
  signal: new AbortController().signal,
  progress: () => undefined,
};

/** Measures a few rendered scenes into a run folder. */
export async function measureScenes(folder: string): Promise<string> {
  const { requests } = workerHandlers(new OpenRuns());
  const runFolder = join(folder, 'run');
  const text = [
    'name: scenes',
    'data: { kind: scenes, count: 96, resolution: 32 }',
    'encoders: { image: { kind: random }, text: { kind: random } }',
    'experiments: [{ kind: modality-gap }]',
  ].join('\n');
  await requests.measure(
    {
      config: { text, name: 'scenes.gap.yaml', baseFolder: folder },
      configFile: null,
      runFolder,
      cacheFolder: join(folder, 'cache'),
      device: 'cpu',
    },
    unwatched,
  );
  return runFolder;
}
