import { slug, teamMemberRequest, teamRequest, teamRow, teamsAnswer, tenantId } from '../../sync/wire/messages.ts';
import { createTeam, putMember, readTeams, removeMember } from '../access/change-team.ts';
import { importLegacyTeam } from '../content/legacy-team.ts';
import { jsonRoute } from '../json-route.ts';
import type { Call, Caller, Route } from '../route.ts';

export const teamRoutes: readonly Route[] = [
  jsonRoute({
    method: 'GET',
    path: '/teams',
    summary: 'The teams of this tenant and who is in them; for the operator, all teams.',
    access: 'member',
    answer: teamsAnswer,
    answerTo: async ({ home, caller }) => ({
      teams: await readTeams(home, caller.role === 'operator' ? undefined : caller.tenant),
    }),
  }),
  jsonRoute({
    method: 'POST',
    path: '/teams',
    summary: 'Make a team.',
    access: 'operator',
    body: teamRequest,
    answer: teamRow,
    async answerTo({ home, caller, body }) {
      // First: if it fails there is no team yet, and the same again makes both.
      await importLegacyTeam(home, body.slug);
      return createTeam(home, caller.tenant, body.slug);
    },
  }),
  jsonRoute({
    method: 'PUT',
    path: '/teams/:slug/members/:tenant',
    summary: 'Take a tenant into a team, or change whether it may write there.',
    access: 'operator',
    params: { slug, tenant: tenantId },
    body: teamMemberRequest,
    answer: teamRow,
    answerTo: ({ body, ...call }) => putMember(call.home, membershipOf(call), body.write),
  }),
  jsonRoute({
    method: 'DELETE',
    path: '/teams/:slug/members/:tenant',
    summary: 'Take a tenant out of a team.',
    access: 'operator',
    params: { slug, tenant: tenantId },
    answer: teamRow,
    answerTo: (call) => removeMember(call.home, membershipOf(call)),
  }),
];

function membershipOf({ caller, params }: Pick<Call, 'params'> & { caller: Caller }): {
  by: string;
  slug: string;
  tenant: string;
} {
  return { by: caller.tenant, slug: params['slug'] ?? '', tenant: params['tenant'] ?? '' };
}
