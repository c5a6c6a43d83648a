import type { z } from 'zod';
import { descriptionOf } from '../config/schemaWalk.ts';
import { defaultOf, describeType, isRequired } from './schemaInfo.ts';

/** What a key means, what it may hold and what stands for it when it is left out, as Markdown. */
export function describeKey(schema: z.core.$ZodType): string {
  const usual = defaultOf(schema);
  const type = describeType(schema);
  const facts = [
    type === '' ? '' : type[0]!.toUpperCase() + type.slice(1),
    usual === undefined ? '' : `default \`${JSON.stringify(usual)}\``,
    isRequired(schema) ? 'required' : '',
  ].filter((fact) => fact !== '');
  return [descriptionOf(schema) ?? '', facts.length === 0 ? '' : `${facts.join('; ')}.`]
    .filter((part) => part !== '')
    .join('\n\n');
}
