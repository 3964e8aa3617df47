import type { Command, Flag } from './command.ts';
import { apply, tree } from './flags.ts';
import { pull, push } from './quick-table.ts';

const label: Flag = { flags: '--label <text>', summary: 'a name for people: "Ann, laptop"' };
const teams: Flag = { flags: '--team <slugs>', summary: 'also these teams, with commas between' };
const sameTenant: Flag = { flags: '--same-tenant', summary: 'for another machine of your own' };
const ofTenant: Flag = { flags: '--tenant <id>', summary: 'for another machine of that tenant, whose own are lost' };
const expires: Flag = { flags: '--expires <time>', summary: 'how long it can be redeemed: 30m, 24h, 7d (default: 7d)' };

/** The commands that need a gateway, or are one. */
export const gatewayCommands: readonly Command[] = [
  push,
  pull,
  {
    name: 'tenant onboard',
    args: [],
    summary: 'make an invite, and print the one line to send',
    flags: [tree, label, teams, expires, sameTenant, ofTenant, apply],
    load: async () => (await import('./commands/tenant-onboard.ts')).tenantOnboard,
  },
  {
    name: 'tenant list',
    args: [],
    summary: 'list the tenants of the gateway, and what each may read',
    flags: [tree],
    load: async () => (await import('./commands/tenant-list.ts')).tenantList,
  },
  {
    name: 'tenant grant',
    args: ['<tenant>'],
    summary: 'let a tenant read what subscribers read',
    flags: [tree, apply],
    load: async () => (await import('./commands/tenant-grant.ts')).tenantGrant,
  },
  {
    name: 'tenant revoke',
    args: ['<tenant>'],
    summary: "take a tenant's keys from it, or only what it was granted",
    flags: [tree, { flags: '--grant-only', summary: 'it keeps its key and what is its own' }, apply],
    load: async () => (await import('./commands/tenant-revoke.ts')).tenantRevoke,
  },
  {
    name: 'tenant rotate',
    args: [],
    summary: 'give this tenant a new master key; the old one stops to work',
    flags: [tree, apply],
    load: async () => (await import('./commands/tenant-rotate.ts')).tenantRotate,
  },
  {
    name: 'tenant keys',
    args: [],
    summary: 'list the keys of this tenant: one for each of its machines',
    flags: [tree],
    load: async () => (await import('./commands/tenant-keys.ts')).tenantKeys,
  },
  {
    name: 'tenant revoke-key',
    args: ['<key>'],
    summary: 'end one key of this tenant, as that of a lost machine',
    flags: [tree, apply],
    load: async () => (await import('./commands/tenant-revoke-key.ts')).tenantRevokeKey,
  },
  {
    name: 'team create',
    args: ['<slug>'],
    summary: 'make a team, whose members share skills',
    flags: [tree, apply],
    load: async () => (await import('./commands/team.ts')).teamCreate,
  },
  {
    name: 'team add',
    args: ['<slug>', '<tenant>'],
    summary: 'take a tenant into a team',
    flags: [tree, { flags: '--reader', summary: 'it may read, and not write' }, apply],
    load: async () => (await import('./commands/team.ts')).teamAdd,
  },
  {
    name: 'team remove',
    args: ['<slug>', '<tenant>'],
    summary: 'take a tenant out of a team',
    flags: [tree, apply],
    load: async () => (await import('./commands/team.ts')).teamRemove,
  },
  {
    name: 'team list',
    args: [],
    summary: 'list the teams and who is in them',
    flags: [tree],
    load: async () => (await import('./commands/team.ts')).teamList,
  },
  {
    name: 'invite mint',
    args: [],
    summary: 'make an invite: a code that can be redeemed for a key',
    flags: [
      tree,
      label,
      teams,
      expires,
      { flags: '--uses <n>', summary: 'how often it can be redeemed (default: 1)' },
      { flags: '--no-subscriber', summary: 'without what subscribers read' },
      sameTenant,
      ofTenant,
      apply,
    ],
    load: async () => (await import('./commands/invite-mint.ts')).inviteMint,
  },
  {
    name: 'invite redeem',
    args: ['<url>'],
    summary: 'join a gateway with an invite',
    flags: [tree, label, apply],
    load: async () => (await import('./commands/invite-redeem.ts')).inviteRedeem,
  },
  {
    name: 'gateway',
    args: [],
    summary: 'serve a gateway from this machine (Node 22.13 or newer)',
    flags: [
      tree,
      { flags: '--data <dir>', summary: 'where it keeps everything (default: ~/snappy-gateway)' },
      { flags: '--host <address>', summary: 'the address to listen on (default: 127.0.0.1)' },
      { flags: '--port <n>', summary: 'the port to listen on (default: 3180)' },
      { flags: '--public-url <url>', summary: 'how others reach it, as behind a proxy' },
      apply,
    ],
    load: async () => (await import('./commands/gateway.ts')).gateway,
  },
  {
    name: 'gateway operator',
    args: [],
    summary: 'make this tree the operator of a gateway that runs elsewhere, as in a Worker',
    flags: [
      tree,
      { flags: '--public-url <url>', summary: 'how that gateway is reached' },
      { flags: '--secrets', summary: 'with --json: all that `wrangler secret bulk` is to be given' },
      apply,
    ],
    load: async () => (await import('./commands/gateway-operator.ts')).gatewayOperator,
  },
];
