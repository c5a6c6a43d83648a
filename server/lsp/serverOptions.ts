import { isAbsolute } from 'node:path';
import { z } from 'zod';
import type { ServerOptions } from '../protocol/lsp.ts';

const serverOptionsSchema = z.strictObject({
  isTrusted: z.boolean(),
  storageFolder: z.string().refine(isAbsolute, 'expected an absolute path'),
  runsFolder: z.string().min(1),
  cacheFolder: z.string().min(1).nullable(),
  device: z.string().min(1),
});

/**
 * What the client started the server with.
 *
 * @throws Error that names each option that is missing or wrong.
 */
export function parseServerOptions(value: unknown): ServerOptions {
  const parsed = serverOptionsSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Error(`initializationOptions: ${z.prettifyError(parsed.error)}`);
}
