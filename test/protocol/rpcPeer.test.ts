import { MessageChannel, type MessagePort } from 'node:worker_threads';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { Channel, Handlers, NoContract, RpcFailure } from '../../server/protocol/rpc.ts';
import { connectPeers, RpcError, type Peer } from '../../server/protocol/rpcPeer.ts';

interface Calculator {
  readonly requests: {
    readonly echo: { readonly params: unknown; readonly result: unknown };
    readonly fail: { readonly params: null; readonly result: null };
    readonly refuse: { readonly params: null; readonly result: null };
    readonly wait: { readonly params: null; readonly result: null };
    readonly count: { readonly params: number; readonly result: number };
    readonly unsendable: { readonly params: null; readonly result: unknown };
  };
  readonly notifications: { readonly note: string };
}

/** A port between two threads as a channel: messages are copied, and arrive later. */
function portChannel(port: MessagePort): Channel {
  return {
    send: (message) => {
      port.postMessage(message);
    },
    onMessage: (listener) => port.on('message', listener),
    onClose: (listener) => {
      port.on('close', () => {
        listener('The port was closed');
      });
    },
  };
}

const ports: MessagePort[] = [];
afterEach(() => {
  for (const port of ports.splice(0)) port.close();
});

/** What both sides saw. */
interface Pair {
  readonly peer: Peer<Calculator>;
  readonly answering: Peer<NoContract>;
  readonly ports: { readonly asking: MessagePort; readonly answering: MessagePort };
  readonly notes: string[];
  readonly aborted: string[];
}

function connect(validate?: (method: string, params: unknown) => void): Pair {
  const { port1: asking, port2: answering } = new MessageChannel();
  ports.push(asking, answering);
  const notes: string[] = [];
  const aborted: string[] = [];
  const handlers: Handlers<Calculator> = {
    requests: {
      echo: (params) => Promise.resolve(params),
      fail: () => Promise.reject(new Error('broken')),
      refuse: () => Promise.reject(new RpcError({ message: 'no', code: 'refused', file: '/a' })),
      wait: (_, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            aborted.push('wait');
            reject(new Error('stopped'));
          });
        }),
      count: (to, { progress }) => {
        for (let done = 1; done <= to; done++)
          progress({ stage: 'counting', done, total: to, unit: 'steps' });
        return Promise.resolve(to);
      },
      unsendable: () => Promise.resolve(() => undefined),
    },
    notifications: {
      note: (text) => {
        notes.push(text);
      },
    },
  };
  const describeError = (error: unknown): RpcFailure => ({
    message: error instanceof Error ? error.message : String(error),
    code: 'described',
  });
  const remote = connectPeers<Calculator, NoContract>(
    portChannel(answering),
    handlers,
    describeError,
    validate,
  );
  const peer = connectPeers<NoContract, Calculator>(
    portChannel(asking),
    { requests: {}, notifications: {} },
    describeError,
  );
  return { peer, answering: remote, ports: { asking, answering }, notes, aborted };
}

describe('a request', () => {
  it('gives whatever the handler gives, also where many are on their way', async () => {
    const { peer } = connect();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.anything({ withBigInt: true, withTypedArray: true, maxDepth: 2 }), { maxLength: 20 }),
        async (values) => {
          const sendable = values.filter(isCloneable);
          const results = await Promise.all(sendable.map((value) => peer.request('echo', value)));
          expect(results).toEqual(sendable.map((value) => structuredClone(value)));
        },
      ),
      { numRuns: 50 },
    );
  });

  it.each([
    ['fail', { message: 'broken', code: 'described', file: undefined }],
    ['refuse', { message: 'no', code: 'refused', file: '/a' }],
  ] as const)('that fails (%s) rejects with the code of the other side', async (method, expected) => {
    const { peer } = connect();
    await expect(peer.request(method, null)).rejects.toMatchObject({ name: 'RpcError', ...expected });
  });

  it('for a method that there is none of is refused, also for one that every object has', async () => {
    const { peer } = connect();
    for (const method of ['nothing', 'constructor', 'toString'] as unknown as 'echo'[]) {
      await expect(peer.request(method, null)).rejects.toMatchObject({ code: 'unknown-method' });
    }
  });

  it('whose result cannot be sent rejects', async () => {
    const { peer } = connect();
    await expect(peer.request('unsendable', null)).rejects.toMatchObject({ code: 'described' });
  });
});

