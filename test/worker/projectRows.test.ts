import { readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { matrix, rowRange, type Matrix } from '../../server/engine/numerics/matrix.ts';
import { fitPrincipalComponents, project } from '../../server/engine/numerics/principalComponents.ts';
import { Random } from '../../server/engine/numerics/random.ts';
import type { PointsFile } from '../../server/protocol/runContent.ts';
import { npyFile } from '../npyFile.ts';
import { pairedCones } from '../engine/pairedCones.ts';
import { isThorough } from '../thoroughness.ts';
import { useWorker } from './useWorker.ts';

const { folder, handlers, measure, write } = useWorker();

/** Unit rows of two modalities, and the file that holds them. */
async function writePair(rows: number, columns: number): Promise<Matrix[]> {
  const parts = Object.values(pairedCones(6, ['image', 'text'], { rows, columns }));
  const values = Float32Array.from(parts.flatMap(({ data }) => [...data]));
  await write('pair.npy', npyFile([2, rows, columns], values));
  return parts.map(unit);
}

function unit({ rows, columns, data }: Matrix): Matrix {
  const scaled = matrix(rows, columns, data.slice());
  for (let r = 0; r < rows; r++) {
    const values = rowRange(scaled, r, r + 1).data;
    const norm = Math.hypot(...values);
    for (let c = 0; c < columns; c++) values[c]! /= norm;
  }
  return scaled;
}

async function readPoints({ path, modalities, rows }: PointsFile) {
  const { buffer } = Uint8Array.from(await readFile(path));
  const points = modalities.map((_, m) => new Float32Array(buffer, m * rows * 8, rows * 2));
  return { points, numbers: new Uint32Array(buffer, modalities.length * rows * 8, rows) };
}

const data = '{ kind: npy, path: pair.npy, modalities: [image, text] }';

describe('projectRows', () => {
  it('places every row on the two principal components of all rows', async () => {
    const parts = await writePair(5000, 12);
    const runFolder = await measure(data);
    const file = await handlers()('projectRows', { runFolder, method: 'pca' });
    expect(file).toMatchObject({ modalities: ['image', 'text'], rows: 5000, totalRows: 5000, groupings: [] });
    const { points, numbers } = await readPoints(file);
    expect([...numbers.slice(0, 3), numbers.at(-1)]).toEqual([0, 1, 2, 4999]);

    const expected = fitPrincipalComponents(parts, 2);
    for (const [m, part] of parts.entries()) {
      const [x, y] = project(part, expected);
      for (let r = 0; r < part.rows; r += 97) {
        expect(points[m]![2 * r]).toBeCloseTo(x![r]!, 4);
        expect(points[m]![2 * r + 1]).toBeCloseTo(y![r]!, 4);
      }
    }
    const shares = expected.variances.map((variance) => variance / expected.totalVariance);
    expect(file.explained![0]).toBeCloseTo(shares[0]!, 5);
    expect(file.explained![1]).toBeCloseTo(shares[1]!, 5);
  });

  it('samples more than 100,000 rows, the same ones each time', async () => {
    const rows = 100_003;
    const values = Float32Array.from({ length: rows * 3 }, (_, at) => Math.sin(at * 1.3) + 0.2);
    await write('many.npy', npyFile([1, rows, 3], values));
    const runFolder = await measure('{ kind: npy, path: many.npy }', 'pairRows: 10\n');
    const file = await handlers()('projectRows', { runFolder, method: 'pca' });
    expect(file).toMatchObject({ rows: 100_000, totalRows: rows });
    const { points, numbers } = await readPoints(file);
    expect(points[0]!.every(Number.isFinite)).toBe(true);
    for (let i = 1; i < numbers.length; i++) if (numbers[i]! <= numbers[i - 1]!) expect.fail(`row ${i}`);
    const bytes = await readFile(file.path);
    await rm(file.path);
    await handlers()('projectRows', { runFolder, method: 'pca' });
    expect((await readFile(file.path)).equals(bytes)).toBe(true);
  });

  it('computes once, also for other workers, and again where the file is damaged', async () => {
    await writePair(20, 4);
    const runFolder = await measure(data);
    const first = await handlers()('projectRows', { runFolder, method: 'pca' });
    const written = (await stat(first.path)).mtimeMs;
    expect(await handlers()('projectRows', { runFolder, method: 'pca' })).toEqual(first);
    expect((await stat(first.path)).mtimeMs).toBe(written);
    const bytes = await readFile(first.path);
    await write('runs/test/points-pca.bin', bytes.subarray(4));
    await handlers()('projectRows', { runFolder, method: 'pca' });
    expect((await readFile(first.path)).equals(bytes)).toBe(true);
  });

  it('reads the embeddings of the data where the run has no copy', async () => {
    await writePair(20, 4);
    const runFolder = await measure(data);
    const copied = await handlers()('projectRows', { runFolder, method: 'pca' });
    const bytes = await readFile(copied.path);
    await rm(copied.path);
    await rm(join(runFolder, 'embeddings.safetensors'));
    await handlers()('projectRows', { runFolder, method: 'pca' });
    expect((await readFile(copied.path)).equals(bytes)).toBe(true);
    await rm(copied.path);
    await rm(join(folder(), 'pair.npy'));
    const gone = handlers()('projectRows', { runFolder, method: 'pca' });
    await expect(gone).rejects.toMatchObject({ code: 'file-unreadable' });
  });

  it('gives label and attributes, and without the data none until they are back', async () => {
    const lines = Array.from({ length: 1100 }, (_, r) =>
      JSON.stringify({
        name: `n${r}`,
        kind: r % 2 === 0 ? 'dog' : 'cat',
        size: ['small', 'large', 'small'][r % 3],
        a: [1, r, 2],
        b: [r, 1, 3],
      }),
    );
    await write('t.jsonl', lines.join('\n'));
    const runFolder = await measure(
      '{ kind: table, path: t.jsonl, columns: { a: a, b: b }, labels: kind, attributes: [size, name] }',
    );
    await rename(join(folder(), 't.jsonl'), join(folder(), 'away'));
    expect((await handlers()('projectRows', { runFolder, method: 'pca' })).groupings).toEqual([]);
    await rename(join(folder(), 'away'), join(folder(), 't.jsonl'));
    const { groupings } = await handlers()('projectRows', { runFolder, method: 'pca' });
    // Names that are all different group nothing.
    expect(groupings.map(({ name, groups }) => [name, groups])).toEqual([
      ['label', ['cat', 'dog']],
      ['size', ['large', 'small']],
    ]);
    expect(groupings.map(({ ofRow }) => ofRow.slice(0, 6))).toEqual([
      [1, 0, 1, 0, 1, 0],
      [1, 0, 1, 1, 0, 1],
    ]);
    expect(groupings[1]!.ofRow).toHaveLength(1100);
  });

  it.each([2, 3, 5, 7, 8, 20])('lays out %i rows of two modalities by UMAP', async (rows) => {
    await writePair(rows, 6);
    const runFolder = await measure(data);
    const { points } = await readPoints(await handlers()('projectRows', { runFolder, method: 'umap' }));
    expect(points.map((xy) => xy.length)).toEqual([2 * rows, 2 * rows]);
    expect(points.every((xy) => xy.every(Number.isFinite))).toBe(true);
  });

  it('keeps two separated groups apart by UMAP, the same each time', async () => {
    const values = new Random(5).fillNormal(new Float32Array(2 * 60 * 12), 0, 0.1);
    // One group around the first axis, the other around the second.
    for (let row = 0; row < 120; row++) values[row * 12 + (row < 60 ? 0 : 1)]! += 1;
    await write('pair.npy', npyFile([2, 60, 12], values));
    const runFolder = await measure(data);
    const file = await handlers()('projectRows', { runFolder, method: 'umap' });
    expect(file).toMatchObject({ method: 'umap', rows: 60, totalRows: 60, explained: null });
    const { points, numbers } = await readPoints(file);
    expect([...numbers]).toEqual(Array.from({ length: 60 }, (_, row) => row));
    const places = points.map((xy) =>
      Array.from({ length: 60 }, (_, row) => [xy[2 * row]!, xy[2 * row + 1]!] as const),
    );
    for (const [m, group] of places.entries()) {
      for (const [x, y] of group) {
        const distances = places.map((others) =>
          Math.min(
            ...others.map(([otherX, otherY]) => Math.hypot(x - otherX, y - otherY)).filter((d) => d > 0),
          ),
        );
        // The nearest other point is of the same modality.
        expect(distances.indexOf(Math.min(...distances))).toBe(m);
      }
    }
    const bytes = await readFile(file.path);
    await rm(file.path);
    await handlers()('projectRows', { runFolder, method: 'umap' });
    expect((await readFile(file.path)).equals(bytes)).toBe(true);
  });

  it.runIf(isThorough)('samples more than 5,000 rows for UMAP', async () => {
    const rows = 5003;
    const values = new Random(4).fillNormal(new Float32Array(rows * 3));
    await write('some.npy', npyFile([1, rows, 3], values));
    const runFolder = await measure('{ kind: npy, path: some.npy }', 'pairRows: 10\n');
    const file = await handlers()('projectRows', { runFolder, method: 'umap' });
    expect(file).toMatchObject({ rows: 5000, totalRows: rows });
    expect((await readPoints(file)).points[0]!.every(Number.isFinite)).toBe(true);
  });

  it('stops laying out when nobody waits any more, and leaves nothing', async () => {
    await writePair(500, 12);
    const runFolder = await measure(data);
    const controller = new AbortController();
    const layout = handlers()('projectRows', { runFolder, method: 'umap' }, controller.signal);
    setTimeout(() => {
      controller.abort();
    }, 50);
    await expect(layout).rejects.toMatchObject({ name: 'AbortError' });
    expect((await readdir(runFolder)).filter((name) => name.startsWith('points'))).toEqual([]);
  });

  it('asks for enough rows for UMAP', async () => {
    await write('few.npy', npyFile([1, 3, 2], Float32Array.of(1, 2, 3, 4, 5, 7)));
    const runFolder = await measure('{ kind: npy, path: few.npy }');
    await expect(handlers()('projectRows', { runFolder, method: 'umap' })).rejects.toMatchObject({
      code: 'too-few-rows',
    });
  });

  it('says what it cannot do', async () => {
    await write('line.npy', npyFile([1, 5, 1], Float32Array.of(1, 2, 3, 4, 5)));
    const runFolder = await measure('{ kind: npy, path: line.npy }');
    const ask = handlers();
    await expect(ask('projectRows', { runFolder, method: 'pca' })).rejects.toMatchObject({
      code: 'too-few-dimensions',
    });
    const missing = ask('projectRows', { runFolder: join(folder(), 'none'), method: 'pca' });
    await expect(missing).rejects.toMatchObject({ code: 'run-missing' });
  });
});
