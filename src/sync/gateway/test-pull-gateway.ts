import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import zlib from 'node:zlib';
import { encodeRecord, endRecord, magic } from '../wire/frames.ts';
import { headText } from '../wire/head.ts';
import type { Head, SignedHead } from '../wire/head.ts';
import { byPath, manifestText } from '../wire/manifest.ts';
import type { ManifestFile } from '../wire/manifest.ts';
import type { PullDocument, PulledFile, PulledTier } from '../wire/messages.ts';
import { isTier, tierKey } from '../wire/names.ts';
import type { Repo, Tier } from '../wire/names.ts';

/** The files of a tier by path; a name with a `*` at its end may be run. */
export type TestFiles = Readonly<Record<string, string>>;

/** What a test may do to an answer before it is sent. */
export interface Tampering {
  /** Before the heads are signed: what a gateway would state that has gone wrong. */
  readonly unsigned?: (document: PullDocument) => PullDocument;
  /** After: what somebody on the way does. */
  readonly signed?: (document: PullDocument) => unknown;
  readonly body?: (body: Buffer) => Buffer;
  /** Instead of an answer: its status, and the problem document. */
  readonly problem?: { readonly status: number; readonly [field: string]: unknown };
  /** Of the gateway's clock against this machine's, in milliseconds. */
  readonly clock?: number;
  /** Called with each request before it is answered. */
  readonly onRequest?: (path: string) => void;
}

interface Revision {
  readonly files: TestFiles;
}

export const testTenant = '0123456789ab';

