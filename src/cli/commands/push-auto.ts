import { SnappyError } from '../../core/errors.ts';
import { findConsent, grantConsent } from '../../sync/gateway/consent.ts';
import { findTrust, keepTrust } from '../../sync/gateway/pull-trust.ts';
import type { PushRequest } from '../../sync/gateway/push.ts';
import { readTrust } from '../../sync/gateway/trust.ts';
import { agreeTo } from '../agreement.ts';
import type { Invocation, Outcome } from '../command.ts';
import { readDuration } from '../duration.ts';

/** A consent ends by itself; nobody remembers after a year what they agreed to. */
const longest = 366 * 86_400;

function checkAlone({ flags }: Invocation, { scope, repo }: PushRequest): void {
  const fault =
    flags['auto'] !== true
      ? '--allow-for goes with --auto'
      : scope !== 'state' || repo !== 'os'
        ? '--auto pushes state/ of the tree and nothing else'
        : flags['tier'] !== undefined || flags['delete'] === true
          ? '--auto takes no --tier and no --delete: whoever is not asked decides nothing'
          : undefined;
  if (fault !== undefined)
    throw new SnappyError('usage', fault, {
      hint: 'snappy push --auto, or to consent to it: snappy push --auto --allow-for 30d --apply',
    });
}

/** Writes the consent down, once it is given: until when, to which gateway, and as whom. */
async function consent(invocation: Invocation, { tree, gateway }: PushRequest, time: string): Promise<Outcome> {
  const seconds = readDuration(time, '--allow-for');
  if (seconds > longest)
    throw new SnappyError('usage', `--allow-for is ${JSON.stringify(time.slice(0, 40))}`, {
      hint: 'expected a year at most: 366d',
    });
  const until = new Date(Date.now() + seconds * 1_000).toISOString().slice(0, 16).replace('T', ' ');
  const plan = [
    `Until ${until} UTC this machine pushes by itself what has changed in state/ to ${gateway.url}: when an agent's turn stops, and nobody is asked.`,
    "What is new goes to your tenant alone, or, if this is the operator's tree, to the gateway's subscribers; rules of yours say otherwise.",
    'Each push is looked through for credentials first, keeps to state/config/sync-rules.json, and deletes nothing in bulk.',
    'To end it sooner: rm state/log/gateway/push-consent.json',
  ].join('\n');
  const { agreed, text } = await agreeTo(invocation, 'Consent to this?', plan);
  const data = { tree, gateway: gateway.url, scope: 'state', seconds };
  if (!agreed) return { text, data: { ...data, applied: false }, ok: true, unchanged: 'add --apply to consent to it' };
  const found = await findTrust(tree, gateway);
  const { trust } = found;
  keepTrust(tree, found);
  const granted = grantConsent(tree, { url: gateway.url, tenant: trust.tenant }, seconds, new Date());
  return {
    text,
    data: { ...data, applied: true, consent: granted },
    ok: true,
    changed: `state/log/gateway/push-consent.json holds the consent until ${until} UTC`,
  };
}

/** `snappy push --auto`: without a consent nothing is done, and the loop that calls it is not bothered. */
export async function pushUnasked(
  invocation: Invocation,
  request: PushRequest,
  carryOut: () => Promise<Outcome>,
): Promise<Outcome> {
  checkAlone(invocation, request);
  const { flags } = invocation;
  if (typeof flags['allowFor'] === 'string') return consent(invocation, request, flags['allowFor']);
  const { tree, gateway } = request;
  const held = findConsent(tree, { url: gateway.url, tenant: readTrust(tree)?.tenant });
  if (held !== undefined && flags['dry'] !== true) return carryOut();
  const unchanged =
    held === undefined
      ? 'no consent to pushes without being asked holds here and now; to give one: snappy push --auto --allow-for 30d --apply'
      : `this would push state/ without asking, as was consented to until ${held.expires}`;
  const data = { tree, gateway: gateway.url, scope: 'state', applied: false, consent: held ?? null };
  return { text: '', data, ok: true, refused: held === undefined, unchanged };
}
