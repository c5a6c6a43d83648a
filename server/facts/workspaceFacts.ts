import { readdir, stat } from 'node:fs/promises';
import { availableParallelism, homedir, totalmem } from 'node:os';
import { resolve } from 'node:path';
import { URI } from 'vscode-uri';
import type { Content } from '../engine/datasets/dataset.ts';
import type {
  ClassFacts,
  DataEntryFacts,
  DataOptions,
  FactProblem,
  Facts,
  FolderEntry,
  MachineFacts,
  ModelFacts,
  PathFacts,
  RunFacts,
  TableFacts,
} from '../language/facts.ts';
import { pathShortener } from '../engine/report/shownPaths.ts';
import { roleAt, type ValueRole } from '../language/valueRoles.ts';
import type { RunSummary } from '../protocol/lsp.ts';
import type { Report } from '../protocol/report.ts';
import { configBaseFolder } from '../runs/configBaseFolder.ts';
import { describeFailure } from '../runs/describeFailure.ts';
import type { InspectionWorker } from '../runs/inspectionWorker.ts';
import type { Runs } from '../runs/runs.ts';
import { FactCache, type UnansweredFact } from './factCache.ts';
import { askModel, modelAskedFor, modelQuestion, type ModelQuestion } from './modelQuestion.ts';

/** Runs of a file whose results are read: those that a trend shows. */
const mostRuns = 12;

/** Several facts become known at about the same time; those who listen are told once. */
const quietMilliseconds = 50;

/** A folder with more entries is data, whose names nobody chooses from. */
const mostEntries = 2000;

/** Of one kind of fact so many are kept: those that were asked for last. */
const mostFacts = 500;
/** A text may list the files of its data one by one. */
const mostPaths = 20_000;

/** Of texts that name what a run reads. */
const readRoles: ReadonlySet<ValueRole> = new Set<ValueRole>(['file', 'folder', 'place', 'pattern']);

type Entry = Readonly<Record<string, unknown>>;

/** A fact that was asked for and is not known. */
export interface MissingFact {
  /** As `the data`. */
  readonly subject: string;
  /** Why it could not be found out; null while it is being looked up. */
  readonly reason: string | null;
}

/** The facts of this machine: files are looked at here, data and models by a worker. */
export class WorkspaceFacts implements Facts {
  readonly #runs: Pick<Runs, 'list' | 'report'> | null;
  readonly #inspection: Pick<InspectionWorker, 'ask'>;
  /** Data are decoded and models read only where the workspace is trusted. */
  readonly #isTrusted: boolean;
  readonly #listeners = new Set<() => void>();
  readonly #closed = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  readonly #paths = this.#cache<PathFacts>(mostPaths);
  readonly #folders = this.#cache<readonly FolderEntry[]>(mostPaths);
  readonly #tables = this.#cache<TableFacts | FactProblem>();
  readonly #data = this.#cache<DataEntryFacts | FactProblem>();
  readonly #classes = this.#cache<ClassFacts | FactProblem>();
  readonly #models = this.#cache<ModelFacts | FactProblem>();
  readonly #results = this.#cache<readonly RunFacts[]>();

  /** @param runs Null where nothing is to be known of earlier runs. */
  constructor(
    runs: Pick<Runs, 'list' | 'report'> | null,
    inspection: Pick<InspectionWorker, 'ask'>,
    { isTrusted }: { readonly isTrusted: boolean },
  ) {
    this.#runs = runs;
    this.#inspection = inspection;
    this.#isTrusted = isTrusted;
  }

  path(documentUri: string, path: string): PathFacts | undefined {
    const file = placeOf(documentUri, path);
    return file === undefined ? undefined : this.#paths.get(file, () => statPath(file));
  }

  folder(documentUri: string, path: string): readonly FolderEntry[] | undefined {
    const folder = placeOf(documentUri, path);
    return folder === undefined ? undefined : this.#folders.get(folder, () => listFolder(folder));
  }

