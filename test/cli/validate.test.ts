import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { documentedCodes, explanationOf, firstSentence } from '../../server/language/diagnosticCodes.ts';
import { useCommand } from './useCommand.ts';

const { folder, run } = useCommand();

const bad = 'name: a\nnam: 100%, a:b\ndata: { kind: scenes, sampling: random }\n';
const good =
  'name: a\ndata: { kind: scenes }\nencoders: { image: { kind: random }, text: { kind: random } }\n';
const unknownKey =
  'Unknown key "nam". Allowed: name, seed, data, encoders, experiments, pairRows, repeatedRows, invalidRows, device, output';
const notUsed = '`sampling` chooses the rows that `limit` takes; without `limit` all of them are taken';

beforeEach(async () => {
  await writeFile(join(folder(), 'good.gap.yaml'), good);
  await writeFile(join(folder(), 'bad one.gap.yaml'), bad);
});

const all = ['good.gap.yaml', 'bad one.gap.yaml', 'absent.gap.yaml'];

describe('explain', () => {
  it('says what a code means', async () => {
    const text = explanationOf('sampling-not-used')!;
    expect(await run('explain', 'sampling-not-used')).toEqual({
      code: 0,
      out: `sampling-not-used\n${text}\n`,
      err: '',
    });
  });

  it('lists every code with a sentence', async () => {
    const { code, out, err } = await run('explain');
    expect([code, err]).toEqual([0, '']);
    const lines = out.trimEnd().split('\n').slice(1);
    expect(lines).toHaveLength(documentedCodes.size);
    for (const line of lines) expect(line).toMatch(/^[a-z0-9-]+ {2,}.+\.$/);
  });

  it.each([
    ['unequal-row', 'Did you mean "unequal-rows"?'],
    ['nothing-like-it-at-all', '`modality-gap explain` lists them'],
  ])('does not know %s', async (name, hint) => {
    const { code, out, err } = await run('explain', name);
    expect([code, out]).toEqual([2, '']);
    expect(err).toBe(`error: No problem has the code "${name}". ${hint} [unknown-code]\n`);
  });
});

describe('validate', () => {
  it('tells people what is wrong, and how much of it', async () => {
    const { code, out, err } = await run('validate', ...all);
    expect([code, out]).toEqual([2, 'good.gap.yaml: valid\n']);
    expect(err.split('\n')).toEqual([
      `bad one.gap.yaml:2:1: ${unknownKey} [unknown-key]`,
      `bad one.gap.yaml:3:23: hint: ${notUsed} [sampling-not-used]`,
      'absent.gap.yaml: There is no such file [config-unreadable]',
      '1 of 3 files is valid: 2 errors, 1 hint',
      '',
    ]);
    expect((await run('validate', 'good.gap.yaml')).err).toBe('');
  });

  it('gives scripts all of it as JSON', async () => {
    const { code, out, err } = await run('validate', '--json', ...all);
    expect([code, err]).toEqual([2, '']);
    const { isValid, files } = JSON.parse(out) as { isValid: boolean; files: { problems: object[] }[] };
    expect(isValid).toBe(false);
    expect(files.map(({ problems }) => problems.length)).toEqual([0, 2, 1]);
    expect(files[1]!.problems[0]).toEqual({
      code: 'unknown-key',
      severity: 'error',
      message: unknownKey,
      range: { start: { line: 2, column: 1 }, end: { line: 2, column: 4 } },
    });
    const fine = await run('validate', '--json', 'good.gap.yaml');
    expect([fine.code, JSON.parse(fine.out)]).toEqual([
      0,
      { isValid: true, files: [{ file: 'good.gap.yaml', isValid: true, problems: [], missing: [] }] },
    ]);
  });

  it('annotates lines for GitHub', async () => {
    await writeFile(join(folder(), 'bad one.gap.yaml'), 'name: a\ndata: { kind: "100%,:" }\n');
    const { code, out } = await run('validate', '--format', 'github', ...all);
    expect(code).toBe(2);
    expect(out.split('\n').map((line) => line.slice(0, 110))).toEqual([
      '::error file=bad one.gap.yaml,line=2,endLine=2,col=15,endColumn=22,title=unknown-kind::"data.kind" is the text',
      '::error file=absent.gap.yaml,title=config-unreadable::There is no such file',
      '',
    ]);
    expect(out).toContain('is the text "100%25,:"; expected');
  });

  it('writes SARIF for code scanning', async () => {
    const { code, out } = await run('validate', '--format', 'sarif', ...all);
    expect(code).toBe(2);
    const log = JSON.parse(out) as Record<string, unknown> & { runs: Record<string, unknown>[] };
    // What the schema of SARIF 2.1.0 demands, and what code scanning reads.
    expect(log).toMatchObject({
      version: '2.1.0',
      $schema: expect.stringContaining('sarif-2.1.0') as string,
    });
    const rules = ['config-unreadable', 'sampling-not-used', 'unknown-key'];
    expect(log.runs).toEqual([
      {
        tool: {
          driver: {
            name: 'modality-gap',
            version: expect.stringMatching(/^\d+\.\d+\.\d+$/) as string,
            rules: rules.map(rule),
          },
        },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { FOLDER: { uri: expect.stringMatching(/^file:\/\/\/.*\/$/) as string } },
        artifacts: ['good.gap.yaml', 'bad%20one.gap.yaml', 'absent.gap.yaml'].map((uri) => ({
          location: { uri, uriBaseId: 'FOLDER' },
        })),
        results: [
          result('unknown-key', 2, 'error', unknownKey, 1, [2, 1, 2, 4]),
          result('sampling-not-used', 1, 'note', notUsed, 1, [3, 23, 3, 31]),
          result('config-unreadable', 0, 'error', 'There is no such file', 2, null),
        ],
      },
    ]);
  });

  it('names files elsewhere by their whole address', async () => {
    const { out } = await run('validate', '--format', 'sarif', '../elsewhere.gap.yaml');
    expect(out).toContain(pathToFileURL(join(folder(), '../elsewhere.gap.yaml')).href);
  });

  it('refuses formats that it does not know', async () => {
    const { code, err } = await run('validate', '--format', 'xml', 'good.gap.yaml');
    expect([code, err]).toEqual([
      2,
      expect.stringContaining('Allowed choices are human, json, github, sarif'),
    ]);
  });
});

function rule(id: string) {
  const text = explanationOf(id)!;
  return {
    id,
    shortDescription: { text: firstSentence(text) },
    fullDescription: { text },
    help: { text },
  };
}

function result(
  ruleId: string,
  ruleIndex: number,
  level: string,
  text: string,
  file: number,
  region: readonly [number, number, number, number] | null,
) {
  const uri = ['good.gap.yaml', 'bad%20one.gap.yaml', 'absent.gap.yaml'][file];
  const [startLine, startColumn, endLine, endColumn] = region ?? [];
  return {
    ruleId,
    ruleIndex,
    level,
    message: { text },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri, uriBaseId: 'FOLDER', index: file },
          ...(region && { region: { startLine, startColumn, endLine, endColumn } }),
        },
      },
    ],
  };
}
