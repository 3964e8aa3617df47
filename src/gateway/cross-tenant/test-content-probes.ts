import { encodeRecord, endRecord, magic } from '../../sync/wire/frames.ts';
import { makePush, sha256Of } from '../content/test-client.ts';
import { noTenant, operator, subscribers, unused } from './test-probe.ts';
import type { Probe, Probes } from './test-probe.ts';
import { tenants } from './test-world.ts';
import type { Asked, Name, Seen, World } from './test-world.ts';

const acme: readonly Name[] = ['reader', 'writer'];
const kernelFile = sha256Of('mark-kernel-subscriber');

/** A push that no head is ready for: whoever may write is told so, and nothing changes. */
function emptyPush(tier: string, repo = 'os', pushId = '0'.repeat(32)): Asked {
  const { body } = makePush({ base: 99, pushId, repo: repo === 'kernel' ? 'kernel' : 'os' });
  return { method: 'POST', path: `/_push?repo=${repo}&tier=${tier}&base=99&push_id=${pushId}`, body };
}

/** A push to one's own that says some content is there already; its digest is that of nothing, so that it never lands. */
function pushOfKnown(sha256: string, size: number, parts?: readonly string[]): Asked {
  const file = { path: 'state/x.md', sha256, size, exec: false, ...(parts === undefined ? {} : { frame: 0, at: 0 }) };
  const { body, query } = makePush({
    base: 0,
    pushId: '1'.repeat(32),
    document: { files: [file], ...(parts === undefined ? {} : { parts: [...parts] }) },
  });
  return { method: 'POST', path: `/_push?${query}`, body };
}

/** A frame of one byte, and the end. */
const part = Buffer.concat([magic, ...encodeRecord('frame', 'none', Uint8Array.of(0x78), 1), endRecord()]);

function pushProbes({ ann }: World): Probe[] {
  const ahead = { status: 409, code: 'since_ahead' };
  const ghost = emptyPush('team:none');
  return [
    {
      what: 'a team',
      sees: ['writer'],
      seen: ahead,
      hidden: emptyPush('team:acme'),
      nothing: ghost,
      swaps: [['acme', 'none']],
    },
    { what: 'the subscribers', sees: operator, seen: ahead, hidden: emptyPush('subscriber'), nothing: ghost },
    { what: 'the public', sees: operator, seen: ahead, hidden: emptyPush('public'), nothing: ghost },
    { what: 'the library', sees: operator, seen: ahead, hidden: emptyPush('public', 'kernel'), nothing: ghost },
    {
      what: 'content of another tenant',
      sees: ['ann'],
      seen: { status: 409, code: 'stale_base' },
      hidden: pushOfKnown(ann.file, 16),
      nothing: pushOfKnown(unused, 16),
      swaps: [[ann.file, unused]],
    },
    {
      what: 'a blob of another tenant',
      sees: ['ann'],
      seen: { status: 409, code: 'stale_base' },
      hidden: pushOfKnown(ann.blob, 13),
      nothing: pushOfKnown(unused, 13),
      swaps: [[ann.blob, unused]],
    },
    {
      what: 'a part that another tenant sent',
      sees: ['ann'],
      seen: { status: 409, code: 'stale_base' },
      hidden: pushOfKnown(sha256Of('mark-part-ann'), 13, [ann.part]),
      nothing: pushOfKnown(sha256Of('mark-part-ann'), 13, [unused]),
      swaps: [[ann.part, unused]],
    },
    {
      what: 'the id of a push of another tenant',
      sees: ['ann'],
      seen: { status: 409, code: 'taken' },
      hidden: emptyPush('private', 'os', ann.pushId),
      nothing: emptyPush('private', 'os', unused.slice(0, 32)),
    },
  ];
}

function partProbes(): Probe[] {
  const to = (tier: string, repo = 'os'): Asked => ({
    method: 'POST',
    path: `/_push/part?repo=${repo}&tier=${tier}`,
    body: part,
  });
  const ghost = to('team:none');
  return [
    { what: 'a team', sees: ['writer'], hidden: to('team:acme'), nothing: ghost, swaps: [['acme', 'none']] },
    { what: 'the subscribers', sees: operator, hidden: to('subscriber'), nothing: ghost },
    { what: 'the public', sees: operator, hidden: to('public'), nothing: ghost },
    { what: 'the library', sees: operator, hidden: to('public', 'kernel'), nothing: ghost },
  ];
}

interface PullText {
  readonly document: { readonly tiers: readonly { readonly tier: string }[] };
}

const osTiers: Partial<Record<Name, readonly string[]>> = {
  reader: ['private', 'team:acme', 'public'],
  writer: ['private', 'team:acme', 'public'],
  other: ['private', 'team:globex', 'public'],
  subscriber: ['private', 'subscriber', 'public'],
  operator: ['private', 'subscriber', 'public'],
};

function pullProbes(): Probe[] {
  const since = (text: string): Asked => ({ method: 'GET', path: `/_pull?repo=os&scope=all&since=${text}` });
  const tiersOf = ({ text }: Seen): string =>
    (JSON.parse(text) as PullText).document.tiers.map(({ tier }) => tier).join(' ');
  const ahead = { status: 409, code: 'since_ahead' };
  return [
    {
      what: 'the tiers of the tree',
      sees: tenants,
      seen: { holds: (seen, caller) => tiersOf(seen) === (osTiers[caller] ?? ['private', 'public']).join(' ') },
      hidden: since('0'),
    },
    {
      what: 'the tiers of the library',
      sees: tenants,
      seen: {
        holds: (seen, caller) => tiersOf(seen) === (subscribers.includes(caller) ? 'subscriber public' : 'public'),
      },
      hidden: { method: 'GET', path: '/_pull?repo=kernel&scope=all&since=0' },
    },
    {
      what: 'a revision of a team',
      sees: ['reader', 'writer'],
      seen: ahead,
      hidden: since('team:acme:5'),
      nothing: since('team:none:5'),
    },
    {
      what: 'a revision of the subscribers',
      sees: subscribers,
      seen: ahead,
      hidden: since('subscriber:9'),
      nothing: since('team:none:9'),
    },
  ];
}

