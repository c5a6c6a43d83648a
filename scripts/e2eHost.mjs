// Installs the editor that the end-to-end tests drive: code-server, which is VS Code's own workbench and extension host
// behind a web server, and the Node that it needs. Everything goes into one ignored folder, once; what was interrupted
// goes on where it was.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Why there is no host, in a sentence for the person who started the tests. */
export class HostUnavailable extends Error {
  name = 'HostUnavailable';
}

const codeServerVersion = '4.139.1';
const nodeVersion = '24.21.0';

const folder = join(dirname(dirname(fileURLToPath(import.meta.url))), '.e2e-host');
const nodePackage = `node-linux-${process.arch}`;
const nodeFolder = join(folder, 'node_modules', nodePackage);
const codeServer = join(folder, 'node_modules', 'code-server');
const workbench = join(codeServer, 'lib', 'vscode');

const install = [
  'install',
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--fetch-retries=1',
  '--fetch-retry-mintimeout=2000',
];

/** In order; each is done again only if it did not end well. */
const steps = [
  {
    name: `installing code-server ${codeServerVersion} and Node ${nodeVersion}`,
    cwd: folder,
    args: [...install, '--no-save', `${nodePackage}@${nodeVersion}`, `code-server@${codeServerVersion}`],
  },
  { name: 'installing the workbench', cwd: workbench, args: [...install, '--omit=dev'] },
  {
    name: "installing the workbench's own extensions",
    cwd: join(workbench, 'extensions'),
    args: [...install, '--omit=dev'],
  },
  {
    // Without spdlog every output channel is empty; the watchdog ends extension hosts whose server is gone.
    name: 'compiling native modules',
    cwd: workbench,
    args: ['rebuild', '--ignore-scripts=false', '@vscode/spdlog', '@vscode/native-watchdog'],
  },
];

/**
 * Installs what is missing.
 *
 * @param {(text: string) => void} report hears what is being done.
 * @returns {{ node: string, entry: string }} The Node to start the server with, and the server's script.
 * @throws {HostUnavailable} on other systems than Linux, and where something cannot be downloaded or compiled.
 */
export function installHost(report) {
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) {
    throw new HostUnavailable(
      `they need Linux on x64 or arm64, and this is ${process.platform} on ${process.arch}`,
    );
  }
  const host = { node: join(nodeFolder, 'bin', 'node'), entry: join(codeServer, 'out', 'node', 'entry.js') };
  const progressFile = join(folder, 'installed.json');
  const wanted = { codeServerVersion, nodeVersion };
  let done = 0;
  if (existsSync(progressFile)) {
    const progress = JSON.parse(readFileSync(progressFile, 'utf8'));
    if (JSON.stringify(progress.wanted) === JSON.stringify(wanted)) done = progress.done;
  }
  if (done === 0) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    // Without it npm would install into the project around it.
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  }
  for (const step of steps.slice(done)) {
    report(step.name);
    runNpm(step);
    done += 1;
    writeFileSync(progressFile, `${JSON.stringify({ wanted, done })}\n`);
  }
  return host;
}

function runNpm({ name, cwd, args }) {
  const { status, error, stderr } = spawnSync('npm', args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
    maxBuffer: 64 * 1024 * 1024,
    env: {
      ...process.env,
      // Packages are compiled for the Node that loads them, with the headers that it brings along.
      PATH: `${join(nodeFolder, 'bin')}${delimiter}${process.env.PATH}`,
      npm_config_nodedir: nodeFolder,
    },
  });
  if (error) throw new HostUnavailable(`npm cannot be started: ${error.message}`);
  if (status === 0) return;
  if (/ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENETUNREACH/.test(stderr)) {
    throw new HostUnavailable(`${name} failed: the npm registry cannot be reached`);
  }
  const lines = stderr.split('\n').filter((line) => /^npm (ERR!|error)/.test(line));
  throw new HostUnavailable(`${name} failed: ${lines.slice(0, 4).join(' ') || `npm ended with ${status}`}`);
}
