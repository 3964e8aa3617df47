import type { TeamRow } from '../../sync/wire/messages.ts';
import type { Home, Row, Statement } from '../ports.ts';
import { GatewayProblem } from '../problem.ts';
import { auditWhen } from './audit.ts';
import { copyGrants } from './grants-copy.ts';
import { textOf } from './grants.ts';
import { changeable, tenantStatement } from './tenants.ts';

/** Teams of one tenant, as `grants` in src/sync/wire/messages.ts has it. */
const teamsAtMost = 100;

const select = `SELECT slug, (SELECT json_group_array(json_object('tenant', tenant, 'write', write)) FROM members
  WHERE team = slug) AS members FROM teams`;

/** The teams a tenant is in with everybody in them; all teams without a tenant. */
export async function readTeams(home: Home, tenant?: string): Promise<TeamRow[]> {
  const where = tenant === undefined ? '' : 'WHERE slug IN (SELECT team FROM members WHERE tenant = ?)';
  const rows = await home.ledger.all({
    sql: `${select} ${where} ORDER BY slug`,
    values: tenant === undefined ? [] : [tenant],
  });
  return rows.map(teamRowOf);
}

function teamRowOf(row: Row): TeamRow {
  const members = JSON.parse(textOf(row['members'])) as readonly { readonly tenant: string; readonly write: number }[];
  return {
    slug: textOf(row['slug']),
    members: members
      .map((member) => ({ tenant: member.tenant, write: member.write === 1 }))
      .toSorted((a, b) => (a.tenant < b.tenant ? -1 : a.tenant > b.tenant ? 1 : 0)),
  };
}

/** Makes a team with nobody in it; 409 where there is one of that name. */
export async function createTeam(home: Home, by: string, slug: string): Promise<TeamRow> {
  const now = home.platform.now();
  const results = await home.ledger.batch([
    auditWhen(
      { ts: now, tenant: by, action: 'team.create', subject: slug, outcome: 'done' },
      { sql: 'NOT EXISTS (SELECT 1 FROM teams WHERE slug = ?)', values: [slug] },
    ),
    {
      sql: 'INSERT INTO teams (slug, created) VALUES (?, ?) ON CONFLICT (slug) DO NOTHING',
      values: [slug, now.toISOString()],
    },
  ]);
  if (results[1]?.changed !== 1) throw new GatewayProblem('taken', `there is a team ${slug} already`);
  return { slug, members: [] };
}

interface Membership {
  readonly by: string;
  readonly slug: string;
  readonly tenant: string;
}

/** Takes a tenant into a team, or changes whether it may write there. 404 without such a team or tenant. */
export async function putMember(home: Home, { by, slug, tenant }: Membership, write: boolean): Promise<TeamRow> {
  const values = [slug, tenant, Number(write)];
  const row = { ts: home.platform.now(), tenant: by, action: 'team.add', subject: slug, outcome: 'done' } as const;
  const results = await home.ledger.batch([
    {
      sql: `INSERT INTO members (team, tenant, write) SELECT ?, ?, ? WHERE EXISTS (SELECT 1 FROM teams WHERE slug = ?)
          AND EXISTS (SELECT 1 FROM tenants WHERE id = ? AND revoked IS NULL)
          AND (SELECT COUNT(*) FROM members WHERE tenant = ? AND team <> ?) < ${teamsAtMost}
        ON CONFLICT (team, tenant) DO UPDATE SET write = excluded.write`,
      values: [...values, slug, tenant, tenant, slug],
    },
    auditWhen(
      { ...row, detail: { tenant, write } },
      { sql: 'EXISTS (SELECT 1 FROM members WHERE team = ? AND tenant = ? AND write = ?)', values },
    ),
    teamStatement(slug),
    tenantStatement(tenant),
  ]);
  const team = teamOrProblem(results[2]?.rows[0]);
  changeable(results[3]?.rows[0]);
  if (results[0]?.changed !== 1) throw new GatewayProblem('bad_request', `a tenant may be in ${teamsAtMost} teams`);
  copyGrants(home, tenant);
  return team;
}

/** Takes a tenant out of a team; fine where it was not in it. 404 without such a team. */
export async function removeMember(home: Home, { by, slug, tenant }: Membership): Promise<TeamRow> {
  const row = { ts: home.platform.now(), tenant: by, action: 'team.remove', subject: slug, outcome: 'done' } as const;
  const values = [slug, tenant];
  const results = await home.ledger.batch([
    auditWhen(
      { ...row, detail: { tenant } },
      { sql: 'EXISTS (SELECT 1 FROM members WHERE team = ? AND tenant = ?)', values },
    ),
    { sql: 'DELETE FROM members WHERE team = ? AND tenant = ?', values },
    teamStatement(slug),
  ]);
  const team = teamOrProblem(results[2]?.rows[0]);
  if (results[1]?.changed === 1) copyGrants(home, tenant);
  return team;
}

function teamStatement(slug: string): Statement {
  return { sql: `${select} WHERE slug = ?`, values: [slug] };
}

function teamOrProblem(row: Row | undefined): TeamRow {
  if (row === undefined) throw new GatewayProblem('not_found', 'there is no such team');
  return teamRowOf(row);
}
