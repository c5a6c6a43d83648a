import { createHash } from 'node:crypto';
import type { Encoder } from '../encoder.ts';
import type { Prompt } from './prompts.ts';

/** An encoder of texts that puts a prompt before every one of them; the encoder itself where there is none. */
export function prompted(encoder: Encoder, prompt: Prompt | null): Encoder {
  if (prompt === null) return encoder;
  const { name, text } = prompt;
  const shown = JSON.stringify(text.length > 60 ? `${text.slice(0, 59)}…` : text);
  return {
    ...encoder,
    fingerprint: createHash('sha256')
      .update(JSON.stringify([encoder.fingerprint, text]))
      .digest('hex'),
    summary: `${encoder.summary}, prompt ${name === null ? shown : `${name} (${shown})`}`,
    prepare: (item) => encoder.prepare(item.content === 'text' ? { ...item, text: text + item.text } : item),
  };
}