  table(documentUri: string, { path, sql }: Entry): TableFacts | FactProblem | undefined {
    const paths = typeof path === 'string' ? [path] : path;
    const entry = typeof sql === 'string' ? { sql } : isTexts(paths) ? { paths } : undefined;
    if (entry === undefined) return undefined;
    return this.#inspect(this.#tables, documentUri, entry, (baseFolder) =>
      this.#inspection.ask('inspectTable', { entry, baseFolder }, this.#closed.signal),
    );
  }

  data(
    documentUri: string,
    entry: Entry,
    { keepsInvalidRows }: DataOptions = { keepsInvalidRows: false },
  ): DataEntryFacts | FactProblem | undefined {
    return this.#inspect(this.#data, documentUri, { entry, keepsInvalidRows }, async (baseFolder) => {
      const asked = { entry, keepsInvalidRows, baseFolder };
      const found = await this.#inspection.ask('inspectEntry', asked, this.#closed.signal);
      // The worker's contents are the engine's own.
      return found as DataEntryFacts;
    });
  }

  classes(documentUri: string, entry: Entry): ClassFacts | FactProblem | undefined {
    return this.#inspect(this.#classes, documentUri, entry, (baseFolder) =>
      this.#inspection.ask('inspectClasses', { entry, baseFolder }, this.#closed.signal),
    );
  }

  model(documentUri: string, entry: Entry, content?: Content): ModelFacts | FactProblem | undefined {
    const question = modelQuestion(entry, content ?? null);
    if (question === undefined) return undefined;
    return this.#inspect(this.#models, documentUri, { ...question }, (baseFolder) =>
      askModel(this.#inspection, question, baseFolder, this.#closed.signal),
    );
  }

  runs(documentUri: string): readonly RunFacts[] | undefined {
    const runs = this.#runs;
    return runs === null ? undefined : this.#results.get(documentUri, () => runsOf(documentUri, runs));
  }

  machine(): MachineFacts {
    return { memory: totalmem(), cores: availableParallelism() };
  }

  onChange(listener: () => void): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }

  /** Whether something that was asked for is being looked up. */
  get isLooking(): boolean {
    return this.#caches.some((cache) => cache.isLooking);
  }

  /** Whether names in a folder are being read. */
  get isListing(): boolean {
    return this.#folders.isLooking;
  }

  /** Resolves once the names in folders are read that were asked for. */
  listed(): Promise<void> {
    return this.#folders.settled();
  }

  /** Resolves once nothing is being looked up. Who asks again may then ask for more. */
  async settled(): Promise<void> {
    await Promise.all(this.#caches.map((cache) => cache.settled()));
  }

  /** What was asked for and is not known. Names of files for suggestions are not listed. */
  missing(): MissingFact[] {
    return [
      ...this.#paths.unanswered().map((fact) => missingFact(`what ${fact.key} is`, fact)),
      ...this.#tables.unanswered().map((fact) => missingFact('the columns of the table', fact)),
      ...this.#data.unanswered().map((fact) => missingFact('the data', fact)),
      ...this.#classes.unanswered().map((fact) => missingFact('the classes of the data', fact)),
      ...this.#models.unanswered().map((fact) => missingFact(`the model ${modelIn(fact)}`, fact)),
    ];
  }

  /** Files have changed, or may have: what was found is looked up anew when it is next asked for. */
  invalidateFiles(): void {
    const read = [this.#tables, this.#data, this.#classes, this.#models];
    for (const cache of [this.#paths, this.#folders, ...read]) cache.invalidate();
    // Results are older than their data, or not any more.
    this.invalidateRuns();
  }

  /** Runs have come or gone. */
  invalidateRuns(): void {
    this.#results.invalidate();
    this.#tell();
  }

  /** Tells nobody any more, and waits for no answer. */
  close(): void {
    clearTimeout(this.#timer);
    this.#listeners.clear();
    this.#closed.abort();
  }

  get #caches(): readonly Pick<FactCache<unknown>, 'isLooking' | 'settled'>[] {
    return [
      ...[this.#paths, this.#folders, this.#tables, this.#data],
      ...[this.#classes, this.#models, this.#results],
    ];
  }

  #cache<T>(most = mostFacts): FactCache<T> {
    return new FactCache<T>(most, () => {
      this.#tell();
    });
  }

  #tell(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      for (const listener of this.#listeners) listener();
    }, quietMilliseconds).unref();
  }

  #inspect<T>(
    cache: FactCache<T | FactProblem>,
    documentUri: string,
    entry: Entry,
    look: (baseFolder: string) => Promise<T>,
  ): T | FactProblem | undefined {
    const baseFolder = placeOf(documentUri, '.');
    if (!this.#isTrusted || baseFolder === undefined) return undefined;
    return cache.get(JSON.stringify([baseFolder, entry]), () =>
      look(baseFolder).catch((error: unknown) => problemOf(error, baseFolder)),
    );
  }
}

function missingFact(subject: string, { error }: UnansweredFact): MissingFact {
  return { subject, reason: error === undefined ? null : describeFailure(error).message };
}

/** The name or path of a model, from the key of its facts. */
function modelIn({ key }: UnansweredFact): string {
  const [, question] = JSON.parse(key) as [string, ModelQuestion];
  return modelAskedFor(question);
}

async function runsOf(documentUri: string, runs: Pick<Runs, 'list' | 'report'>): Promise<RunFacts[]> {
  const isOfFile = ({ configUri, state }: RunSummary) => state === 'finished' && configUri === documentUri;
  const finished = (await runs.list()).filter(isOfFile).slice(0, mostRuns);
  const facts: RunFacts[] = [];
  for (const [index, { uri, startedAt }] of finished.entries()) {
    const report = await runs.report(URI.parse(uri).fsPath).catch(() => null);
    if (report === null) continue;
    // Only of the last one it matters whether the data are still the same.
    const isDataChanged = index === 0 && (await isChanged(documentUri, report, startedAt));
    facts.push(runFacts(uri, startedAt, report, isDataChanged));
  }
  return facts;
}

function runFacts(uri: string, startedAt: string, report: Report, isDataChanged: boolean): RunFacts {
  const { modalities, results, provenance } = report;
  return {
    uri,
    startedAt,
    device: provenance.device,
    rows: modalities[0]?.rows ?? null,
    configHash: provenance.configHash,
    config: provenance.config,
    isDataChanged,
    results: results.filter(({ value }) => typeof value === 'number'),
  };
}

/** Whether a file or folder that the data of a run were in was changed after the run started. */
async function isChanged(documentUri: string, { provenance }: Report, startedAt: string): Promise<boolean> {
  const since = Date.parse(startedAt);
  for (const path of pathsIn(provenance.config, { data: provenance.config['data'] }, [])) {
    const place = placeOf(documentUri, path);
    const status = place === undefined ? undefined : await stat(place).catch(() => undefined);
    if (status !== undefined && status.mtimeMs > since) return true;
  }
  return false;
}

function pathsIn(config: Entry, value: unknown, path: readonly (string | number)[]): string[] {
  if (typeof value === 'string') {
    const role = roleAt(config, path);
    return role !== undefined && readRoles.has(role) ? [value] : [];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    pathsIn(config, inner, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

/** Where a path of a document leads; undefined for documents that are no files here. */
function placeOf(documentUri: string, path: string): string | undefined {
  const uri = URI.parse(documentUri);
  if (uri.scheme !== 'file' || path.includes('\0')) return undefined;
  return resolve(configBaseFolder(uri.fsPath), path.replace(/^~(?=$|[/\\])/, homedir()));
}

async function statPath(path: string): Promise<PathFacts> {
  const uri = URI.file(path).toString();
  const status = await stat(path).catch(() => null);
  if (status === null) return { uri, kind: 'missing', size: null };
  return status.isDirectory()
    ? { uri, kind: 'folder', size: null }
    : { uri, kind: 'file', size: status.size };
}

async function listFolder(path: string): Promise<FolderEntry[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries
    .slice(0, mostEntries)
    .map((entry): FolderEntry => ({ name: entry.name, kind: entry.isDirectory() ? 'folder' : 'file' }))
    .sort((a, b) => a.name.localeCompare(b.name));
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.length > 0 && value.every((text) => typeof text === 'string');
}

async function problemOf(error: unknown, baseFolder: string): Promise<FactProblem> {
  const { code, message, file } = describeFailure(error);
  // What is not the user's input is no fact about it: it may be another the next time.
  if (code === 'internal' || code === 'cancelled' || code === 'worker-crashed') throw error;
  // Nobody follows a link to what is missing.
  const isThere = file !== undefined && (await statPath(file)).kind !== 'missing';
  const shorten = pathShortener(baseFolder, file === undefined ? [] : [file]);
  return { problem: { code, message: shorten(message), uri: isThere ? URI.file(file).toString() : null } };
}
