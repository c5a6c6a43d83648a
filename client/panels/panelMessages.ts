// A page is not trusted with more than it needs: what it sends is held to its contract before anything is done.
import { RpcError } from '../../server/protocol/rpcPeer.ts';
import type { PanelChart, PanelHostContract, PanelIdentity } from '../../server/protocol/panel.ts';

type Method = keyof PanelHostContract['requests'] | keyof PanelHostContract['notifications'];

type Test = (value: unknown) => boolean;

const isUri: Test = (value) =>
  typeof value === 'string' && value.length <= 4096 && /^[a-z][\w+.-]*:/i.test(value);
const isName: Test = (value) => typeof value === 'string' && value.length <= 1024;
const isCount: Test = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isNull: Test = (value) => value === null;
const isContent: Test = (value) => typeof value === 'string' || value instanceof Uint8Array;
const isMethodName: Test = (value) => value === 'pca' || value === 'umap';
const isPairCount: Test = (value) => isCount(value) && (value as number) <= 10_000;
const isPair: Test = (value) => Array.isArray(value) && value.length === 2 && value.every(isName);

/** By method, what its parameters are: a method of the contract that is forgotten does not compile. */
const expected: Readonly<Record<Method, Test>> = {
  open: isNull,
  points: hasFields({ uri: isUri, method: isMethodName }),
  worstPairs: hasFields({ uri: isUri, modalities: isPair, count: isPairCount }),
  preview: hasFields({ uri: isUri, row: isCount, modality: isName }),
  saveFile: hasFields({ name: isName, content: isContent }),
  openItem: hasFields({ uri: isUri, row: isCount, modality: isName }),
  runAgain: hasFields({ uri: isUri }),
  showRuns: isNull,
};

/**
 * Refuses what a page must not send.
 *
 * @throws RpcError `unknown-method` or `invalid-params`.
 */
export function checkPanelMessage(method: string, params: unknown): void {
  if (!Object.hasOwn(expected, method)) {
    throw new RpcError({ message: `Nothing answers to "${method}"`, code: 'unknown-method' });
  }
  if (!expected[method as Method](params)) {
    throw new RpcError({
      message: `The parameters of "${method}" are not as expected`,
      code: 'invalid-params',
    });
  }
}

/** The charts of a page, as it says. @throws RpcError `invalid-result`. */
export function readCharts(answer: unknown): PanelChart[] {
  const isChart = hasFields({ id: isName, title: isName });
  if (Array.isArray(answer) && answer.length <= 100 && answer.every(isChart)) return answer as PanelChart[];
  throw new RpcError({ message: 'The page does not say what charts it has', code: 'invalid-result' });
}

/** The first bytes of every PNG image. */
const pngSignature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** The bytes of a PNG image that a page made. @throws RpcError `invalid-result`. */
export function readImage(answer: unknown): Uint8Array {
  if (answer instanceof Uint8Array && pngSignature.every((byte, at) => answer[at] === byte)) return answer;
  throw new RpcError({ message: 'The page made no PNG image', code: 'invalid-result' });
}

const mostCompared = 16;

/** What a panel showed before a reload, from the state that its page kept; null for anything else. */
export function readPanelIdentity(kept: unknown): PanelIdentity | null {
  if (typeof kept !== 'object' || kept === null) return null;
  // The page's own choices are for the page alone.
  const state: Record<string, unknown> = { ...kept };
  delete state['settings'];
  if (hasFields({ view: (view) => view === 'run', uri: isUri })(state)) {
    return { view: 'run', uri: (state as { uri: string }).uri };
  }
  const areUris: Test = (uris) =>
    Array.isArray(uris) && uris.length >= 2 && uris.length <= mostCompared && uris.every(isUri);
  if (hasFields({ view: (view) => view === 'compare', uris: areUris })(state)) {
    return { view: 'compare', uris: [...(state as { uris: string[] }).uris] };
  }
  return null;
}

/** The runs that a panel shows. */
export function urisOf(identity: PanelIdentity): readonly string[] {
  return identity.view === 'run' ? [identity.uri] : identity.uris;
}

/** The last part of a name that a page gives to a file: no folder, no control characters, never empty. */
export function safeFileName(name: string): string {
  const last = name.split(/[\\/]/).at(-1) ?? '';
  const plain = last.replace(/[\u0000-\u001f<>:"|?*]/g, '').replace(/^\.+/, '');
  return plain === '' ? 'report' : plain.slice(0, 120);
}

/** Whether a value has these fields, each as its test says, and no others. */
function hasFields(fields: Readonly<Record<string, Test>>): Test {
  return (value) => {
    if (typeof value !== 'object' || value === null) return false;
    const record = value as Readonly<Record<string, unknown>>;
    return (
      Object.keys(record).every((key) => Object.hasOwn(fields, key)) &&
      Object.entries(fields).every(([key, test]) => Object.hasOwn(record, key) && test(record[key]))
    );
  };
}
