import { noTenant, operator, subscribers } from './test-probe.ts';
import type { Probe, Probes } from './test-probe.ts';
import { tenants } from './test-world.ts';
import type { Asked, Name, Seen } from './test-world.ts';

const noCode = 'AAAAAAAAAAAAAAAAAAAAAA';

function statusProbes(): Probe[] {
  return [
    {
      what: 'the revision of the canonical',
      sees: ['nobody', ...tenants],
      seen: {
        holds: ({ text }, caller) =>
          text.includes(
            `"canonical":{"os":${subscribers.includes(caller) ? 3 : 1},"kernel":${subscribers.includes(caller) ? 2 : 1}}`,
          ),
      },
      hidden: { method: 'GET', path: '/_status' },
    },
  ];
}

function alertProbes(): Probe[] {
  const note = (cause: string): Asked => ({ method: 'POST', path: '/_alert', body: { cause } });
  return [
    {
      what: 'an alert of another tenant',
      sees: ['ann'],
      seen: { holds: ({ text }) => text.includes('"noted":false') },
      hidden: note('disk of ann'),
      nothing: note('disk of none'),
    },
  ];
}

function inviteProbes(): Probes {
  const mint = (slug: string, more: object = {}): Asked => ({
    method: 'POST',
    path: '/invite/mint',
    body: { label: 'x', subscriber: false, teams: [{ slug, write: false }], expires_in: 60, uses: 1, ...more },
  });
  const mintFor = (tenant: string): Asked => mint('acme', { same_tenant: true, tenant, teams: [] });
  const redeem = (code: string, key: string | undefined): Asked => ({
    method: 'POST',
    path: '/invite/redeem',
    body: { code, key },
  });
  const fresh = 'snappy_q7Vd2LxPm9RtKfYw3HcZs8BnJ5GuEaQ4XoTi6MlCrDk';
  return {
    'POST /invite/mint': ({ ids }) => [
      { what: 'a team', sees: operator, hidden: mint('acme'), nothing: mint('none'), swaps: [['acme', 'none']] },
      {
        what: 'a team, for a machine of its own',
        sees: [],
        hidden: mint('acme', { same_tenant: true }),
        nothing: mint('none', { same_tenant: true }),
      },
      {
        what: 'a tenant, for another machine of it',
        sees: operator,
        hidden: mintFor(ids.ann),
        nothing: mintFor(noTenant),
        swaps: [[ids.ann, noTenant]],
      },
    ],
    'GET /invite/{code}': ({ spentCode }) => [
      {
        what: 'an invite that is used up',
        sees: [],
        hidden: { method: 'GET', path: `/invite/${spentCode}` },
        nothing: { method: 'GET', path: `/invite/${noCode}` },
      },
    ],
    'POST /invite/redeem': ({ spentCode, keys }) => [
      { what: 'an invite that is used up', sees: [], hidden: redeem(spentCode, fresh), nothing: redeem(noCode, fresh) },
      {
        what: 'a key whose id a tenant has',
        sees: [],
        hidden: redeem(noCode, keys.colliding),
        nothing: redeem(noCode, fresh),
      },
      { what: 'the key of a tenant', sees: [], hidden: redeem(noCode, keys.ann), nothing: redeem(noCode, fresh) },
    ],
  };
}

