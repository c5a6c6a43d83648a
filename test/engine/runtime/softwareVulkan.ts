import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import { extract } from 'tar-stream';

/** Whether SwiftShader, as the package for headless browsers carries it, runs here. */
export const hasSoftwareVulkan = process.platform === 'linux' && process.arch === 'x64';

/**
 * The environment in which a program finds SwiftShader, a Vulkan driver that computes on the CPU, and no other driver.
 * It is unpacked when it is first needed.
 */
export async function softwareVulkan(): Promise<Record<'VK_ICD_FILENAMES' | 'LD_LIBRARY_PATH', string>> {
  const folder = resolve('node_modules/.cache/swiftshader');
  if (!existsSync(folder)) await unpack(folder);
  return { VK_ICD_FILENAMES: join(folder, 'vk_swiftshader_icd.json'), LD_LIBRARY_PATH: folder };
}

/** Into a folder of another name first, so that a test beside this one never sees half of it. */
async function unpack(folder: string): Promise<void> {
  const archive = await readFile('node_modules/@sparticuz/chromium/bin/swiftshader.tar.br');
  const tar = await promisify(brotliDecompress)(archive);
  const unfinished = `${folder}-${process.pid}`;
  await mkdir(unfinished, { recursive: true });
  const entries = extract();
  entries.end(tar);
  for await (const file of entries) {
    const chunks: Buffer[] = [];
    for await (const chunk of file) chunks.push(chunk as Buffer);
    await writeFile(join(unfinished, basename(file.header.name)), Buffer.concat(chunks));
  }
  await rename(unfinished, folder);
}
