import { z } from 'zod';
import { component, list, readComponent, type Component } from './component.ts';
import { TokenizerProblem } from './tokenizerProblem.ts';

/** Tokens with the `token_type_ids` of some models. */
export interface Sequence {
  readonly tokens: readonly number[];
  readonly types: readonly number[];
}

/**
 * Puts special tokens around those of a text. What one gives are parts, which the next one takes as texts of their own;
 * at the end they are joined.
 */
export interface PostProcessor {
  /** Number of tokens that it adds, by the count by which long texts are cut. */
  readonly added: number;
  process(parts: readonly Sequence[]): readonly Sequence[];
}

const number = z
  .int()
  .min(0)
  .max(2 ** 32 - 1);
const token = z.tuple([z.string(), number]);

function around(part: Sequence, before: readonly number[], after: readonly number[], type = 0): Sequence {
  return {
    tokens: [...before, ...part.tokens, ...after],
    types: [...before.map(() => type), ...part.types, ...after.map(() => type)],
  };
}

const piece = z.union([
  z.strictObject({ SpecialToken: z.object({ id: z.string(), type_id: number }) }),
  z.strictObject({ Sequence: z.object({ id: z.enum(['A', 'B']), type_id: number }) }),
]);
type TemplatePiece = z.output<typeof piece>;

const kinds: Readonly<Record<string, Component<PostProcessor>>> = {
  BertProcessing: component(
    // The reference takes one with these for that of RoBERTa, which differs in texts beside one another alone.
    {
      sep: token,
      cls: token,
      trim_offsets: z.boolean().optional(),
      add_prefix_space: z.boolean().optional(),
    },
    ({ sep, cls }) => ({
      added: 2,
      process: (parts) =>
        parts.map((part, at) =>
          at === 0 ? around(part, [cls[1]], [sep[1]]) : around(part, [], [sep[1]], 1),
        ),
    }),
  ),
  RobertaProcessing: component(
    { sep: token, cls: token, trim_offsets: z.boolean(), add_prefix_space: z.boolean() },
    ({ sep, cls }) => ({
      added: 2,
      process: (parts) =>
        parts.map(({ tokens }, at) =>
          around({ tokens, types: tokens.map(() => 0) }, [at === 0 ? cls[1] : sep[1]], [sep[1]]),
        ),
    }),
  ),
  // It changes the places of tokens in the text, not the tokens.
  ByteLevel: component(
    {
      add_prefix_space: z.boolean().optional(),
      trim_offsets: z.boolean().optional(),
      use_regex: z.boolean().optional(),
    },
    () => ({ added: 0, process: (parts) => parts }),
  ),
  TemplateProcessing: component(
    {
      single: z.array(piece),
      pair: z.array(piece),
      special_tokens: z.record(
        z.string(),
        z.object({ id: z.string(), ids: z.array(number), tokens: z.array(z.string()) }),
      ),
    },
    ({ single, pair, special_tokens: special }) => {
      const idsOf = (id: string): readonly number[] => {
        if (Object.hasOwn(special, id)) return special[id]!.ids;
        throw new TokenizerProblem(`post_processor TemplateProcessing has no special_tokens for ${id}`);
      };
      const check = (pieces: readonly TemplatePiece[]): number =>
        pieces.reduce(
          (sum, each) => sum + ('SpecialToken' in each ? idsOf(each.SpecialToken.id).length : 0),
          0,
        );
      const apply = (pieces: readonly TemplatePiece[], parts: readonly Sequence[]): Sequence[] =>
        pieces.map((each) => {
          if ('SpecialToken' in each) {
            const tokens = idsOf(each.SpecialToken.id);
            return { tokens, types: tokens.map(() => each.SpecialToken.type_id) };
          }
          const part = parts[each.Sequence.id === 'A' ? 0 : 1];
          if (part === undefined) {
            throw new TokenizerProblem(
              'post_processor TemplateProcessing puts a second text where there is one',
            );
          }
          return { tokens: part.tokens, types: part.tokens.map(() => each.Sequence.type_id) };
        });
      const added = check(single);
      check(pair);
      return {
        added,
        process(parts) {
          if (parts.length === 1) return apply(single, parts);
          if (parts.length === 2) return apply(pair, parts);
          throw new TokenizerProblem(
            `post_processor TemplateProcessing comes after another one that gives ${parts.length} parts, expected 1 or 2`,
          );
        },
      };
    },
  ),
  Sequence: list('processors', postProcessor, (all) => ({
    added: all.reduce((sum, each) => sum + each.added, 0),
    process: (parts) => all.reduce((current, each) => each.process(current), parts),
  })),
};

/**
 * A post-processor as `tokenizer.json` describes it.
 *
 * @throws TokenizerProblem for one that is not known, or has an option that is not.
 */
export function postProcessor(given: unknown, depth = 0): PostProcessor {
  return readComponent('post_processor', kinds, given, depth);
}
