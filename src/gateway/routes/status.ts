import { repos } from '../../sync/wire/names.ts';
import type { Repo } from '../../sync/wire/names.ts';
import { statusAnswer } from '../../sync/wire/messages.ts';
import type { StatusAnswer } from '../../sync/wire/messages.ts';
import { countOf } from '../access/grants.ts';
import { readableTiers } from '../access/tiers.ts';
import type { Call, Route } from '../route.ts';
import { deriveKeys } from '../trust/derive.ts';

export const statusRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/_status',
    summary: 'Health, version, public key, and the revisions of the canonical that the caller may read.',
    access: 'public',
    answer: statusAnswer,
    handle: async (call) => Response.json(await readStatus(call)),
  },
];

/**
 * One query. Revisions of both canonical tiers are added up: each only grows, so the sum says whether there is news. Without a key the canonical is what is public: that there is more for subscribers is theirs to know.
 */
async function readStatus({ home, caller }: Call): Promise<StatusAnswer> {
  const isSubscriber = caller !== undefined && readableTiers(caller).includes('subscriber');
  const [rows, { publicKey }] = await Promise.all([
    home.ledger.all({
      sql: 'SELECT repo, SUM(rev) AS rev FROM heads WHERE tier IN (?, ?) GROUP BY repo',
      values: ['public', isSubscriber ? 'subscriber' : 'public'],
    }),
    deriveKeys(home.config.secret),
  ]);
  const revisionOf = (repo: Repo): number => countOf(rows.find((row) => row['repo'] === repo)?.['rev']);
  const [os, kernel] = repos;
  return {
    ok: true,
    version: home.config.version,
    time: home.platform.now().toISOString(),
    public_key: publicKey,
    canonical: { os: revisionOf(os), kernel: revisionOf(kernel) },
    last_quorum_promotion: null,
  };
}
