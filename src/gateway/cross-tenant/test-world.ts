import { createHash } from 'node:crypto';
import { manifestText } from '../../sync/wire/manifest.ts';
import type { MintRequest } from '../../sync/wire/messages.ts';
import type { Tier } from '../../sync/wire/names.ts';
import { testKey } from '../access/test-client.ts';
import { makePush, readPull, sha256Of } from '../content/test-client.ts';
import type { TestPush } from '../content/test-client.ts';
import { contentType } from '../../sync/wire/frames.ts';
import type { Row, SqlValue } from '../ports.ts';

/** A gateway from outside, in whatever home, and its ledger, for what cannot be brought about from outside. */
export interface Door {
  readonly operatorKey: string;
  fetch(path: string, init: RequestInit): Promise<Response>;
  sql(text: string, ...values: SqlValue[]): Promise<readonly Row[]>;
}

/**
 * Whoever may call. `unknown` has a key that nobody enrolled, `colliding` one whose id is that of a key of Ann's, `revoked`
 * that of a tenant which was ended, `left` was granted all there is and had it taken back, `loner` was granted nothing.
 * `reader` and `writer` are in the team acme, `other` is in the team globex.
 */
export const callers = [
  ...(['nobody', 'unknown', 'colliding', 'revoked'] as const),
  ...(['loner', 'left', 'reader', 'writer', 'other', 'subscriber', 'ann', 'operator'] as const),
] as const;
export type Name = (typeof callers)[number];
/** Whose key is right. */
export const tenants = callers.slice(4);

export interface Asked {
  readonly method: string;
  readonly path: string;
  /** JSON; bytes as they are. */
  readonly body?: unknown;
}

/** An answer as far as a caller can learn anything from it: a pull is taken apart, contents and all. */
export interface Seen {
  readonly status: number;
  readonly headers: readonly string[];
  readonly text: string;
}

/** Something that only some may see, by a text that is in nothing else. */
export interface Mark {
  readonly text: string;
  readonly seers: readonly Name[];
}

/** A gateway with all kinds of callers and content, each of which only some may see. */
export interface World {
  readonly keys: Readonly<Record<Name, string | undefined>>;
  readonly ids: Readonly<Record<Name, string>>;
  readonly marks: readonly Mark[];
  /** sha256 of a file of Ann's, of one that she put as a blob, the name of a part she sent, and the id of her push. */
  readonly ann: { readonly file: string; readonly blob: string; readonly part: string; readonly pushId: string };
  /** sha256 of a file of each tier of `os`. */
  readonly files: Readonly<Record<string, string>>;
  /** What is left of the address for Ann's blob. */
  readonly token: string;
  readonly spentCode: string;
  ask(caller: Name, asked: Asked): Promise<Seen>;
  /** Forgets failed keys, of which there are more here than any address may have. */
  calm(): Promise<void>;
}

type Push = (name: Name, tier: Tier, content: Record<string, string>, more?: Partial<TestPush>) => Promise<void>;

const blobOfAnn = 'mark-blob-ann';
const everyTenant: readonly Name[] = tenants;
const skill = (name: string): string => `state/skills/${name}/SKILL.md`;

