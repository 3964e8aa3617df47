import { findTree } from '../../core/paths.ts';
import { isRotating, rotateKey } from '../../sync/gateway/admin-rotate.ts';
import { configuredGateway, findGateway } from '../../sync/gateway/connection.ts';
import type { Invocation, Outcome } from '../command.ts';
import { nameOf } from '../gateway-words.ts';
import { carryOut } from '../remote-change.ts';

/** `snappy tenant rotate`: gives this machine a new master key; the old one stops to work. */
export async function tenantRotate(invocation: Invocation): Promise<Outcome> {
  const { flags, cwd, env } = invocation;
  const tree = findTree({ tree: flags['tree'] as string | undefined, cwd, env });
  const resumed = isRotating(tree);
  const gateway = (resumed ? configuredGateway(tree, env) : undefined) ?? findGateway(tree, env);
  return carryOut(invocation, {
    plan: [
      ...(resumed ? ['An earlier rotation was cut off: it is finished.'] : []),
      `A new master key would be made here and put into .env.cache; ${gateway.url} would take it in the place of the old one.`,
      'The tenant stays the same. Its other machines have keys of their own, which stay as they are.',
    ].join('\n'),
    data: { gateway: gateway.url, resumed },
    question: 'Change the key?',
    async act() {
      const row = await rotateKey(tree, gateway, env);
      return { text: '', data: { tenant: row.tenant }, changed: `${nameOf(row)} has a new key, in .env.cache` };
    },
  });
}
