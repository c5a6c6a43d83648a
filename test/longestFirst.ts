import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The files that take longest, longest first. One of them that starts last leaves the other cores idle; how long files
 * took is known only where tests ran before.
 */
const longest = [
  'test/cli/cache.test.ts',
  'test/lsp/server.test.ts',
  'test/cli/commandLine.test.ts',
  'test/engine/runtime/webgpu.test.ts',
  'test/scripts/package.test.ts',
  'test/language/robustness.test.ts',
  'test/webview/panel.test.ts',
  'test/worker/projectRows.test.ts',
  'test/engine/encoders/pretrained.test.ts',
  'test/cli/validateFacts.test.ts',
  'test/engine/runtime/chooseDevice.test.ts',
  'test/engine/encoders/onnx.test.ts',
  'test/engine/measurement/intervals.test.ts',
  'test/engine/measurement/parallelTask.test.ts',
];

/** The long files first; then those with a process each, then those that share one, which end all at the same time. */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification): number => {
      const place = longest.indexOf(relative(project.config.root, moduleId).replaceAll('\\', '/'));
      // Files that share a process follow one another, or each would start one.
      return (project.config.isolate ? 0 : 1000) + (place < 0 ? longest.length : place);
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}
