import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { Random } from '../../../server/engine/numerics/random.ts';
import { npyFile } from '../../npyFile.ts';

/** Colours of the pictures, by their names in captions. */
export const photoColors = {
  crimson: [220, 20, 60],
  orange: [255, 165, 0],
  seagreen: [46, 139, 87],
  deepskyblue: [0, 191, 255],
  indigo: [75, 0, 130],
} as const;

const shapes = {
  circle: '<circle cx="48" cy="48" r="30"/>',
  square: '<rect x="20" y="20" width="56" height="56"/>',
  triangle: '<path d="M48 16 82 78H14Z"/>',
  bar: '<rect x="8" y="40" width="80" height="16"/>',
};

/**
 * Pictures of 96 × 64 pixels, each with its caption beside it: `crimson-circle.jpg`, whose middle is crimson, and
 * `one crimson circle`. Returns how many.
 */
export async function writePhotos(folder: string): Promise<number> {
  await mkdir(folder, { recursive: true });
  const files = Object.keys(photoColors).flatMap((color) =>
    Object.entries(shapes).map(async ([shape, drawing]) => {
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-24 0 144 96" width="96" height="64" fill="${color}"><rect x="-24" width="144" height="96" fill="white"/>${drawing}</svg>`;
      await sharp(Buffer.from(svg))
        .jpeg()
        .toFile(join(folder, `${color}-${shape}.jpg`));
      await writeFile(join(folder, `${color}-${shape}.txt`), `one ${color} ${shape}\n`);
    }),
  );
  await Promise.all(files);
  return files.length;
}

/** Embeddings of one modality in a .npy file, drawn from the stream of this name. */
export async function writeMatrix(
  file: string,
  rows: number,
  columns: number,
  stream: string,
): Promise<void> {
  const values = new Random(1).stream(stream).fillNormal(new Float32Array(rows * columns));
  await writeFile(file, npyFile([rows, columns], values));
}

/** Embeddings of two modalities in one .npy file: two cones around different directions, row i of both related. */
export async function writeEmbeddings(file: string, rows: number, columns: number): Promise<void> {
  const random = new Random(1).stream('embeddings');
  const values = random.fillNormal(new Float32Array(2 * rows * columns));
  const text = rows * columns;
  for (let index = 0; index < text; index++) {
    values[text + index] = values[index]! + 0.5 * values[text + index]!;
    // The first column is one modality's direction, the second the other one's.
    if (index % columns === 0) values[index]! += 8;
    if (index % columns === 1) values[text + index]! += 8;
  }
  await writeFile(file, npyFile([2, rows, columns], values));
}

/** Embeddings of three modalities in one .npy file, the third farther from the first than the second is. */
export async function writeThreeModalities(file: string, rows: number, columns: number): Promise<void> {
  const random = new Random(2).stream('embeddings');
  const values = random.fillNormal(new Float32Array(3 * rows * columns), 0, 0.3);
  for (let modality = 0; modality < 3; modality++) {
    for (let row = 0; row < rows; row++) {
      const start = (modality * rows + row) * columns;
      values[start]! += 1;
      values[start + 1]! += modality ** 2;
    }
  }
  await writeFile(file, npyFile([3, rows, columns], values));
}

/** A run of many minutes, for what happens in the middle of one. */
export const endlessExperiment = `name: endless
data:
  kind: scenes
  count: 100000
  resolution: 64
encoders:
  image: { kind: random }
  text: { kind: random }
experiments:
  - kind: modality-gap
`;