function blobsProbes({ ann }: World): Probe[] {
  const to = (tier: string, sha256: string, size: number): Asked => ({
    method: 'POST',
    path: '/_blobs',
    body: { repo: 'os', tier, blobs: [{ sha256, size }] },
  });
  return [
    {
      what: 'a team',
      sees: ['writer'],
      hidden: to('team:acme', unused, 9),
      nothing: to('team:none', unused, 9),
      swaps: [['acme', 'none']],
    },
    {
      what: 'the subscribers',
      sees: operator,
      hidden: to('subscriber', unused, 9),
      nothing: to('team:none', unused, 9),
    },
    { what: 'the public', sees: operator, hidden: to('public', unused, 9), nothing: to('team:none', unused, 9) },
    {
      what: 'a blob of another tenant',
      sees: ['ann'],
      seen: { holds: ({ text }) => !text.includes('"put"') },
      hidden: to('private', ann.blob, 13),
      nothing: to('private', unused, 13),
      swaps: [[ann.blob, unused]],
    },
  ];
}

function uploadProbes({ token }: World): Probe[] {
  const put = (text: string): Asked => ({
    method: 'PUT',
    path: `/_blobs/up/${text}`,
    body: new TextEncoder().encode('mark-blob-ann'),
  });
  const [words = '', mac = ''] = token.split('.');
  const forged = `${words}.${mac.startsWith('A') ? 'B' : 'A'}${mac.slice(1)}`;
  return [
    { what: 'the address of a blob, forged', sees: [], hidden: put(forged), nothing: put('none') },
    { what: 'the address of a blob, cut off', sees: [], hidden: put(words), nothing: put('none') },
  ];
}

function blobProbes({ files, ann, ids }: World): Probe[] {
  const get = (tier: string, sha256: string, more = ''): Asked => ({
    method: 'GET',
    path: `/_blobs/${more.startsWith('kernel') ? 'kernel' : 'os'}/${encodeURIComponent(tier)}/${sha256}${more.replace('kernel', '')}`,
  });
  const of = (tier: string): string => files[tier] ?? '';
  const rows: readonly (readonly [what: string, sees: readonly Name[], hidden: Asked, nothing?: Asked])[] = [
    ['a file of another tenant', ['ann'], get('private', ann.file), get('private', unused)],
    [
      'a file of another tenant, as it was',
      ['ann'],
      get('private', ann.file, '?rev=1'),
      get('private', unused, '?rev=1'),
    ],
    ['a blob of another tenant', ['ann'], get('private', ann.blob), get('private', unused)],
    ['a tier by its inner name', [], get(`private:${ids.ann}`, ann.file), get(`private:${noTenant}`, ann.file)],
    ['a team', acme, get('team:acme', of('team:acme')), get('team:none', of('team:acme'))],
    ['a team, as it was', acme, get('team:acme', of('team:acme'), '?rev=1'), get('team:none', unused, '?rev=1')],
    ['the subscribers', subscribers, get('subscriber', of('subscriber')), get('team:none', of('subscriber'))],
    [
      'the library of subscribers',
      subscribers,
      get('subscriber', kernelFile, 'kernel'),
      get('team:none', unused, 'kernel'),
    ],
    ['the public', tenants, get('public', of('public'))],
    ['another tier, through the public one', [], get('public', of('subscriber')), get('public', unused)],
    ['a team, through a tier of its own', [], get('private', of('team:globex')), get('private', unused)],
  ];
  return rows.map(([what, sees, hidden, nothing]) => ({
    what,
    sees,
    hidden,
    ...(nothing === undefined ? {} : { nothing }),
    swaps: [['acme', 'none']],
  }));
}

function wellKnownProbes(): Probe[] {
  const get = (path: string): Asked => ({ method: 'GET', path: `/.well-known/skills/${path}` });
  const everybody: readonly Name[] = ['nobody', ...tenants];
  const hidden = ['of-ann', 'of-acme', 'of-subscribers'].map((name): Probe => ({
    what: `the skill ${name}`,
    sees: [],
    hidden: get(`state/skills/${name}/SKILL.md`),
    nothing: get('state/skills/none/SKILL.md'),
    swaps: [[name, 'none']],
  }));
  return [
    ...hidden,
    { what: 'a public skill', sees: everybody, hidden: get('of-all/SKILL.md') },
    { what: 'the list of skills', sees: everybody, hidden: get('index.json') },
  ];
}

/** What the routes of content could tell of. */
export const contentProbes: Probes = {
  'POST /_push': pushProbes,
  'POST /_push/part': partProbes,
  'GET /_pull': pullProbes,
  'POST /_blobs': blobsProbes,
  'PUT /_blobs/up/{token}': uploadProbes,
  'GET /_blobs/{repo}/{tier}/{sha256}': blobProbes,
  'GET /.well-known/skills/{path}': wellKnownProbes,
};
