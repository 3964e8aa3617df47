import { SnappyError } from '../../core/errors.ts';
import { listKeys, revokeKey } from '../../sync/gateway/admin.ts';
import { tenantIdPattern } from '../../sync/wire/names.ts';
import type { Invocation, Outcome } from '../command.ts';
import { gatewayOf } from '../gateway-words.ts';
import { oneLine } from '../paint.ts';
import { carryOut } from '../remote-change.ts';

/** `snappy tenant revoke-key <key>`: ends the key of a machine that was lost; the others of the tenant go on. */
export async function tenantRevokeKey(invocation: Invocation): Promise<Outcome> {
  const id = readKeyId(invocation.args[0] ?? '');
  const { gateway } = gatewayOf(invocation);
  const found = (await listKeys(gateway)).find(({ key }) => key === id);
  const data = { gateway: gateway.url, key: id };
  if (found === undefined) {
    throw new SnappyError('usage', `no key ${id} of this tenant works`, { hint: 'see: snappy tenant keys' });
  }
  const name = `the key ${id} ("${oneLine(found.label, 80)}")`;
  if (found.current) {
    throw new SnappyError('refused', `${name} is the one of this tree`, {
      hint: 'give it another one: snappy tenant rotate; or end it from another machine of yours',
    });
  }
  return carryOut(invocation, {
    plan: [
      `${name} would stop to work at once, and so would invites for further machines of this tenant that are still open.`,
      'What that machine has pulled stays on it: nothing can take that back.',
    ].join('\n'),
    data,
    question: 'End this key?',
    async act() {
      await revokeKey(gateway, id);
      return { text: '', data: {}, changed: `${name} does not work any more` };
    },
  });
}

function readKeyId(text: string): string {
  if (tenantIdPattern.test(text)) return text;
  // Who gives the key itself must not find it in a log.
  throw new SnappyError('usage', 'that is no id of a key', {
    hint: 'expected 12 hex digits, as `snappy tenant keys` shows them',
  });
}
