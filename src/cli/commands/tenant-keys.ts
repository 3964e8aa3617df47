import { listKeys } from '../../sync/gateway/admin.ts';
import { alignColumns, countOf } from '../columns.ts';
import type { Invocation, Outcome } from '../command.ts';
import { gatewayOf } from '../gateway-words.ts';
import { oneLine } from '../paint.ts';

/** `snappy tenant keys`: which machines can act as this tenant. */
export async function tenantKeys(invocation: Invocation): Promise<Outcome> {
  const { gateway } = gatewayOf(invocation);
  const keys = await listKeys(gateway);
  const rows = keys.map(({ key, label, created, current }) => [
    key,
    oneLine(label, 40),
    created.slice(0, 10),
    current ? 'this machine' : '',
  ]);
  const table = alignColumns([['KEY', 'LABEL', 'SINCE', ''], ...rows]);
  return {
    text: `${table}\n\n${countOf(keys.length, 'key')} of this tenant at ${gateway.url}`,
    data: { gateway: gateway.url, keys },
    ok: true,
  };
}
