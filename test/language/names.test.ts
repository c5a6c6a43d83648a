import { describe, expect, it } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { definition } from '../../server/language/definition.ts';
import { documentLinks } from '../../server/language/documentLinks.ts';
import { noFacts, type PathFacts } from '../../server/language/facts.ts';
import { highlights, references } from '../../server/language/references.ts';
import { prepareRename, rename } from '../../server/language/rename.ts';
import { edited, knownFacts, openText, textsIn, uri } from './openText.ts';

const columns = `name: a
data:
  kind: table
  path: pairs.csv
  columns: { image: photo, text: caption }
  relevance: { shared: image, column: photo }
encoders:
  image: &small { kind: random }
  text: *small
experiments:
  - kind: modality-gap
    name: every
`;

/** The text with a cursor before the n-th occurrence of a part. */
const cursorAt = (part: string, count = 1) =>
  columns.split(part).slice(0, count).join(part) + `|${part}` + columns.split(part).slice(count).join(part);

describe('references', () => {
  it.each([
    ['image', ['5: image', '6: image', '8: image'], ['6: image', '8: image']],
    ['small', ['8: small', '9: small'], ['9: small']],
    ['every', ['12: every'], []],
  ])('finds every place of %s', (name, all, uses) => {
    const opened = openText(cursorAt(name));
    const find = (includeDeclaration: boolean) =>
      references(opened.document, opened.position, { includeDeclaration }).map(({ range }) => range);
    expect(textsIn(opened, find(true))).toEqual(all);
    expect(textsIn(opened, find(false))).toEqual(uses);
  });

  it('finds nothing where no name stands', () => {
    const { document, position } = openText(cursorAt('caption'));
    expect(references(document, position, { includeDeclaration: true })).toEqual([]);
  });

  it('marks where a name is given as written', () => {
    const { document, position } = openText(cursorAt('text'));
    expect(highlights(document, position).map(({ range, kind }) => [range.start.line, kind])).toEqual([
      [4, 3],
      [8, 2],
    ]);
  });
});

describe('definition', () => {
  it.each([
    ['a modality, in the data', cursorAt('image', 3), ['5: image']],
    ['an alias, at its anchor', cursorAt('small', 2), ['8: small']],
  ])('leads from %s', (_, marked, expected) => {
    const opened = openText(marked);
    const places = definition(opened.document, opened.position, noFacts);
    expect(
      textsIn(
        opened,
        places.map(({ range }) => range),
      ),
    ).toEqual(expected);
  });

  it('leads to the file that a path names, where it is there', () => {
    const { document, position } = openText(cursorAt('pairs'));
    const file = (kind: PathFacts['kind']) =>
      knownFacts({ path: (_, path) => ({ uri: `file:///project/${path}`, kind, size: 1 }) });
    expect(definition(document, position, file('file')).map((place) => place.uri)).toEqual([
      'file:///project/pairs.csv',
    ]);
    expect(definition(document, position, file('missing'))).toEqual([]);
  });
});

describe('documentLinks', () => {
  it('links files, models and folders of models', () => {
    const { document } = openText(`data: { kind: npy, path: { image: a.npy, text: b.npy } }
encoders:
  image: { kind: pretrained, model: openai/clip-vit-base-patch32 }
  text: { kind: pretrained, model: ./mine }
`);
    const kinds: Record<string, PathFacts['kind']> = {
      'a.npy': 'file',
      './mine': 'folder',
      './mine/config.json': 'file',
    };
    const facts = knownFacts({
      path: (_, path) => ({ uri: `file:///project/${path}`, kind: kinds[path] ?? 'missing', size: null }),
    });
    expect(documentLinks(document, facts).map(({ target }) => target)).toEqual([
      'file:///project/a.npy',
      'https://huggingface.co/openai/clip-vit-base-patch32',
      'file:///project/./mine/config.json',
    ]);
  });
});

describe('rename', () => {
  function renamed(marked: string, newName: string): string {
    const { document, position, text } = openText(marked);
    const answer = rename(document, position, newName);
    return 'problem' in answer ? answer.problem : edited(text, answer.result.changes![uri]!);
  }

  it('changes a modality everywhere, quoted where it has to be', () => {
    expect(renamed(cursorAt('image', 3), 'photo: small')).toBe(
      columns
        .replace('{ image:', '{ "photo: small":')
        .replace('shared: image', 'shared: "photo: small"')
        .replace('  image: &', '  "photo: small": &'),
    );
  });

  it('changes an anchor with its aliases, and the name of an experiment', () => {
    expect(renamed(cursorAt('small'), 'tiny')).toBe(columns.replaceAll('small', 'tiny'));
    expect(renamed(cursorAt('every'), 'all of them')).toBe(
      columns.replace('name: every', 'name: all of them'),
    );
  });

  it.each([
    ['a name that is taken', cursorAt('image'), 'text', 'There is another modality called "text"'],
    ['an empty name', cursorAt('image'), ' ', 'A name is one line of 1 to 100 characters'],
    [
      'an anchor with spaces',
      cursorAt('small'),
      'a b',
      'The name of an anchor has no spaces, commas or brackets',
    ],
    ['a place without a name', cursorAt('kind'), 'b', 'Only modalities, experiments and anchors have names'],
    [
      'a name that the data give',
      'data: { kind: scenes }\nencoders: { |image: { kind: random } }\n',
      'photo',
      'The name "image" is not given in this file: it is that of the data',
    ],
  ])('refuses %s', (_, marked, newName, problem) => {
    expect(renamed(marked, newName)).toBe(problem);
  });

  it('says what is renamed', () => {
    const { document, position } = openText(cursorAt('small', 2));
    const answer = prepareRename(document, position);
    expect(answer).toMatchObject({ result: { placeholder: 'small', range: { start: { line: 8 } } } });
  });

  it('keeps the text readable', () => {
    const again = TextDocument.create(uri, 'gap-yaml', 1, renamed(cursorAt('image'), 'photo'));
    expect(openText(again.getText()).document.parsed.problems).toEqual([]);
  });
});
