import type { RpcFailure } from '../server/protocol/rpc.ts';

/** A request to the server that failed, with the server's reason. */
export class ServerFailure extends Error {
  override readonly name = 'ServerFailure';
  readonly code: string;
  readonly file: string | null;

  constructor({ message, code, file }: RpcFailure) {
    super(message);
    this.code = code;
    this.file = file ?? null;
  }
}

/** What went wrong, as it is told to people and to pages: the reason the server gave, or the error's own message. */
export function failureOf(error: unknown): RpcFailure {
  if (error instanceof ServerFailure) {
    const { message, code, file } = error;
    return { message, code, ...(file !== null && { file }) };
  }
  return { message: error instanceof Error ? error.message : String(error), code: 'internal' };
}

/** The reason in the `data` of a JSON-RPC error; null where there is none. */
export function failureInData(data: unknown): RpcFailure | null {
  if (typeof data !== 'object' || data === null) return null;
  const { message, code, file } = data as Readonly<Record<string, unknown>>;
  if (typeof message !== 'string' || typeof code !== 'string') return null;
  return { message, code, ...(typeof file === 'string' && { file }) };
}