/** Lays everything there is to be seen, and learns its names. */
export async function makeWorld(door: Door): Promise<World> {
  const keys = keysOf(door);
  const ids = Object.fromEntries(
    callers.map((name) => [name, sha256Of(keys[name] ?? '').slice(0, 12)]),
  ) as World['ids'];
  const ask = asker(door, keys);
  await makeTenants(ask, keys);
  const push: Push = async (name, tier, content, more = {}) => {
    const { body, query } = makePush({ tier, base: 0, changed: content, ...more });
    await must(ask, name, { method: 'POST', path: `/_push?${query}`, body });
  };
  const pushId = sha256Of('the push of ann').slice(0, 32);
  await push('ann', 'private', { [skill('of-ann')]: 'mark-private-ann' }, { pushId });
  await push('revoked', 'private', { [skill('of-revoked')]: 'mark-private-revoked' });
  await push('writer', 'team:acme', { [skill('of-acme')]: 'mark-team-acme' });
  await push('other', 'team:globex', { [skill('of-globex')]: 'mark-team-globex' });
  await push('operator', 'public', { [skill('of-all')]: 'mark-public' });
  await push('operator', 'subscriber', { [skill('of-subscribers')]: 'mark-subscriber' });
  await push('operator', 'subscriber', {}, { base: 1, before: { [skill('of-subscribers')]: 'mark-subscriber' } });
  await push('operator', 'public', { 'of-all.md': 'mark-kernel-public' }, { repo: 'kernel' });
  await push('operator', 'subscriber', { 'of-subscribers.md': 'mark-kernel-subscriber' }, { repo: 'kernel' });
  await must(ask, 'ann', { method: 'POST', path: '/_alert', body: { cause: 'disk of ann' } });
  const { token, blob } = await putBlob(door, ask);
  await pushBlob(push, blob);
  const partBody = makePush({ base: 0, changed: { x: 'mark-part-ann' } }).body;
  const part = await sendPart(ask, partBody);
  const spentCode = await spend(ask, door);
  await must(ask, 'operator', { method: 'POST', path: `/tenants/${ids.revoked}/revoke`, body: {} });
  await must(ask, 'operator', { method: 'POST', path: `/tenants/${ids.left}/revoke`, body: { grant_only: true } });
  await collide(door, ids);
  return {
    keys,
    ids,
    ask,
    token,
    spentCode,
    ann: { file: sha256Of('mark-private-ann'), blob, part, pushId },
    files: {
      private: sha256Of('mark-private-ann'),
      'team:acme': sha256Of('mark-team-acme'),
      'team:globex': sha256Of('mark-team-globex'),
      subscriber: sha256Of('mark-subscriber'),
      public: sha256Of('mark-public'),
    },
    marks: marksOf(ids),
    async calm() {
      await door.sql('DELETE FROM counters');
    },
  };
}

function keysOf({ operatorKey }: Door): World['keys'] {
  const made = callers.map((name, at) => [name, testKey(1_000 + at)]);
  return { ...(Object.fromEntries(made) as Record<Name, string>), nobody: undefined, operator: operatorKey };
}

function asker(door: Door, keys: World['keys']): World['ask'] {
  return async (caller, { method, path, body }) => {
    const key = keys[caller];
    const headers = new Headers(key === undefined ? {} : { authorization: `Bearer ${key}` });
    const sent =
      body === undefined ? {} : { body: body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body) };
    return seenOf(await door.fetch(path, { method, headers, ...sent }));
  };
}

// Of the connection rather than of the answer, or of the moment alone.
const ofNoMatter = new Set(['date', 'connection', 'keep-alive', 'transfer-encoding', 'content-encoding', 'vary']);

async function seenOf(response: Response): Promise<Seen> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  const isPack = response.headers.get('content-type') === contentType;
  return {
    status: response.status,
    headers: [...response.headers]
      .filter(([name]) => !ofNoMatter.has(name))
      .map(([name, value]) => `${name}: ${value}`)
      .toSorted(),
    text: isPack ? JSON.stringify(await readPull(bytes)) : new TextDecoder().decode(bytes),
  };
}

async function must(ask: World['ask'], caller: Name, asked: Asked): Promise<Seen> {
  const seen = await ask(caller, asked);
  if (seen.status >= 300) throw new Error(`${caller} ${asked.method} ${asked.path}: ${seen.status} ${seen.text}`);
  return seen;
}

async function makeTenants(ask: World['ask'], keys: World['keys']): Promise<void> {
  for (const slug of ['acme', 'globex'])
    await must(ask, 'operator', { method: 'POST', path: '/teams', body: { slug } });
  const granted: Partial<Record<Name, Partial<MintRequest>>> = {
    revoked: { subscriber: true, teams: [{ slug: 'acme', write: true }] },
    loner: {},
    left: { subscriber: true, teams: [{ slug: 'acme', write: true }] },
    reader: { teams: [{ slug: 'acme', write: false }] },
    writer: { teams: [{ slug: 'acme', write: true }] },
    other: { teams: [{ slug: 'globex', write: true }] },
    subscriber: { subscriber: true },
    ann: {},
  };
  for (const [name, grants] of Object.entries(granted)) {
    const code = await mint(ask, { label: `label-${name}`, ...grants });
    await must(ask, 'nobody', { method: 'POST', path: '/invite/redeem', body: { code, key: keys[name as Name] } });
  }
}

async function mint(ask: World['ask'], more: Partial<MintRequest>): Promise<string> {
  const body = { label: 'label-invite', subscriber: false, teams: [], expires_in: 3_600, uses: 1, ...more };
  const { text } = await must(ask, 'operator', { method: 'POST', path: '/invite/mint', body });
  return (JSON.parse(text) as { code: string }).code;
}

