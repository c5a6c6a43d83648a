import { InputError } from '../engine/problems.ts';
import type { RpcFailure } from '../protocol/rpc.ts';
import { RpcError } from '../protocol/rpcPeer.ts';

/** An error as it crosses the border to another program: one of the user's input keeps its code and its file. */
export function describeFailure(error: unknown): RpcFailure {
  if (error instanceof RpcError || error instanceof InputError) {
    const file = error instanceof RpcError ? error.file : error.place.file;
    return { message: error.message, code: error.code, ...(file !== undefined && { file }) };
  }
  return { message: error instanceof Error ? error.message : String(error), code: 'internal' };
}