function tenantProbes(): Probes {
  const change = (what: string, tenant: string, body: object): Asked => ({
    method: 'POST',
    path: `/tenants/${tenant}/${what}`,
    body,
  });
  return {
    'GET /tenants': () => [{ what: 'all tenants', sees: operator, hidden: { method: 'GET', path: '/tenants' } }],
    'GET /tenants/me': ({ ids }) => [
      {
        what: 'its own tenant',
        sees: tenants,
        seen: { holds: ({ text }, caller) => text.includes(`"tenant":"${ids[caller]}"`) },
        hidden: { method: 'GET', path: '/tenants/me' },
      },
    ],
    // A strong key would take the caller's away.
    'POST /tenants/me/rotate': () => [
      {
        what: 'that a key is too weak',
        sees: tenants,
        seen: { status: 400 },
        hidden: { method: 'POST', path: '/tenants/me/rotate', body: { key: 'passwordpassword' } },
      },
    ],
    'POST /tenants/{tenant}/grant': ({ ids }) => [
      {
        what: 'a tenant',
        sees: operator,
        hidden: change('grant', ids.ann, { label: 'label-ann' }),
        nothing: change('grant', noTenant, { label: 'label-ann' }),
        swaps: [[ids.ann, noTenant]],
      },
    ],
    'POST /tenants/{tenant}/revoke': ({ ids }) => [
      {
        what: 'a tenant',
        sees: operator,
        hidden: change('revoke', ids.ann, { grant_only: true }),
        nothing: change('revoke', noTenant, { grant_only: true }),
        swaps: [[ids.ann, noTenant]],
      },
    ],
  };
}

function keyProbes(): Probes {
  return {
    'GET /tenants/me/keys': ({ ids }) => [
      {
        what: 'its own keys',
        sees: tenants,
        seen: { holds: ({ text }, caller) => text.includes(`"key":"${ids[caller]}"`) },
        hidden: { method: 'GET', path: '/tenants/me/keys' },
      },
    ],
    'DELETE /tenants/me/keys/{key}': ({ ids }) => [
      {
        // The one that she asks with is not ended.
        what: 'a key of another tenant',
        sees: ['ann'],
        seen: { status: 403, code: 'forbidden' },
        hidden: { method: 'DELETE', path: `/tenants/me/keys/${ids.ann}` },
        nothing: { method: 'DELETE', path: `/tenants/me/keys/${noTenant}` },
        swaps: [[ids.ann, noTenant]],
      },
    ],
  };
}

function teamProbes(): Probes {
  const member = (method: string, slug: string, tenant: string, body?: object): Asked => ({
    method,
    path: `/teams/${slug}/members/${tenant}`,
    ...(body === undefined ? {} : { body }),
  });
  const slugsOf: Partial<Record<Name, string>> = {
    reader: 'acme',
    writer: 'acme',
    other: 'globex',
    operator: 'acme globex',
  };
  const namesOf = ({ text }: Seen): string =>
    (JSON.parse(text) as { teams: { slug: string }[] }).teams.map(({ slug }) => slug).join(' ');
  return {
    'GET /teams': () => [
      {
        what: 'the teams',
        sees: tenants,
        seen: { holds: (seen, caller) => namesOf(seen) === (slugsOf[caller] ?? '') },
        hidden: { method: 'GET', path: '/teams' },
      },
    ],
    'POST /teams': () => [
      {
        what: 'a team',
        sees: operator,
        seen: { status: 409, code: 'taken' },
        hidden: { method: 'POST', path: '/teams', body: { slug: 'acme' } },
        nothing: { method: 'POST', path: '/teams', body: { slug: 'none' } },
      },
    ],
    'PUT /teams/{slug}/members/{tenant}': ({ ids }) => [
      {
        what: 'a team and a tenant of it',
        sees: operator,
        hidden: member('PUT', 'acme', ids.reader, { write: false }),
        nothing: member('PUT', 'none', noTenant, { write: false }),
      },
    ],
    'DELETE /teams/{slug}/members/{tenant}': ({ ids }) => [
      {
        what: 'a team and a tenant that is not in it',
        sees: operator,
        hidden: member('DELETE', 'acme', ids.ann),
        nothing: member('DELETE', 'none', noTenant),
      },
    ],
  };
}

/** What the routes of tenants, teams and invites could tell of. */
export const accessProbes: Probes = {
  'GET /_status': statusProbes,
  'POST /_alert': alertProbes,
  // The same for everybody, as the source is.
  'GET /openapi.json': () => [
    { what: 'the routes', sees: ['nobody', ...tenants], hidden: { method: 'GET', path: '/openapi.json' } },
  ],
  ...inviteProbes(),
  ...tenantProbes(),
  ...keyProbes(),
  ...teamProbes(),
};