describe('progress', () => {
  it('reaches who asked, in order and before the answer, and nobody else', async () => {
    const { peer } = connect();
    const told: number[] = [];
    const others: number[] = [];
    const answers = await Promise.all([
      peer.request('count', 20, undefined, ({ done }) => told.push(done)),
      peer.request('echo', 1, undefined, ({ done }) => others.push(done)),
      peer.request('count', 3),
    ]);
    expect(answers).toEqual([20, 1, 3]);
    expect(told).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
    expect(others).toEqual([]);
  });
});

describe('cancelling', () => {
  it('rejects at once, and aborts the handler', async () => {
    const { peer, aborted } = connect();
    const controller = new AbortController();
    const asked = peer.request('wait', null, controller.signal);
    await peer.request('echo', 1);
    controller.abort();
    await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
    await peer.request('echo', 2);
    expect(aborted).toEqual(['wait']);
  });

  it('before asking asks nothing', async () => {
    const { peer } = connect();
    await expect(peer.request('echo', 1, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('a channel that closes', () => {
  it('ends what was asked, aborts what was being answered, and refuses what comes later', async () => {
    const { peer, answering, ports: both, aborted } = connect();
    const asked = peer.request('wait', null);
    await peer.request('echo', 1);
    both.asking.close();
    await expect(asked).rejects.toMatchObject({ code: 'disconnected', message: 'The port was closed' });
    await answering.closed;
    expect(aborted).toEqual(['wait']);
    await expect(peer.request('echo', 1)).rejects.toMatchObject({ code: 'disconnected' });
  });
});

describe('messages that are none', () => {
  it('are passed over, whatever they are', async () => {
    const { peer, ports: both } = connect();
    // Numbers that the peer's own requests do not reach: what answers those must not settle one of these.
    const strangeId = fc.integer({ min: 1_000_000, max: 1_000_050 });
    const kinds = ['request', 'result', 'error', 'notification', 'progress', 'cancel', 'other'];
    const message = fc.oneof(
      fc.anything({ maxDepth: 2 }),
      fc.record({ kind: fc.constantFrom(...kinds), id: fc.anything({ maxDepth: 1 }) }),
      fc.record({ kind: fc.constantFrom(...kinds), id: strangeId, method: fc.string() }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(message, { maxLength: 10 }), async (messages) => {
        for (const each of messages.filter(isCloneable)) both.asking.postMessage(each);
        expect(await peer.request('echo', 'still there')).toBe('still there');
      }),
      { numRuns: 50 },
    );
  });
});

describe('a side that is not trusted', () => {
  const validate = (method: string, params: unknown): void => {
    if (method === 'note' ? params !== 'good' : typeof params !== 'number') throw new Error('not valid');
  };

  it('gets an error for a request that is not valid', async () => {
    const { peer } = connect(validate);
    await expect(peer.request('echo', 'text')).rejects.toMatchObject({ message: 'not valid' });
    expect(await peer.request('echo', 1)).toBe(1);
  });

  it('is not listened to for a notification that is not valid', async () => {
    const { peer, notes } = connect(validate);
    peer.notify('note', 'bad');
    peer.notify('note', 'good');
    await peer.request('echo', 1);
    expect(notes).toEqual(['good']);
  });
});

it('keeps notifications in order', async () => {
  const { peer, notes } = connect();
  for (let count = 0; count < 100; count++) peer.notify('note', String(count));
  await peer.request('echo', null);
  expect(notes).toEqual(Array.from({ length: 100 }, (_, count) => String(count)));
});

function isCloneable(value: unknown): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}
