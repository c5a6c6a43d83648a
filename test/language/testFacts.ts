import { noFacts, type Facts, type RunFacts } from '../../server/language/facts.ts';
import type { Result } from '../../server/protocol/report.ts';

/** Facts by path and modality, where a test says them; nothing is known of anything else. */
export interface TestFacts {
  /** Files by path, with their bytes; folders end in `/`. What lies beside them and is not listed is missing. */
  readonly files?: Readonly<Record<string, number>>;
  readonly table?: ReturnType<Facts['table']>;
  readonly data?: ReturnType<Facts['data']>;
  readonly classes?: ReturnType<Facts['classes']>;
  /** By the entry's `model` or `path`. */
  readonly models?: Readonly<Record<string, ReturnType<Facts['model']>>>;
  readonly runs?: readonly RunFacts[];
  readonly machine?: ReturnType<Facts['machine']>;
}

export function testFacts({ files, table, data, classes, models = {}, runs, machine }: TestFacts): Facts {
  const paths = Object.keys(files ?? {});
  return {
    ...noFacts,
    path(_, path) {
      if (files === undefined) return undefined;
      const uri = `file:///project/${path}`;
      if (files[path] !== undefined) return { uri, kind: 'file', size: files[path] };
      const isFolder = paths.some((candidate) => candidate.startsWith(`${path.replace(/\/$/, '')}/`));
      return { uri, kind: isFolder ? 'folder' : 'missing', size: null };
    },
    folder(_, path) {
      if (files === undefined) return undefined;
      const prefix = path === '.' ? '' : path;
      const below = paths.flatMap((candidate) =>
        candidate.startsWith(prefix) && candidate !== prefix ? [candidate.slice(prefix.length)] : [],
      );
      const names = new Map(
        below.map((rest) => [rest.split('/')[0]!, rest.includes('/') ? 'folder' : 'file'] as const),
      );
      return [...names].map(([name, kind]) => ({ name, kind }));
    },
    table: () => table,
    data: () => data,
    classes: () => classes,
    model: (_, entry) => models[String(entry['model'] ?? entry['path'])],
    runs: () => runs,
    machine: () => machine,
  };
}

export function testResult(given: Partial<Result> = {}): Result {
  return {
    experiment: 'modality-gap',
    metric: 'gap-distance',
    modalities: ['image', 'text'],
    value: 0.8251,
    unit: 'distance',
    direction: 'neither',
    interval: { low: 0.81, high: 0.84, level: 0.95, method: 'percentile bootstrap', resamples: 1000 },
    parameters: {},
    ...given,
  };
}

export function testRun(given: Partial<RunFacts> = {}): RunFacts {
  return {
    uri: 'file:///project/modality-gap-runs/first',
    startedAt: '2026-03-01T12:30:00.000Z',
    device: 'cpu',
    rows: 512,
    configHash: 'a'.repeat(64),
    config: {},
    isDataChanged: false,
    results: [testResult()],
    ...given,
  };
}
