import type { ServerNotifications, ServerRequests } from '../server/protocol/lsp.ts';
import type { ProgressListener } from '../server/protocol/progress.ts';

/** Asks the server: one method for each of its custom requests, with the types of each. */
export interface ServerRequester {
  /**
   * @param signal ends the request on the server too.
   * @param onProgress told of how far the answer has come, by requests that say it.
   * @throws ServerFailure with the server's reason, or `server-unavailable` when it does not run.
   */
  request<M extends keyof ServerRequests>(
    method: M,
    params: ServerRequests[M]['params'],
    signal?: AbortSignal,
    onProgress?: ProgressListener,
  ): Promise<ServerRequests[M]['result']>;
}

/** The method's name on the wire. */
export function wireName(method: keyof ServerRequests | keyof ServerNotifications): string {
  return `modalityGap/${method}`;
}