export function sha256Of(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

function manifestOf(files: TestFiles): ManifestFile[] {
  return Object.entries(files)
    .map(([name, content]) => ({
      path: name.replace(/\*$/, ''),
      sha256: sha256Of(content),
      size: Buffer.byteLength(content),
      exec: name.endsWith('*'),
    }))
    .toSorted(byPath);
}

/**
 * A gateway of one tenant that answers pulls and nothing else, with a key of its own: what it says can be made false in any
 * way that a test wants.
 */
export class TestGateway {
  readonly key = generateKeyPairSync('ed25519');
  readonly publicKey: string;
  readonly requests: string[] = [];
  tampering: Tampering = {};
  /** Frames are fetched by range, from where a store would have them, rather than put into the answer. */
  isPacked = false;
  private packed = Buffer.alloc(0);
  private readonly history = new Map<string, Revision[]>();
  private server: http.Server | undefined;
  private url = '';

  constructor() {
    this.publicKey = String(this.key.publicKey.export({ format: 'jwk' }).x);
  }

  /** Takes requests; gives the address. */
  async listen(): Promise<string> {
    const server = http.createServer((request, response) => {
      const url = new URL(request.url ?? '/', 'http://gateway.test');
      this.requests.push(url.pathname);
      this.tampering.onRequest?.(url.pathname);
      const { status, body } = this.answer(url, request.headers);
      response.writeHead(status, status < 300 ? {} : { 'content-type': 'application/problem+json' });
      response.end(body);
    });
    this.server = server;
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve());
    });
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return this.url;
  }

  async close(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise<void>((resolve) => {
      this.server?.close(() => resolve());
    });
  }

  /** Gives a tier another content: a new revision. */
  set(tier: Tier, files: TestFiles, repo: Repo = 'os'): void {
    const key = `${repo} ${tier}`;
    this.history.set(key, [...(this.history.get(key) ?? []), { files }]);
  }

  /** Takes back the newest revision of a tier. */
  rewind(tier: Tier): void {
    this.history.get(`os ${tier}`)?.pop();
  }

  private answer(url: URL, headers: http.IncomingHttpHeaders): { status: number; body: Buffer } {
    const { problem } = this.tampering;
    if (problem !== undefined) return { status: problem.status, body: Buffer.from(JSON.stringify(problem)) };
    if (url.pathname === '/pack') {
      const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? [];
      if (headers.authorization !== undefined)
        return { status: 400, body: Buffer.from('the key was sent to the store') };
      return { status: 206, body: this.packed.subarray(Number(from), Number(to) + 1) };
    }
    if (url.pathname === '/_pull') return { status: 200, body: this.pull(url.searchParams) };
    const [, route, repo, tier, sha256] = url.pathname.split('/').map(decodeURIComponent);
    const rev = Number(url.searchParams.get('rev'));
    const content =
      route === '_blobs'
        ? Object.values(this.history.get(`${repo} ${tier}`)?.[rev - 1]?.files ?? {}).find(
            (one) => sha256Of(one) === sha256,
          )
        : undefined;
    return content === undefined
      ? { status: 404, body: Buffer.from('{}') }
      : { status: 200, body: Buffer.from(content) };
  }

  private pull(query: URLSearchParams): Buffer {
    const repo = query.get('repo') === 'kernel' ? 'kernel' : 'os';
    const since = new Map(
      (query.get('since') ?? '').split(',').map((part) => {
        const cut = part.lastIndexOf(':');
        return [part.slice(0, Math.max(0, cut)), Number(part.slice(cut + 1))] as const;
      }),
    );
    const frames: Buffer[] = [];
    const tiers: PulledTier[] = [];
    for (const [key, revisions] of this.history) {
      const [ofRepo, tier = ''] = key.split(' ');
      if (ofRepo !== repo || !isTier(tier)) continue;
      tiers.push(this.tierSince(repo, tier, revisions, since.get(tier) ?? 0, frames));
    }
    const listed = frames.map((raw) => {
      const packed = zlib.gzipSync(raw);
      return { packed, raw, frame: { codec: 'gzip' as const, size: packed.length, rawSize: raw.length } };
    });
    // What nobody asks for lies between them.
    this.packed = Buffer.concat(listed.flatMap(({ packed }) => [Buffer.alloc(20_000), packed]));
    let at = 0;
    const place = (size: number): number => (at += 20_000 + size) - size;
    const places = listed.map(({ frame: { size } }) => ({ at: place(size), size }));
    const plain: PullDocument = {
      repo,
      tenant: testTenant,
      tiers,
      frames: listed.map(({ frame }, range) => (this.isPacked ? { ...frame, range, at: places[range]?.at } : frame)),
      ranges: this.isPacked ? places.map((range) => ({ url: `${this.url}/pack?signed=1`, ...range })) : [],
    };
    const { unsigned, signed, body } = this.tampering;
    const stated = unsigned === undefined ? plain : unsigned(structuredClone(plain));
    const document = { ...stated, tiers: stated.tiers.map((one) => ({ ...one, head: this.sign(one.head) })) };
    const text = Buffer.from(JSON.stringify(signed === undefined ? document : signed(structuredClone(document))));
    const bytes = Buffer.concat([
      magic,
      ...encodeRecord('document', 'gzip', zlib.gzipSync(text), text.length),
      ...(this.isPacked ? [] : listed).flatMap(({ packed, raw }) => encodeRecord('frame', 'gzip', packed, raw.length)),
      endRecord(),
    ]);
    return body === undefined ? bytes : body(bytes);
  }

  private tierSince(
    repo: Repo,
    tier: Tier,
    revisions: readonly Revision[],
    since: number,
    frames: Buffer[],
  ): PulledTier {
    const now = manifestOf(revisions.at(-1)?.files ?? {});
    const before = new Map(manifestOf(revisions[since - 1]?.files ?? {}).map((file) => [file.path, file]));
    const contents = new Map(Object.values(revisions.at(-1)?.files ?? {}).map((text) => [sha256Of(text), text]));
    const changed = now.filter(({ path, sha256, exec }) => {
      const old = before.get(path);
      return old?.sha256 !== sha256 || old.exec !== exec;
    });
    const files: PulledFile[] = [];
    // Two frames, where there is more than one file.
    for (const part of [changed.slice(0, 1), changed.slice(1)]) {
      let at = 0;
      for (const file of part) {
        files.push({ ...file, frame: frames.length, at });
        at += file.size;
      }
      if (part.length > 0) frames.push(Buffer.from(part.map(({ sha256 }) => contents.get(sha256) ?? '').join('')));
    }
    const names = new Set(now.map(({ path }) => path));
    const issued = Date.now() + (this.tampering.clock ?? 0);
    const head: Head = {
      repo,
      tier: tierKey(tier, testTenant),
      rev: revisions.length,
      digest: sha256Of(manifestText(now)),
      files: now.length,
      bytes: now.reduce((sum, { size }) => sum + size, 0),
      issued: new Date(issued).toISOString(),
      expires: new Date(issued + 600_000).toISOString(),
    };
    const gone = since === 0 ? [] : [...before.keys()].filter((path) => !names.has(path));
    return { tier, head: { ...head, signature: '' }, full: since === 0, writable: tier === 'private', files, gone };
  }

  private sign(head: SignedHead): SignedHead {
    return {
      ...head,
      signature: sign(undefined, Buffer.from(headText(head)), this.key.privateKey).toString('base64url'),
    };
  }
}
