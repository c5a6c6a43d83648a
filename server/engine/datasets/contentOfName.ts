import { extname } from 'node:path';
import { z } from 'zod';
import type { Content } from './dataset.ts';

/** The contents that a file of its own, a member of an archive or a BLOB may be. */
export type FileContent = Exclude<Content, 'text' | 'protein'>;

/** The extensions of each content's files, lower case and without the dot; the first ones are preferred. */
export const fileExtensions: Readonly<Record<FileContent, readonly string[]>> = {
  image: [
    ...['jpg', 'jpeg', 'png', 'webp', 'gif', 'tif', 'tiff', 'avif', 'bmp', 'jp2', 'ppm', 'pgm', 'pbm', 'pnm'],
    ...['jpe', 'jfif', 'jfi', 'pjpeg', 'dib', 'j2k', 'j2c', 'jpc', 'jpf', 'jpx', 'dcm', 'dicom'],
  ],
  audio: ['wav', 'flac', 'mp3', 'ogg', 'oga', 'opus'],
  video: [
    'mp4',
    'm4v',
    'webm',
    'mkv',
    'mov',
    'avi',
    'mpg',
    'mpeg',
    'wmv',
    'flv',
    '3gp',
    'ogv',
    'mts',
    'm2ts',
  ],
  tensor: ['npy'],
};

/** The contents that files may have, in the order in which readers give them as modalities. */
export const fileContents = Object.keys(fileExtensions) as readonly FileContent[];

const contentOfExtension: ReadonlyMap<string, FileContent> = new Map(
  fileContents.flatMap((content) => fileExtensions[content].map((extension) => [extension, content])),
);

/** What a file holds by the extension of its name, in either case; null when that says nothing. */
export function contentOfName(name: string): FileContent | null {
  return contentOfExtension.get(extname(name).slice(1).toLowerCase()) ?? null;
}

/** The parameter of readers that tell modalities by their files' extensions. */
export const contentsParam = z
  .array(z.enum(['image', 'audio', 'video', 'tensor', 'text']))
  .min(1)
  .optional()
  .describe(
    'The contents to take, for example `[image, text]`; files of others are passed over. Absent: all that are there.',
  );

/** What messages call one thing of a content. */
export const contentNouns: Readonly<Record<Content, string>> = {
  image: 'image',
  text: 'text',
  audio: 'audio file',
  video: 'video',
  protein: 'protein',
  tensor: 'tensor',
};
