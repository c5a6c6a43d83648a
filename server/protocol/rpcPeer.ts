import type { ProgressListener } from './progress.ts';
import type { Channel, Contract, Handlers, RequestContext, RpcFailure, RpcMessage } from './rpc.ts';

/** A request that failed on the other side, or was cancelled, or whose other side is gone. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly code: string;
  readonly file: string | undefined;

  constructor({ message, code, file }: RpcFailure) {
    super(message);
    this.code = code;
    this.file = file;
  }
}

/** One side of a connection: answers its own contract, asks by the other side's. */
export interface Peer<Remote extends Contract> {
  /**
   * Asks the other side.
   *
   * @param onProgress Told of how far the answer has come, by handlers that say it.
   * @throws RpcError with the other side's code; `cancelled` when the signal is aborted, `disconnected` when the other
   * side is gone.
   */
  request<M extends keyof Remote['requests'] & string>(
    method: M,
    params: Remote['requests'][M]['params'],
    signal?: AbortSignal,
    onProgress?: ProgressListener,
  ): Promise<Remote['requests'][M]['result']>;
  notify<M extends keyof Remote['notifications'] & string>(
    method: M,
    params: Remote['notifications'][M],
  ): void;
  /** Resolves once the other side is gone and every handler that was answering it has ended. */
  readonly closed: Promise<void>;
}

type RequestHandler = (params: unknown, context: RequestContext) => Promise<unknown>;
type NotificationHandler = (params: unknown) => void;

interface PendingRequest {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: RpcError) => void;
  readonly progress: ProgressListener | undefined;
}

/**
 * Connects two programs.
 *
 * @param describe how an error of a handler is told to the other side.
 * @param validate refuses what comes from a side that is not trusted: it gets the method and the parameters of every
 * request and notification, and throws: a request then fails, a notification is dropped. Unless given, the other side
 * is this program's own.
 */
export function connectPeers<Local extends Contract, Remote extends Contract>(
  channel: Channel,
  handlers: Handlers<Local>,
  describe: (error: unknown) => RpcFailure,
  validate: (method: string, params: unknown) => void = () => undefined,
): Peer<Remote> {
  const pending = new Map<number, PendingRequest>();
  const answering = new Map<number, AbortController>();
  const answers = new Set<Promise<void>>();
  let closed: RpcError | null = null;
  let lastId = 0;

  const requestHandlers = new Map<string, RequestHandler>(Object.entries(handlers.requests));
  const notificationHandlers = new Map<string, NotificationHandler>(Object.entries(handlers.notifications));

  async function answer(id: number, method: string, params: unknown): Promise<void> {
    const controller = new AbortController();
    answering.set(id, controller);
    try {
      const handler = requestHandlers.get(method);
      if (handler === undefined) {
        throw new RpcError({ message: `Nothing answers to "${method}"`, code: 'unknown-method' });
      }
      validate(method, params);
      const { signal } = controller;
      const progress: ProgressListener = (update) => {
        if (closed === null && !signal.aborted) channel.send({ kind: 'progress', id, update });
      };
      const result = await handler(params, { signal, progress });
      if (closed === null) channel.send({ kind: 'result', id, result });
    } catch (error) {
      const failure = controller.signal.aborted
        ? { message: 'The request was cancelled', code: 'cancelled' }
        : error instanceof RpcError
          ? failureOf(error)
          : describe(error);
      if (closed === null) channel.send({ kind: 'error', id, error: failure });
    } finally {
      answering.delete(id);
    }
  }

  function track(promise: Promise<void>): void {
    answers.add(promise);
    void promise.finally(() => answers.delete(promise));
  }

  function tell(method: string, params: unknown): void {
    try {
      validate(method, params);
    } catch {
      return;
    }
    notificationHandlers.get(method)?.(params);
  }

  function settle(id: number, use: (request: PendingRequest) => void): void {
    const request = pending.get(id);
    pending.delete(id);
    if (request !== undefined) use(request);
  }

  channel.onMessage((data) => {
    if (!isMessage(data)) return;
    switch (data.kind) {
      case 'request':
        track(answer(data.id, data.method, data.params));
        break;
      case 'progress':
        pending.get(data.id)?.progress?.(data.update);
        break;
      case 'result':
        settle(data.id, ({ resolve }) => {
          resolve(data.result);
        });
        break;
      case 'error':
        settle(data.id, ({ reject }) => {
          reject(new RpcError(data.error));
        });
        break;
      case 'notification':
        tell(data.method, data.params);
        break;
      case 'cancel':
        answering.get(data.id)?.abort();
        break;
    }
  });
  const whenClosed = new Promise<void>((resolve) => {
    channel.onClose((reason) => {
      closed = new RpcError({ message: reason, code: 'disconnected' });
      for (const { reject } of pending.values()) reject(closed);
      pending.clear();
      for (const controller of answering.values()) controller.abort();
      void Promise.all(answers).then(() => {
        resolve();
      });
    });
  });

  return {
    closed: whenClosed,
    request(method, params, signal, onProgress) {
      return new Promise((resolve, reject) => {
        if (closed !== null || signal?.aborted === true) {
          reject(closed ?? cancelled());
          return;
        }
        const id = ++lastId;
        const abort = (): void => {
          channel.send({ kind: 'cancel', id });
          settle(id, (request) => {
            request.reject(cancelled());
          });
        };
        signal?.addEventListener('abort', abort, { once: true });
        const done = (): void => signal?.removeEventListener('abort', abort);
        pending.set(id, {
          resolve(result) {
            done();
            // Sound while both sides are built from the same contract; what is not trusted is validated.
            resolve(result);
          },
          reject(error) {
            done();
            reject(error);
          },
          progress: onProgress,
        });
        channel.send({ kind: 'request', id, method, params });
      });
    },
    notify(method, params) {
      if (closed === null) channel.send({ kind: 'notification', method, params });
    },
  };
}

function cancelled(): RpcError {
  return new RpcError({ message: 'The request was cancelled', code: 'cancelled' });
}

function failureOf({ message, code, file }: RpcError): RpcFailure {
  return { message, code, ...(file !== undefined && { file }) };
}

/** Whether data have the form of a message; what else arrives on a channel is not for this layer. */
function isMessage(data: unknown): data is RpcMessage {
  if (typeof data !== 'object' || data === null || !('kind' in data)) return false;
  const { kind } = data;
  const hasId = 'id' in data && typeof data.id === 'number';
  const hasMethod = 'method' in data && typeof data.method === 'string';
  switch (kind) {
    case 'request':
      return hasId && hasMethod;
    case 'notification':
      return hasMethod;
    case 'result':
    case 'cancel':
      return hasId;
    case 'progress':
      return hasId && 'update' in data && typeof data.update === 'object' && data.update !== null;
    case 'error':
      return hasId && 'error' in data && typeof data.error === 'object' && data.error !== null;
    default:
      return false;
  }
}
