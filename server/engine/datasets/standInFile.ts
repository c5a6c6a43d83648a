import { open, type FileHandle } from 'node:fs/promises';
import { extname } from 'node:path';
import { InputError } from '../problems.ts';
import { shortened } from '../someOf.ts';

/** Pointers are three short lines; of pages the first words are enough. */
const startBytes = 512;

/** What never begins with the text of a page: formats with a mark, a length or a tag at their start. */
const binaryEndings: ReadonlySet<string> = new Set(
  '.npy .npz .safetensors .pt .pth .bin .onnx .onnx_data .h5 .hdf5 .arrow .feather .parquet .tar'.split(' '),
);

/**
 * Refuses what lies in the place of an open file: the pointer that Git LFS or git-annex leaves until the file itself is
 * fetched, and, under the name of a binary format, the page or the message that a server sent in place of it.
 *
 * @throws InputError `pointer-file`, `page-in-place`.
 */
export async function expectNoStandIn(handle: FileHandle, file: string, size: number): Promise<void> {
  const start = Buffer.alloc(Math.min(size, startBytes));
  const { bytesRead } = await handle.read(start, 0, start.length, 0);
  const problem = standInProblem(start.subarray(0, bytesRead).toString('utf8'), file);
  if (problem !== null) throw problem;
}

/**
 * The same of files that are not open yet; those that cannot be opened are passed over, as whoever reads them says why.
 *
 * @throws InputError as `expectNoStandIn`.
 */
export async function expectNoStandIns(files: readonly string[]): Promise<void> {
  for (const file of files) {
    const handle = await open(file).catch(() => null);
    try {
      const facts = await handle?.stat();
      if (handle !== null && facts?.isFile() === true) await expectNoStandIn(handle, file, facts.size);
    } finally {
      await handle?.close();
    }
  }
}

/**
 * The same of a file whose text, or the beginning of it, is known.
 *
 * @returns null where the text is no such thing.
 */
export function standInProblem(start: string, file: string): InputError | null {
  const text = start.replace(/^\uFEFF?\s*/, '');
  const of = (code: string, message: string): InputError =>
    new InputError(code, `${file} ${message}`, { file });
  if (text.startsWith('version https://git-lfs.github.com/spec/v1')) {
    const bytes = /^size (\d+)$/m.exec(text)?.[1];
    const expected = bytes === undefined ? '' : ` (${bytes} bytes expected)`;
    return of(
      'pointer-file',
      `is a Git LFS pointer, not the file itself${expected}: run \`git lfs pull\` in its repository`,
    );
  }
  if (/^(\.\.\/)*(\.git)?\/annex\/objects\//.test(text)) {
    return of(
      'pointer-file',
      'is a pointer of git-annex, not the file itself: run `git annex get` in its repository',
    );
  }
  const page = pageOf(text, file);
  return page === null
    ? null
    : of(
        'page-in-place',
        `is ${page}, as a server sends it in place of a file, not the file itself: download it again`,
      );
}

function pageOf(text: string, file: string): string | null {
  if (/^<(!doctype\s+html|html|head|body)\b/i.test(text)) {
    const title = /<title>\s*([^<]+?)\s*<\/title>/i.exec(text)?.[1];
    return `a page of HTML${title === undefined ? '' : ` (“${shortened(title, 80)}”)`}`;
  }
  if (!binaryEndings.has(extname(file).toLowerCase())) return null;
  const words = shortened(text.replace(/\s+/g, ' ').trim(), 120);
  if (/^[{[]\s*"/.test(text)) return `JSON (${words})`;
  if (text.startsWith('<?xml')) return `XML (${words})`;
  const isMessage =
    /^(entry|repository|page|file)? ?not found|^(access|permission) denied|^invalid username|^unauthori[sz]ed|^forbidden/i;
  return isMessage.test(text) ? `a message (“${words}”)` : null;
}
