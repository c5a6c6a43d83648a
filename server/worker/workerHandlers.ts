import type { Handlers } from '../protocol/rpc.ts';
import type { WorkerContract } from '../protocol/worker.ts';
import { describeData, describeEntry } from './describeData.ts';
import { describeModel } from './describeModel.ts';
import { describeOnnxModel } from './describeOnnxModel.ts';
import { inspectClasses, inspectEntry, inspectTable } from './inspectEntry.ts';
import { countErrors, measure } from './measure.ts';
import type { OpenRuns } from './openRuns.ts';
import { preview } from './preview.ts';
import { projectRows } from './projectRows.ts';
import { tableColumns } from './tableColumns.ts';
import { worstPairs } from './worstPairs.ts';

/**
 * What a worker answers.
 *
 * @param runs Where runs that were asked about stay open; the caller closes them.
 */
export function workerHandlers(runs: OpenRuns): Handlers<WorkerContract> {
  return {
    requests: {
      measure: (params, { signal, progress }) => measure(params, progress, signal),
      countErrors: ({ config }) => Promise.resolve({ errors: countErrors(config) }),
      describeData: (params, { signal }) => describeData(params, signal),
      describeEntry: (params, { signal }) => describeEntry(params, signal),
      tableColumns: (params) => tableColumns(params),
      inspectEntry: (params, { signal }) => inspectEntry(params, signal),
      inspectClasses: (params, { signal }) => inspectClasses(params, signal),
      inspectTable: (params) => inspectTable(params),
      describeModel: (params) => describeModel(params),
      describeOnnxModel: (params) => describeOnnxModel(params),
      projectRows: ({ runFolder, method }, { signal, progress }) =>
        projectRows(runs, runFolder, method, progress, signal),
      worstPairs: ({ runFolder, modalities, count }, { signal }) =>
        worstPairs(runs, runFolder, modalities, count, signal),
      closeRun: async ({ runFolder }) => {
        await runs.close(runFolder);
        return null;
      },
      preview: ({ runFolder, row, modality }) => preview(runs, runFolder, row, modality),
    },
    notifications: {},
  };
}
