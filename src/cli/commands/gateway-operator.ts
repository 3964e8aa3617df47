import { readEnv } from '../../../seed/state/lib/env.ts';
import { SnappyError } from '../../core/errors.ts';
import { findTree } from '../../core/paths.ts';
import { storeSecrets } from '../../core/secret-store.ts';
import type { Invocation, Outcome } from '../command.ts';
import { homely } from '../plan-text.ts';
import { carryOut } from '../remote-change.ts';
import { giveKey, makeSecret, readOperator } from './gateway-keys.ts';
import { publicUrlOf } from './gateway-place.ts';

/** In the tree's `.env.cache`: the one secret of a gateway that keeps none itself, so that it can be given again. */
const secretName = 'SNAPPY_GATEWAY_SECRET';

/**
 * `snappy gateway operator`: makes a tree the operator of a gateway that runs elsewhere, as in a Worker, and prints what that
 * has to be told: the hash of the tree's key, and with `--secrets` and `--json` all secrets of a Worker.
 */
export async function gatewayOperator(invocation: Invocation): Promise<Outcome> {
  const { flags, cwd, env } = invocation;
  const url = publicUrlOf(invocation);
  if (url === undefined) {
    throw new SnappyError('usage', 'the address of the gateway is missing', {
      hint: 'give it: --public-url https://host',
    });
  }
  const tree = findTree({ tree: flags['tree'] as string | undefined, cwd, env });
  const operator = readOperator(tree, env, url);
  const secrets = flags['secrets'] === true;
  const made = operator.key === undefined ? 'a master key is made, and kept' : 'its master key is kept';
  const more = secrets ? ', and the one secret of the gateway' : '';
  // Exactly what `wrangler secret bulk` takes, once it is done: names with texts, and nothing beside them.
  let told: Readonly<Record<string, string>> | undefined;
  const outcome = await carryOut(invocation, {
    plan: `The tree ${homely(tree)} becomes the operator of ${url}: ${made} in its .env.cache, with the address${more}.`,
    data: {},
    question: 'Make it the operator?',
    async act() {
      const { hash } = giveKey(operator);
      const secret = secrets ? (readEnv(secretName, { tree, env: {} }) ?? makeSecret()) : undefined;
      storeSecrets(tree, { SNAPPY_GATEWAY: url, ...(secret === undefined ? {} : { [secretName]: secret }) });
      told = {
        ...(secret === undefined ? {} : { GATEWAY_SECRET: secret }),
        GATEWAY_PUBLIC_URL: url,
        OPERATOR_KEY_HASH: hash,
      };
      return {
        text: `The gateway is to be told:\n\n  OPERATOR_KEY_HASH=${hash}`,
        data: {},
        changed: `.env.cache of ${homely(tree)}`,
      };
    },
  });
  return told === undefined ? outcome : { ...outcome, data: told };
}
