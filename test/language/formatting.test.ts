import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { stringify } from 'yaml';
import { readYaml } from '../../server/config/yamlSource.ts';
import { formatting } from '../../server/language/formatting.ts';
import { GapDocument } from '../../server/language/gapDocument.ts';
import { sourceTokens } from '../../server/language/sourceTokens.ts';

function format(text: string): string {
  const document = TextDocument.create('file:///a.gap.yaml', 'gap-yaml', 1, text);
  return TextDocument.applyEdits(document, formatting(new GapDocument(document)));
}

const commentsOf = (text: string) =>
  sourceTokens(text).flatMap((token) => (token.type === 'comment' ? [token.text] : []));

describe('formatting', () => {
  it.each(readdirSync('media/templates'))('leaves the template %s as it is', (name) => {
    const text = readFileSync(join('media/templates', name), 'utf8');
    expect(format(text)).toBe(text);
  });

  it('brings spaces, levels and blank lines into order, and keeps comments where they belong', () => {
    const text = `

# head



name:   a    # the title
data: {kind: scenes,   count : 4}   # in one line
encoders:
    # before the image
    image:
        kind: random # of image
        # after random
    # end of encoders

# before experiments
experiments:
-   kind: modality-gap
    metrics: [ mean-cosine,gap-distance ]
    # tail
-   kind: loss-landscape
    shifts: {   from: -5,
                to: 5, # the end
                step: 1 }
# foot


`;
    expect(format(text)).toBe(`# head

name: a # the title
data: { kind: scenes, count: 4 } # in one line
encoders:
  # before the image
  image:
    kind: random # of image
    # after random
  # end of encoders

# before experiments
experiments:
  - kind: modality-gap
    metrics: [mean-cosine, gap-distance]
    # tail
  - kind: loss-landscape
    shifts: { from: -5,
                to: 5, # the end
                step: 1 }
# foot
`);
  });

  it('moves texts over several lines without changing them', () => {
    const text = `data:
     sql: |
         SELECT *


           FROM a
     # after
     other: "first
        second"
`;
    expect(format(text)).toBe(`data:
  sql: |
      SELECT *


        FROM a
  # after
  other: "first
     second"
`);
  });

  it('leaves a text with errors alone', () => {
    expect(format('a:   [1\n')).toBe('a:   [1\n');
    expect(format('')).toBe('');
  });

  const key = fc.stringMatching(/^[a-z]{1,6}$/);
  const scalar = fc.oneof(
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.string({ maxLength: 12 }),
    fc.stringMatching(/^[a-z]{1,5}\n[a-z]{1,5}\n?$/),
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      scalar,
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
    ),
  }));

  /** Spaces, blank lines and comments at random places where they mean nothing. */
  function disturb(text: string, seed: number): string {
    let state = seed;
    const draw = (count: number) => (state = (state * 1103515245 + 12345) % 2147483648) % count;
    return sourceTokens(text)
      .map((token) => {
        if (token.type === 'newline' && draw(4) === 0) return ` # comment ${draw(100)}\n`;
        if (token.type === 'newline' && draw(6) === 0) return '  \n\n\n';
        return token.type === 'space' && token.column > 0 && draw(3) === 0 ? `${token.text}  ` : token.text;
      })
      .join('');
  }

  it('keeps values and comments, and changes nothing the second time', () => {
    let changed = 0;
    fc.assert(
      fc.property(
        fc.dictionary(key, value, { minKeys: 1, maxKeys: 5, noNullPrototype: true }),
        fc.nat(1e6),
        fc.constantFrom(2, 3, 4),
        fc.boolean(),
        (object, seed, indent, indentSeq) => {
          const text = disturb(stringify(object, { indent, indentSeq }), seed);
          const source = readYaml(text);
          fc.pre(source.problems.length === 0);
          const once = format(text);
          expect(readYaml(once).value).toEqual(source.value);
          expect(commentsOf(once)).toEqual(commentsOf(text));
          expect(format(once)).toBe(once);
          if (once !== text) changed += 1;
        },
      ),
      { numRuns: 500, seed: 7 },
    );
    expect(changed).toBeGreaterThan(300);
  });
});
