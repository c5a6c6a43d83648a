/** A tokenizer's file, or a text, that cannot be used; who knows the file makes an InputError of it. */
export class TokenizerProblem extends Error {
  override readonly name = 'TokenizerProblem';
}

/** A value as it is shown in a message. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? 'nothing' : text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
