import { quoteText } from './sqlQuoting.ts';

/**
 * SQL of the numbers in a text that is an array as JSON, Python, NumPy or torch write it, as FLOAT[]: `[1, 2]`,
 * `[0.1 0.2\n 0.3]`, `array([0.1, 0.2], dtype=float32)`, `tensor([[0.1, 0.2]], device='cuda:0')`,
 * `[np.float32(0.1), 0.2]`, `0.1 0.2`. NULL where it is something else or has more rows than one; NULL as a value where
 * that is no number.
 *
 * @param text SQL of the text.
 */
export function arrayExpression(text: string): string {
  const replace = (source: string, pattern: string, by: string) =>
    `regexp_replace(${source}, ${quoteText(pattern)}, ${quoteText(by)}, 'gi')`;
  // What printing adds: `dtype=float32`, `device='cuda:0'`, and calls such as `np.float32(…)`.
  const bare = replace(
    replace(
      text,
      String.raw`,\s*(?:dtype|device|grad_fn|requires_grad|size)\s*=\s*(?:<[^>]*>|'[^']*'|\([^)]*\)|[^,)\]]*)`,
      '',
    ),
    String.raw`[a-z_][a-z_0-9.]*\s*\(\s*([^()\[\]]*?)\s*\)`,
    String.raw`\1`,
  );
  const core = `trim(${replace(bare, String.raw`^\s*[a-z_][a-z_0-9.]*\s*\((.*)\)\s*$`.replace('.*', String.raw`[\s\S]*`), String.raw`\1`)}, e' \\t\\r\\n')`;
  const isOneRow = `regexp_matches(${core}, ${quoteText(String.raw`^(?:\[\s*\[[^\[\]()]*\]\s*\]|\[[^\[\]()]*\]|\([^\[\]()]*\)|[^\[\]()]+)$`)})`;
  const numbers = `trim(${replace(core, String.raw`[\[\]()]`, ' ')}, e' ,\\t\\r\\n')`;
  return `CASE WHEN ${isOneRow} THEN TRY_CAST(regexp_split_to_array(${numbers}, ${quoteText(String.raw`\s*[,;\s]\s*`)}) AS FLOAT[]) END`;
}
