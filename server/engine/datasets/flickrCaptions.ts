import { resolve } from 'node:path';
import { z } from 'zod';
import { InputError } from '../problems.ts';
import { captionedImages, findImages, type ListedImage } from './captionedImages.ts';
import { allCaptionsParam } from './captionRows.ts';
import { fileChunks, fileHead, textEncoding, utf8Chunks } from './csvBytes.ts';
import { csvRecords, type CsvRecord } from './csvRecords.ts';
import { withLeftOutRows } from './dataNotes.ts';
import { defineReader, type SkippedRow } from './dataset.ts';
import { samplingParams } from './sampling.ts';

const name = z.string().min(1);

/** How a line of each format gives an image and a caption, and the first line that names the columns, if any. */
const formats = {
  /** Flickr8k.token.txt, results_20130124.token: `1000268201_693b08cb0e.jpg#0<tab>A child …`. */
  token: { header: null, line: /^([^\t]+\.\w{2,5})#\d+\t(.*)$/ },
  /** Flickr30k's results.csv: `1000092795.jpg| 0| Two young guys …`. */
  bars: {
    header: /^image_name\s*\|\s*comment_number\s*\|\s*comment\s*$/i,
    line: /^([^|]+)\|\s*\d+\s*\|(.*)$/,
  },
  /** Flickr8k's captions.txt of Kaggle, which is CSV: `1000268201_693b08cb0e.jpg,A child …`. */
  csv: { header: /^image,caption\s*$/i, line: null },
} as const;
type Format = keyof typeof formats;

/** Captions of Flickr8k and Flickr30k. */
export const flickrCaptions = defineReader({
  kind: 'flickr-captions',
  title: 'Flickr8k and Flickr30k captions',
  description:
    'Image–text pairs from the files of captions of Flickr8k and Flickr30k (`Flickr8k.token.txt`, `results_20130124.token`, `results.csv`, `captions.txt`) and a folder of images. Without the folder: the captions alone, one modality.',
  gives: 'samples',
  params: z.strictObject({
    path: name.describe('The file of captions, for example `results_20130124.token`.'),
    images: name
      .optional()
      .describe(
        'The folder of the images. Absent: that of the file or one in it, where the images are there.',
      ),
    captions: allCaptionsParam,
    ...samplingParams,
  }),
  async recognises(path, isFolder) {
    if (isFolder || !/\.(?:txt|token|csv)$/i.test(path)) return false;
    const format = await formatOf(path);
    // A table reads what is CSV in name, too.
    return format !== null && (format !== 'csv' || !/\.csv$/i.test(path));
  },
  paramsFor: (path) => ({ path }),
  async open(params, { baseFolder, random, signal }) {
    const path = resolve(baseFolder, params.path);
    const format = await formatOf(path);
    if (format === null) {
      throw new InputError(
        'not-flickr-captions',
        `${path} has no captions as Flickr8k and Flickr30k write them: expected lines as \`image.jpg#0<tab>caption\`, or below the names \`image,caption\` or \`image_name| comment_number| comment\``,
        { file: path },
      );
    }
    const captionsOf = new Map<string, string[]>();
    const damaged: SkippedRow[] = [];
    let isHeader = formats[format].header !== null;
    for await (const record of recordsOf(path, format)) {
      signal.throwIfAborted();
      if (isHeader) {
        isHeader = false;
        continue;
      }
      const [image = '', caption = ''] = pairOf(record, format) ?? [];
      if (image === '' || caption === '') {
        const reason = image === '' ? 'it names no image with a caption' : 'the caption is empty';
        damaged.push({ id: `line ${record.line}`, reason });
      } else {
        captionsOf.set(image, [...(captionsOf.get(image) ?? []), caption]);
      }
    }
    const listed: ListedImage[] = [...captionsOf].map(([id, captions]) => ({ id, names: [id], captions }));
    if (listed.length === 0)
      throw new InputError('no-rows', withLeftOutRows(`${path} gives no captioned image`, damaged), {
        file: path,
      });
    const imageFolder = params.images === undefined ? undefined : resolve(baseFolder, params.images);
    const { images, skipped, ...found } = await findImages(listed, path, imageFolder);
    return captionedImages(images, { ...found, skipped: [...damaged, ...skipped] }, params, random);
  },
});

/** The format that the first lines of a file are in; null where they are in none. */
async function formatOf(path: string): Promise<Format | null> {
  const { bytes } = await fileHead(path, 4096);
  const text = new TextDecoder(textEncoding(bytes)).decode(bytes);
  const [first = ''] = text.split(/\r\n|\r|\n/);
  if (formats.token.line.test(first)) return 'token';
  if (formats.bars.header.test(first)) return 'bars';
  return formats.csv.header.test(first) ? 'csv' : null;
}

/** The records of a file: of lines that are no CSV, each whole line as a cell. */
async function* recordsOf(path: string, format: Format): AsyncGenerator<CsvRecord> {
  const { bytes } = await fileHead(path, 4096);
  const chunks = utf8Chunks(fileChunks(path), textEncoding(bytes));
  if (format === 'csv') yield* csvRecords(chunks, { delimiter: ',', trims: false }, path);
  else yield* lines(chunks, path);
}

/** The lines of a text; quotes mean nothing in them. */
async function* lines(chunks: AsyncIterable<Uint8Array>, path: string): AsyncGenerator<CsvRecord> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  let line = 1;
  const cut = function* (isLast: boolean): Generator<CsvRecord> {
    const parts = rest.split(/\r\n|\n/);
    rest = isLast ? '' : parts.pop()!;
    for (const part of parts) {
      if (part.trim() !== '') yield { cells: [part], line };
      line++;
    }
  };
  try {
    for await (const chunk of chunks) {
      rest += decoder.decode(chunk, { stream: true });
      yield* cut(false);
    }
    rest += decoder.decode();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new InputError(
      'not-utf-8',
      `${path} is not valid UTF-8 behind line ${line}; save it in that encoding`,
      {
        file: path,
      },
    );
  }
  yield* cut(true);
}

function pairOf({ cells }: CsvRecord, format: Format): [string, string] | null {
  if (format === 'csv') {
    // Captions with commas that are not in quotes are in the file of some versions.
    const [image = '', ...captions] = cells;
    return captions.length === 0 ? null : [image.trim(), captions.join(',').trim()];
  }
  const [, image = '', caption = ''] = formats[format].line.exec(cells[0]!) ?? [];
  return image === '' ? null : [image.trim(), caption.trim()];
}
