import { mkdir, realpath, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveInside } from '../../../server/engine/datasets/resolveInside.ts';
import { useTemporaryFolder } from '../../temporaryFolder.ts';

const folder = useTemporaryFolder();

describe('resolveInside', () => {
  it('gives the path of a name inside the folder, whether the file exists or not', async () => {
    await mkdir(join(folder(), 'a'));
    await writeFile(join(folder(), 'a', 'b.jpg'), '');
    const real = await realpath(folder());
    expect(resolveInside(folder(), 'a/b.jpg')).toBe(join(real, 'a', 'b.jpg'));
    expect(resolveInside(folder(), 'a/../a/c.jpg')).toBe(join(real, 'a', 'c.jpg'));
    expect(resolveInside(folder(), '..strange/c.jpg')).toBe(join(real, '..strange', 'c.jpg'));
  });

  it.each(['../secret.jpg', 'a/../../secret.jpg', '/etc/passwd', '..', 'nul\0.jpg'])('refuses %j', (name) => {
    expect(() => resolveInside(folder(), name)).toThrow(expect.objectContaining({ code: 'path-outside' }));
  });

  it('refuses links that lead outside, also for files that do not exist', async () => {
    const root = join(folder(), 'root');
    await mkdir(root);
    await mkdir(join(folder(), 'elsewhere'));
    await writeFile(join(folder(), 'elsewhere', 'secret.jpg'), '');
    await symlink(join(folder(), 'elsewhere'), join(root, 'out'));
    for (const name of ['out/secret.jpg', 'out/missing.jpg', 'out/missing/deep.jpg']) {
      expect(() => resolveInside(root, name)).toThrow(expect.objectContaining({ code: 'path-outside' }));
    }
  });

  it('follows links that stay inside, and names loops of links as such', async () => {
    await writeFile(join(folder(), 'a.jpg'), '');
    await symlink(join(folder(), 'a.jpg'), join(folder(), 'link.jpg'));
    await symlink(join(folder(), 'loop.jpg'), join(folder(), 'loop.jpg'));
    expect(resolveInside(folder(), 'link.jpg')).toBe(join(await realpath(folder()), 'a.jpg'));
    expect(() => resolveInside(folder(), 'loop.jpg')).toThrow(
      expect.objectContaining({ code: 'path-unreadable' }),
    );
  });
});
