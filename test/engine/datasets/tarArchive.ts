import { buffer } from 'node:stream/consumers';
import { pack, type Header } from 'tar-stream';

/** A member to write: its name and content, and what else its header shall say. */
export type TarEntry = readonly [
  name: string,
  content: string | Uint8Array,
  header?: Partial<Omit<Header, 'name'>>,
];

/** An archive as tar-stream writes it: ustar, with pax headers where a name needs one. */
export async function tarArchive(entries: readonly TarEntry[]): Promise<Buffer> {
  const archive = pack();
  for (const [name, content, header] of entries) archive.entry({ ...header, name }, Buffer.from(content));
  archive.finalize();
  return await buffer(archive);
}

/** Changes the header at an offset and corrects its checksum, as another writer would have made it. */
export function editHeader(archive: Buffer, offset: number, edit: (header: Buffer) => void): void {
  const header = archive.subarray(offset, offset + 512);
  edit(header);
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
}
