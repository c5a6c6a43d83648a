// `npm run generate`: writes every file that is generated from the registries. A test says when one is stale.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { generatedFiles } from './generatedFiles.ts';

for (const [path, text] of Object.entries(await generatedFiles())) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  process.stdout.write(`${path}\n`);
}
