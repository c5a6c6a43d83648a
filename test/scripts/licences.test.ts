import { expect, it } from 'vitest';
import { isAllowed, isLicenceFile, separatePartOf } from '../../scripts/licences.mjs';

it.each(['MIT', '(Apache-2.0 AND BSD-3-Clause)', 'MIT OR GPL-3.0-only', 'GPL-3.0-only OR MIT AND ISC'])(
  '%s is allowed',
  (expression) => {
    expect(isAllowed(expression)).toBe(true);
  },
);

it.each([undefined, '', {}, 'GPL-3.0-only', 'MIT AND GPL-3.0-only', 'SEE LICENSE IN LICENSE', 'UNLICENSED'])(
  '%s is not',
  (expression) => {
    expect(isAllowed(expression)).toBe(false);
  },
);

it('allows a further licence, of a part that stays on its own', () => {
  const licence = separatePartOf('@img/sharp-win32-x64', 'win32')?.licence;
  expect(isAllowed('Apache-2.0 AND LGPL-3.0-or-later', licence)).toBe(true);
  expect(isAllowed('Apache-2.0 AND LGPL-3.0-or-later', separatePartOf('sharp', 'win32')?.licence)).toBe(
    false,
  );
});

it('knows parts by the system that they are for', () => {
  expect(separatePartOf('onnxruntime-node', 'win32')?.part).toContain('DirectML.dll');
  expect(separatePartOf('onnxruntime-node', 'linux')).toBeUndefined();
});

it('knows the files that hold a licence', () => {
  const names = [
    'LICENSE',
    'license',
    'LICENCE.md',
    'LICENSE-MIT',
    'License.txt',
    'LICENSE.libopus',
    'COPYING',
  ];
  const others = ['NOTICE', 'thirdpartynotices.txt', 'ThirdPartyNotices.md'];
  expect([...names, ...others].filter((name) => !isLicenceFile(name))).toEqual([]);
  expect(
    ['license.js', 'licenses.cjs', 'README.md', 'noticeboard.txt', 'src/LICENSE'].filter(isLicenceFile),
  ).toEqual([]);
});
