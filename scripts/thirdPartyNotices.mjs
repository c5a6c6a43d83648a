// ThirdPartyNotices.txt: whose code the extension contains, and under which terms.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { bundleOptions, bundles } from './bundles.mjs';
import { copiedSources, isAllowed, isLicenceFile, separatePartOf } from './licences.mjs';

/** The folders of the packages that have code in a bundle, as esbuild tells. */
export async function bundledPackages() {
  const found = new Set();
  for (const name of Object.keys(bundles)) {
    const { metafile } = await build({ ...bundleOptions(name, '.'), write: false, metafile: true });
    for (const { inputs } of Object.values(metafile.outputs)) {
      for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
        const folder = /^(.*\/|)node_modules\/(@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0];
        if (folder !== undefined && bytesInOutput > 0) found.add(resolve(folder));
      }
    }
  }
  return [...found].sort();
}

/**
 * The notices of packages, in the order of their names, the same for the same packages.
 *
 * @param {{bundled: readonly string[], separate: readonly string[]}} folders of packages whose code is in the bundles,
 *   and of those that stay outside of them; a package in both is named once
 * @param {string} os where the extension is to run
 * @throws {Error} that names each package whose licence is missing or not allowed
 */
export function thirdPartyNotices({ bundled, separate }, os) {
  const packages = new Map();
  for (const [folders, isBundled] of [
    [bundled, true],
    [separate, false],
  ]) {
    for (const folder of folders) {
      const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      const part = isBundled ? undefined : separatePartOf(manifest.name, os);
      packages.set(`${manifest.name} ${manifest.version}`, { folder, manifest, part });
    }
  }
  const entries = [...packages].sort(([a], [b]) => (a < b ? -1 : 1));
  const refused = entries.filter(([, { manifest, part }]) => !isAllowed(manifest.license, part?.licence));
  if (refused.length > 0) {
    const reasons = refused.map(([title, { manifest }]) => `${title} (${manifest.license ?? 'no licence'})`);
    throw new Error(
      `scripts/licences.mjs does not allow to make these packages part of the extension: ${reasons.join(', ')}`,
    );
  }
  const sections = [
    'Modality Gap contains code of the packages and projects below.',
    [
      'Parts that stay files of their own in dist/node_modules, where others can take their places:',
      ...entries.flatMap(([title, { part }]) => (part ? [line(`${title}: ${part.part}`, part)] : [])),
    ].join('\n'),
    ['Parts of its sources:', ...copiedSources.map((copied) => line(copied.name, copied))].join('\n'),
    ...entries.flatMap(([title, entry]) => ['='.repeat(80), ...noticeOf(title, entry)]),
  ];
  return `${sections.join('\n\n')}\n`;
}

function line(what, { licence, source }) {
  return `- ${what}. Licence: ${licence}. Source: ${source}`;
}

function noticeOf(title, { folder, manifest, part }) {
  const names = readdirSync(folder).sort();
  const texts = names
    .filter((name) => isLicenceFile(name) || name === part?.notice)
    .map((name) => readFileSync(join(folder, name), 'utf8').replace(/\r\n?/g, '\n').trim());
  return [
    `${title}\nLicence: ${manifest.license}\n${addressOf(manifest)}`,
    ...(names.some(isLicenceFile) ? [] : [withoutText(manifest)]),
    ...texts,
  ];
}

/** What stands for the text of a licence where a package has none. */
function withoutText({ author, license }) {
  const terms = license
    .match(/[\w.-]+/g)
    .filter((word) => word !== 'AND' && word !== 'OR')
    .map((licence) => `https://spdx.org/licenses/${licence}.html`);
  const by = typeof author === 'string' ? author : author?.name;
  return `${by ? `By ${by}. ` : ''}The package has no file with its licence: ${terms.join(', ')}`;
}

/** Where a package comes from: its home page, its repository, or its page in the registry. */
function addressOf({ name, homepage, repository }) {
  const address = homepage || repository?.url || repository || `https://www.npmjs.com/package/${name}`;
  return address
    .replace(/^git\+/, '')
    .replace(/^git@([^:]+):/, 'https://$1/')
    .replace(/^git:/, 'https:')
    .replace(/^(github:)?(?=[\w-]+\/[\w.-]+$)/, 'https://github.com/')
    .replace(/\.git$/, '');
}
