import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { FoundArray } from '../../../../server/engine/datasets/foundArray.ts';
import { openContainer } from '../../../../server/engine/datasets/containers/openContainer.ts';
import type { ContainerKind } from '../../../../server/engine/datasets/containers/container.ts';

/** The files that h5py, PyTables and zarr-python wrote, by `test/oracle/containers.py`. */
export const containersFolder = fileURLToPath(new URL('../../../oracle/containers', import.meta.url));

interface Expected {
  readonly shape: readonly number[];
  readonly data: readonly (number | string)[];
}

/** By file and array: what these read of them. */
export const containers = JSON.parse(readFileSync(`${containersFolder}.json`, 'utf8')) as Readonly<
  Record<string, Readonly<Record<string, Expected>>>
>;

/** The values of an array of numbers, read `rows` rows (of the last axis but one) at a time; not finite ones as text. */
export async function valuesOf(array: FoundArray, rows = 5): Promise<(number | string)[]> {
  if (array.numbers === null) throw new Error(`${array.name} is ${array.type}`);
  const { shape } = array;
  const isVector = shape.length < 2;
  const found: number[] = [];
  for (const matrix of array.matrices(
    isVector ? [shape[0] ?? 1, 1] : shape.length > 3 ? shape.slice(-2) : shape,
  )) {
    for (let start = 0; start < matrix.rows; start += rows) {
      const count = Math.min(rows, matrix.rows - start);
      const target = new Float32Array(count * matrix.columns);
      await matrix.read(start, count, target);
      found.push(...target);
    }
  }
  return found.map((value) => (Number.isFinite(value) ? value : String(value)));
}

/** What of a container differs from what is expected of it. */
export async function readContainer(
  kind: ContainerKind,
  path: string,
): Promise<Record<string, { shape: readonly number[] | null; data: (number | string)[] }>> {
  const container = await openContainer(kind, { path });
  try {
    const found: Record<string, { shape: readonly number[] | null; data: (number | string)[] }> = {};
    for (const array of container.arrays) {
      if (array.numbers === null) continue;
      found[array.name] = { shape: array.shape, data: await valuesOf(array) };
    }
    return found;
  } finally {
    await container.close();
  }
}

/** What a container has that is not read as numbers, by name: what it is, and what to do. */
export async function othersOf(kind: ContainerKind, path: string): Promise<Record<string, string>> {
  const container = await openContainer(kind, { path });
  await container.close();
  return Object.fromEntries(
    container.arrays.flatMap((array) =>
      array.numbers === null ? [[array.name, [array.type, array.advice].filter(Boolean).join('; ')]] : [],
    ),
  );
}
