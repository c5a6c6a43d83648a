import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import sharp from 'sharp';
import { beforeEach, describe, expect, it } from 'vitest';
import { reportJsonSchema } from '../../server/config/jsonSchema.ts';
import { npyFile } from '../npyFile.ts';
import type { Report } from '../../server/protocol/report.ts';
import { useCommand } from './useCommand.ts';

const { folder: temporary, start, end, run } = useCommand();
let folder: string;
beforeEach(() => {
  folder = temporary();
});

/** Two modalities of six rows, whose centres differ. */
async function writeEmbeddings(name = 'features.npy'): Promise<string> {
  const values = Array.from({ length: 2 * 6 * 4 }, (_, at) => Math.sin(at * 1.7) + (at < 24 ? 2 : -1));
  await writeFile(join(folder, name), npyFile([2, 6, 4], Float32Array.from(values)));
  return name;
}

describe('measure', () => {
  it('prints a table and writes a run folder', async () => {
    const path = await writeEmbeddings();
    const { code, out, err } = await run('measure', path, '--modalities', 'image,text', '--out', 'first');
    expect(err).toContain('Report: first');
    expect(code).toBe(0);
    expect(out).toMatch(/^gap-distance +\d\.\d{5} +\[/m);
    expect(out).not.toContain('\u001B');
    expect((await readdir(join(folder, 'first'))).sort()).toEqual([
      'config.gap.yaml',
      'embeddings.safetensors',
      'report.html',
      'report.json',
      'run.json',
    ]);
    expect(await readdir(folder)).toEqual(['features.npy', 'first']);
  });

  it('measures several files, calls modalities and the run after them, and shows no place of this machine', async () => {
    for (const [shift, name] of ['image_embeddings', 'text_embeddings'].entries()) {
      const values = Float32Array.from({ length: 6 * 4 }, (_, at) => Math.sin(at * 1.7 + shift) + shift);
      await writeFile(join(folder, `${name}.npy`), npyFile([6, 4], values));
    }
    const { code, err } = await run('measure', 'image_embeddings.npy', join(folder, 'text_embeddings.npy'));
    expect(err).toMatch(/Report: .*image_embeddings-and-text_embeddings-\d{8}-\d{6}/);
    expect(code).toBe(0);
    const [name] = await readdir(join(folder, 'modality-gap-runs'));
    const text = await readFile(join(folder, 'modality-gap-runs', name!, 'report.json'), 'utf8');
    const report = JSON.parse(text) as Report;
    expect(report.name).toBe('image_embeddings and text_embeddings');
    expect(report.modalities).toMatchObject([
      { name: 'image', source: 'image_embeddings.npy' },
      { name: 'text', source: 'text_embeddings.npy' },
    ]);
  });

  it('measures the files of a folder, and takes names for those that say nothing', async () => {
    const values = Float32Array.from({ length: 6 * 4 }, (_, at) => Math.sin(at * 1.7));
    await mkdir(join(folder, 'arrays'));
    for (const name of ['x', 'y'])
      await writeFile(join(folder, 'arrays', `${name}.npy`), npyFile([6, 4], values));
    const named = await run('measure', 'arrays', '--modalities', 'image,text', '--json');
    expect((JSON.parse(named.out) as Report).modalities).toMatchObject([{ name: 'image' }, { name: 'text' }]);
    const untold = await run('measure', 'arrays/x.npy', 'arrays/y.npy', '--json');
    expect(untold.err).toContain('modality-1 is arrays/x.npy; modality-2 is arrays/y.npy');
    expect((JSON.parse(untold.out) as Report).notes[0]).toMatchObject({ code: 'names-untold' });
  });

  it('measures the configuration in a run folder again, with the same values', async () => {
    await writeEmbeddings();
    await run('measure', 'features.npy', '--metrics', 'gap-distance,mean-cosine', '--out', 'runs/first');
    const copy = join('runs', 'first', 'config.gap.yaml');
    expect((await run('validate', copy)).code).toBe(0);
    const { code, out } = await run('measure', copy, '--json');
    expect(code).toBe(0);
    const [first, again] = [
      JSON.parse(await readFile(join(folder, 'runs/first/report.json'), 'utf8')) as Report,
      JSON.parse(out) as Report,
    ];
    expect(again.results).toEqual(first.results);
    expect(again.provenance.configHash).toBe(first.provenance.configHash);
  });

  it('with --json prints a report that keeps to its schema, nothing else, and writes no folder', async () => {
    const path = await writeEmbeddings();
    const { code, out } = await run(
      'measure',
      path,
      '--json',
      '--metrics',
      'gap-distance,mean-cosine',
      '--seed',
      '3',
    );
    expect(code).toBe(0);
    const report = JSON.parse(out) as Report;
    const validate = new Ajv2020({ allowUnionTypes: true, formats: { 'date-time': true } }).compile(
      reportJsonSchema(),
    );
    validate(report);
    expect(validate.errors).toBeNull();
    expect([...new Set(report.results.map(({ metric }) => metric))].sort()).toEqual([
      'gap-distance',
      'mean-cosine',
    ]);
    expect(report.provenance.seed).toBe(3);
    expect(await readdir(folder)).toEqual(['features.npy']);
  });

  it('gives the same bytes for the same seed, but for times', async () => {
    const path = await writeEmbeddings();
    const results = async () => (JSON.parse((await run('measure', path, '--json')).out) as Report).results;
    expect(await results()).toEqual(await results());
  });

  it('says nothing but the results with --quiet', async () => {
    const path = await writeEmbeddings();
    const { code, err } = await run('measure', path, '--quiet');
    expect([code, err]).toEqual([0, '']);
    const [name] = await readdir(join(folder, 'modality-gap-runs'));
    expect(name).toMatch(/^features-\d{8}-\d{6}$/);
  });

  it('embeds every modality with the model that --model names, relative to where it runs', async () => {
    await mkdir(join(folder, 'photos'));
    for (const [index, caption] of ['a red photo', 'photo of a thing', 'ring'].entries()) {
      const background = { r: 90 * index, g: 40, b: 200 };
      const image = sharp({ create: { width: 20, height: 24, channels: 3, background } });
      await image.png().toFile(join(folder, 'photos', `${index}.png`));
      await writeFile(join(folder, 'photos', `${index}.txt`), caption);
    }
    await cp('test/oracle/clipCheckpoint/huggingFace', join(folder, 'models', 'thin'), { recursive: true });
    const { code, out, err } = await run(
      'measure',
      'photos',
      '--model',
      'models/thin',
      '--json',
      '--no-cache',
    );
    expect([code, err]).toEqual([0, expect.not.stringContaining('random')]);
    const { modalities, results } = JSON.parse(out) as Report;
    expect(modalities.map(({ source }) => source)).toEqual([
      expect.stringMatching(/^thin, CLIP vision transformer, logit scale 33\.12, /),
      expect.stringMatching(/^thin, CLIP text transformer, logit scale 33\.12, /),
    ]);
    // The temperature is the one that the model learned.
    const loss = results.find(({ metric }) => metric === 'contrastive-loss');
    expect(loss!.parameters['temperature']).toBeCloseTo(1 / 33.12, 4);

    const absent = await run('measure', 'photos', '--model', './models/thick', '--json');
    expect([absent.code, absent.out]).toEqual([1, '']);
    expect(absent.err).toMatch(
      /models.thick is not there, .* did you mean .*thin\? \[model-folder-missing\]/,
    );
  });

  it('says what to name where no untrained network takes the content', async () => {
    await mkdir(join(folder, 'sounds'));
    await cp('test/oracle/audio', join(folder, 'sounds'), { recursive: true });
    const { code, err } = await run('measure', 'sounds', '--json');
    expect(code).toBe(2);
    expect(err).toContain(
      'audio: There is no untrained network for audio; name a model with --model, or encoders in a *.gap.yaml file [missing-encoder]',
    );
  });

  it('embeds with random networks where none is given, and says so', async () => {
    await writeFile(join(folder, 'lines.txt'), 'a dog\na cat\na red square\n');
    const { code, out, err } = await run('measure', 'lines.txt', '--json', '--metrics', 'mean-cosine');
    expect(code).toBe(0);
    expect(err).toContain('weights are random');
    const report = JSON.parse(out) as Report;
    expect(report.provenance.config['encoders']).toEqual({
      text: { kind: 'random', precision: 'fp32' },
    });
    expect(report.notes.map((note) => note.code)).toContain('random-encoder');
  });

  it('warns of what a configuration has against its data, and keeps it in the report', async () => {
    await writeEmbeddings();
    const metrics = '    metrics: [gap-distance, recall-at-10]\n';
    await writeFile(
      join(folder, 'a.gap.yaml'),
      `name: a\ndata: { kind: npy, path: features.npy }\nexperiments:\n  - kind: modality-gap\n${metrics}`,
    );
    const message =
      'recall-at-10 ranks 6 rows: every query finds its partner among the first 10; expected more than 10 rows';
    const configured = await run('measure', 'a.gap.yaml', '--json');
    expect(configured.err).toContain(`a.gap.yaml:5:29: warning: ${message} [k-not-below-rows]\n`);
    expect((JSON.parse(configured.out) as Report).notes[0]).toEqual({
      code: 'k-not-below-rows',
      message: `Line 5 of the configuration: ${message}`,
    });
    const flagged = await run('measure', 'features.npy', '--json', '--metrics', 'recall-at-10');
    expect(flagged.err).toContain(`--metrics: ${message} [k-not-below-rows]\n`);
    expect((JSON.parse(flagged.out) as Report).notes[0]?.message).toBe(`--metrics: ${message}`);
  });

  it('lets flags win over a configuration', async () => {
    await writeEmbeddings();
    await writeFile(
      join(folder, 'a.gap.yaml'),
      'name: a\nseed: 1\ndata: { kind: npy, path: features.npy }\noutput: here\n',
    );
    const { code } = await run('measure', 'a.gap.yaml', '--seed', '2', '--limit', '4', '--out', 'there');
    expect(code).toBe(0);
    const report = JSON.parse(await readFile(join(folder, 'there/report.json'), 'utf8')) as Report;
    expect(report.provenance.seed).toBe(2);
    expect(report.modalities[0]?.rows).toBe(4);
    expect(existsSync(join(folder, 'here'))).toBe(false);
  });

  it('starts the paths of a configuration at its own folder', async () => {
    await mkdir(join(folder, 'deep'));
    await writeEmbeddings('deep/features.npy');
    await writeFile(
      join(folder, 'deep/a.gap.yaml'),
      'name: a\ndata: { kind: npy, path: features.npy }\noutput: run\n',
    );
    expect((await run('measure', 'deep/a.gap.yaml')).code).toBe(0);
    expect(existsSync(join(folder, 'deep/run/report.json'))).toBe(true);
  });
});

describe('wrong usage ends with 2, says why, and touches nothing', () => {
  it.each<[string, string[], RegExp]>([
    ['no command', [], /Usage: modality-gap/],
    ['an unknown command', ['mesure'], /Did you mean measure/],
    ['an unknown option', ['measure', 'features.npy', '--jsn'], /Did you mean --json/],
    ['no path', ['measure'], /missing required argument 'paths'/],
    [
      'a path that is not there',
      ['measure', 'missing.npy'],
      /^missing\.npy: There is no such file .*\[path-not-found\]/m,
    ],
    [
      'a file of no reader',
      ['measure', 'notes.docx'],
      /^notes\.docx: No reader knows this file; .*\[not-recognised\]/m,
    ],
    [
      'a configuration beside something else',
      ['measure', 'bad.gap.yaml', 'features.npy'],
      /bad\.gap\.yaml is measured alone.*\[several-configurations\]/,
    ],
    [
      'files of several kinds',
      ['measure', 'features.npy', 'lines.txt'],
      /features\.npy is for the reader npy, lines\.txt for text-lines.*\[files-of-several-kinds\]/,
    ],
    ['a seed that is not a number', ['measure', 'features.npy', '--seed', 'x'], /whole number/],
    ['a limit of zero', ['measure', 'features.npy', '--limit', '0'], /at least 1/],
    ['an unknown device', ['measure', 'features.npy', '--device', 'tpu'], /Allowed choices are auto, cpu/],
    [
      'an unknown metric',
      ['measure', 'features.npy', '--metrics', 'gap-distanc'],
      /^--metrics: .*Did you mean "gap-distance"\? \[not-allowed\]/m,
    ],
    [
      'a limit where there is none',
      ['measure', 'bad.gap.yaml', '--limit', '3'],
      /bad\.gap\.yaml:3:9: .*\[unknown-kind\]/,
    ],
    [
      'a bad configuration',
      ['measure', 'bad.gap.yaml'],
      /^bad\.gap\.yaml:3:9: .*Did you mean "scenes"\? \[unknown-kind\]/m,
    ],
    [
      'an encoder for what is not there',
      ['measure', 'encoder.gap.yaml'],
      /encoder\.gap\.yaml:4:3: .*\[unknown-modality\]/,
    ],
    [
      'an output that is taken',
      ['measure', 'features.npy', '--out', 'mine'],
      /mine holds photo\.jpg.*\[output-not-empty\]/,
    ],
    [
      'an output that is the current folder',
      ['measure', 'features.npy', '--out', '.'],
      /\[output-holds-current-folder\]/,
    ],
    [
      'a configuration that is not there',
      ['validate', 'missing.gap.yaml'],
      /^missing\.gap\.yaml: .*\[config-unreadable\]/m,
    ],
    [
      'a configuration that is too large',
      ['validate', 'large.gap.yaml'],
      /^large\.gap\.yaml: .*\[config-too-large\]/m,
    ],
    ['a configuration that is no text', ['validate', 'features.npy'], /\[config-not-utf8\]/],
  ])('%s', async (_, args, message) => {
    await writeEmbeddings();
    await writeFile(join(folder, 'notes.docx'), 'x');
    await writeFile(join(folder, 'lines.txt'), 'x\n');
    await writeFile(join(folder, 'bad.gap.yaml'), 'name: a\ndata:\n  kind: scene\n');
    await writeFile(
      join(folder, 'encoder.gap.yaml'),
      'name: a\ndata: { kind: scenes, count: 4 }\nencoders:\n  picture: { kind: random }\n',
    );
    await writeFile(join(folder, 'large.gap.yaml'), `# ${'x'.repeat(1 << 20)}\n`);
    await mkdir(join(folder, 'mine'));
    await writeFile(join(folder, 'mine/photo.jpg'), 'x');
    const before = (await readdir(folder, { recursive: true })).sort();
    const { code, out, err } = await run(...args);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/^ {4}at /m);
    expect([code, out]).toEqual([2, '']);
    expect((await readdir(folder, { recursive: true })).sort()).toEqual(before);
  });
});

