import { importsOf, type Import } from './imports.ts';

/** Files by their path from the project root, with `/`. */
export type SourceTree = ReadonlyMap<string, string>;

/** A rule gives one line for each place that breaks it. */
export type Rule = (tree: SourceTree) => string[];

type ImportTest = (found: Import, file: string) => boolean;

/** Breaks where a file for which `applies` holds has an import for which `isForbidden` does. */
function forbidImports(reason: string, applies: (file: string) => boolean, isForbidden: ImportTest): Rule {
  return (tree) =>
    [...tree].flatMap(([file, text]) =>
      applies(file)
        ? importsOf(file, text)
            .filter((found) => isForbidden(found, file))
            .map(({ specifier }) => `${file} imports ${specifier}: ${reason}`)
        : [],
    );
}

const within = (folder: string) => (file: string) => file.startsWith(`${folder}/`);
const isPackage = ({ specifier, file }: Import, name: string) =>
  file === undefined && (specifier === name || specifier.startsWith(`${name}/`));
const isOfPackages = (found: Import, packages: readonly string[]) =>
  packages.some((name) => isPackage(found, name));
const isInFolders = ({ file }: Import, folders: readonly string[]) =>
  file !== undefined && folders.some((folder) => file.startsWith(`${folder}/`));

const inferencePackages = ['onnxruntime-node', '@tensorflow'];
const decodingPackages = ['sharp', '@duckdb'];
const nativePackages = [...inferencePackages, ...decodingPackages];
const editorPackages = ['vscode', 'vscode-languageclient', 'vscode-languageserver'];
const outsideModules = [
  'fs',
  'child_process',
  'net',
  'http',
  'https',
  'worker_threads',
  'dgram',
  'tls',
  'cluster',
];

export const protocolImportsNothing = forbidImports(
  'the protocol imports nothing',
  within('server/protocol'),
  ({ file }) => !file?.startsWith('server/protocol/'),
);

export const engineStandsAlone = forbidImports(
  'the engine knows neither the editor nor what configures and runs it',
  within('server/engine'),
  (found) =>
    found.specifier.startsWith('vscode') ||
    isOfPackages(found, editorPackages) ||
    isInFolders(found, [
      'server/config',
      'server/language',
      'server/runs',
      'server/facts',
      'server/cli',
      'server/lsp',
      'server/worker',
      'client',
      'webview',
    ]),
);

export const inferenceInRuntimeOnly = forbidImports(
  'only server/engine/runtime loads inference libraries',
  (file) => /^(server|client|webview)\//.test(file) && !within('server/engine/runtime')(file),
  (found) => isOfPackages(found, inferencePackages),
);

export const decodersInEngineOnly = forbidImports(
  'only server/engine/runtime and server/engine/datasets load native decoders',
  (file) =>
    /^(server|client|webview)\//.test(file) &&
    !within('server/engine/runtime')(file) &&
    !within('server/engine/datasets')(file),
  (found) => isOfPackages(found, decodingPackages),
);

export const languageDoesNoIo = forbidImports(
  'language features do no input or output',
  within('server/language'),
  ({ specifier, file }) =>
    file === undefined && outsideModules.includes(specifier.replace(/^node:/, '').split('/')[0]!),
);

export const userInterfaceKnowsProtocolOnly = forbidImports(
  'client and webview know only the protocol of the server',
  (file) => /^(client|webview)\//.test(file),
  (found) => isInFolders(found, ['server']) && !isInFolders(found, ['server/protocol']),
);

/** Native code must not be loaded by files for which `applies` holds, not even by way of another file. */
function forbidNativeCode(applies: (file: string) => boolean): Rule {
  return (tree) => {
    const read = new Map<string, Import[]>();
    const importsIn = (file: string): Import[] => {
      const found = read.get(file) ?? importsOf(file, tree.get(file) ?? '');
      read.set(file, found);
      return found;
    };
    return [...tree.keys()].filter(applies).flatMap((start) => nativeCodeReachedFrom(start, importsIn));
  };
}

function nativeCodeReachedFrom(start: string, importsIn: (file: string) => readonly Import[]): string[] {
  const problems: string[] = [];
  const reached = new Set([start]);
  for (const file of reached) {
    for (const found of importsIn(file)) {
      if (found.load !== 'static') continue;
      if (isOfPackages(found, nativePackages)) {
        problems.push(`${start} loads ${found.specifier} by way of ${file}: use import() there`);
      } else if (found.file !== undefined) {
        reached.add(found.file);
      }
    }
  }
  return problems;
}

export const languageLoadsNoNativeCode = forbidNativeCode(within('server/language'));

/** A crash of native code would take every feature of the editor along. */
export const languageServerLoadsNoNativeCode = forbidNativeCode((file) => file === 'server/main.ts');

export const noCycles: Rule = (tree) => {
  const problems: string[] = [];
  const finished = new Set<string>();
  const visit = (file: string, trail: readonly string[]): void => {
    if (finished.has(file)) return;
    if (trail.includes(file)) {
      problems.push(`${[...trail.slice(trail.indexOf(file)), file].join(' → ')}: files import one another`);
      return;
    }
    for (const found of importsOf(file, tree.get(file) ?? '')) {
      if (found.file !== undefined) visit(found.file, [...trail, file]);
    }
    finished.add(file);
  };
  for (const file of tree.keys()) visit(file, []);
  return problems;
};

export const noBarrels = forbidImports(
  'import from the file that declares it, re-exports hide where things are',
  () => true,
  ({ isReexport }) => isReexport,
);

const registries: Readonly<Record<string, string>> = {
  'server/engine/metrics': 'defineMetric',
  'server/engine/experiments': 'defineExperiment',
  'server/engine/datasets': 'defineReader',
  'server/engine/encoders': 'defineEncoder',
  'server/engine/networks': 'defineNetwork',
};

/** A file that defines an entry is listed in the registry of its folder, or of the folder above. */
export const definitionsAreRegistered: Rule = (tree) =>
  [...tree].flatMap(([file, text]) =>
    Object.entries(registries).flatMap(([folder, define]) => {
      const registry = `${folder}/registry.ts`;
      const isDefinition = within(folder)(file) && new RegExp(`= ${define}(<[^>]*>)?\\(`).test(text);
      if (!isDefinition || file === registry) return [];
      const listed = importsOf(registry, tree.get(registry) ?? '').some((found) => found.file === file);
      return listed ? [] : [`${file} calls ${define} but ${registry} does not list it`];
    }),
  );

/** Every rule, by what it demands. */
export const rules: Readonly<Record<string, Rule>> = {
  'the protocol imports nothing': protocolImportsNothing,
  'the engine knows neither the editor nor what configures and runs it': engineStandsAlone,
  'inference libraries are loaded in engine/runtime only': inferenceInRuntimeOnly,
  'native decoders are loaded in engine/runtime and engine/datasets only': decodersInEngineOnly,
  'language features do no input or output': languageDoesNoIo,
  'language features load no native code': languageLoadsNoNativeCode,
  'the language server loads no native code': languageServerLoadsNoNativeCode,
  'client and webview know only the protocol of the server': userInterfaceKnowsProtocolOnly,
  'no files import one another': noCycles,
  'no file re-exports from another': noBarrels,
  'every definition is in its registry': definitionsAreRegistered,
};
