import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, inject, test } from 'vitest';
import { describeShared, sharedFile } from '../engine/sharedData.ts';
import { measureOnCommandLine } from './harness/commandLine.ts';

const host = inject('editorHost');
const root = fileURLToPath(new URL('../../', import.meta.url));

// Arrays of 16-bit floats are what one Node has and another has not, and memory that is transferred between threads.
describe.skipIf(host === null)('on the Node of the editor', () => {
  test('the tests of ONNX models and of containers pass', async () => {
    const { stdout } = await promisify(execFile)(
      host!.node,
      [
        ...['node_modules/vitest/vitest.mjs', 'run', '--reporter', 'json'],
        ...['test/engine/encoders/onnx.test.ts', 'test/engine/runtime/onnxRuntime.test.ts'],
        'test/engine/datasets/containers',
      ],
      { cwd: root, maxBuffer: 64 * 1024 * 1024 },
    );
    const { numPassedTests, success } = JSON.parse(stdout) as { numPassedTests: number; success: boolean };
    expect(success).toBe(true);
    expect(numPassedTests).toBeGreaterThan(100);
  });

  describeShared('a model that takes half precision', () => {
    test('gives the values that it gives on this Node', async () => {
      const path = sharedFile('cases/float16/v16.gap.yaml');
      const [there, here] = [
        await measureOnCommandLine(path, { node: host!.node }),
        await measureOnCommandLine(path),
      ];
      expect(there.results).toEqual(here.results);
    });
  });
});
