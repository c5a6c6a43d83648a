import { basename } from 'node:path';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { URI } from 'vscode-uri';
import metricDescriptions from '../../media/metricDescriptions.json' with { type: 'json' };
import { formatConfig } from '../config/formatConfig.ts';
import { InputError } from '../engine/problems.ts';
import { askModel, modelQuestion } from '../facts/modelQuestion.ts';
import type { ExperimentFile, RunSummary, ServerOptions, ServerRequests } from '../protocol/lsp.ts';
import type { RequestContext } from '../protocol/rpc.ts';
import { cacheFolder } from '../runs/cacheFolder.ts';
import { pruneCache } from '../runs/cacheInventory.ts';
import { configBaseFolder } from '../runs/configBaseFolder.ts';
import type { InspectionWorker } from '../runs/inspectionWorker.ts';
import { readConfigFile } from '../runs/readConfigFile.ts';
import type { Runs, RunSource } from '../runs/runs.ts';
import { configName, configOutput } from './configName.ts';
import { pathOf, type WorkspacePlaces } from './workspacePlaces.ts';
import { searchWorkspace } from './workspaceSearch.ts';

/** An answer to every custom request: one that is forgotten does not compile. */
export type RequestHandlers = {
  readonly [M in keyof ServerRequests]: (
    params: ServerRequests[M]['params'],
    context: RequestContext,
  ) => Promise<ServerRequests[M]['result']>;
};

/** What the answers are made of. */
export interface HandlerParts {
  readonly options: ServerOptions;
  readonly places: WorkspacePlaces;
  readonly runs: Runs;
  readonly inspection: InspectionWorker;
  /** The document that an editor has open at a URI, as it is there. */
  readonly openDocument: (uri: string) => TextDocument | undefined;
}

/** The folder of the embedding cache: the one that was set, or the usual one. */
export function chosenCache({ cacheFolder: chosen }: ServerOptions): string {
  return chosen ?? cacheFolder();
}

