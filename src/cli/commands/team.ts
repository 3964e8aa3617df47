import { SnappyError } from '../../core/errors.ts';
import { addMember, createTeam, listTeams, listTenants, removeMember, whoAmI } from '../../sync/gateway/admin.ts';
import type { Gateway } from '../../sync/gateway/connection.ts';
import type { TeamRow, TenantRow } from '../../sync/wire/messages.ts';
import { alignColumns, countOf } from '../columns.ts';
import type { Invocation, Outcome } from '../command.ts';
import { gatewayOf, nameOf, readSlug, readTenant, tenantIn } from '../gateway-words.ts';
import { oneLine } from '../paint.ts';
import { carryOut } from '../remote-change.ts';

/** `snappy team create <slug>`: a new team, with nobody in it. */
export async function teamCreate(invocation: Invocation): Promise<Outcome> {
  const slug = readSlug(invocation.args[0] ?? '');
  const { gateway } = gatewayOf(invocation);
  const data = { gateway: gateway.url, team: slug };
  const known = await listTeams(gateway);
  if (known.some((team) => team.slug === slug))
    return { text: '', data, ok: true, unchanged: `there is a team ${slug} already` };
  return carryOut(invocation, {
    plan: `A team ${slug} would be made at ${gateway.url}. Its members share the tier team:${slug}.`,
    data,
    question: 'Make this team?',
    async act() {
      await createTeam(gateway, slug);
      const text = `Take somebody in with: snappy team add ${slug} <tenant>`;
      return { text, data: {}, changed: `the team ${slug} is made` };
    },
  });
}

interface Membership {
  readonly gateway: Gateway;
  readonly team: TeamRow;
  readonly tenant: TenantRow;
  /** Whether it may write; `undefined` while it is no member. */
  readonly now: boolean | undefined;
  readonly data: Readonly<Record<string, unknown>>;
}

async function findMembership(invocation: Invocation): Promise<Membership> {
  const slug = readSlug(invocation.args[0] ?? '');
  const id = readTenant(invocation.args[1] ?? '');
  const { gateway } = gatewayOf(invocation);
  const team = (await listTeams(gateway)).find((one) => one.slug === slug);
  if (team === undefined)
    throw new SnappyError('usage', `the gateway has no team ${slug}`, {
      hint: `make it with: snappy team create ${slug}`,
    });
  const tenant = tenantIn(await listTenants(gateway), id);
  const now = team.members.find((member) => member.tenant === id)?.write;
  return { gateway, team, tenant, now, data: { gateway: gateway.url, team: slug, tenant: id } };
}

/** `snappy team add <slug> <tenant>`: takes a tenant into a team, or changes what it may do there. */
export async function teamAdd(invocation: Invocation): Promise<Outcome> {
  const write = invocation.flags['reader'] !== true;
  const { gateway, team, tenant, now, data } = await findMembership(invocation);
  const rights = write ? 'read and write' : 'read';
  const name = nameOf(tenant);
  if (now === write) return { text: '', data, ok: true, unchanged: `${name} may ${rights} there already` };
  return carryOut(invocation, {
    plan: `${name} could ${rights} what team ${team.slug} has (${countOf(team.members.length, 'member')} now).`,
    data: { ...data, write },
    question: 'Take it into the team?',
    async act() {
      await addMember(gateway, team.slug, tenant.tenant, write);
      return { text: '', data: {}, changed: `${name} may ${rights} what team ${team.slug} has` };
    },
  });
}

/** `snappy team remove <slug> <tenant>`: takes a tenant out of a team. */
export async function teamRemove(invocation: Invocation): Promise<Outcome> {
  const { gateway, team, tenant, now, data } = await findMembership(invocation);
  const name = nameOf(tenant);
  if (now === undefined) return { text: '', data, ok: true, unchanged: `${name} is not in team ${team.slug}` };
  return carryOut(invocation, {
    plan: `${name} would no longer see team ${team.slug}. What it has pulled stays on its machines: nothing can take that back.`,
    data,
    question: 'Take it out of the team?',
    async act() {
      await removeMember(gateway, team.slug, tenant.tenant);
      return { text: '', data: {}, changed: `${name} is out of team ${team.slug}` };
    },
  });
}

/** Labels of tenants by id, for the operator; members see ids alone, and to ask for more would be noted as a refusal. */
async function labelsOf(gateway: Gateway): Promise<Map<string, string>> {
  if ((await whoAmI(gateway)).role !== 'operator') return new Map();
  return new Map((await listTenants(gateway)).map(({ tenant, label }) => [tenant, oneLine(label, 40)]));
}

/** `snappy team list`: all teams for the operator, else those this tenant is in. */
export async function teamList(invocation: Invocation): Promise<Outcome> {
  const { gateway } = gatewayOf(invocation);
  const teams = await listTeams(gateway);
  const labels = teams.length === 0 ? new Map<string, string>() : await labelsOf(gateway);
  const rows = teams.flatMap(({ slug, members }) =>
    members.length === 0
      ? [[slug, 'nobody', '', '']]
      : members.map(({ tenant, write }, at) => [
          at === 0 ? slug : '',
          tenant,
          write ? 'writes' : 'reads',
          labels.get(tenant) ?? '',
        ]),
  );
  const table = alignColumns([['TEAM', 'MEMBER', 'MAY', 'LABEL'], ...rows]);
  const none = 'No teams. Make one with: snappy team create <slug>';
  return {
    text: teams.length === 0 ? none : `${table}\n\n${countOf(teams.length, 'team')} at ${gateway.url}`,
    data: { gateway: gateway.url, teams },
    ok: true,
  };
}