describe('a run that fails ends with 1 and leaves nothing', () => {
  it.each<[string, Uint8Array]>([
    ['an empty file', new Uint8Array()],
    ['a truncated header', npyFile([2, 6, 4], new Float32Array(48)).subarray(0, 40)],
    ['rows of zeros', npyFile([2, 6, 4], new Float32Array(48))],
  ])('%s', async (_, bytes) => {
    await writeFile(join(folder, 'features.npy'), bytes);
    const { code, out, err } = await run('measure', 'features.npy', '--out', 'run');
    expect(err).toMatch(/features\.npy.* \[[a-z-]+\]\n$/);
    expect([code, out]).toEqual([1, '']);
    expect(await readdir(folder)).toEqual(['features.npy']);
  });
});

describe('interrupted', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('%s ends with 130 and leaves nothing', async (signal) => {
    await writeFile(
      join(folder, 'a.gap.yaml'),
      'name: a\ndata: { kind: scenes, count: 20000 }\noutput: deep/run\n',
    );
    const child = start(['measure', 'a.gap.yaml']);
    const ended = end(child);
    await new Promise<void>((seen) => {
      child.stderr.on('data', (chunk: string) => {
        if (chunk.includes('embedding:')) seen();
      });
    });
    child.kill(signal);
    const { code, out, err } = await ended;
    expect([code, out]).toEqual([130, '']);
    expect(err).toContain('Interrupted. No run folder was written.');
    expect(await readdir(folder)).toEqual(['a.gap.yaml']);
  });

  it('ends quietly when nobody reads what it prints', async () => {
    const child = start(['metrics', '--json']);
    child.stdout.destroy();
    const { err } = await end(child);
    expect(err).toBe('');
  });
});

