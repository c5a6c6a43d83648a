import { element } from './element.ts';

/** Offers a blob as a download. Works from a page on disk: nothing is fetched. */
export function saveFile(name: string, blob: Blob): void {
  const address = URL.createObjectURL(blob);
  element('a', { href: address, download: name }).click();
  // The browser has taken hold of the blob once the click has been handled.
  setTimeout(() => {
    URL.revokeObjectURL(address);
  }, 10_000);
}

/** A text as a file name: letters, digits and hyphens, nothing that a file system would read as a path. */
export function fileNameOf(text: string): string {
  const plain = text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '');
  return plain === '' ? 'report' : plain.slice(0, 80);
}
