import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { thirdPartyNotices } from '../../scripts/thirdPartyNotices.mjs';
import { useTemporaryFolder } from '../temporaryFolder.ts';

const folder = useTemporaryFolder();

/** Writes a package of some name, `a 1.0.0` under the MIT licence where nothing else is said, and gives its folder. */
function writePackage(
  name: string,
  manifest: object = {},
  files: Readonly<Record<string, string>> = {},
): string {
  const place = join(folder(), name);
  mkdirSync(place, { recursive: true });
  const whole = { name, version: '1.0.0', license: 'MIT', ...manifest };
  writeFileSync(join(place, 'package.json'), JSON.stringify(whole));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(place, file), text);
  return place;
}

describe('thirdPartyNotices', () => {
  it('names each package once, by name, with its licence, its place and its texts', () => {
    const b = writePackage(
      'b',
      { license: 'ISC', repository: { type: 'git', url: 'git+https://example.org/b.git' } },
      { 'NOTICE.md': 'Of many.', LICENSE: 'Do as you like.\r\n', 'index.js': 'code' },
    );
    const a = writePackage('a', { repository: 'someone/a' }, { license: 'Be kind.' });
    const notices = thirdPartyNotices({ bundled: [b, a], separate: [a] }, 'linux');
    const rule = '='.repeat(80);
    expect(notices.slice(notices.indexOf(rule))).toBe(
      [
        rule,
        'a 1.0.0\nLicence: MIT\nhttps://github.com/someone/a',
        'Be kind.',
        rule,
        'b 1.0.0\nLicence: ISC\nhttps://example.org/b',
        'Do as you like.',
        'Of many.\n',
      ].join('\n\n'),
    );
  });

  it('says whose a package is that has no text of its licence', () => {
    const a = writePackage('a', { author: { name: 'Ada' }, homepage: '', license: '(MIT AND ISC)' });
    expect(thirdPartyNotices({ bundled: [a], separate: [] }, 'linux')).toContain(
      'https://www.npmjs.com/package/a\n\nBy Ada. The package has no file with its licence: ' +
        'https://spdx.org/licenses/MIT.html, https://spdx.org/licenses/ISC.html\n',
    );
  });

  it('lists parts under other terms, with where their sources are', () => {
    const name = '@img/sharp-libvips-linux-x64';
    const libvips = writePackage(name, { license: 'LGPL-3.0-or-later' }, { 'README.md': 'cairo, glib' });
    const notices = thirdPartyNotices({ bundled: [], separate: [libvips] }, 'linux');
    expect(notices).toContain(
      `- ${name} 1.0.0: libvips and libraries that it uses. Licence: LGPL-3.0-or-later. ` +
        'Source: https://github.com/lovell/sharp-libvips\n',
    );
    expect(notices).toContain('cairo, glib');
    expect(notices).toContain('ONNX Project Contributors');
  });

  it('refuses packages without a licence, or with one that is not allowed, by their names', () => {
    const bundled = [
      writePackage('fine'),
      writePackage('bare', { license: undefined }),
      writePackage('strict', { license: 'GPL-3.0-only' }),
    ];
    expect(() => thirdPartyNotices({ bundled, separate: [] }, 'linux')).toThrow(
      /: bare 1\.0\.0 \(no licence\), strict 1\.0\.0 \(GPL-3\.0-only\)$/,
    );
  });

  it('refuses to bundle what has to stay a package of its own', () => {
    const parser = writePackage('codec-parser', { license: 'LGPL-3.0-or-later' });
    expect(thirdPartyNotices({ bundled: [], separate: [parser] }, 'linux')).toContain('codec-parser 1.0.0');
    expect(() => thirdPartyNotices({ bundled: [parser], separate: [] }, 'linux')).toThrow(
      'codec-parser 1.0.0',
    );
  });
});
