import { spawnSync } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';

/** For tests: it draws on the CPU, runs as root too, and asks nothing of the network by itself. */
export const chromiumFlags: string[] = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/**
 * Chromium's program: `CHROMIUM_PATH`, else the one on the PATH, else Playwright's newest, else the one without windows
 * that a package of the project holds for Linux on x64. Undefined where there is none that runs.
 */
export function findChromium(): string | undefined {
  const chosen = process.env['CHROMIUM_PATH'];
  if (chosen !== undefined) return existsSync(chosen) ? chosen : undefined;
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin'];
  const onPath = folders.flatMap((folder) => names.map((name) => join(folder, name)));
  return [...onPath, ...playwrightPrograms()].find(existsSync) ?? packagedProgram();
}

/** Unpacked when it is first needed; a test beside this one neither sees half of it nor has it replaced while it runs. */
function packagedProgram(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const program = resolve('node_modules/.cache/chromium/chromium');
  if (!existsSync(program)) {
    const packed = 'node_modules/@sparticuz/chromium/bin/chromium.br';
    mkdirSync(dirname(program), { recursive: true });
    const unfinished = `${program}-${process.pid}`;
    writeFileSync(unfinished, brotliDecompressSync(readFileSync(packed)), { mode: 0o755 });
    try {
      linkSync(unfinished, program);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    rmSync(unfinished);
  }
  // It needs libraries that a bare system may lack.
  return spawnSync(program, ['--version']).status === 0 ? program : undefined;
}

function playwrightPrograms(): string[] {
  const cache = process.env['PLAYWRIGHT_BROWSERS_PATH'] ?? join(homedir(), '.cache', 'ms-playwright');
  if (!existsSync(cache)) return [];
  return readdirSync(cache)
    .filter((name) => /^chromium-\d+$/.test(name))
    .sort((a, b) => Number(b.slice(9)) - Number(a.slice(9)))
    .flatMap((name) =>
      ['chrome-linux64', 'chrome-linux'].map((folder) => join(cache, name, folder, 'chrome')),
    );
}
