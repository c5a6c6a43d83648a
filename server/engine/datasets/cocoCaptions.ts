import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import { InputError } from '../problems.ts';
import { captionedImages, checkImageFolder, parseJsonFile, type CaptionedImage } from './captionedImages.ts';
import { captionsParam } from './captionRows.ts';
import { withLeftOutRows } from './dataNotes.ts';
import { defineReader, type SkippedRow } from './dataset.ts';
import { resolveInside } from './resolveInside.ts';
import { samplingParams } from './sampling.ts';

/** The part of COCO's format that is read; the rest of a file may be anything. */
const captionFile = z.object({
  images: z.array(z.object({ id: z.number().int(), file_name: z.string().min(1) })),
  annotations: z.array(
    z.object({ id: z.number().int().optional(), image_id: z.number().int(), caption: z.string() }),
  ),
});
type CaptionFile = z.output<typeof captionFile>;

/** Enough of a file's start to see what it is: its first image comes after the licences. */
const headBytes = 64 * 1024;

/** Captions in COCO's JSON format, with the folder of their images. */
export const cocoCaptions = defineReader({
  kind: 'coco-captions',
  title: 'COCO captions',
  description:
    'Image–text pairs from a captions file in COCO’s JSON format (`images` with `id` and `file_name`, `annotations` with `image_id` and `caption`) and a folder of images. Without the folder: the captions alone, one modality.',
  gives: 'samples',
  params: z.strictObject({
    path: z.string().min(1).describe('The captions file (JSON), for example `captions_val2017.json`.'),
    images: z
      .string()
      .min(1)
      .optional()
      .describe(
        'The folder in which the file names of the captions file lie. Absent: the captions alone are read.',
      ),
    captions: captionsParam,
    ...samplingParams,
  }),
  async recognises(path, isFolder) {
    if (isFolder || !/\.json$/i.test(path)) return false;
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
      const head = buffer.toString('latin1', 0, bytesRead);
      return head.includes('"images"') && head.includes('"file_name"');
    } finally {
      await file.close();
    }
  },
  paramsFor: (path) => ({ path }),
  async open(params, { baseFolder, random }) {
    const path = resolve(baseFolder, params.path);
    const imageFolder = params.images === undefined ? undefined : resolve(baseFolder, params.images);
    if (imageFolder !== undefined) await checkImageFolder(imageFolder);
    const { images, skipped } = listImages(
      parseCaptionFile(await parseJsonFile(path), path),
      path,
      imageFolder,
    );
    if (images.length === 0) {
      const found = `${path} gives no captioned image${skipped.length === 0 ? ': it lists none' : ''}`;
      throw new InputError('no-rows', withLeftOutRows(found, skipped), { file: path });
    }
    return captionedImages(
      images,
      { hasFiles: imageFolder !== undefined, skipped, notes: [] },
      params,
      random,
    );
  },
});

function parseCaptionFile(content: unknown, path: string): CaptionFile {
  const { data, error } = captionFile.safeParse(content);
  if (data !== undefined) return data;
  const { path: at, message } = error.issues[0]!;
  throw new InputError(
    'not-coco-captions',
    `${path} is not a COCO captions file: at \`${at.join('.')}\`: ${message}; expected \`images\` with \`id\` and \`file_name\`, and \`annotations\` with \`image_id\` and \`caption\``,
    { file: path },
  );
}

/** The images that have a caption and, where a folder is given, a file in it; the others by name. */
function listImages(
  { images, annotations }: CaptionFile,
  path: string,
  imageFolder: string | undefined,
): { images: CaptionedImage[]; skipped: SkippedRow[] } {
  const captionsOf = new Map<number, string[]>();
  const names = new Set<string>();
  for (const { id, file_name: name } of images) {
    if (captionsOf.has(id) || names.has(name)) {
      throw new InputError('duplicate-image', `${path} lists the image ${name} (id ${id}) more than once`, {
        file: path,
      });
    }
    captionsOf.set(id, []);
    names.add(name);
  }

  const skipped: SkippedRow[] = [];
  for (const { id, image_id: imageId, caption } of annotations) {
    const captions = captionsOf.get(imageId);
    const reason =
      captions === undefined
        ? `its image ${imageId} is not among the images`
        : caption.trim() === ''
          ? 'it is empty'
          : '';
    if (reason === '') captions!.push(caption.trim());
    else skipped.push({ id: `caption ${id ?? `of image ${imageId}`}`, reason });
  }

  const kept: CaptionedImage[] = [];
  for (const { id: imageId, file_name: id } of images) {
    const captions = captionsOf.get(imageId)!;
    const file = imageFolder === undefined ? undefined : resolveInside(imageFolder, id);
    if (captions.length === 0) skipped.push({ id, reason: 'the image has no caption' });
    else if (file === undefined) kept.push({ id, captions });
    else if (existsSync(file)) kept.push({ id, captions, path: file });
    else skipped.push({ id, reason: `there is no such image in ${imageFolder!}` });
  }
  return { images: kept, skipped };
}
