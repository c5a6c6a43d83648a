// Requests, results, errors, notifications and cancellation between two programs, over any channel that carries
// structured values: an IPC pipe of a worker, or the message port of a webview.

import type { ProgressListener, ProgressUpdate } from './progress.ts';

/** One side's methods: what it answers, and what it is told. */
export interface Contract {
  readonly requests: Readonly<Record<string, { readonly params: unknown; readonly result: unknown }>>;
  readonly notifications: Readonly<Record<string, unknown>>;
}

/** What a method is given beside its parameters. */
export interface RequestContext {
  /** Aborted when the caller cancels, or is gone. */
  readonly signal: AbortSignal;
  /** Tells the caller how far the answer has come; many callers do not listen. */
  readonly progress: ProgressListener;
}

/** The contract of a side that answers nothing and is told nothing. */
export interface NoContract extends Contract {
  readonly requests: Readonly<Record<string, never>>;
  readonly notifications: Readonly<Record<string, never>>;
}

/** An implementation of every method of a contract: one that is forgotten does not compile. */
export interface Handlers<C extends Contract> {
  readonly requests: {
    readonly [M in keyof C['requests']]: (
      params: C['requests'][M]['params'],
      context: RequestContext,
    ) => Promise<C['requests'][M]['result']>;
  };
  readonly notifications: {
    readonly [M in keyof C['notifications']]: (params: C['notifications'][M]) => void;
  };
}

/** Why a request failed, as it crosses the border. */
export interface RpcFailure {
  readonly message: string;
  /** Stable and kebab-case, as an InputError's; `cancelled`, `internal` and `disconnected` are this layer's own. */
  readonly code: string;
  /** The file that the user's input has wrong. */
  readonly file?: string;
}

export type RpcMessage =
  | { readonly kind: 'request'; readonly id: number; readonly method: string; readonly params: unknown }
  | { readonly kind: 'progress'; readonly id: number; readonly update: ProgressUpdate }
  | { readonly kind: 'result'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly error: RpcFailure }
  | { readonly kind: 'notification'; readonly method: string; readonly params: unknown }
  | { readonly kind: 'cancel'; readonly id: number };

/** Carries messages in order; tells when it is closed. */
export interface Channel {
  send(message: RpcMessage): void;
  onMessage(listener: (message: unknown) => void): void;
  onClose(listener: (reason: string) => void): void;
}
