import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from 'vitest';

/** What a file of the hub is. */
export interface FakeFile {
  readonly content: Buffer;
  /** Kept in large file storage: its digest is a SHA-256, and it comes from another host. */
  readonly isLarge: boolean;
}

/** How the hub, or the network before it, misbehaves; to be set by a test. */
export interface Weather {
  /** Connections of files break after so many bytes. */
  breakAfter?: number;
  /** Files are sent so many bytes at a time, a millisecond apart. */
  slice?: number;
  /** Files always come whole. */
  ignoresRanges?: boolean;
  /** Files come with other bytes than listed. */
  corrupts?: boolean;
  /** Listings go on at another host, where they end. */
  pagesElsewhere?: boolean;
  /** Every request is answered so. */
  refuses?: { readonly status: number; readonly code?: string };
  /** Entries of the listing, in place of the true ones. */
  listing?: readonly object[];
}

export interface FakeHub {
  readonly url: string;
  /** `method path`, of each request, and the range that is asked for. */
  readonly requests: string[];
  /** Values of the header `Authorization`, by host: `hub` or `storage`. */
  readonly authorizations: { readonly host: string; readonly value: string | undefined }[];
  readonly weather: Weather;
  /** Bytes of files sent. */
  sent: number;
  /** Makes a branch stand for another commit. */
  move(branch: string, commit: string): void;
  close(): Promise<void>;
}

export const firstCommit = 'a'.repeat(40);
export const secondCommit = 'b'.repeat(40);

export function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

export function gitId(content: Buffer): string {
  return createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
}

const hubs: FakeHub[] = [];

afterEach(async () => {
  await Promise.all(hubs.splice(0).map((hub) => hub.close()));
});

/**
 * A server with the endpoints of the Hugging Face Hub that a download uses, for one model `owner/name`, on 127.0.0.1;
 * closed after the test.
 *
 * @param commits files by path, by commit; `main` is the first one's.
 */
export async function startHub(
  commits: Readonly<Record<string, Readonly<Record<string, FakeFile>>>>,
): Promise<FakeHub> {
  const branches = new Map([['main', Object.keys(commits)[0]!]]);
  const weather: Weather = {};
  const requests: string[] = [];
  const authorizations: { host: string; value: string | undefined }[] = [];

  const sendFile = async (request: IncomingMessage, response: ServerResponse, content: Buffer) => {
    const range = weather.ignoresRanges === true ? null : /^bytes=(\d+)-/.exec(request.headers.range ?? '');
    const start = range === null ? 0 : Number(range[1]);
    const sent = Buffer.from(content.subarray(start));
    if (weather.corrupts === true && sent.length > 0) sent[0]! ^= 1;
    response.writeHead(range === null ? 200 : 206, {
      'Content-Length': sent.length,
      ...(range !== null && { 'Content-Range': `bytes ${start}-${content.length - 1}/${content.length}` }),
    });
    response.flushHeaders();
    const slice = weather.slice ?? 2 ** 16;
    let left = weather.breakAfter ?? Infinity;
    for (let at = 0; at < sent.length && !response.destroyed; at += slice) {
      const part = sent.subarray(at, Math.min(at + slice, at + left));
      hub.sent += part.length;
      left -= part.length;
      await new Promise((resolve) => response.write(part, resolve));
      if (left === 0) {
        response.destroy();
        return;
      }
      if (weather.slice !== undefined) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    response.end();
  };

  const refuse = (response: ServerResponse, status: number, code?: string) => {
    response.writeHead(status, {
      'Content-Type': 'application/json',
      ...(code !== undefined && { 'X-Error-Code': code, 'X-Error-Message': `said ${code}` }),
    });
    response.end(JSON.stringify({ error: code }));
  };

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(request.url!, hub.url);
    const range = request.headers.range === undefined ? '' : ` ${request.headers.range}`;
    requests.push(`${request.method!} ${pathname}${range}`);
    authorizations.push({ host: 'hub', value: request.headers.authorization });
    if (weather.refuses !== undefined) {
      refuse(response, weather.refuses.status, weather.refuses.code);
      return;
    }
    const [, api, revision, path] =
      /^(?:\/api\/models)?\/owner\/name\/(revision|tree|resolve)\/([^/]+)(?:\/(.+))?$/.exec(pathname) ?? [];
    if (api === undefined || pathname.startsWith('/api') !== (api !== 'resolve')) {
      refuse(response, 404, 'RepoNotFound');
      return;
    }
    const named = decodeURIComponent(revision!);
    const commit = branches.get(named) ?? named;
    const files = commits[commit];
    if (files === undefined) {
      refuse(response, 404, 'RevisionNotFound');
      return;
    }
    if (api === 'revision') {
      response.end(JSON.stringify({ _id: '1', id: 'owner/name', sha: commit, lastModified: 0 }));
    } else if (api === 'tree') {
      const entries = weather.listing ?? Object.entries(files).map(listed);
      // Two to a page, as long listings come in pages.
      const page = Number(searchParams.get('cursor') ?? 0);
      if (2 * page + 2 < entries.length) {
        const host = weather.pagesElsewhere === true ? storageUrl : hub.url;
        response.setHeader('Link', `<${host}${pathname}?recursive=true&cursor=${page + 1}>; rel="next"`);
      }
      response.end(JSON.stringify(entries.slice(2 * page, 2 * page + 2)));
    } else {
      const file = files[decodeURIComponent(path!)];
      if (file === undefined) {
        refuse(response, 404, 'EntryNotFound');
        return;
      }
      response.setHeader('X-Repo-Commit', commit);
      if (file.isLarge) {
        response.setHeader('X-Linked-Etag', `"${sha256(file.content)}"`);
        response.setHeader('X-Linked-Size', file.content.length);
        response.writeHead(302, { Location: `${storageUrl}/${commit}/${path!}` }).end();
      } else {
        response.setHeader('ETag', `"${gitId(file.content)}"`);
        await sendFile(request, response, file.content);
      }
    }
  };

  const answerFromStorage = async (request: IncomingMessage, response: ServerResponse) => {
    const [, commit, ...path] = request.url!.split('/');
    authorizations.push({ host: 'storage', value: request.headers.authorization });
    if (commit === 'api') {
      response.end('[]');
      return;
    }
    await sendFile(request, response, commits[commit!]![decodeURIComponent(path.join('/'))]!.content);
  };

  const storage = createServer((request, response) => void answerFromStorage(request, response));
  const server = createServer((request, response) => void answer(request, response));
  const storageUrl = await listen(storage);
  const hub: FakeHub = {
    url: await listen(server),
    requests,
    authorizations,
    weather,
    sent: 0,
    move: (branch, commit) => void branches.set(branch, commit),
    close: async () => {
      await Promise.all([server, storage].map(close));
    },
  };
  hubs.push(hub);
  return hub;
}

function listed([path, { content, isLarge }]: [string, FakeFile]): object {
  if (!isLarge) return { type: 'file', path, size: content.length, oid: gitId(content) };
  const pointer = Buffer.from(`version https://git-lfs.github.com/spec/v1\noid sha256:${sha256(content)}\n`);
  return {
    type: 'file',
    path,
    size: content.length,
    oid: gitId(pointer),
    lfs: { oid: sha256(content), size: content.length, pointerSize: pointer.length },
  };
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
