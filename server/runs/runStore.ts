import { randomBytes } from 'node:crypto';
import { lstat, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { InputError } from '../engine/problems.ts';
import { reportSchema } from '../engine/report/schema.ts';
import type { RunHeadline } from '../protocol/lsp.ts';
import type { Report } from '../protocol/report.ts';
import { isRunFolder } from './runFolder.ts';
import { runFileNames } from './runFileNames.ts';
import { readRunRecord, writeRunRecord, type RunRecord } from './runRecord.ts';

/** A finished run, as its folder tells. */
export interface FinishedRun {
  readonly folder: string;
  readonly name: string;
  readonly startedAt: string;
  readonly seconds: number | null;
  readonly configFile: string | null;
  readonly headline: RunHeadline;
  readonly isPinned: boolean;
}

/** What of a report is kept in memory, for as long as its file does not change. */
interface CachedReport {
  readonly changedAt: number;
  readonly facts: {
    readonly name: string;
    readonly createdAt: string;
    readonly headline: RunHeadline;
  } | null;
}

/** Finished runs in their folders. */
export class RunStore {
  readonly #reports = new Map<string, CachedReport>();

  /** Every run in folders of runs, in no order; folders that are something else are passed over. */
  async list(roots: readonly string[]): Promise<FinishedRun[]> {
    const found: FinishedRun[] = [];
    for (const root of roots) {
      const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
      for (const entry of entries) {
        // Hidden ones are on their way to their place, or out of it.
        if (!entry.isDirectory() || entry.name.startsWith('.')) continue;
        const run = await this.find(join(root, entry.name));
        if (run !== null) found.push(run);
      }
    }
    return found;
  }

  /** The run in a folder; null where there is none. */
  async find(folder: string): Promise<FinishedRun | null> {
    const facts = await this.#factsOf(folder);
    if (facts === null) return null;
    const record = await readRunRecord(folder);
    return {
      folder,
      name: record?.title ?? facts.name,
      startedAt: record?.startedAt ?? facts.createdAt,
      seconds: record?.seconds ?? null,
      configFile: record?.configFile ?? null,
      headline: facts.headline,
      isPinned: record?.isPinned ?? false,
    };
  }

  /**
   * The report of a run.
   *
   * @throws InputError `run-missing` where the folder holds none, `report-unreadable` where it is not what runs write.
   */
  async report(folder: string): Promise<Report> {
    const file = join(folder, runFileNames.report);
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      throw missingRun(folder, error);
    });
    const parsed = reportSchema.safeParse(parseJson(text));
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    const where = issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.join('.')}`;
    throw new InputError('report-unreadable', `${file} is not a report of a run${where}`, { file });
  }

  /**
   * Renames a run, or pins it: its record is changed, its folder stays where it is.
   *
   * @throws InputError `run-missing` where the folder holds no run.
   */
  async change(folder: string, change: Partial<Pick<RunRecord, 'title' | 'isPinned'>>): Promise<void> {
    if (!(await isRunFolder(folder))) throw missingRun(folder);
    const { createdAt, provenance } = await this.report(folder);
    const record = (await readRunRecord(folder)) ?? {
      // Of an earlier version, which did not say. Paths in its configuration may be absolute.
      baseFolder: folder,
      configFile: null,
      startedAt: createdAt,
      seconds: Object.values(provenance.timings).reduce((sum, seconds) => sum + seconds, 0),
      leftOutRows: [],
      title: null,
      isPinned: false,
    };
    await writeRunRecord(folder, { ...record, ...change });
  }

  /**
   * Deletes a run's folder.
   *
   * @throws InputError `not-a-run` where the folder holds anything else, or is a link: nothing is touched.
   */
  async delete(folder: string): Promise<void> {
    const isFolder = await lstat(folder).then(
      (status) => status.isDirectory(),
      (error: unknown) => {
        throw missingRun(folder, error);
      },
    );
    if (!isFolder || !(await isRunFolder(folder))) {
      throw new InputError(
        'not-a-run',
        `${folder} is not the folder of a run and nothing else; it was not deleted`,
        { file: folder },
      );
    }
    // Gone at once, however long the files take.
    const aside = join(dirname(folder), `.${basename(folder)}.deleted-${randomBytes(6).toString('hex')}`);
    await rename(folder, aside);
    this.#reports.delete(folder);
    await rm(aside, { recursive: true, force: true });
  }

  async #factsOf(folder: string): Promise<CachedReport['facts']> {
    const status = await stat(join(folder, runFileNames.report)).catch(() => null);
    if (status === null) {
      this.#reports.delete(folder);
      return null;
    }
    const cached = this.#reports.get(folder);
    if (cached?.changedAt === status.mtimeMs) return cached.facts;
    const facts = await this.report(folder).then(
      (report) => ({ name: report.name, createdAt: report.createdAt, headline: headlineOf(report) }),
      () => null,
    );
    this.#reports.set(folder, { changedAt: status.mtimeMs, facts });
    return facts;
  }
}

function headlineOf({ modalities, results, provenance }: Report): RunHeadline {
  const names = modalities.map(({ name }) => name);
  const valueOf = (metric: string, of: readonly string[]): number | null => {
    const value = results.find(
      (result) => result.metric === metric && result.modalities.join('\0') === of.join('\0'),
    )?.value;
    return typeof value === 'number' ? value : null;
  };
  return {
    modalities: names,
    rows: modalities[0]?.rows ?? 0,
    device: provenance.device,
    gapDistance: names.length < 2 ? null : valueOf('gap-distance', names.slice(0, 2)),
    meanCosines: names.map((name) => valueOf('mean-cosine', [name])),
  };
}

function missingRun(folder: string, error?: unknown): InputError {
  const { code } = (error ?? {}) as NodeJS.ErrnoException;
  const reason = code === undefined || code === 'ENOENT' || code === 'ENOTDIR' ? '' : ` (${code})`;
  return new InputError('run-missing', `There is no run in ${folder}${reason}`, { file: folder });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
