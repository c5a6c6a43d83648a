import { mkdir, realpath, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { imageFileItem, isImageName, resolveInside } from '../../../server/engine/datasets/imageFile.ts';
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

describe('imageFileItem', () => {
  it('reads the bytes when loaded', async () => {
    const path = join(folder(), 'a.png');
    const item = imageFileItem(path, 'a.png');
    await writeFile(path, Buffer.from([1, 2, 3]));
    if (item.content !== 'image') throw new Error('expected an image');
    expect(await item.load()).toEqual({ kind: 'encoded', bytes: Buffer.from([1, 2, 3]) });
  });

  it('names an image that is missing or no file', async () => {
    for (const name of ['missing.png', '.']) {
      const item = imageFileItem(join(folder(), name), name);
      if (item.content !== 'image') throw new Error('expected an image');
      await expect(item.load()).rejects.toMatchObject({
        code: 'image-unreadable',
        message: expect.stringContaining(name) as string,
      });
    }
  });
});

it('knows images by their extensions, in either case', () => {
  expect(['a.jpg', 'a.JPEG', 'b.x.png', 'c.webp'].every(isImageName)).toBe(true);
  expect(['a.svg', 'jpg', 'a.txt', 'a.jpg.txt'].some(isImageName)).toBe(false);
});
