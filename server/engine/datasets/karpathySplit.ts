import { resolve } from 'node:path';
import { z } from 'zod';
import { InputError } from '../problems.ts';
import { someOf } from '../someOf.ts';
import { captionedImages, findImages, parseJsonFile } from './captionedImages.ts';
import { allCaptionsParam } from './captionRows.ts';
import { fileHead } from './csvBytes.ts';
import { withLeftOutRows } from './dataNotes.ts';
import { defineReader, type SkippedRow } from './dataset.ts';
import { samplingParams } from './sampling.ts';

/** The part of the format that is read. */
const splitFile = z.object({
  images: z.array(
    z.object({
      filename: z.string().min(1),
      filepath: z.string().optional(),
      split: z.string().optional(),
      sentences: z.array(z.object({ raw: z.string() })),
    }),
  ),
});

const name = z.string().min(1);

/** The splits of COCO, Flickr30k and Flickr8k that retrieval is measured on, by Karpathy. */
export const karpathySplit = defineReader({
  kind: 'karpathy-split',
  title: 'Karpathy’s splits',
  description:
    'Image–text pairs from the JSON of Karpathy’s splits (`dataset_coco.json`, `dataset_flickr30k.json`, `dataset_flickr8k.json`) and a folder of images. Without the folder: the captions alone, one modality.',
  gives: 'samples',
  params: z.strictObject({
    path: name.describe('The file of the splits (JSON), for example `dataset_flickr30k.json`.'),
    images: name
      .optional()
      .describe(
        'The folder of the images, for COCO the one with `train2014` and `val2014`. Absent: that of the file or one in it, where the images are there.',
      ),
    split: z
      .union([name, z.array(name).min(1)])
      .optional()
      .describe(
        'The split or splits to take, such as `test`, on which results are compared. Absent: all of them.',
      ),
    captions: allCaptionsParam,
    ...samplingParams,
  }),
  async recognises(path, isFolder) {
    if (isFolder || !/\.json$/i.test(path)) return false;
    const head = Buffer.from((await fileHead(path, 64 * 1024)).bytes).toString('latin1');
    return ['"images"', '"sentences"', '"raw"'].every((key) => head.includes(key));
  },
  paramsFor: (path) => ({ path }),
  async open(params, { baseFolder, random }) {
    const path = resolve(baseFolder, params.path);
    const { data, error } = splitFile.safeParse(await parseJsonFile(path));
    if (error !== undefined) {
      const { path: at, message } = error.issues[0]!;
      throw new InputError(
        'not-karpathy-split',
        `${path} is no file of Karpathy’s splits: at \`${at.join('.')}\`: ${message}; expected \`images\` with \`filename\` and \`sentences\`, and these with \`raw\``,
        { file: path },
      );
    }
    const splits = params.split === undefined ? undefined : [params.split].flat();
    const known = new Set(data.images.map(({ split = '' }) => split));
    const unknown = splits?.find((split) => !known.has(split));
    if (unknown !== undefined) {
      throw new InputError(
        'unknown-split',
        `No image of ${path} is in the split ${JSON.stringify(unknown)}, expected one of ${someOf([...known])}`,
        { file: path },
      );
    }
    const empty: SkippedRow[] = [];
    const listed = data.images
      .filter(({ split = '' }) => splits?.includes(split) ?? true)
      .map(({ filename: id, filepath, sentences }) => ({
        id,
        names: filepath === undefined ? [id] : [`${filepath}/${id}`, id],
        captions: sentences.map(({ raw }) => raw.trim()).filter((raw) => raw !== ''),
      }))
      .filter(({ id, captions }) => {
        if (captions.length === 0) empty.push({ id, reason: 'the image has no caption' });
        return captions.length > 0;
      });
    if (listed.length === 0)
      throw new InputError('no-rows', withLeftOutRows(`${path} gives no captioned image`, empty), {
        file: path,
      });
    const imageFolder = params.images === undefined ? undefined : resolve(baseFolder, params.images);
    const { images, skipped, ...found } = await findImages(listed, path, imageFolder);
    return captionedImages(images, { ...found, skipped: [...empty, ...skipped] }, params, random);
  },
});
