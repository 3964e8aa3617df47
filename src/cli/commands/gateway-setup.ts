import { SnappyError } from '../../core/errors.ts';
import { findTree, hasTree } from '../../core/paths.ts';
import { storeSecrets } from '../../core/secret-store.ts';
import { writeSettings } from '../../gateway/adapters/node/serve-data.ts';
import { parseSettings } from '../../gateway/adapters/settings.ts';
import type { Settings } from '../../gateway/adapters/settings.ts';
import { deriveKeys } from '../../gateway/trust/derive.ts';
import { isLoopback } from '../../sync/gateway/connection.ts';
import { pin } from '../../sync/gateway/trust.ts';
import { alignColumns } from '../columns.ts';
import type { Invocation } from '../command.ts';
import { homely } from '../plan-text.ts';
import { giveKey, makeSecret, readOperator } from './gateway-keys.ts';
import type { Operator } from './gateway-keys.ts';
import { addressOf } from './gateway-place.ts';
import type { Place } from './gateway-place.ts';

/** What the first start of a gateway would make. */
export interface Setup {
  /** The tree of the operator; `undefined` where the environment has the hash of a key that is elsewhere. */
  readonly operator: Operator | undefined;
  /** What of the settings comes from the environment, and so is not written. */
  readonly given: { readonly secret: boolean };
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
}

function operatorOf({ flags, cwd, env }: Invocation, place: Place): Operator | undefined {
  if ((env['OPERATOR_KEY_HASH'] ?? '') !== '') return undefined;
  const where = { tree: flags['tree'] as string | undefined, cwd, env };
  if (hasTree(where)) return readOperator(findTree(where), env, place.port === 0 ? place.publicUrl : addressOf(place));
  throw new SnappyError('usage', 'a gateway has an operator, and there is no tree here to be it', {
    hint: 'make one with: snappy init   (or give OPERATOR_KEY_HASH in the environment, as `snappy gateway operator` prints it)',
  });
}

/** The plan of a first start. Only looks. */
export function planSetup(invocation: Invocation, place: Place): Setup {
  const operator = operatorOf(invocation, place);
  const secret = (invocation.env['GATEWAY_SECRET'] ?? '') !== '';
  const address = addressOf(place);
  const dir = homely(place.dir);
  const key =
    operator === undefined
      ? 'the key whose hash is in OPERATOR_KEY_HASH'
      : `the tree ${homely(operator.tree)}: its master key is ${operator.key === undefined ? 'made, and ' : ''}kept in its .env.cache, with the address`;
  const rows = [
    ['make', `${dir}/, for you alone: ${secret ? 'settings' : 'settings with one secret'}, the ledger, the objects`],
    ['operator', key],
    ['serve', `${address}, ${reach(place)}`],
  ];
  return {
    operator,
    given: { secret },
    text: `A new gateway:\n\n${alignColumns(rows, '  ')}`,
    data: {
      data: place.dir,
      address,
      operator: operator?.tree ?? null,
      makesKey: operator?.key === undefined && operator !== undefined,
    },
  };
}

function reach({ host, publicUrl }: Place): string {
  if (!isLoopback(host)) return `listens on ${host}, without encryption: put a proxy with TLS in front of it`;
  return publicUrl === undefined
    ? 'for this machine alone (--public-url says how others reach it)'
    : `listens on ${host}`;
}

/**
 * Lays what was planned. The key comes first, since nobody else has it; the settings come last: until they are there the next
 * start is a first one again, and goes on from here.
 */
export async function laySetup(setup: Setup, place: Place, url: string, env: NodeJS.ProcessEnv): Promise<Settings> {
  const { operator } = setup;
  const file = {
    _v: 1 as const,
    ...(setup.given.secret ? {} : { secret: makeSecret() }),
    ...(operator === undefined ? {} : { operatorKeyHash: giveKey(operator).hash }),
    store: { kind: 'files' as const },
    ...(place.publicUrl === undefined ? {} : { publicUrl: place.publicUrl }),
  };
  const settings = parseSettings(file, env, 'the environment');
  if (operator !== undefined) await tie(operator.tree, settings, place.publicUrl ?? url);
  writeSettings(place.dir, file);
  return settings;
}

/** The operator's tree is told whom it belongs to, and whom to believe: nobody can stand between the two at this moment. */
async function tie(tree: string, { secret, operatorKeyHash }: Settings, url: string): Promise<void> {
  const { publicKey } = await deriveKeys(secret);
  storeSecrets(tree, { SNAPPY_GATEWAY: url });
  pin(tree, { url, tenant: operatorKeyHash.slice(0, 12), public_key: publicKey });
}