/** An invite that was used up, by one who has gone again. */
async function spend(ask: World['ask'], door: Door): Promise<string> {
  const code = await mint(ask, { label: 'label-spent' });
  const key = testKey(2_000);
  await must(ask, 'nobody', { method: 'POST', path: '/invite/redeem', body: { code, key } });
  await door.sql('UPDATE keys SET revoked = created WHERE label = ?', 'label-spent');
  return code;
}

async function putBlob(door: Door, ask: World['ask']): Promise<{ token: string; blob: string }> {
  const content = blobOfAnn;
  const blob = sha256Of(content);
  const body = { repo: 'os', tier: 'private', blobs: [{ sha256: blob, size: content.length }] };
  const { text } = await must(ask, 'ann', { method: 'POST', path: '/_blobs', body });
  const [asked] = (JSON.parse(text) as { blobs: { put?: { url: string; headers: Record<string, string> } }[] }).blobs;
  if (asked?.put === undefined) throw new Error('there is no address for a new blob');
  const { url, headers } = asked.put;
  const path = /\/_blobs\/up\/[^?]*$/.exec(url)?.[0];
  // The bucket's own address, where it signs some.
  const response = await (path === undefined
    ? fetch(url, { method: 'PUT', headers, body: content })
    : door.fetch(path, { method: 'PUT', headers, body: content }));
  if (!response.ok) throw new Error(`the blob could not be put: ${response.status} ${await response.text()}`);
  return { token: path?.slice('/_blobs/up/'.length) ?? 'presigned.presigned', blob };
}

/** Until a push names it, what was put to an address of the bucket itself is not known to be there. */
async function pushBlob(push: Push, sha256: string): Promise<void> {
  const text = { path: skill('of-ann'), sha256: sha256Of('mark-private-ann'), size: 16, exec: false };
  const blob = { path: 'state/skills/of-ann/blob', sha256, size: blobOfAnn.length, exec: false };
  const document = { files: [blob], digest: sha256Of(manifestText([text, blob])) };
  await push('ann', 'private', {}, { base: 1, document });
}

async function sendPart(ask: World['ask'], push: Uint8Array): Promise<string> {
  // A part is a push without its document: of one frame, the record behind the first 5 bytes.
  const size = new DataView(push.buffer, push.byteOffset).getUint32(7, true);
  const body = Buffer.concat([push.subarray(0, 15 + size), new Uint8Array(10)]);
  const { text } = await must(ask, 'ann', { method: 'POST', path: '/_push/part?repo=os&tier=private', body });
  return (JSON.parse(text) as { part: string }).part;
}

/** Gives Ann a second key whose id is that of `colliding`'s, as 2^48 guesses would. */
async function collide(door: Door, ids: World['ids']): Promise<void> {
  await door.sql(
    'INSERT INTO keys (hash, tenant, key_id, label, created) SELECT ?, id, ?, label, created FROM tenants WHERE label = ?',
    createHash('sha256').update('no key has this hash').digest('hex'),
    ids.colliding,
    'label-ann',
  );
}

function marksOf(ids: World['ids']): Mark[] {
  const acme = ['reader', 'writer'] as const;
  const content: Record<string, readonly Name[]> = {
    'mark-private-ann': ['ann'],
    'of-ann': ['ann'],
    'disk of ann': ['ann'],
    'mark-private-revoked': [],
    'of-revoked': [],
    'mark-team-acme': acme,
    'of-acme': acme,
    'mark-team-globex': ['other'],
    'of-globex': ['other'],
    'mark-subscriber': ['subscriber', 'operator'],
    'of-subscribers': ['subscriber', 'operator'],
    'mark-kernel-subscriber': ['subscriber', 'operator'],
    'mark-kernel-public': everyTenant,
    acme: [...acme, 'operator'],
    globex: ['other', 'operator'],
    'label-spent': ['operator'],
  };
  const marks = Object.entries(content).map(([text, seers]) => ({ text, seers }));
  // The operator sees all tenants, and those of a team each other; not their keys or content.
  const people = tenants.map((name) => ({
    name,
    seers: acme.some((each) => each === name) ? [...acme, 'operator' as const] : [name, 'operator' as const],
  }));
  return [
    ...marks,
    ...people.map(({ name, seers }) => ({ text: ids[name], seers })),
    ...people
      .filter(({ name }) => name !== 'operator')
      .map(({ name }) => ({ text: `label-${name}`, seers: [name, 'operator'] as const })),
  ];
}
