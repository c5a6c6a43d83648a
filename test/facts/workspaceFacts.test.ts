import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { URI } from 'vscode-uri';
import { FactCache } from '../../server/facts/factCache.ts';
import { WorkspaceFacts } from '../../server/facts/workspaceFacts.ts';
import { RpcError } from '../../server/protocol/rpcPeer.ts';
import type { InspectionWorker } from '../../server/runs/inspectionWorker.ts';
import { useTemporaryFolder } from '../temporaryFolder.ts';

const folder = useTemporaryFolder();
const document = () => URI.file(join(folder(), 'first.gap.yaml')).toString();

/** Facts whose worker answers every question so. */
function factsOf(answer: () => Promise<unknown>): WorkspaceFacts {
  const inspection = { ask: answer } as unknown as Pick<InspectionWorker, 'ask'>;
  return new WorkspaceFacts(null, inspection, { isTrusted: true });
}

describe('WorkspaceFacts', () => {
  it('knows everything that was asked for once it has settled', async () => {
    await mkdir(join(folder(), 'photos'));
    await writeFile(join(folder(), 'a.npy'), 'x');
    const facts = factsOf(() => Promise.resolve({ columns: [], rows: 0 }));
    expect(facts.isLooking).toBe(false);
    const ask = () => [
      facts.path(document(), 'a.npy')?.kind,
      facts.path(document(), 'photos')?.kind,
      facts.folder(document(), '.')?.length,
      facts.table(document(), { path: 'a.csv' }),
    ];
    expect(ask()).toEqual([undefined, undefined, undefined, undefined]);
    expect(facts.isLooking).toBe(true);
    await facts.settled();
    expect(ask()).toEqual(['file', 'folder', 2, { columns: [], rows: 0 }]);
    expect([facts.isLooking, facts.missing()]).toEqual([false, []]);
  });

  it('says what is not known, and why', async () => {
    const crash = new RpcError({ message: 'It was ended by the signal SIGSEGV', code: 'worker-crashed' });
    const facts = factsOf(() => Promise.reject(crash));
    facts.data(document(), { kind: 'npy', path: 'a.npy' });
    facts.model(document(), { kind: 'pretrained', model: './thin' });
    expect(facts.missing()).toEqual([
      { subject: 'the data', reason: null },
      { subject: 'the model ./thin', reason: null },
    ]);
    await facts.settled();
    const reason = 'It was ended by the signal SIGSEGV';
    expect(facts.missing()).toEqual([
      { subject: 'the data', reason },
      { subject: 'the model ./thin', reason },
    ]);
  });

  it('links a problem to its file where that is there, and names it as the document does', async () => {
    const [there, missing] = ['there.npy', 'missing.npy'].map((name) => join(folder(), name));
    await writeFile(there!, 'x');
    for (const file of [there!, missing!]) {
      const error = { message: `${file}: no array`, code: 'file-unreadable', file };
      const facts = factsOf(() => Promise.reject(new RpcError(error)));
      const ask = () => facts.data(document(), { kind: 'npy' });
      ask();
      await facts.settled();
      const message = `${file === there ? 'there' : 'missing'}.npy: no array`;
      const uri = file === there ? URI.file(file).toString() : null;
      expect(ask()).toEqual({ problem: { code: 'file-unreadable', message, uri } });
    }
  });

  it('knows nothing of runs where it is not to', () => {
    const facts = factsOf(() => Promise.resolve(null));
    expect(facts.runs(document())).toBeUndefined();
    expect(facts.isLooking).toBe(false);
  });
});

describe('FactCache', () => {
  it('looks up anew what was invalidated, and forgets what was asked for longest ago', async () => {
    let changes = 0;
    const cache = new FactCache<number>(2, () => (changes += 1));
    let answer = 1;
    const get = (key: string) => cache.get(key, () => Promise.resolve(answer));
    expect(get('a')).toBeUndefined();
    await cache.settled();
    expect([get('a'), changes]).toEqual([1, 1]);
    answer = 2;
    cache.invalidate();
    expect(get('a')).toBe(1);
    await cache.settled();
    expect([get('a'), changes]).toEqual([2, 2]);
    get('b');
    get('c');
    await cache.settled();
    expect(get('a')).toBeUndefined();
  });
});
