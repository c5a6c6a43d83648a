// Which platforms a .vsix can be made for, and which packages go into it.
import { isLicenceFile } from './licences.mjs';

/**
 * By the name that VS Code gives to a platform: what npm calls it. Those that ONNX Runtime has a binary for: it has none
 * for macOS on Intel (darwin-x64), nor for musl (alpine-x64, alpine-arm64), where sharp and DuckDB have.
 */
export const targets = {
  'linux-x64': { os: 'linux', cpu: 'x64', libc: 'glibc' },
  'linux-arm64': { os: 'linux', cpu: 'arm64', libc: 'glibc' },
  'darwin-arm64': { os: 'darwin', cpu: 'arm64', libc: null },
  'win32-x64': { os: 'win32', cpu: 'x64', libc: null },
  'win32-arm64': { os: 'win32', cpu: 'arm64', libc: null },
};

/** Needed by the install scripts of packages alone, which fetch what is not wanted here. */
const installationOnly = new Set(['adm-zip', 'global-agent']);

/**
 * The packages that some load, with all that those depend on, on a platform.
 *
 * @param {Record<string, any>} lockPackages `packages` of a package-lock.json
 * @param {readonly string[]} roots names of packages
 * @param {{os: string, cpu: string, libc: string | null}} platform
 * @returns {string[]} their folders, from the root, such as `node_modules/sharp`
 */
export function packageFolders(lockPackages, roots, platform) {
  const found = new Set();
  const visit = (name, from, isOptional) => {
    const folder = resolveFolder(lockPackages, name, from);
    if (folder === undefined) {
      if (isOptional) return;
      throw new Error(`${name}, which ${from || 'the bundles'} needs, is not in package-lock.json`);
    }
    const entry = lockPackages[folder];
    if (found.has(folder) || !fits(entry, platform)) return;
    found.add(folder);
    for (const [dependencies, optional] of [
      [entry.dependencies, false],
      [entry.optionalDependencies, true],
    ]) {
      for (const dependency of Object.keys(dependencies ?? {})) {
        if (!installationOnly.has(dependency)) visit(dependency, folder, optional);
      }
    }
  };
  for (const name of roots) visit(name, '', false);
  return [...found].sort();
}

/** As Node looks a package up: in the folder of the package that asks, and in those above. */
function resolveFolder(lockPackages, name, from) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const candidate = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (candidate in lockPackages) return candidate;
    if (folder === '') return undefined;
  }
}

function fits(entry, platform) {
  return ['os', 'cpu', 'libc'].every((key) => {
    const allowed = entry[key];
    return allowed === undefined || platform[key] === null || allowed.includes(platform[key]);
  });
}

/** Whether a file of a package is needed when the extension runs. `path` is relative to the package, with `/`. */
export function isNeeded(packageName, path, { os, cpu }) {
  if (isLicenceFile(path)) return true;
  if (/(^|\/)(\.[^/]+|test|tests|docs|example|examples)(\/|$)/.test(path)) return false;
  if (/\.(map|md|markdown|ts|mts|cts|flow|gyp|gypi|h|hpp|c|cc|cpp)$/i.test(path)) return false;
  // Of three builds, the one that knows no file of the machine; of the filters, those that are read.
  if (packageName === 'h5wasm') return /^(package\.json$|dist\/esm\/)/.test(path);
  if (packageName === 'h5wasm-plugins') {
    return path === 'package.json' || /libH5Z(bz2|lzf|blosc|lz4|bshuf|zstd)\.so$/.test(path);
  }
  if (packageName !== 'onnxruntime-node') return true;
  // On macOS the library is there twice; its name in full is that of no one who loads it.
  if (/\.\d+\.\d+\.\d+\.dylib$/.test(path)) return false;
  if (path.startsWith('bin/')) return new RegExp(`^bin/napi-v\\d+/${os}/${cpu}/`).test(path);
  return !/^(script|lib|build)\//.test(path);
}