describe('the other commands', () => {
  it('validates several files and names every problem', async () => {
    await writeFile(join(folder, 'good.gap.yaml'), 'name: a\ndata: { kind: scenes }\n');
    await writeFile(join(folder, 'bad.gap.yaml'), '- a\n');
    const { code, out, err } = await run('validate', '--text-only', 'good.gap.yaml', 'bad.gap.yaml');
    expect(code).toBe(2);
    expect(out).toBe('good.gap.yaml: valid\n');
    expect(err).toBe(
      'bad.gap.yaml:1:1: The configuration is a list; expected a mapping [wrong-type]\n' +
        '1 of 2 files is valid: 1 error\n',
    );
  });

  it.each(['readers', 'metrics', 'encoders', 'experiments'])('lists %s', async (name) => {
    const table = await run(name);
    const list = JSON.parse((await run(name, '--json')).out) as { kind: string; description: string }[];
    expect(table.code).toBe(0);
    for (const { kind, description } of list) {
      expect(table.out).toMatch(new RegExp(`^${kind} `, 'm'));
      expect(description).not.toBe('');
    }
  });

  it.each([
    ['--help'],
    ['measure', '--help'],
    ['validate', '--help'],
    ['explain', '--help'],
    ['cache', '--help'],
    ['cache', 'prune', '--help'],
    ['readers', '--help'],
  ])('explains %s %s with an example', async (...args) => {
    const { code, out } = await run(...args);
    expect(code).toBe(0);
    expect(out).toMatch(/Examples?:\n {2}modality-gap /);
  });

  it('prints its version', async () => {
    const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
    expect(await run('--version')).toEqual({ code: 0, out: `${version}\n`, err: '' });
  });
});

