import { listFiles, modelInfo, type ListFileEntry } from '@huggingface/hub';
import { InputError } from '../../problems.ts';
import { checkListing, isCommit, type HubFile } from './hubFile.ts';
import type { HubSettings } from './hubSettings.ts';

/** The hub did not answer, or not for now: what is in the cache may serve instead. */
export class HubUnreachable extends Error {
  override readonly name = 'HubUnreachable';
}

/** Asks the hub about one model. */
export interface HubClient {
  /**
   * The commit that a branch or tag stands for now.
   *
   * @throws HubUnreachable; InputError `model-not-found`, `model-revision`, `model-access`, `hub-answer`.
   */
  commitOf(revision: string): Promise<string>;
  /**
   * The files of a commit.
   *
   * @throws as `commitOf`, and InputError `hub-listing` for one that cannot be used.
   */
  listFiles(commit: string): Promise<HubFile[]>;
  /**
   * Opens a file of a commit.
   *
   * @param start the first byte wanted.
   * @returns the bytes from `start` on, which is 0 where the hub would not begin later.
   * @throws as `commitOf`.
   */
  open(
    commit: string,
    path: string,
    start: number,
  ): Promise<{ start: number; bytes: AsyncIterable<Uint8Array> }>;
}

const mostFiles = 100_000;

/**
 * A client for one model. Its requests end when `signal` does; the token goes to the hub itself and to no host that it
 * refers to.
 *
 * @param notAFolder ends the message for a model that is not there.
 */
export function hubClient(
  id: string,
  notAFolder: string,
  { url, token, tokenPath }: HubSettings,
  signal: AbortSignal,
): HubClient {
  if (!URL.canParse(url) || !/^https?:/i.test(url)) {
    throw new InputError(
      'hub-address',
      `${url} is not the address of a hub, expected one that begins with https:// (HF_ENDPOINT)`,
    );
  }
  const { origin } = new URL(url);

  const request: typeof fetch = async (input, init) => {
    const headers = new Headers(init?.headers);
    const address = input instanceof Request ? input.url : input.toString();
    if (token !== undefined && new URL(address).origin === origin) {
      headers.set('Authorization', `Bearer ${token}`);
    }
    let response: Response;
    try {
      response = await fetch(input, { ...init, headers, signal });
    } catch (error) {
      signal.throwIfAborted();
      throw new HubUnreachable(reasonOf(error));
    }
    if (response.ok) return response;
    await response.body?.cancel();
    throw refusal(response);
  };

  const refusal = ({ status, headers }: Response): Error => {
    const code = headers.get('X-Error-Code');
    const detail = headers.get('X-Error-Message');
    const said = `${url} answered ${status}${detail === null ? '' : `: ${detail.slice(0, 300)}`}`;
    if (status === 408 || status === 429 || status >= 500) return new HubUnreachable(said);
    if (code === 'RevisionNotFound') {
      return new InputError('model-revision', `${id} has no such branch, tag or commit: ${said}`);
    }
    const howToLogIn = `a token goes into the environment variable HF_TOKEN or the file ${tokenPath}`;
    if (code === 'GatedRepo' || status === 403) {
      return new InputError(
        'model-access',
        `${id} is open to those only whom its owner lets in: ${said}. Ask for it on ${url}/${id}; ${howToLogIn}`,
      );
    }
    if (status === 401) {
      const cause =
        token === undefined
          ? 'is private, or there is no such model'
          : 'is private, or your token is not valid';
      return new InputError('model-access', `${id} ${cause}: ${said}. ${notAFolder}; ${howToLogIn}`);
    }
    if (status === 404) {
      const what = code === 'EntryNotFound' ? 'file' : 'model or revision';
      return new InputError(
        'model-not-found',
        `The hub has no such ${what} of ${id}: ${said}. ${notAFolder}`,
      );
    }
    return new InputError('hub-answer', `The hub would not give ${id}: ${said}`);
  };

  /** What is no answer of a hub, as the page of a proxy that asks for a password. */
  const understood = async <Answer>(answer: Promise<Answer>): Promise<Answer> => {
    try {
      return await answer;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof InputError || error instanceof HubUnreachable) throw error;
      throw new InputError('hub-answer', `${url} does not answer as a hub does: ${(error as Error).message}`);
    }
  };

  const listed = async (commit: string): Promise<HubFile[]> => {
    const files: HubFile[] = [];
    const repo = { type: 'model', name: id } as const;
    for await (const entry of listFiles({
      repo,
      revision: commit,
      recursive: true,
      hubUrl: url,
      fetch: request,
    })) {
      if (entry.type === 'file') files.push(hubFile(entry));
      if (files.length > mostFiles) {
        throw new InputError('hub-listing', `${id} has more than ${mostFiles} files`);
      }
    }
    checkListing(files, `The hub's ${id}`);
    return files;
  };

  return {
    commitOf: async (revision) => {
      const { sha } = await understood(
        modelInfo({ name: id, revision, hubUrl: url, fetch: request, additionalFields: ['sha'] }),
      );
      if (isCommit(sha)) return sha;
      throw new InputError('hub-answer', `${url} names no commit for revision ${revision} of ${id}`);
    },
    listFiles: (commit) => understood(listed(commit)),
    open: async (commit, path, start) => {
      const response = await request(
        `${url}/${id}/resolve/${commit}/${path.split('/').map(encodeURIComponent).join('/')}`,
        // Compressed on the way, the bytes could not be counted, nor a part of them be asked for.
        { headers: { 'Accept-Encoding': 'identity', ...(start > 0 && { Range: `bytes=${start}-` }) } },
      );
      const range = /^bytes (\d+)-/.exec(response.headers.get('Content-Range') ?? '');
      return {
        start: response.status === 206 && range !== null ? Number(range[1]) : 0,
        bytes: response.body === null ? nothing() : unbroken(response.body, signal),
      };
    },
  };
}

function hubFile({ path, size, oid, lfs }: ListFileEntry): HubFile {
  const gitId = oid ?? '';
  return { path, size: lfs?.size ?? size, digest: lfs?.oid ?? gitId, gitId };
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  // An answer without a body.
}

/** The bytes of an answer; a connection that breaks is told apart from other errors. */
async function* unbroken(body: ReadableStream<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        signal.throwIfAborted();
        throw new HubUnreachable(reasonOf(error));
      });
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** `fetch` says no more than that it failed, and keeps the reason in the cause. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  if (!(cause instanceof Error)) return message;
  const { code } = cause as NodeJS.ErrnoException;
  return cause.message === '' ? (code ?? message) : cause.message;
}