/** The answers to the client's custom requests. Those that start a worker fail with `untrusted` without trust. */
export function requestHandlers(parts: HandlerParts): RequestHandlers {
  const { options, places, runs, inspection } = parts;

  function expectTrust(): void {
    if (options.isTrusted) return;
    throw new InputError(
      'untrusted',
      'The workspace is not trusted: nothing of it is run or decoded. Trust it to measure',
    );
  }

  async function sourceOfFile(uri: string): Promise<RunSource> {
    const file = pathOf(uri);
    const text = parts.openDocument(uri)?.getText() ?? (await readConfigFile(file));
    const config = { text, name: file, baseFolder: configBaseFolder(file) };
    return { name: configName(text, file), config, configFile: file };
  }

  async function sourceOf(params: ServerRequests['startRun']['params']): Promise<RunSource> {
    switch (params.kind) {
      case 'file':
        return sourceOfFile(params.uri);
      case 'text': {
        const { text, name } = params;
        const config = { text, name, baseFolder: pathOf(params.baseUri) };
        return { name: configName(text, name), config, configFile: null };
      }
    }
  }

  /** The experiment file as it is now; where it is gone, the configuration as it was. */
  async function latestOf(source: RunSource): Promise<RunSource> {
    if (source.configFile === null) return source;
    return sourceOfFile(URI.file(source.configFile).toString()).catch((error: unknown) => {
      if (error instanceof InputError) return source;
      throw error;
    });
  }

  function start(source: RunSource): RunSummary {
    const { text, baseFolder } = source.config;
    const output = source.configFile === null ? null : configOutput(text);
    return output === null
      ? runs.start(places.runRootFor(baseFolder), source)
      : runs.startIn(places.outputFolder(output, baseFolder), source);
  }

  const errorCounts = new Map<string, { readonly changedAt: number; readonly errors: number }>();

  /** Without trust the count is not known, and 0: problems are told where the file is edited. */
  async function countErrors(path: string, changedAt: number, signal: AbortSignal): Promise<number> {
    if (!options.isTrusted) return 0;
    const counted = errorCounts.get(path);
    if (counted?.changedAt === changedAt) return counted.errors;
    const errors = await readConfigFile(path).then(
      async (text) => {
        const config = { text, name: path, baseFolder: configBaseFolder(path) };
        return (await inspection.ask('countErrors', { config }, signal)).errors;
      },
      () => 1,
    );
    errorCounts.set(path, { changedAt, errors });
    return errors;
  }

  return {
    async describeData({ uris, baseUri }, { signal }) {
      expectTrust();
      const paths = uris.map(pathOf);
      const baseFolder = pathOf(baseUri);
      return inspection.ask('describeData', { paths, baseFolder }, signal);
    },
    async describeEntry({ data, baseUri }, { signal }) {
      expectTrust();
      return inspection.ask('describeEntry', { data, baseFolder: pathOf(baseUri) }, signal);
    },
    async describeEncoder({ encoder, content, baseUri }, { signal }) {
      expectTrust();
      const question = modelQuestion(encoder, content);
      return question === undefined ? null : askModel(inspection, question, pathOf(baseUri), signal);
    },
    async tableColumns({ uris, baseUri }, { signal }) {
      expectTrust();
      const paths = uris.map(pathOf);
      return inspection.ask('tableColumns', { paths, baseFolder: pathOf(baseUri) }, signal);
    },
    draftConfig({ name, data, encoders, limit }) {
      const text = formatConfig({
        name,
        data: { ...data, ...(limit !== null && { limit }) },
        ...(Object.keys(encoders).length > 0 && { encoders }),
      });
      return Promise.resolve({ text });
    },
    async startRun(params) {
      expectTrust();
      return start(await sourceOf(params));
    },
    async runAgain({ uri }) {
      expectTrust();
      const source = await runs.sourceOf(pathOf(uri));
      return start(await latestOf(source));
    },
    async cancelRun({ uri }) {
      await runs.cancel(pathOf(uri));
      return null;
    },
    listRuns: () => runs.list(),
    async listExperiments(_, { signal }) {
      const found = await searchWorkspace(places.folders, places.runRoots, signal);
      runs.notice(found.runs);
      const all = await runs.list();
      const experiments: ExperimentFile[] = [];
      for (const { path, changedAt } of found.experiments) {
        const uri = URI.file(path).toString();
        experiments.push({
          uri,
          name: basename(path),
          errors: await countErrors(path, changedAt, signal),
          lastRun: all.find((run) => run.configUri === uri)?.uri ?? null,
        });
      }
      return experiments;
    },
    async renameRun({ uri, name }) {
      await runs.rename(pathOf(uri), name);
      return null;
    },
    async pinRun({ uri, isPinned }) {
      await runs.pin(pathOf(uri), isPinned);
      return null;
    },
    async deleteRun({ uri }, { signal }) {
      const runFolder = pathOf(uri);
      // Some systems delete no file that is open.
      if (inspection.pid !== undefined) await inspection.ask('closeRun', { runFolder }, signal);
      await runs.delete(runFolder);
      return null;
    },
    async readReport({ uri }) {
      return { report: await runs.report(pathOf(uri)), descriptions: metricDescriptions };
    },
    async projectRows({ uri, method }, { signal, progress }) {
      expectTrust();
      return inspection.ask('projectRows', { runFolder: pathOf(uri), method }, signal, progress);
    },
    async worstPairs({ uri, modalities, count }, { signal }) {
      expectTrust();
      return inspection.ask('worstPairs', { runFolder: pathOf(uri), modalities, count }, signal);
    },
    async preview({ uri, row, modality }, { signal }) {
      expectTrust();
      return inspection.ask('preview', { runFolder: pathOf(uri), row, modality }, signal);
    },
    async clearCache() {
      const { bytes } = await pruneCache(chosenCache(options), { all: true });
      return { bytes };
    },
  };
}
