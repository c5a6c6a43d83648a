// Under which terms the code of others may be part of the extension.

/** Licences, by their SPDX identifiers, that ask for no more than to be named with their text. */
const permissive = ['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT'];

/**
 * Parts of packages that are under other terms than the permissive ones, and may be there because their packages stay
 * outside of the bundles. `package.json` names the licence of some, and of others that of the code around them alone.
 */
const separateParts = [
  {
    package: /^@img\/sharp-(libvips|win32)-/,
    part: 'libvips and libraries that it uses',
    licence: 'LGPL-3.0-or-later',
    source: 'https://github.com/lovell/sharp-libvips',
    // It lists the libraries with their licences.
    notice: 'README.md',
  },
  {
    package: /^mpg123-decoder$/,
    part: 'libmpg123, as WebAssembly',
    licence: 'LGPL-2.1-only',
    source: 'https://www.mpg123.de and https://github.com/eshaz/wasm-audio-decoders',
  },
  {
    package: /^codec-parser$/,
    part: 'all of it',
    licence: 'LGPL-3.0-or-later',
    source: 'https://github.com/eshaz/codec-parser',
  },
  {
    package: /^h5wasm$/,
    part: 'all of it, with the HDF5 library, libaec and zlib as WebAssembly',
    licence: 'SEE LICENSE IN LICENSE.txt',
    source: 'https://github.com/usnistgov/h5wasm and https://github.com/HDFGroup/hdf5',
  },
  {
    package: /^onnxruntime-node$/,
    os: 'win32',
    part: 'DirectML.dll, dxcompiler.dll and dxil.dll',
    licence: 'that of Microsoft.AI.DirectML and of Microsoft.Direct3D.DXC',
    source:
      'https://www.nuget.org/packages/Microsoft.AI.DirectML and https://www.nuget.org/packages/Microsoft.Direct3D.DXC',
  },
];

/** Sources of others that are part of the project's own. */
export const copiedSources = [
  {
    name: 'onnx.proto, Copyright (c) ONNX Project Contributors',
    licence: 'Apache-2.0',
    source: 'https://github.com/onnx/onnx',
  },
];

/**
 * @param {string} name of a package
 * @param {string} os where the extension is to run
 */
export function separatePartOf(name, os) {
  return separateParts.find((part) => part.package.test(name) && (part.os ?? os) === os);
}

/**
 * Whether a package may be part of the extension.
 *
 * @param {unknown} expression what its package.json has as `license`: SPDX, without a choice within brackets
 * @param {string | undefined} further a licence that is allowed beside the permissive ones
 */
export function isAllowed(expression, further) {
  if (typeof expression !== 'string') return false;
  const choices = expression.replace(/^\((.*)\)$/, '$1').split(' OR ');
  return choices.some((choice) =>
    choice.split(' AND ').every((licence) => permissive.includes(licence) || licence === further),
  );
}

/** Whether a file of a package, by its path there, holds its licence or what else has to be passed on with it. */
export function isLicenceFile(path) {
  return /^(licen[cs]e|copying|notice|third-?party-?notices?)\b(?!.*\.[cm]?[jt]s$)[^/]*$/i.test(path);
}
