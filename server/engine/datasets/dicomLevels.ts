import type { DataSet } from 'dicom-parser';
import { holderOf } from './dicomHeader.ts';
import { broken } from './dicomProblem.ts';
import type { IntensityWindow } from './intensityWindow.ts';
import { lookupTable, type LookupTable } from './dicomTables.ts';

type WindowFunction = 'LINEAR' | 'LINEAR_EXACT' | 'SIGMOID';

const pixelValueTransformation = 'x00289145';
const frameVoiLut = 'x00289132';

/**
 * Applies the modality's transformation to stored values, in place: its table where there is one, else
 * `slope × value + intercept` (PS3.3 C.11.1), for instance to Hounsfield units.
 */
export function applyModality(values: Float64Array, elements: DataSet): void {
  const table = lookupTable(elements, 'x00283000');
  if (table !== undefined) {
    for (let i = 0; i < values.length; i++) values[i] = table.entry(values[i]!);
    return;
  }
  const number = (tag: string): number | undefined =>
    holderOf(elements, tag, pixelValueTransformation)?.floatString(tag);
  const slope = number('x00281053') ?? 1;
  const intercept = number('x00281052') ?? 0;
  if (!Number.isFinite(slope) || !Number.isFinite(intercept)) {
    throw broken('its rescale slope and intercept are not numbers');
  }
  for (let i = 0; i < values.length; i++) values[i] = values[i]! * slope + intercept;
}

/**
 * Levels from 0 to 255, rounded to the nearest, of values after the modality's transformation: by the window that is
 * given (linear), else by the file's first window and its function, else by its first table of values of interest,
 * else with the lowest value at 0 and the highest at 255.
 *
 * @throws DicomProblem `dicom-undecodable` when the window is too narrow for its function or the table is broken.
 */
export function toLevels(
  values: Float64Array,
  elements: DataSet,
  given: IntensityWindow | undefined,
): Uint8Array<ArrayBuffer> {
  const holder = holderOf(elements, 'x00281050', frameVoiLut);
  if (given !== undefined) return mapLevels(values, windowFunction(given, 'LINEAR'));
  const center = holder?.floatString('x00281050', 0);
  const width = holder?.floatString('x00281051', 0);
  if (center !== undefined && width !== undefined) {
    const name = holder?.string('x00281056') ?? 'LINEAR';
    return mapLevels(values, windowFunction({ center, width }, name));
  }
  const table = lookupTable(elements, 'x00283010');
  return mapLevels(values, table === undefined ? fullRange(values) : throughTable(table));
}

function mapLevels(values: Float64Array, fraction: (x: number) => number): Uint8Array<ArrayBuffer> {
  const levels = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) levels[i] = Math.round(255 * fraction(values[i]!));
  return levels;
}

/** From a value to its place between black (0) and white (1): PS3.3 C.11.2.1.2.1 and C.11.2.1.3. */
function windowFunction({ center, width }: IntensityWindow, name: string): (x: number) => number {
  const known = name as WindowFunction;
  // LINEAR has a width of 1 as its narrowest, a step from black to white.
  const narrowest = known === 'LINEAR' ? width >= 1 : width > 0;
  if (!narrowest || !Number.isFinite(width) || !Number.isFinite(center)) {
    throw broken(`its window has the center ${center} and the width ${width}, too narrow for ${name}`);
  }
  switch (known) {
    case 'LINEAR': {
      const half = (width - 1) / 2;
      return (x) => {
        if (x <= center - 0.5 - half) return 0;
        if (x > center - 0.5 + half) return 1;
        return (x - (center - 0.5)) / (width - 1) + 0.5;
      };
    }
    case 'LINEAR_EXACT':
      return (x) => {
        if (x <= center - width / 2) return 0;
        if (x > center + width / 2) return 1;
        return (x - center) / width + 0.5;
      };
    case 'SIGMOID':
      return (x) => 1 / (1 + Math.exp((-4 * (x - center)) / width));
    default:
      throw broken(
        `its window's function is ${JSON.stringify(name)}; known are LINEAR, LINEAR_EXACT and SIGMOID`,
      );
  }
}

/** An image of one value is black. */
function fullRange(values: Float64Array): (x: number) => number {
  let lowest = Infinity;
  let highest = -Infinity;
  for (const value of values) {
    if (value < lowest) lowest = value;
    if (value > highest) highest = value;
  }
  return highest > lowest ? (x) => (x - lowest) / (highest - lowest) : () => 0;
}

function throughTable(table: LookupTable): (x: number) => number {
  return (x) => table.entry(x) / table.highest;
}
