import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { packagedReadme } from '../../scripts/packagedReadme.mjs';

it('leaves out pictures that are files, and keeps those of the web', () => {
  const web = '![One](https://example.org/one.png)';
  expect(packagedReadme(`Before.\n\n![A run](media/run.png)\n\nAfter.\n\n${web}\n`)).toBe(
    `Before.\n\nAfter.\n\n${web}\n`,
  );
});

it('makes links to files text, and keeps links to the web and within the page', () => {
  expect(packagedReadme('See [the schema](media/a.json), [here](#here), [there](https://example.org).')).toBe(
    'See the schema, [here](#here), [there](https://example.org).',
  );
});

it('leaves no link or picture in the README of the project that leads to a file', () => {
  const readme = readFileSync('README.md', 'utf8');
  const toFiles = /\]\((?!#|https:)[^)]*\)|<(img|video)/g;
  expect(readme).toMatch(toFiles);
  expect(packagedReadme(readme).match(toFiles)).toBeNull();
  expect(packagedReadme(readme)).toMatch(/\]\(https:/);
});
