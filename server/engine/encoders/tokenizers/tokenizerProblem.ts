/** A tokenizer's file, or a text, that cannot be used; who knows the file makes an InputError of it. */
export class TokenizerProblem extends Error {
  override readonly name = 'TokenizerProblem';
}
