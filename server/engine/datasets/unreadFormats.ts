import { extname } from 'node:path';
import type { FileContent } from './contentOfName.ts';

const cameraFormat = 'a camera’s raw format';

/**
 * Formats that are known for what they are and not read, by the extensions of their files: these are named, never
 * passed over.
 */
export const unreadFormats: Readonly<Record<FileContent, Readonly<Record<string, string>>>> = {
  image: {
    heic: 'HEIC',
    heif: 'HEIF',
    svg: 'SVG',
    svgz: 'SVG',
    jxl: 'JPEG XL',
    jxr: 'JPEG XR',
    tga: 'Targa',
    psd: 'Photoshop',
    ico: 'ICO',
    eps: 'EPS',
    exr: 'OpenEXR',
    hdr: 'Radiance HDR',
    pfm: 'PFM',
    pam: 'PAM',
    xcf: 'GIMP',
    qoi: 'QOI',
    ...ofCameras('raw cr2 cr3 nef nrw dng arw orf rw2 raf pef srw'),
  },
  audio: {
    m4a: 'M4A',
    aac: 'AAC',
    wma: 'Windows Media',
    aif: 'AIFF',
    aiff: 'AIFF',
    aifc: 'AIFF',
    amr: 'AMR',
    caf: 'CAF',
    ape: 'Monkey’s Audio',
    wv: 'WavPack',
    mka: 'Matroska',
    au: 'Sun audio',
  },
  video: { rm: 'RealMedia', rmvb: 'RealMedia', swf: 'Flash' },
  tensor: { npz: 'NPZ', pt: 'PyTorch', pth: 'PyTorch', safetensors: 'safetensors' },
};

function ofCameras(extensions: string): Record<string, string> {
  return Object.fromEntries(extensions.split(' ').map((extension) => [extension, cameraFormat]));
}

/** What messages call files of a content, and how to make one that is read of such a file. */
const advice: Readonly<Record<FileContent, { readonly kind: string; readonly how: string }>> = {
  image: { kind: 'images', how: 'convert it to JPEG or PNG, for example with ImageMagick' },
  audio: {
    kind: 'sound',
    how: 'convert it to FLAC or WAV, for example with ffmpeg',
  },
  video: { kind: 'video', how: 'convert it to MP4, for example with ffmpeg' },
  tensor: { kind: 'tensors', how: 'save each tensor as .npy' },
};

/** That a file is of a format that is not read, and what to do: `HEIC, a format of images that is not read; …`. */
export function unreadReason(content: FileContent, format: string): string {
  const { kind, how } = advice[content];
  return `${format}, a format of ${kind} that is not read; ${how}`;
}

/** A file that is of a format that is not read, by its name. */
export interface UnreadFile {
  readonly content: FileContent;
  /** Why it is no row, for messages. */
  readonly reason: string;
  /** Whether its format is a camera's, which has a small picture of another format in it. */
  readonly isCameras: boolean;
}

const byExtension: ReadonlyMap<string, UnreadFile> = new Map(
  // Sound: the keys are those that the type says.
  (Object.keys(unreadFormats) as FileContent[]).flatMap((content) =>
    Object.entries(unreadFormats[content]).map(([extension, format]) => [
      extension,
      {
        content,
        reason: `by its name it is ${unreadReason(content, format)}`,
        isCameras: format === cameraFormat,
      },
    ]),
  ),
);

/** What is known of a file by the extension of its name, in either case; null where that is not of an unread format. */
export function unreadFile(name: string): UnreadFile | null {
  return byExtension.get(extname(name).slice(1).toLowerCase()) ?? null;
}

/**
 * As `unreadFile`, of images, sound and videos alone: files of several tensors are embeddings or weights, which lie
 * beside items and are none.
 */
export function unreadMedia(name: string): UnreadFile | null {
  const found = unreadFile(name);
  return found?.content === 'tensor' ? null : found;
}
