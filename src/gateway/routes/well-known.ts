import * as z from 'zod/mini';
import { joined } from '../content/bytes.ts';
import { readPublic } from '../content/public-skills.ts';
import type { PublicFile } from '../content/public-skills.ts';
import { GatewayProblem } from '../problem.ts';
import type { Home } from '../ports.ts';
import type { Route } from '../route.ts';

/** How long an answer is the same for everybody, in seconds: here and in the caches between here and a reader together. */
const kept = 60;
const keptAtMost = 1024 * 1024;

const skills: Route = {
  method: 'GET',
  path: '/.well-known/skills/:path{.+}',
  summary: 'A file of the public tier, by its path in the tree or below state/skills/; index.json lists the skills.',
  access: 'public',
  params: { path: z.string().check(z.maxLength(512)) },
  // Of the file's own media type.
  answer: '*/*',
  others: { 304: undefined },
  async handle({ home, params, request }) {
    const path = params['path'] ?? '';
    const file = (await fromCache(home, path)) ?? (await readAndKeep(home, path));
    if (file === undefined) throw new GatewayProblem('not_found', 'nothing public has that path');
    const { body, etag, mediaType, age = 0 } = file;
    const headers = {
      'content-type': mediaType,
      'cache-control': `public, max-age=${kept}`,
      // RFC 9111 5.1: so that who keeps it does not begin anew with the time.
      ...(age === 0 ? {} : { age: String(age) }),
      etag,
      'access-control-allow-origin': '*',
      'content-security-policy': "sandbox; default-src 'none'",
    };
    if (isKnown(request.headers.get('if-none-match'), etag)) {
      if (!(body instanceof Uint8Array)) await body.cancel();
      return new Response(null, { status: 304, headers });
    }
    return new Response(body instanceof Uint8Array ? new Uint8Array(body) : body, { headers });
  },
};

/** RFC 9110 13.1.2: a list of tags, weak ones too, or a star. */
function isKnown(header: string | null, etag: string): boolean {
  if (header === null) return false;
  const tags = header.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes(etag) || tags.includes('*');
}

interface KeptFile extends PublicFile {
  /** For how long it was kept here, in seconds. */
  readonly age?: number;
}

async function readAndKeep(home: Home, path: string): Promise<KeptFile | undefined> {
  const file = await readPublic(home, path);
  if (file === undefined || !(file.body instanceof Uint8Array) || file.body.length > keptAtMost) return file;
  const now = home.platform.now().getTime();
  const line = new TextEncoder().encode(`${JSON.stringify([file.etag, file.mediaType, now])}\n`);
  const value = joined([line, file.body]);
  home.platform.later(() => home.cache.put(cacheKey(home, path), value, kept));
  return file;
}

/** A line of JSON that says what it is and since when, then the body. A cache may give it for longer than it was told to. */
async function fromCache(home: Home, path: string): Promise<KeptFile | undefined> {
  const bytes = await home.cache.get(cacheKey(home, path));
  const end = bytes?.indexOf(0x0a) ?? -1;
  if (bytes === undefined || end === -1) return undefined;
  const line = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end))) as [string, string, number];
  const [etag, mediaType, since] = line;
  const age = Math.floor((home.platform.now().getTime() - since) / 1_000);
  return age >= 0 && age < kept ? { body: bytes.subarray(end + 1), etag, mediaType, age } : undefined;
}

/** Hashed, as a cache may take no long names. */
function cacheKey(home: Home, path: string): string {
  return `well-known/${home.platform.sha256(new TextEncoder().encode(path))}`;
}

export const wellKnownRoutes: readonly Route[] = [skills];
