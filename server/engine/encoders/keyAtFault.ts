/** The key of an encoder that asks for what a code refuses. */
const keys: Readonly<Record<string, string>> = {
  'model-output': 'output',
  'model-pooling': 'pooling',
  'model-prompt': 'prompt',
};

/**
 * The key of an encoder's entry that an error of its model is about: what it asks of the model, else what names the
 * model; null where it has neither.
 */
export function keyAtFault(code: string, entry: Readonly<Record<string, unknown>>): string | null {
  const asked = keys[code];
  const named = ['model', 'path'].find((key) => entry[key] !== undefined);
  return asked !== undefined && entry[asked] !== undefined ? asked : (named ?? null);
}
