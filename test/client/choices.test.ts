import { describe, expect, it } from 'vitest';
import {
  beyondRandom,
  builtInScenes,
  columnsEntry,
  describeDescription,
  describeModalities,
  experimentFileName,
  encoderEntries,
  listed,
  isUnnamed,
  modalityNames,
  renamedData,
  modelNameProblem,
  toEmbed,
} from '../../client/flow/choices.ts';
import { validateConfig } from '../../server/config/parseConfig.ts';
import { contents } from '../../server/engine/datasets/dataset.ts';
import { randomNetwork } from '../../server/engine/encoders/randomNetwork.ts';
import type { DataDescription } from '../../server/protocol/worker.ts';

const table: DataDescription = {
  reader: 'table',
  title: 'Table',
  data: { kind: 'table', path: 'pairs.csv', columns: { image: 'file', text: 'caption', sound: 'clip' } },
  rows: 1200,
  notes: [],
  modalities: [
    { name: 'image', content: 'image', dimension: null },
    { name: 'text', content: 'text', dimension: null },
    { name: 'sound', content: 'audio', dimension: null },
  ],
};
const embeddings: DataDescription = {
  reader: 'npy',
  title: 'NumPy array',
  data: { kind: 'npy', path: 'a.npy' },
  rows: null,
  notes: [],
  modalities: [{ name: 'modality-1', content: null, dimension: 512 }],
};

describe('descriptions in words', () => {
  it('count rows and name modalities', () => {
    expect(describeDescription(table)).toBe('Table: 1,200 rows of image, text and sound');
    expect(describeDescription(embeddings)).toBe('NumPy array: rows of modality-1');
    expect(describeModalities(embeddings)).toBe('Embeddings: modality-1 (512 dimensions)');
    expect(describeModalities(table)).toBe('To be embedded: image, text, sound (audio)');
    const notes = [{ code: 'left-out', message: 'a.npy: 1 array was left out' }];
    expect(describeModalities({ ...embeddings, notes })).toBe(
      'Embeddings: modality-1 (512 dimensions) · a.npy: 1 array was left out',
    );
  });

  it('lists names', () => {
    expect([listed([]), listed(['a']), listed(['a', 'b']), listed(['a', 'b', 'c'])]).toEqual([
      'nothing',
      'a',
      'a and b',
      'a, b and c',
    ]);
  });
});

describe('encoders', () => {
  it('are asked for what is to be embedded alone', () => {
    expect(toEmbed(embeddings)).toEqual([]);
    expect(toEmbed(table).map(({ name }) => name)).toEqual(['image', 'text', 'sound']);
    expect(
      encoderEntries(table, { image: { kind: 'random' }, other: { kind: 'onnx', path: 'a.onnx' } }),
    ).toEqual({ image: { kind: 'random' } });
  });

  it('know what networks with random weights read, as the engine does', () => {
    const modalities = contents.map((content) => ({ name: content, content, dimension: null }));
    const beyond = beyondRandom(modalities).map(({ name }) => name);
    expect(beyond).toEqual(contents.filter((content) => !randomNetwork.accepts.includes(content)));
  });

  it('are entries of a configuration that is valid', () => {
    for (const choice of [
      { kind: 'random' },
      { kind: 'pretrained', model: 'openai/clip-vit-base-patch32' },
      { kind: 'onnx', path: '/models/a.onnx' },
    ] as const) {
      const encoders = encoderEntries(builtInScenes, { image: choice, text: choice });
      const { findings } = validateConfig({ name: 'a', data: builtInScenes.data, encoders });
      expect(findings).toEqual([]);
    }
  });

  it('take names of the hub, and nothing else for one', () => {
    for (const name of ['gpt2', 'openai/clip-vit-base-patch32', ' a/b.c_d ']) {
      expect(modelNameProblem(name), name).toBeNull();
    }
    for (const name of ['', 'a/b/c', '../a', 'a b', 'https://a/b', '/a', 'a/']) {
      expect(modelNameProblem(name), name).toMatch(/^Expected/);
    }
  });
});

describe('columns', () => {
  it('become modalities, called as they were recognised or after the column', () => {
    const recognised = { image: 'photo', text: 'caption' };
    expect(columnsEntry(['caption', 'alt text', 'photo'], recognised)).toEqual({
      text: 'caption',
      'alt text': 'alt text',
      image: 'photo',
    });
    expect(columnsEntry(['title', 'body'], {})).toEqual({ title: 'title', body: 'body' });
  });
});

describe('experimentFileName', () => {
  it.each([
    ['a.gap.yaml', 'a.gap.yaml'],
    ['a.gap.yml', 'a.gap.yml'],
    ['a.yaml', 'a.gap.yaml'],
    ['a', 'a.gap.yaml'],
    ['a.b.yml', 'a.b.gap.yaml'],
    ['.gap.yaml', 'experiment.gap.yaml'],
    ['a/b: c', 'a-b- c.gap.yaml'],
  ])('of %s is %s', (name, expected) => {
    expect(experimentFileName(name)).toBe(expected);
  });
});

describe('names of modalities', () => {
  it('are told where they are only numbers', () => {
    const named = (name: string) => isUnnamed({ name, content: null, dimension: 4 });
    expect(['modality-1', 'modality-12', 'image', 'modality', 'my-modality-1'].map(named)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it('are typed with commas between them', () => {
    expect(modalityNames(' image ,text', 2)).toEqual({ names: ['image', 'text'] });
    expect(modalityNames('image', 2)).toEqual({ problem: 'Expected 2 names, found 1' });
    expect(modalityNames('image, image', 2)).toEqual({ problem: 'Two modalities have the same name' });
  });

  it('go into the entry that reads the data', () => {
    const parts = ['b_0.npy', 'b_1.npy'];
    expect(
      renamedData({ kind: 'npy', path: { 'modality-1': 'a.npy', 'modality-2': parts } }, ['image', 'text']),
    ).toEqual({ kind: 'npy', path: { image: 'a.npy', text: parts } });
    expect(renamedData({ kind: 'npy', path: 'a.npy' }, ['image', 'text'])).toEqual({
      kind: 'npy',
      path: 'a.npy',
      modalities: ['image', 'text'],
    });
  });
});