/** What a Node loads before its program, as an option for its environment. */
async function preload(name: string, code: string): Promise<{ NODE_OPTIONS: string }> {
  const file = join(folder, name);
  await writeFile(file, code);
  return { NODE_OPTIONS: `--require ${JSON.stringify(file)}` };
}

// A group of processes and a program that sleeps.
describe.skipIf(process.platform === 'win32')('the end of a command', () => {
  /** Has the processes of a bundle start one that keeps their standard error for as long as it lives. */
  const holdErrors = (bundle: string) =>
    preload(
      'hold.cjs',
      `const { spawn } = require('node:child_process');
      if ((process.argv[1] ?? '').endsWith('${bundle}')) {
        const holder = spawn('sleep', ['600'], { detached: true, stdio: ['ignore', 'ignore', 'inherit'] });
        holder.unref();
        require('node:fs').appendFileSync('held.txt', \`\${process.pid} \${holder.pid}\\n\`);
      }`,
    );

  const lives = (pid: number): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };

  /** Runs a command whose processes leave their standard error open; they must be gone, and all else be there. */
  async function runHeld(bundle: string, ...args: string[]) {
    const ended = await end(start(args, await holdErrors(bundle)));
    const pairs = (await readFile(join(folder, 'held.txt'), 'utf8')).trim().split('\n');
    for (const [pid, holder] of pairs.map((line) => line.split(' ').map(Number) as [number, number])) {
      expect([lives(pid), lives(holder)]).toEqual([false, true]);
      process.kill(holder);
    }
    return ended;
  }

  const scenes =
    'name: a\ndata: { kind: scenes, count: 4 }\nencoders: { image: { kind: random }, text: { kind: random } }\n';

  it('does not wait for what keeps the errors of a model open', async () => {
    await writeFile(join(folder, 'a.gap.yaml'), scenes);
    const { code, out } = await runHeld('modelProcess.mjs', 'measure', 'a.gap.yaml', '--out', 'first');
    expect(code).toBe(0);
    expect(out).toContain('gap-distance');
  });

  it('does not wait for what keeps the errors of an inspection open', async () => {
    await writeFile(join(folder, 'a.gap.yaml'), scenes);
    const { code, out } = await runHeld('worker.mjs', 'validate', 'a.gap.yaml');
    expect({ code, out }).toEqual({ code: 0, out: 'a.gap.yaml: valid\n' });
  });

  it('is an error with a word where a thread has ended', async () => {
    const values = Float32Array.from({ length: 2 * 6400 * 2 }, (_, at) => Math.sin(at * 1.7));
    await writeFile(join(folder, 'many.npy'), npyFile([2, 6400, 2], values));
    const threadsEnd = await preload(
      'threadsEnd.cjs',
      `if (!require('node:worker_threads').isMainThread) process.exit(3);`,
    );
    const { code, err } = await end(start(['measure', 'many.npy', '--quiet'], threadsEnd));
    expect({ code, err }).toEqual({
      code: 1,
      err: 'error: A thread that computes ended with exit code 3 [internal-error]\n',
    });
  });

  it('is an error with a word where nothing is left that could happen', async () => {
    await writeFile(join(folder, 'a.gap.yaml'), scenes);
    const nothingOpens = await preload(
      'nothingOpens.cjs',
      `require('node:fs/promises').open = () => new Promise(() => {});
      require('node:module').syncBuiltinESMExports();`,
    );
    const { code, err } = await end(start(['measure', 'a.gap.yaml'], nothingOpens));
    expect({ code, err }).toEqual({
      code: 1,
      err: 'error: The command waits for something that can no longer happen [internal-error]\n',
    });
  });
});
